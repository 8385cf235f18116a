// The transcript: a row a line, plain text that can be edited; which one is current; the caret.
import { caretIn, carried, chosenIn, placeCaret } from "./caret.js";
import { Painter } from "./paint.js";
import { fillRow, makeRow, showComparison } from "./row.js";
import { MAX_LENGTH, tagsOf, tidy, wordPlaces } from "./text.js";

/** @typedef {import("./types.js").Line} Line */
/** @typedef {import("./row.js").Row} Row */

export class Lines extends EventTarget {
  /**
   * @param {HTMLElement} list
   * @param {import("./doc.js").Doc} doc
   * @param {import("./words.js").Words} words
   * @param {boolean} editable
   */
  constructor(list, doc, words, editable) {
    super();
    this.list = list;
    this.doc = doc;
    this.editable = editable;
    /** @type {Map<string, Row>} */
    this.rows = new Map();
    /** @type {Set<string>} */
    this.unsaved = new Set();
    /** How many questions of a line are open. @type {Map<string, number>} */
    this.questions = new Map();
    this.painter = new Painter(doc, this.rows, words);
    /** @type {string | null} */
    this.current = null;
    this.list.append(...doc.order.map((line) => this.add(line)));
    doc.addEventListener("change", (event) => this.changed(/** @type {CustomEvent} */ (event).detail));
    doc.addEventListener("speakers", () => this.refill());
  }

  /** @param {Line} line */
  add(line) {
    const row = makeRow(line, this.editable);
    const { element, timeButton, speakerButton, text } = row;
    this.rows.set(line.id, row);
    this.painter.watch.observe(element);
    timeButton.addEventListener("click", () => this.emit("hear", line.id));
    speakerButton.addEventListener("click", () => this.emit("speaker", line.id));
    text.addEventListener("focus", () => this.select(line.id));
    text.addEventListener("input", () => this.typed(line.id, row));
    text.addEventListener("compositionstart", () => (row.composing = true));
    text.addEventListener("compositionend", () => {
      row.composing = false;
      this.typed(line.id, row);
    });
    text.addEventListener("paste", (event) => paste(event));
    text.addEventListener("click", (event) => this.clicked(event, line.id));
    this.fill(line, row);
    return element;
  }

  /**
   * @param {Line} line
   * @param {Row} row
   */
  fill(line, row) {
    fillRow(row, line, this.doc, {
      doubtful: this.doubtful(line), unsaved: this.unsaved.has(line.id), questions: this.questions.get(line.id) ?? 0,
    });
    if (row.dirty || row.composing) return;
    if (tidy(row.text.textContent ?? "") !== line.text) this.write(row, line.text);
    this.painter.ranges.delete(line.id);
  }

  /**
   * Put text into a row; the caret stays by the words it was at.
   * @param {Row} row
   * @param {string} text
   */
  write(row, text) {
    const caret = document.activeElement === row.text ? caretIn(row.text) : null;
    const before = row.text.textContent ?? "";
    row.text.textContent = text;
    row.lastValidText = text;
    if (caret !== null) placeCaret(row.text, carried(caret, before, text));
  }

  /** @param {{ lines: Line[], removed: string[] }} change */
  changed({ lines, removed }) {
    for (const id of removed) {
      const row = this.rows.get(id);
      if (!row) continue;
      this.painter.watch.unobserve(row.element);
      row.element.remove();
      this.rows.delete(id);
      this.painter.forget(id);
      if (this.current === id) this.current = null;
    }
    for (const line of lines) {
      const row = this.rows.get(line.id);
      if (row) this.fill(line, row);
      const element = row ? row.element : this.add(line);
      const after = this.doc.next(line.id, 1);
      const place = after ? this.rows.get(after.id)?.element ?? null : null;
      if (!row || element.nextElementSibling !== place) {
        if (!row || !element.contains(document.activeElement)) this.list.insertBefore(element, place);
      }
    }
    this.painter.paint();
  }

  /** @param {Map<string, number>} counts by line */
  showQuestions(counts) {
    this.questions = counts;
    this.refill();
  }

  refill() {
    this.painter.ranges.clear();
    for (const [id, row] of this.rows) {
      const line = this.doc.get(id);
      if (line) this.fill(line, row);
    }
    this.painter.paint();
  }

