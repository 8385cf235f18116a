// One line of the transcript on the page: its elements, and what stands in them.
import { clock, make } from "./dom.js";

const VOICES = ["#2f7f86", "#b0653a", "#6a5aa8", "#4f8a3c", "#a8476f", "#6f7380"];
const STATES = { draft: "", auto: "✓ by policy", accepted: "✓ done" };

/** @typedef {import("./types.js").Line} Line */
/** @typedef {import("./types.js").Parts} Parts */
/**
 * One line on the page. `dirty`: typed into and not queued; `composing`: letters are being composed;
 * `lastValidText`: its text when the hidden identifiers were whole.
 * @typedef {{ element: HTMLElement, timeButton: HTMLElement, speakerButton: HTMLElement,
 *   text: HTMLElement, state: HTMLElement, comparison: HTMLElement | null, dirty: boolean,
 *   composing: boolean, lastValidText: string }} Row
 */

/**
 * @param {Line} line
 * @param {boolean} editable
 * @returns {Row}
 */
export function makeRow(line, editable) {
  const timeButton = make("button", { class: "at", tabindex: "-1", title: "Hear from here" });
  const speakerButton = make("button", { class: "who", tabindex: "-1", title: "Speaker (Alt+S)" });
  const text = make("div", {
    class: "text",
    role: "textbox",
    "aria-multiline": "false",
    contenteditable: editable ? "plaintext-only" : "false",
    tabindex: "0",
    dir: "auto",
    spellcheck: "false",
    autocorrect: "off",
    autocapitalize: "off",
    translate: "no",
  });
  const state = make("span", { class: "state" });
  const element = make("li", { class: "line", id: line.id }, timeButton, speakerButton, text, state);
  text.lang = line.language;
  return {
    element, timeButton, speakerButton, text, state, comparison: null, dirty: false, composing: false,
    lastValidText: "",
  };
}

/**
 * Show everything of a line but its text.
 * @param {Row} row
 * @param {Line} line
 * @param {import("./doc.js").Doc} doc
 * @param {{ doubtful: boolean, unsaved: boolean }} how
 */
export function fillRow(row, line, doc, { doubtful, unsaved }) {
  const index = doc.labels().indexOf(line.speaker);
  const name = doc.nameOf(line.speaker);
  row.timeButton.textContent = clock(line.start);
  row.speakerButton.textContent = name;
  row.speakerButton.style.setProperty("--voice", index < 0 ? "transparent" : VOICES[index % VOICES.length]);
  row.text.setAttribute("aria-label", `${clock(line.start)}, ${name}`);
  row.element.dataset.state = line.state;
  row.element.toggleAttribute("data-unsaved", unsaved);
  const check = line.state === "draft" && doubtful;
  const labels = line.labels.filter((label) => !/^(aligned|note):/.test(label));
  const state = unsaved ? "not saved" : STATES[line.state] || (check ? "? check" : "");
  row.state.textContent = [state, ...labels].filter(Boolean).join(" · ");
  row.state.toggleAttribute("data-doubt", check);
}

/**
 * Show what others have for a line, word by word; null to take it away.
 * @param {Row} row
 * @param {{ by: string, parts: Parts }[] | null} versions
 */
export function showComparison(row, versions) {
  row.comparison?.remove();
  row.comparison = null;
  if (!versions) return;
  row.comparison = make("div", { class: "more" }, ...versions.map(({ by, parts }) =>
    make("p", {}, `${by}: `, ...parts.flatMap(([kind, words]) =>
      [kind === "same" ? words : make(kind, {}, words), " "]))));
  row.element.append(row.comparison);
}
