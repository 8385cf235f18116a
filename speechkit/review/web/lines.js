// The transcript: a row a line, plain text that can be edited. What is doubtful, an identifier, found
// or sounding now is drawn over it with the CSS Custom Highlight API, for rows on screen only.
import { clock, make } from "./dom.js";
import { toUnits, wordPlaces } from "./doc.js";

const DOUBT = 0.6; // words of which the engine was less sure are underlined
const VOICES = ["#2f7f86", "#b0653a", "#6a5aa8", "#4f8a3c", "#a8476f", "#6f7380"];
const STATES = { draft: "", auto: "✓ by policy", accepted: "✓ done" };
const NAMES = ["doubt", "phi", "spell", "found", "now"];

/** @typedef {import("./types.js").Line} Line */
/** @typedef {import("./types.js").Parts} Parts */
/**
 * One line on the page. `dirty`: typed into and not sent; `good`: its text when tags were whole.
 * @typedef {{ element: HTMLElement, at: HTMLElement, who: HTMLElement, text: HTMLElement,
 *   state: HTMLElement, more: HTMLElement | null, dirty: boolean, good: string }} Row
 */

/** What one line's text is without the spaces that the server takes out. */
export const tidy = (/** @type {string} */ text) => text.replace(/\s+/g, " ").trim();

