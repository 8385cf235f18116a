// One line of the transcript on the page: its elements, and what stands in them.
import { clock, make } from "./dom.js";
import { plainName } from "./identifiers.js";

const NUM_VOICES = 6; // colors in base.css
const UNSURE = 0.6; // words and marks of a lower confidence are looked at
const STATES = { draft: "", auto: "✓ by policy", accepted: "✓ done" };

/** @typedef {import("./types.js").Line} Line */
/** @typedef {import("./types.js").Parts} Parts */
/**
 * One line on the page. `dirty`: typed into and not queued; `composing`: letters are being composed;
 * `lastValidText`: its text when the hidden identifiers were whole.
 * @typedef {{ element: HTMLElement, timeButton: HTMLElement, speakerButton: HTMLElement,
 *   text: HTMLElement, state: HTMLElement, said: HTMLElement, comparison: HTMLElement | null, dirty: boolean,
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
  const said = make("span", { class: "visually-hidden", id: `${line.id}-said` });
  text.setAttribute("aria-describedby", said.id);
  const element = make("li", { class: "line", id: line.id }, timeButton, speakerButton, text, state, said);
  text.lang = line.language;
  return {
    element, timeButton, speakerButton, text, state, said, comparison: null, dirty: false, composing: false,
    lastValidText: "",
  };
}

/**
 * Show everything of a line but its text.
 * @param {Row} row
 * @param {Line} line
 * @param {import("./doc.js").Doc} doc
 * @param {{ doubtful: boolean, unsaved: boolean, questions: number }} how
 */
export function fillRow(row, line, doc, { doubtful, unsaved, questions }) {
  const index = doc.labels().indexOf(line.speaker);
  const name = doc.shownName(line.speaker);
  row.timeButton.textContent = clock(line.start);
  row.speakerButton.textContent = name;
  row.speakerButton.title = `${name}: choose the speaker (Alt+S)`;
  row.speakerButton.dataset.letter = doc.letterOf(line.speaker) || "?";
  row.speakerButton.dataset.voice = index < 0 ? "" : String((index % NUM_VOICES) + 1);
  row.text.setAttribute("aria-label", `${clock(line.start)}, ${name}`);
  row.element.dataset.state = line.state;
  row.element.toggleAttribute("data-unsaved", unsaved);
  const reasons = line.state === "draft" ? doubts(line, doubtful) : [];
  const labels = line.labels.filter((label) => !/^(aligned|note):/.test(label));
  const state = unsaved ? "not saved" : STATES[line.state];
  row.state.replaceChildren(
    ...(state ? [make("span", { class: "is" }, state)] : []),
    ...reasons.slice(0, 1).map((reason) => make("span", { class: "check", title: reasons.join("; ") }, `check: ${reason}`)),
    ...(questions ? [make("span", { class: "question" }, questions === 1 ? "question" : `${questions} questions`)] : []),
    ...labels.map((label) => make("span", { class: "label" }, label)),
  );
  row.state.toggleAttribute("data-doubt", reasons.length > 0);
  const described = describe(line, reasons);
  if (row.said.textContent !== described) row.said.textContent = described;
}

/**
 * Why a line is worth a look, the most telling reason first.
 * @param {Line} line
 * @param {boolean} doubtful
 */
function doubts(line, doubtful) {
  const unsure = line.words.filter((word) => (word.confidence ?? 1) < UNSURE).length;
  const marks = line.marks.filter((mark) => mark.score < UNSURE && !mark.rejected).length;
  if (!doubtful && !marks) return [];
  return [
    marks ? (marks === 1 ? "an identifier" : `${marks} identifiers`) : "",
    unsure ? (unsure === 1 ? "1 word" : `${unsure} words`) : "",
    !marks && !unsure ? "likely errors" : "",
  ].filter(Boolean);
}

/**
 * What is drawn over a line's text, in words: for those who hear the page.
 * @param {Line} line
 * @param {string[]} reasons
 */
function describe(line, reasons) {
  const unsure = line.state === "draft"
    ? line.words.filter((word) => (word.confidence ?? 1) < UNSURE).map((word) => word.text) : [];
  const points = [...line.text];
  const marks = line.marks.filter((mark) => !mark.rejected)
    .map((mark) => `${points.slice(mark.start, mark.end).join("")} (${plainName(mark.identifier)})`);
  return [
    reasons.length ? `To check: ${reasons.join(", ")}.` : "",
    unsure.length ? `Unsure words: ${unsure.join(", ")}.` : "",
    marks.length ? `Identifiers: ${marks.join(", ")}.` : "",
  ].filter(Boolean).join(" ");
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
