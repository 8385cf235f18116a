// What people do to lines: each thing becomes an edit in the queue of `sync.js`.
import { ask } from "./api.js";
import { askIdentifier, askLabels, askSpeaker } from "./dialogs.js";
import { diffWords } from "./diff.js";
import { toPoints, toUnits } from "./doc.js";

/** @typedef {import("./types.js").Line} Line */
/** @typedef {import("./types.js").Task} Task */
/** @typedef {import("./types.js").Edit} Edit */

const SAVE_AFTER = 500; // ms without a key

export class Editing {
  /**
   * @param {Task} task
   * @param {import("./doc.js").Doc} doc
   * @param {import("./lines.js").Lines} lines
   * @param {import("./sync.js").Sync} sync
   */
  constructor(task, doc, lines, sync) {
    this.task = task;
    this.doc = doc;
    this.lines = lines;
    this.sync = sync;
    /** @type {Map<string, number>} */
    this.timers = new Map();
  }

  /** The line one is at, if there is one. */
  get here() {
    return this.lines.current === null ? undefined : this.doc.get(this.lines.current);
  }

  get idle() {
    return this.sync.idle && this.timers.size === 0;
  }

  /**
   * Somebody typed: it is sent once they pause.
   * @param {string} lineId
   */
  typed(lineId) {
    clearTimeout(this.timers.get(lineId));
    this.timers.set(lineId, setTimeout(() => this.flush(lineId), SAVE_AFTER));
  }

  /**
   * Send what was typed into a line; resolves when it is saved.
   * @param {string} lineId
   */
  async flush(lineId) {
    clearTimeout(this.timers.get(lineId));
    this.timers.delete(lineId);
    const row = this.lines.rows.get(lineId);
    if (!row?.dirty) return;
    await this.edit(lineId, (now) => {
      row.dirty = false;
      const text = this.lines.text(lineId);
      return text === now.text ? null : { kind: "text", text };
    });
  }

  flushAll() {
    return Promise.all([...this.timers.keys()].map((lineId) => this.flush(lineId)));
  }

  /**
   * Queue an edit of a line; `build` gives its kind and fields when its turn comes, or null.
   * @param {string} lineId
   * @param {(now: Line) => { kind: string, [field: string]: unknown } | null} build
   */
  edit(lineId, build) {
    return this.sync.push(() => {
      const line = this.doc.get(lineId);
      const body = line ? build(line) : null;
      return line && body ? { segment: lineId, base_rev: line.rev, ...body } : null;
    });
  }

  /** @param {Line} line */
  async split(line) {
    const row = this.lines.rows.get(line.id);
    if (!row) return;
    const caret = this.lines.caret(row.text) ?? 0;
    const before = (row.text.textContent ?? "").slice(0, caret).replace(/\s+/g, " ").trimStart();
    const fresh = newId();
    await this.flush(line.id);
    const answer = await this.edit(line.id, (now) =>
      ({ kind: "split", at: toPoints(now.text, before.length), new: fresh }));
    if (answer) this.lines.focus(fresh, 0);
  }

  /** @param {Line} line */
  async merge(line) {
    const above = this.doc.next(line.id, -1);
    if (!above) return;
    await Promise.all([this.flush(line.id), this.flush(above.id)]);
    const at = this.doc.get(above.id)?.text.length ?? 0;
    const answer = await this.edit(above.id, () =>
      ({ kind: "merge", next: line.id, next_rev: this.doc.get(line.id)?.rev ?? 0 }));
    if (answer) this.lines.focus(above.id, at);
  }

  /**
   * @param {Line} line
   * @param {number} start seconds
   * @param {number} end seconds
   */
  retime(line, start, end) {
    const [a, b] = [start, end].map((time) => Math.round(time * 1000) / 1000);
    return this.edit(line.id, () => ({ kind: "retime", start: a, end: b }));
  }

  /** @param {Line} line */
  async accept(line) {
    await this.flush(line.id);
    this.edit(line.id, (now) => (now.state === "accepted" ? null : { kind: "accept" }));
    this.go(1);
  }

