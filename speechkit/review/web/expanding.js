// Text expansion: what is typed for short becomes what it stands for at the space after it.
import { caretIn, placeCaret } from "./caret.js";
import { ask, make } from "./dom.js";
import { asText, fromText } from "./expansions.js";

const ENDS = /^[\s.,;:!?)\]]$/u; // what ends a word
const MOST_SHORT = 20;

export class Expanding {
  /**
   * @param {import("./lines.js").Lines} lines
   * @param {Record<string, string>} team
   * @param {Record<string, string>} own which come before the team's
   */
  constructor(lines, team, own) {
    this.lines = lines;
    this.team = team;
    this.own = own;
    /** What was expanded last, to be taken back by Backspace. @type {{ row: import("./row.js").Row, id: string, typed: string, shown: string, caret: number } | null} */
    this.last = null;
    lines.list.addEventListener("input", (event) => this.typed(/** @type {InputEvent} */ (event)));
    lines.list.addEventListener("beforeinput", (event) => this.takeBack(/** @type {InputEvent} */ (event)));
  }

  /**
   * What a word stands for; written with a capital if it was.
   * @param {string} word
   */
  meaning(word) {
    const key = word.toLowerCase();
    const full = Object.hasOwn(this.own, key) ? this.own[key] : Object.hasOwn(this.team, key) ? this.team[key] : null;
    if (full === null) return null;
    const capital = word.length > 1 && word[0] !== key[0] && word.slice(1) === key.slice(1);
    return capital ? full[0].toUpperCase() + full.slice(1) : full;
  }

  /** @param {InputEvent} event */
  typed(event) {
    this.last = null;
    if (event.isComposing || event.inputType !== "insertText" || !event.data || !ENDS.test(event.data)) return;
    const id = this.lines.current;
    const row = id === null ? undefined : this.lines.rows.get(id);
    const caret = row ? caretIn(row.text) : null;
    if (!row || id === null || caret === null) return;
    const typed = row.text.textContent ?? "";
    const before = typed.slice(0, caret - event.data.length);
    const word = /\S+$/u.exec(before)?.[0] ?? "";
    const full = word && word.length <= MOST_SHORT ? this.meaning(word) : null;
    if (full === null) return;
    const kept = before.slice(0, before.length - word.length);
    row.text.textContent = kept + full + typed.slice(caret - event.data.length);
    const shown = row.text.textContent;
    placeCaret(row.text, kept.length + full.length + event.data.length);
    this.lines.typed(id, row);
    this.last = { row, id, typed, shown, caret };
  }

  /** @param {InputEvent} event */
  takeBack(event) {
    const { last } = this;
    this.last = null;
    if (!last || event.inputType !== "deleteContentBackward" || last.row.text.textContent !== last.shown) return;
    event.preventDefault();
    last.row.text.textContent = last.typed;
    placeCaret(last.row.text, last.caret);
    this.lines.typed(last.id, last.row);
  }
}

/**
 * One's own abbreviations; resolves to them, or null for no change.
 * @param {Record<string, string>} own
 * @param {Record<string, string>} team
 */
export async function askExpansions(own, team) {
  const list = make("textarea", { spellcheck: "false", rows: "10", autofocus: true, "aria-label": "Abbreviations, one a line" });
  list.value = asText(own);
  const shared = Object.keys(team).length
    ? make("details", {}, make("summary", {}, "Of the team"), make("pre", {}, asText(team))) : null;
  const body = make("div", { class: "fields" },
    make("p", { class: "quiet" }, "One a line, as “htn = hypertension”. The space after it writes it out; Backspace right after that takes it back."),
    list, shared);
  if ((await ask("Abbreviations", body, [["save", "Save", "main"], ["", "Cancel"]])) !== "save") return null;
  return fromText(list.value);
}
