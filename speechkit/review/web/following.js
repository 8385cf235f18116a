// The text follows the sound while nothing is typed: the line being played is marked and scrolled into view.

const QUIET = 3000; // ms without a key or the wheel, after which the text follows again

export class Following {
  /**
   * @param {import("./doc.js").Doc} doc
   * @param {import("./lines.js").Lines} lines
   */
  constructor(doc, lines) {
    this.doc = doc;
    this.lines = lines;
    /** @type {string | null} */
    this.sounding = null;
    this.touched = -QUIET;
    const touch = () => (this.touched = performance.now());
    lines.list.addEventListener("input", touch);
    addEventListener("wheel", touch, { passive: true });
    addEventListener("touchmove", touch, { passive: true });
  }

  /**
   * @param {number} time seconds
   * @param {boolean} playing
   */
  update(time, playing) {
    const line = this.doc.lineAt(time);
    const id = line && time < line.end ? line.id : null;
    if (id === this.sounding) return;
    this.mark(id);
    if (playing && id && performance.now() - this.touched > QUIET) this.lines.show(id);
  }

  /** @param {string | null} id */
  mark(id) {
    this.lines.rows.get(this.sounding ?? "")?.element.removeAttribute("data-sounding");
    this.lines.rows.get(id ?? "")?.element.setAttribute("data-sounding", "");
    this.sounding = id;
  }

  /**
   * Scroll the line that sounds at a time into view.
   * @param {number} time seconds
   */
  show(time) {
    const line = this.doc.lineAt(time);
    if (line) this.lines.show(line.id);
  }

  /**
   * Go to the line that sounds at a time, to work on it.
   * @param {number} time seconds
   */
  go(time) {
    const line = this.doc.lineAt(time);
    if (line) this.lines.focus(line.id, 0);
  }
}