  /** @param {Line} line */
  async markPhi(line) {
    const place = this.lines.chosen(line.id);
    if (!place) return;
    await this.flush(line.id);
    const now = this.doc.get(line.id);
    if (!now) return;
    let [start, end] = place;
    if (start === end) {
      while (start > 0 && /\S/.test(now.text[start - 1])) start--;
      while (end < now.text.length && /\S/.test(now.text[end])) end++;
    }
    const said = now.text.slice(start, end).trim();
    if (!said) return;
    start = toPoints(now.text, start + now.text.slice(start, end).search(/\S/));
    end = start + [...said].length;
    const there = now.marks.find((m) => !m.rejected && m.start < end && m.end > start);
    const identifier = await askIdentifier(said, there?.identifier, !this.task.hidden);
    this.lines.focus(line.id, toUnits(now.text, end));
    if (identifier === "none") this.edit(line.id, () => ({ kind: "unmark", start, end }));
    else if (identifier) this.edit(line.id, () => ({ kind: "mark", start, end, identifier }));
  }

  /** @param {Line} line */
  async setLabels(line) {
    const labels = await askLabels(line);
    if (labels) await this.edit(line.id, () => ({ kind: "labels", labels }));
  }

  /**
   * @param {Line} line
   * @param {string} speaker a label
   * @param {boolean} everywhere for all lines of the speaker it has now
   */
  assignSpeaker(line, speaker, everywhere = false) {
    return this.edit(line.id, (now) =>
      now.speaker === speaker ? null : { kind: "speaker", speaker, everywhere });
  }

  /** @param {Line} line */
  async chooseSpeaker(line) {
    const chosen = await askSpeaker(this.doc, line);
    if (!chosen) return;
    const { label, name, role, everywhere } = chosen;
    const known = this.doc.speakers[label];
    if (known?.name !== name || known?.role !== role) {
      const speakers = { ...this.doc.speakers, [label]: { name, role } };
      const asked = { epoch: this.sync.epoch, speakers };
      const answer = await ask("PUT", `/api/tasks/${this.task.id}/speakers`, asked);
      this.doc.speakers = answer.speakers;
    }
    await this.assignSpeaker(line, label, everywhere);
    this.lines.refill();
  }

  /**
   * A new line where the sound is.
   * @param {number} time seconds
   */
  async insert(time) {
    const start = Math.min(Math.max(0, time), Math.max(0, this.task.duration - 1));
    const fresh = newId();
    const end = Math.min(start + 2, this.task.duration);
    const answer = await this.sync.push(() => ({
      kind: "insert", segment: fresh, start, end, speaker: this.here?.speaker ?? "",
    }));
    if (answer) this.lines.focus(fresh, 0);
  }

  /** @param {Line} line */
  async remove(line) {
    const next = this.doc.next(line.id, 1) ?? this.doc.next(line.id, -1);
    await this.flush(line.id);
    const answer = await this.edit(line.id, () => ({ kind: "delete" }));
    if (answer && next) this.lines.focus(next.id, 0);
  }

  /**
   * Show what the draft and others have for a line, or hide it again.
   * @param {Line} line
   */
  async compare(line) {
    if (this.lines.rows.get(line.id)?.more) {
      this.lines.compare(line.id, null);
      return;
    }
    const { versions } = await ask("GET", `/api/tasks/${this.task.id}/lines/${line.id}/versions`);
    /** @type {{ by: string, text: string }[]} */
    const others = versions;
    this.lines.compare(line.id, others.map(({ by, text }) =>
      ({ by, parts: diffWords(text, this.lines.text(line.id)) })));
  }

  undo() {
    return this.flushAll().then(() => this.sync.undo());
  }

  redo() {
    return this.flushAll().then(() => this.sync.redo());
  }

  /**
   * To the line above (-1) or below (1).
   * @param {number} step
   */
  go(step) {
    const next = this.lines.current ? this.doc.next(this.lines.current, step) : this.doc.order[0];
    if (next) this.lines.focus(next.id, 0);
  }

  /**
   * To the next line that is likely wrong, or the one before; undefined if there is none.
   * @param {number} step
   */
  goToDoubt(step) {
    /** @type {Line | undefined} */
    let line = this.here ?? this.doc.order[0];
    if (line && (line === this.here || !this.isDoubt(line))) {
      do line = this.doc.next(line.id, step); while (line && !this.isDoubt(line));
    }
    if (line) this.lines.focus(line.id, 0);
    return line;
  }

  /** @param {Line} line */
  isDoubt(line) {
    const unsure = line.marks.some((mark) => mark.score < 0.6 && !mark.rejected);
    return line.state === "draft" && (this.lines.doubtful(line) || unsure);
  }
}

const newId = () => `n-${crypto.randomUUID()}`;
