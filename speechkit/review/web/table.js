// Tables of the pages for those who lead.
import { element, make } from "./dom.js";

/**
 * @param {string} id of the table
 * @param {string[]} heads
 * @param {(Node | string | number | null)[][]} rows numbers go to the right; null is shown as a dash
 */
export function fillTable(id, heads, rows) {
  const cell = (/** @type {Node | string | number | null} */ value) =>
    make("td", { class: typeof value === "number" ? "number" : "" },
      value === null ? "–" : value instanceof Node ? value : String(value));
  element(id).replaceChildren(
    make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))),
    make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map(cell)))));
}

/** @param {string} text */
export function say(text) {
  element("notice").textContent = text;
  element("notice").hidden = !text;
}

/** @param {unknown} error */
export function sayError(error) {
  say(/** @type {Error} */ (error).message);
}
