// Find and replace over all lines: one edit, which one undo takes back.
import { showFind } from "./dialogs.js";
import { tidy } from "./text.js";

/** @typedef {{ what: string, wholeWords: boolean, matchCase: boolean, regex: boolean }} Wanted */

/**
 * The expression for what a person looks for; null if there is none, or it is not well-formed.
 * @param {Wanted} wanted
 */
export function expressionOf({ what, wholeWords, matchCase, regex }) {
  if (!what) return null;
  const inner = regex ? what : what.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const bounded = wholeWords ? `(?<![\\p{L}\\p{M}\\p{N}_])(?:${inner})(?![\\p{L}\\p{M}\\p{N}_])` : inner;
  try {
    return new RegExp(bounded, matchCase ? "gu" : "giu");
  } catch {
    return null;
  }
}

/**
 * Open the window; what is found is drawn in the text while it is open.
 * @param {import("./doc.js").Doc} doc
 * @param {import("./lines.js").Lines} lines
 * @param {import("./editing.js").Editing} editing
 */
export async function openFind(doc, lines, editing) {
  const { painter } = lines;
  /** @type {RegExp | null} */
  let expression = null;
  editing.saving.flushAll();
  const find = (/** @type {Wanted} */ wanted) => {
    expression = expressionOf(wanted);
    painter.found = [];
    for (const line of expression ? doc.order : []) {
      for (const { 0: hit, index } of line.text.matchAll(/** @type {RegExp} */ (expression))) {
        if (hit) painter.found.push({ id: line.id, start: index, end: index + hit.length });
      }
    }
    painter.hit = Math.min(painter.hit, painter.found.length - 1);
    painter.paint();
    return painter.found.length;
  };
  await showFind({
    find,
    get place() {
      return painter.hit;
    },
    step(back) {
      if (!painter.found.length) return;
      painter.hit = (painter.hit + (back ? -1 : 1) + painter.found.length) % painter.found.length;
      const { id } = painter.found[painter.hit];
      lines.show(id);
      lines.select(id);
      painter.paint();
    },
    replace(by, all) {
      if (!expression || editing.sync.epoch === null) return 0;
      const hits = all ? painter.found : painter.found.slice(Math.max(0, painter.hit), Math.max(0, painter.hit) + 1);
      const changes = [];
      for (const segment of new Set(hits.map((hit) => hit.id))) {
        const line = doc.get(segment);
        if (!line) continue;
        const starts = new Set(hits.filter((hit) => hit.id === segment).map((hit) => hit.start));
        const text = tidy(replaced(line.text, expression, by, starts));
        if (text !== line.text) changes.push({ segment, text });
      }
      if (changes.length) editing.sync.push({ kind: "texts", segment: changes[0].segment, changes });
      return hits.length;
    },
  });
  painter.hit = -1;
  find({ what: "", wholeWords: false, matchCase: false, regex: false });
}

/**
 * @param {string} text
 * @param {RegExp} expression
 * @param {string} by `$1` and its like stand for groups
 * @param {Set<number>} starts of the hits that are replaced, in UTF-16 units
 */
function replaced(text, expression, by, starts) {
  let result = "";
  let end = 0;
  for (const { 0: hit, index, ...groups } of text.matchAll(expression)) {
    if (!hit || !starts.has(index)) continue;
    const put = by.replace(/\$(\d|\$)/g, (_, which) =>
      which === "$" ? "$" : which === "0" ? hit : String(/** @type {any} */ (groups)[which] ?? ""));
    result += text.slice(end, index) + put;
    end = index + hit.length;
  }
  return result + text.slice(end);
}
