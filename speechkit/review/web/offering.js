// Offers a person's own words at the caret, and keeps their list on the server.
import { ask } from "./api.js";
import { caretIn, placeCaret } from "./caret.js";
import { wordAt } from "./words.js";

/** @typedef {import("./types.js").Line} Line */

export class Offering {
  /**
   * @param {import("./words.js").Words} words
   * @param {import("./lines.js").Lines} lines
   * @param {HTMLElement} shown where an offer is said
   * @param {() => string} key that takes an offer, as it is set now
   */
  constructor(words, lines, shown, key) {
    this.words = words;
    this.lines = lines;
    this.shown = shown;
    this.key = key;
    document.addEventListener("selectionchange", () => this.showOffer());
  }

  /** The word at the caret: where it stands, and what is offered in its place. */
  get candidate() {
    const row = this.lines.current === null ? undefined : this.lines.rows.get(this.lines.current);
    const caret = row ? caretIn(row.text) : null;
    if (!row || caret === null) return null;
    const text = row.text.textContent ?? "";
    const place = wordAt(text, caret);
    if (!place) return null;
    const word = text.slice(...place);
    const completed = caret === place[1] ? this.words.completed(word) : null;
    return { row, text, place, word, meant: this.words.near(word) ?? completed };
  }

  showOffer() {
    const meant = this.candidate?.meant;
    this.shown.textContent = meant ? `${this.key()}: ${meant}` : "";
  }

  /**
   * Put the word that is offered in place of the one at the caret.
   * @param {Line} line
   */
  take(line) {
    const at = this.candidate;
    if (!at?.meant) return;
    at.row.text.textContent = at.text.slice(0, at.place[0]) + at.meant + at.text.slice(at.place[1]);
    placeCaret(at.row.text, at.place[0] + at.meant.length);
    this.lines.typed(line.id, at.row);
  }

  /**
   * Add what is chosen, or the word at the caret, to the list.
   * @param {Line} line
   */
  async learn(line) {
    const chosen = this.lines.chosen(line.id);
    const text = this.lines.rows.get(line.id)?.text.textContent ?? "";
    const word = (chosen && text.slice(...chosen).trim()) || this.candidate?.word;
    if (word && !/[⟦⟧]/.test(word)) await this.keep([...this.words.list, word]);
  }

  /** @param {string[]} list */
  async keep(list) {
    this.words.use((await ask("PUT", "/api/words", { words: list })).words);
    this.lines.refill();
    this.showOffer();
  }
}
