// From keys to edits: what is typed is an edit after a pause, at the latest after two seconds, and at
// once when one leaves the line, the window or the page.
import { tidy } from "./text.js";

const PAUSE = 500; // ms without a key
const LATEST = 2000; // ms after the first key that is not saved

export class Saving {
  /**
   * @param {import("./doc.js").Doc} doc
   * @param {import("./lines.js").Lines} lines
   * @param {import("./sync.js").Sync} sync
   */
  constructor(doc, lines, sync) {
    this.doc = doc;
    this.lines = lines;
    this.sync = sync;
    /** @type {Map<string, { since: number, timer: number }>} */
    this.waiting = new Map();
    sync.typing = () => this.waiting.size > 0;
    lines.list.addEventListener("focusout", () => this.flushAll());
    addEventListener("blur", () => this.flushAll());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.flushAll();
    });
    addEventListener("pagehide", () => {
      this.flushAll();
      sync.sendLast();
    });
  }

  /**
   * A person typed into a line.
   * @param {string} id
   */
  typed(id) {
    const now = performance.now();
    const { since, timer } = this.waiting.get(id) ?? { since: now, timer: 0 };
    clearTimeout(timer);
    const wait = Math.max(0, Math.min(PAUSE, since + LATEST - now));
    this.waiting.set(id, { since, timer: setTimeout(() => this.flush(id), wait) });
    this.sync.update();
  }

  /**
   * Queue what was typed into a line. A composition is never cut in half: its end comes here again.
   * @param {string} id
   */
  flush(id) {
    const row = this.lines.rows.get(id);
    const line = this.doc.get(id);
    if (row?.composing) return;
    clearTimeout(this.waiting.get(id)?.timer);
    this.waiting.delete(id);
    if (row?.dirty && line) {
      row.dirty = false;
      const text = tidy(row.text.textContent ?? "");
      if (text !== line.text) this.sync.push({ kind: "text", segment: id, text });
    }
    this.sync.update();
  }

  flushAll() {
    for (const id of [...this.waiting.keys()]) this.flush(id);
  }
}