  /**
   * Say of these lines, and of no others, that they are not saved.
   * @param {Set<string>} ids
   */
  markUnsaved(ids) {
    const changed = [...ids, ...this.unsaved].filter((id) => ids.has(id) !== this.unsaved.has(id));
    this.unsaved = ids;
    for (const id of changed) {
      const [line, row] = [this.doc.get(id), this.rows.get(id)];
      if (line && row) this.fill(line, row);
    }
  }

  /** @param {boolean} editable */
  setEditable(editable) {
    this.editable = editable;
    for (const { text } of this.rows.values()) text.contentEditable = editable ? "plaintext-only" : "false";
  }

  /**
   * The text of a line as it stands on the page.
   * @param {string} id
   */
  text(id) {
    return tidy(this.rows.get(id)?.text.textContent ?? "");
  }

  /** @param {Line} line */
  doubtful(line) {
    return (line.expected_error ?? 0) >= this.doc.cutoff;
  }

  /** @param {string} id */
  select(id) {
    if (this.current === id) return;
    this.rows.get(this.current ?? "")?.element.classList.remove("current");
    this.rows.get(id)?.element.classList.add("current");
    this.current = id;
    this.emit("current", id);
  }

  /**
   * @param {string} id
   * @param {number | null} caret UTF-16 units; null: where the browser puts it
   */
  focus(id, caret = null) {
    const row = this.rows.get(id);
    if (!row) return;
    row.text.focus({ preventScroll: true });
    this.show(id);
    if (caret !== null) placeCaret(row.text, Math.min(caret, row.text.textContent?.length ?? 0));
  }

  /**
   * Scroll a line to the middle of the window.
   * @param {string} id
   */
  show(id) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.rows.get(id)?.element.scrollIntoView({ block: "center", behavior: still ? "instant" : "smooth" });
  }

  /**
   * Start and end of what is chosen in a line, in UTF-16 units; null if it is elsewhere.
   * @param {string} id
   */
  chosen(id) {
    const row = this.rows.get(id);
    return row ? chosenIn(row.text) : null;
  }

  /**
   * Hidden identifiers are one piece: an edit that harms one is taken back.
   * @param {string} id
   * @param {Row} row
   */
  typed(id, row) {
    const text = row.text.textContent ?? "";
    if (tagsOf(text) !== tagsOf(row.lastValidText)) {
      const grown = Math.max(0, text.length - row.lastValidText.length);
      const caret = Math.max(0, (caretIn(row.text) ?? 0) - grown);
      row.text.textContent = row.lastValidText;
      placeCaret(row.text, caret);
      this.painter.ranges.delete(id);
      this.painter.paint();
      this.emit("notice", "A hidden identifier stays as it is.");
      return;
    }
    if ([...text].length > MAX_LENGTH) {
      this.emit("notice", `A line holds up to ${MAX_LENGTH.toLocaleString("en")} characters; this one is not saved until it is shorter.`);
    }
    row.lastValidText = text;
    row.dirty = true;
    this.emit("edited", id);
  }

  /**
   * @param {MouseEvent} event
   * @param {string} id
   */
  clicked(event, id) {
    const line = this.doc.get(id);
    const row = this.rows.get(id);
    const caret = row ? caretIn(row.text) : null;
    if (!line || caret === null) return;
    const word = wordPlaces(line).findIndex((place) => place && caret >= place[0] && caret <= place[1]);
    if (word >= 0) this.emit("word", { time: line.words[word].start, play: event.altKey });
  }

  /**
   * Show what others have for a line, word by word; null to take it away.
   * @param {string} id
   * @param {{ by: string, parts: import("./types.js").Parts }[] | null} versions
   */
  compare(id, versions) {
    const row = this.rows.get(id);
    if (row) showComparison(row, versions);
  }

  /**
   * @param {string} name
   * @param {unknown} detail
   */
  emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/**
 * Paste as one line: there are no line breaks within a line.
 * @param {ClipboardEvent} event
 */
function paste(event) {
  event.preventDefault();
  const text = event.clipboardData?.getData("text/plain").replace(/\s+/g, " ") ?? "";
  document.execCommand("insertText", false, text);
}
