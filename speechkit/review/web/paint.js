// What is doubtful, an identifier, misspelled, found or sounding, drawn over the text with the CSS
// Custom Highlight API, for rows on screen only.
import { rangeIn } from "./caret.js";
import { toUnits, wordPlaces } from "./text.js";

const DOUBT = 0.6; // words of which the engine was less sure are underlined
const NAMES = ["doubt", "phi", "spell", "found", "hit", "now"];

/** @typedef {import("./row.js").Row} Row */

export class Painter {
  /**
   * @param {import("./doc.js").Doc} doc
   * @param {Map<string, Row>} rows
   * @param {import("./words.js").Words} words
   */
  constructor(doc, rows, words) {
    this.doc = doc;
    this.rows = rows;
    this.words = words;
    /** @type {Set<string>} */
    this.seen = new Set();
    /** @type {Map<string, { doubt: Range[], phi: Range[], spell: Range[] }>} */
    this.ranges = new Map();
    /** @type {{ id: string, start: number, end: number }[]} */
    this.found = [];
    this.hit = -1; // of what was found: the one that is shown
    this.waiting = false;
    this.sounding = "";
    this.highlights = Object.fromEntries(NAMES.map((name) => [name, new Highlight()]));
    for (const name of NAMES) CSS.highlights.set(name, this.highlights[name]);
    this.highlights.hit.priority = 1;
    this.watch = new IntersectionObserver((entries) => this.scrolled(entries), { rootMargin: "200px" });
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

  /** @param {string} id */
  forget(id) {
    this.seen.delete(id);
    this.ranges.delete(id);
  }

  paint() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      const { doubt, phi, spell, found, hit } = this.highlights;
      for (const highlight of [doubt, phi, spell, found, hit]) highlight.clear();
      for (const id of this.seen) {
        const ranges = this.rangesOf(id);
        for (const range of ranges.doubt) doubt.add(range);
        for (const range of ranges.phi) phi.add(range);
        for (const range of ranges.spell) spell.add(range);
      }
      this.found.forEach(({ id, start, end }, index) => {
        const range = this.seen.has(id) ? this.range(id, start, end) : null;
        if (range) (index === this.hit ? hit : found).add(range);
      });
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
   * @param {string} id
   * @param {number} start UTF-16 units
   * @param {number} end
   */
  range(id, start, end) {
    return rangeIn(this.rows.get(id)?.text, start, end);
  }

  /**
   * Draw the word that sounds at a time; returns the line that sounds.
   * @param {number} time seconds
   */
  sound(time) {
    const line = this.doc.lineAt(time);
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
}
