// Where the caret is, and putting it somewhere: offsets in UTF-16 units of an element's text.

/**
 * Where the caret is in an element; null if it is elsewhere.
 * @param {HTMLElement} text
 */
export function caretIn(text) {
  const chosen = getSelection();
  if (!chosen?.focusNode || !text.contains(chosen.focusNode)) return null;
  const range = new Range();
  range.setStart(text, 0);
  range.setEnd(chosen.focusNode, chosen.focusOffset);
  return range.toString().length;
}

/**
 * Start and end of what is chosen in an element; null if it is elsewhere.
 * @param {HTMLElement} text
 * @returns {[number, number] | null}
 */
export function chosenIn(text) {
  const chosen = getSelection();
  if (!chosen?.rangeCount || !text.contains(chosen.anchorNode)) return null;
  const range = chosen.getRangeAt(0);
  const before = new Range();
  before.setStart(text, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const start = before.toString().length;
  return [start, start + range.toString().length];
}

/**
 * @param {HTMLElement} text
 * @param {number} offset
 */
export function placeCaret(text, offset) {
  text.normalize();
  const node = text.firstChild;
  if (node instanceof Text) getSelection()?.collapse(node, Math.min(offset, node.length));
  else getSelection()?.collapse(text, 0);
}

/**
 * A stretch of an element's text; null where there is none any more.
 * @param {HTMLElement | undefined} text
 * @param {number} start
 * @param {number} end
 */
export function rangeIn(text, start, end) {
  text?.normalize();
  const node = text?.firstChild;
  if (!(node instanceof Text) || end > node.length) return null;
  const range = new Range();
  range.setStart(node, start);
  range.setEnd(node, end);
  return range;
}

/**
 * Where a caret goes when a text becomes another: it stays where nothing changed, and comes to the end
 * of what did.
 * @param {number} caret
 * @param {string} before
 * @param {string} after
 */
export function carried(caret, before, after) {
  const most = Math.min(before.length, after.length);
  let same = 0;
  while (same < most && before[same] === after[same]) same++;
  let tail = 0;
  while (tail < most - same && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  if (caret <= same) return caret;
  if (caret >= before.length - tail) return caret + after.length - before.length;
  return after.length - tail;
}