const tags = (/** @type {string} */ text) => (text.match(/⟦[^⟧]*⟧?|⟧/g) ?? []).join();

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
    this.words = words;
    this.editable = editable;
    /** @type {Map<string, Row>} */
    this.rows = new Map();
    /** @type {Set<string>} */
    this.seen = new Set();
    /** @type {Map<string, { doubt: Range[], phi: Range[], spell: Range[] }>} */
    this.ranges = new Map();
    /** @type {{ id: string, start: number, end: number }[]} */
    this.found = [];
    /** @type {string | null} */
    this.current = null;
    this.painting = false;
    this.sounding = "";
    this.highlights = Object.fromEntries(NAMES.map((name) => [name, new Highlight()]));
    for (const name of NAMES) CSS.highlights.set(name, this.highlights[name]);
    this.watch = new IntersectionObserver((entries) => this.scrolled(entries), { rootMargin: "200px" });
    this.list.append(...doc.order.map((line) => this.add(line)));
    doc.addEventListener("change", (event) => this.changed(/** @type {CustomEvent} */ (event).detail));
  }

  /** @param {Line} line */
  add(line) {
    const at = make("button", { class: "at", tabindex: "-1", title: "Hear from here" });
    const who = make("button", { class: "who", tabindex: "-1", title: "Speaker (Alt+S)" });
    const text = make("div", {
      class: "text",
      role: "textbox",
      "aria-multiline": "false",
      contenteditable: this.editable ? "plaintext-only" : "false",
      tabindex: "0",
      spellcheck: "false",
      autocorrect: "off",
      autocapitalize: "off",
      translate: "no",
    });
    const state = make("span", { class: "state" });
    const element = make("li", { class: "line", id: line.id }, at, who, text, state);
    /** @type {Row} */
    const row = { element, at, who, text, state, more: null, dirty: false, good: "" };
    this.rows.set(line.id, row);
    this.watch.observe(element);
    text.lang = line.language;
    at.addEventListener("click", () => this.tell("hear", line.id));
    who.addEventListener("click", () => this.tell("who", line.id));
    text.addEventListener("focus", () => this.select(line.id));
    text.addEventListener("input", () => this.typed(line.id, row));
    text.addEventListener("click", (event) => this.clicked(event, line.id));
    this.fill(line, row);
    return element;
  }

  /**
   * @param {Line} line
   * @param {Row} row
   */
  fill(line, row) {
    const index = this.doc.labels().indexOf(line.speaker);
    row.at.textContent = clock(line.start);
    row.who.textContent = this.doc.nameOf(line.speaker);
    row.who.style.setProperty("--voice", index < 0 ? "transparent" : VOICES[index % VOICES.length]);
    row.text.setAttribute("aria-label", `${clock(line.start)}, ${this.doc.nameOf(line.speaker)}`);
    row.element.dataset.state = line.state;
    const doubts = this.doubtful(line) ? "? check" : "";
    const labels = line.labels.filter((label) => !/^(aligned|note):/.test(label));
    row.state.textContent = [STATES[line.state] || doubts, ...labels].filter(Boolean).join(" · ");
    row.state.toggleAttribute("data-doubt", line.state === "draft" && doubts !== "");
    if (!row.dirty && tidy(row.text.textContent ?? "") !== line.text) this.write(row, line.text);
    if (!row.dirty) this.ranges.delete(line.id);
  }

  /**
   * Put text into a row; the caret stays where it was, as far as there is text.
   * @param {Row} row
   * @param {string} text
   */
  write(row, text) {
    const caret = document.activeElement === row.text ? this.caret(row.text) : null;
    row.text.textContent = text;
    row.good = text;
    if (caret !== null) this.placeCaret(row.text, Math.min(caret, text.length));
  }

  /** @param {{ lines: Line[], removed: string[] }} change */
  changed({ lines, removed }) {
    for (const id of removed) {
      const row = this.rows.get(id);
      if (!row) continue;
      this.watch.unobserve(row.element);
      row.element.remove();
      this.rows.delete(id);
      this.seen.delete(id);
      this.ranges.delete(id);
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
    this.paint();
  }

  refill() {
    this.ranges.clear();
    for (const [id, row] of this.rows) {
      const line = this.doc.get(id);
      if (line) this.fill(line, row);
    }
    this.paint();
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
    this.tell("current", id);
  }

  /**
   * @param {string} id
   * @param {number | null} caret UTF-16 units; null: where the browser puts it
   */
  focus(id, caret = null) {
    const row = this.rows.get(id);
    if (!row) return;
    row.text.focus({ preventScroll: true });
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    row.element.scrollIntoView({ block: "center", behavior: still ? "instant" : "smooth" });
    if (caret !== null) this.placeCaret(row.text, Math.min(caret, row.text.textContent?.length ?? 0));
  }

  /**
   * Where the caret is in an element, in UTF-16 units; null if it is elsewhere.
   * @param {HTMLElement} text
   */
  caret(text) {
    const chosen = getSelection();
    if (!chosen?.focusNode || !text.contains(chosen.focusNode)) return null;
    const range = new Range();
    range.setStart(text, 0);
    range.setEnd(chosen.focusNode, chosen.focusOffset);
    return range.toString().length;
  }

  /**
   * Start and end of what is chosen in a line, in UTF-16 units; null if it is elsewhere.
   * @param {string} id
   * @returns {[number, number] | null}
   */
  chosen(id) {
    const { text } = this.rows.get(id) ?? {};
    const chosen = getSelection();
    if (!text || !chosen?.rangeCount || !text.contains(chosen.anchorNode)) return null;
    const range = chosen.getRangeAt(0);
    const before = new Range();
    before.setStart(text, 0);
    before.setEnd(range.startContainer, range.startOffset);
    const start = before.toString().length;
    return [start, start + range.toString().length];
  }

  /**
   * @param {HTMLElement} text
   * @param {number} at UTF-16 units
   */
  placeCaret(text, at) {
    text.normalize();
    const node = text.firstChild;
    if (node instanceof Text) getSelection()?.collapse(node, Math.min(at, node.length));
    else getSelection()?.collapse(text, 0);
  }

  /**
   * Hidden identifiers are one piece: an edit that harms one is taken back.
   * @param {string} id
   * @param {Row} row
   */
  typed(id, row) {
    const text = row.text.textContent ?? "";
    if (tags(text) !== tags(row.good)) {
      const caret = Math.max(0, (this.caret(row.text) ?? 0) - Math.max(0, text.length - row.good.length));
      row.text.textContent = row.good;
      this.placeCaret(row.text, caret);
      this.ranges.delete(id);
      this.paint();
      this.tell("refused", "A hidden identifier stays as it is.");
      return;
    }
    row.good = text;
    row.dirty = true;
    this.tell("edited", id);
  }

  /**
   * @param {MouseEvent} event
   * @param {string} id
   */
  clicked(event, id) {
    const line = this.doc.get(id);
    const row = this.rows.get(id);
    const caret = row ? this.caret(row.text) : null;
    if (!line || caret === null) return;
    const word = wordPlaces(line).findIndex((place) => place && caret >= place[0] && caret <= place[1]);
    if (word >= 0) this.tell("word", { time: line.words[word].start, play: event.altKey });
  }

  /** @param {IntersectionObserverEntry[]} entries */
  scrolled(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.seen.add(target.id);
      else {
        this.seen.delete(target.id);
        this.ranges.delete(target.id);
      }
    }
    this.paint();
  }

  paint() {
    if (this.painting) return;
    this.painting = true;
    requestAnimationFrame(() => {
      this.painting = false;
      const { doubt, phi, spell, found } = this.highlights;
      for (const highlight of [doubt, phi, spell, found]) highlight.clear();
      for (const id of this.seen) {
        const ranges = this.rangesOf(id);
        for (const range of ranges.doubt) doubt.add(range);
        for (const range of ranges.phi) phi.add(range);
        for (const range of ranges.spell) spell.add(range);
      }
      for (const { id, start, end } of this.found) {
        const range = this.seen.has(id) ? this.range(id, start, end) : null;
        if (range) found.add(range);
      }
    });
  }

  /**
   * What is drawn over a line.
   * @param {string} id
   */
  rangesOf(id) {
    const kept = this.ranges.get(id);
    const line = this.doc.get(id);
    if (kept || !line) return kept ?? { doubt: [], phi: [], spell: [] };
    const places = line.state === "draft" ? wordPlaces(line) : [];
    const unsure = places.filter((_, i) => (line.words[i].confidence ?? 1) < DOUBT);
    const marks = line.marks.filter((mark) => !mark.rejected);
    const ranges = {
      doubt: unsure.map((place) => place && this.range(id, ...place)).filter((range) => range !== null),
      phi: marks
        .map((m) => this.range(id, toUnits(line.text, m.start), toUnits(line.text, m.end)))
        .filter((range) => range !== null),
      spell: this.words.doubts(line.text)
        .map(([start, end]) => this.range(id, start, end))
        .filter((range) => range !== null),
    };
    this.ranges.set(id, ranges);
    return ranges;
  }

  /**
   * A stretch of a line's text; null where there is none any more.
   * @param {string} id
   * @param {number} start UTF-16 units
   * @param {number} end
   */
  range(id, start, end) {
    const text = this.rows.get(id)?.text;
    text?.normalize();
    const node = text?.firstChild;
    if (!(node instanceof Text) || end > node.length) return null;
    const range = new Range();
    range.setStart(node, start);
    range.setEnd(node, end);
    return range;
  }

  /**
   * Draw the word that sounds at a time.
   * @param {number} time seconds
   */
  sound(time) {
    const line = this.doc.at(time);
    if (!line) return;
    const index = line.words.findIndex((word) => time >= word.start && time < word.end);
    const now = index < 0 ? "" : `${line.id}/${index}`;
    if (now === this.sounding) return;
    this.sounding = now;
    this.highlights.now.clear();
    if (index < 0 || this.rows.get(line.id)?.dirty) return;
    const place = wordPlaces(line)[index];
    const range = place && this.range(line.id, ...place);
    if (range) this.highlights.now.add(range);
  }

  /**
   * Show what others have for a line, word by word; null to take it away.
   * @param {string} id
   * @param {{ by: string, parts: Parts }[] | null} versions
   */
  compare(id, versions) {
    const row = this.rows.get(id);
    if (!row) return;
    row.more?.remove();
    row.more = null;
    if (!versions) return;
    row.more = make("div", { class: "more" }, ...versions.map(({ by, parts }) =>
      make("p", {}, `${by}: `, ...parts.flatMap(([kind, words]) =>
        [kind === "same" ? words : make(kind, {}, words), " "]))));
    row.element.append(row.more);
  }

  /**
   * @param {string} name
   * @param {unknown} detail
   */
  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
