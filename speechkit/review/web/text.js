// The text of a line: spaces, hidden identifiers, offsets. The server counts code points, the browser
// UTF-16 units.

/** @typedef {import("./types.js").Line} Line */

export const MAX_LENGTH = 10_000; // code points of a line, as the server has it
const TAG = /⟦([A-Z_]+)·\d+⟧/g;
// What Python's str.split() takes for a space and JavaScript does not.
const SPACES = /[\s\x1c-\x1f\x85]+/g;

/**
 * A line's text without the spaces that the server takes out.
 * @param {string} text
 */
export function tidy(text) {
  return text.replace(SPACES, " ").replace(/^ | $/g, "");
}

/**
 * The hidden identifiers of a text, in order: equal for two texts if none was harmed.
 * @param {string} text
 */
export function tagsOf(text) {
  return (text.match(/⟦[^⟧]*⟧?|⟧/g) ?? []).join();
}

/**
 * Number hidden identifiers from 1, as the server does for every line.
 * @param {string} text
 */
export function renumber(text) {
  let number = 0;
  return text.replace(TAG, (_, name) => `⟦${name}·${++number}⟧`);
}

/**
 * Where hidden identifiers stand: [start, end] in code points.
 * @param {string} text
 * @returns {[number, number][]}
 */
export function tagPlaces(text) {
  return [...text.matchAll(TAG)].map(({ 0: tag, index }) =>
    [toPoints(text, index), toPoints(text, index + tag.length)]);
}

/**
 * @param {string} text
 * @param {number} units
 */
export function toPoints(text, units) {
  return [...text.slice(0, units)].length;
}

/**
 * @param {string} text
 * @param {number} points
 */
export function toUnits(text, points) {
  return [...text].slice(0, points).join("").length;
}

/**
 * Where each word of a line stands in its text: [start, end] in UTF-16 units, null if not there.
 * @param {Line} line
 * @returns {([number, number] | null)[]}
 */
export function wordPlaces(line) {
  let from = 0;
  return line.words.map((word) => {
    const start = line.text.indexOf(word.text, from);
    if (start < 0) return null;
    from = start + word.text.length;
    return [start, from];
  });
}
