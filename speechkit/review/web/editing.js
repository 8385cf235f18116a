// What people do to lines: each thing becomes an edit, shown at once and queued by `sync.js`.
import { ask } from "./api.js";
import { caretIn } from "./caret.js";
import { askIdentifier, askLabels, askSpeaker } from "./dialogs.js";
import { diffWords } from "./diff.js";
import { joint, tidyCaret } from "./edits.js";
import { toPoints, toUnits } from "./text.js";

/** @typedef {import("./types.js").Line} Line */
/** @typedef {import("./types.js").Task} Task */

const UNSURE = 0.6; // marks of a lower score are looked at

export class Editing {
  /**
   * @param {Task} task
   * @param {import("./doc.js").Doc} doc
   * @param {import("./lines.js").Lines} lines
   * @param {import("./sync.js").Sync} sync
   * @param {import("./saving.js").Saving} saving
   * @param {(text: string) => void} notice
   */
  constructor(task, doc, lines, sync, saving, notice) {
    this.task = task;
    this.doc = doc;
    this.lines = lines;
    this.sync = sync;
    this.saving = saving;
    this.notice = notice;
  }

  /** The line one is at, if there is one. */
  get currentLine() {
    return this.lines.current === null ? undefined : this.doc.get(this.lines.current);
  }

  /** @param {Line} line */
  split(line) {
    const row = this.lines.rows.get(line.id);
    if (!row) return;
    const at = tidyCaret(row.text.textContent ?? "", caretIn(row.text) ?? 0);
    const fresh = newId();
    this.saving.flush(line.id);
    if (this.sync.push({ kind: "split", segment: line.id, at, new: fresh })) this.lines.focus(fresh, 0);
    else this.notice("A line is split between two words, not at its ends, and not within an identifier.");
  }

  /** @param {Line} line */
  merge(line) {
    const above = this.doc.next(line.id, -1);
    if (!above) return;
    this.saving.flush(line.id);
    this.saving.flush(above.id);
    const [first, second] = [this.doc.get(above.id), this.doc.get(line.id)];
    if (!first || !second) return;
    const caret = first.text.length + joint(first, second, this.task.unspaced).length;
    if (this.sync.push({ kind: "merge", segment: first.id, next: second.id })) {
      this.lines.focus(first.id, caret);
    }
  }

  /**
   * @param {Line} line
   * @param {number} start seconds
   * @param {number} end seconds
   */
  retime(line, start, end) {
    const [a, b] = [start, end].map((time) => Math.round(time * 1000) / 1000);
    if (b - a < 0.02) this.notice("A line ends after it starts; move the sound first.");
    else this.sync.push({ kind: "retime", segment: line.id, start: a, end: b });
  }

  /** @param {Line} line */
  accept(line) {
    this.saving.flush(line.id);
    if (this.doc.get(line.id)?.state !== "accepted") this.sync.push({ kind: "accept", segment: line.id });
    this.go(1);
  }

  /**
   * To the next line that nobody accepted; undefined if there is none.
   */
  goToOpen() {
    /** @type {Line | undefined} */
    let line = this.currentLine ?? this.doc.order[0];
    if (line && line === this.currentLine) line = this.doc.next(line.id, 1);
    while (line && line.state !== "draft") line = this.doc.next(line.id, 1);
    if (line) this.lines.focus(line.id, 0);
    return line;
  }

  /**
   * To the next line that a person changed, or in which two differ.
   * @param {number} step
   */
  async goToChange(step) {
    const { lines } = await ask("GET", `/api/tasks/${this.task.id}/changes`);
    const changed = new Set(lines);
    /** @type {Line | undefined} */
    let line = this.currentLine ?? this.doc.order[0];
    if (line && (line === this.currentLine || !changed.has(line.id))) {
      do line = this.doc.next(line.id, step); while (line && !changed.has(line.id));
    }
    if (line) this.lines.focus(line.id, 0);
    return line;
  }

  /** @param {Line} line */
  async markPhi(line) {
    const chosen = this.chosenWords(line);
    if (!chosen) return;
    const { now, said, start, end, there } = chosen;
    const { kind, identifier, everywhere } = await askIdentifier(said, there, !this.task.hidden);
    this.lines.focus(line.id, toUnits(now.text, end));
    if (!kind) return;
    this.sync.push({ kind, segment: line.id, start, end, everywhere, ...(kind === "mark" && { identifier }) });
  }

  /**
   * The words at the caret are an identifier wherever they stand: of the kind that they are marked as
   * already, or of one that is asked for.
   * @param {Line} line
   */
  async keepSame(line) {
    const chosen = this.chosenWords(line);
    if (!chosen) return;
    const { now, said, there } = chosen;
    if (there && this.task.hidden) {
      this.notice("Only someone who may hear the unredacted audio can mark hidden words everywhere.");
      return;
    }
    // Of a marked name every word belongs to it, also where the caret stands in one of them.
    const { start, end } = there ?? chosen;
    let identifier = there?.identifier;
    if (!identifier) {
      const answer = await askIdentifier(said, undefined, false);
      this.lines.focus(line.id, toUnits(now.text, end));
      identifier = answer.identifier;
    }
    if (identifier) this.sync.push({ kind: "mark", segment: line.id, start, end, identifier, everywhere: true });
  }

  /**
   * What is marked at the caret is no identifier, wherever the same words stand.
   * @param {Line} line
   */
  removeSame(line) {
    const chosen = this.chosenWords(line);
    if (!chosen?.there) {
      this.notice("There is no identifier at the caret.");
    } else if (this.task.hidden) {
      this.notice("Only someone who may hear the unredacted audio can take a mark away.");
    } else {
      const { start, end } = chosen;
      this.sync.push({ kind: "unmark", segment: line.id, start, end, everywhere: true });
    }
  }

  /**
   * The selected words, or the word at the caret, in code points; `there`: what they are marked as.
   * @param {Line} line
   */
  chosenWords(line) {
    const place = this.lines.chosen(line.id);
    if (!place) return null;
    this.saving.flush(line.id);
    const now = this.doc.get(line.id);
    if (!now) return null;
    let [start, end] = place;
    if (start === end) {
      while (start > 0 && /\S/.test(now.text[start - 1])) start--;
      while (end < now.text.length && /\S/.test(now.text[end])) end++;
      // A full stop beside a word is not part of it.
      while (end > start && /[\p{P}]/u.test(now.text[end - 1]) && !/[⟧)]/.test(now.text[end - 1])) end--;
    }
    const said = now.text.slice(start, end).trim();
    if (!said) return null;
    start = toPoints(now.text, start + now.text.slice(start, end).search(/\S/));
    end = start + [...said].length;
    const there = now.marks.find((m) => !m.rejected && m.start < end && m.end > start);
    return { now, said, start, end, there };
  }

  /** @param {Line} line */
  async setLabels(line) {
    const labels = await askLabels(line);
    if (labels) this.sync.push({ kind: "labels", segment: line.id, labels });
  }

  /**
   * @param {Line} line
   * @param {string} speaker a label
   * @param {boolean} everywhere for all lines of the speaker it has now
   */
  assignSpeaker(line, speaker, everywhere = false) {
    if (line.speaker !== speaker) this.sync.push({ kind: "speaker", segment: line.id, speaker, everywhere });
  }

  /** @param {Line} line */
  async chooseSpeaker(line) {
    const chosen = await askSpeaker(this.doc, line);
    if (!chosen) return;
    const { label, name, role, everywhere } = chosen;
    const known = this.doc.speakers[label];
    if (known?.name !== name || known?.role !== role) {
      this.sync.push({ kind: "name", segment: "-", speaker: label, name, role });
    }
    const now = this.doc.get(line.id);
    if (now) this.assignSpeaker(now, label, everywhere);
  }

  /**
   * A new line where the sound is.
   * @param {number} time seconds
   */
  insert(time) {
    const start = Math.round(Math.min(Math.max(0, time), Math.max(0, this.task.duration - 1)) * 1000) / 1000;
    const fresh = newId();
    const end = Math.round(Math.min(start + 2, this.task.duration) * 1000) / 1000;
    const speaker = this.currentLine?.speaker ?? "";
    if (this.sync.push({ kind: "insert", segment: fresh, start, end, speaker })) this.lines.focus(fresh, 0);
  }

  /** @param {Line} line */
  remove(line) {
    if (this.task.hidden && line.marks.some((mark) => !mark.rejected)) {
      this.notice("Only someone who may hear the unredacted audio can delete a line with an identifier.");
      return;
    }
    const next = this.doc.next(line.id, 1) ?? this.doc.next(line.id, -1);
    this.saving.flush(line.id);
    if (this.sync.push({ kind: "delete", segment: line.id }) && next) this.lines.focus(next.id, 0);
  }

  /**
   * Show what the draft and others have for a line, or hide it again.
   * @param {Line} line
   */
  async compare(line) {
    if (this.lines.rows.get(line.id)?.comparison) {
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
    this.saving.flushAll();
    this.showChanged(this.sync.undo());
  }

  redo() {
    this.saving.flushAll();
    this.showChanged(this.sync.redo());
  }

  /**
   * Go where an undo changed something, which may be off screen.
   * @param {string[] | null} ids
   */
  showChanged(ids) {
    if (ids === null) {
      this.notice("There is nothing to undo or redo.");
      return;
    }
    if (this.lines.current !== null && ids.includes(this.lines.current)) return;
    const id = ids.find((one) => this.doc.get(one));
    if (id) this.lines.focus(id);
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
    let line = this.currentLine ?? this.doc.order[0];
    if (line && (line === this.currentLine || !this.isDoubt(line))) {
      do line = this.doc.next(line.id, step); while (line && !this.isDoubt(line));
    }
    if (line) this.lines.focus(line.id, 0);
    return line;
  }

  /** @param {Line} line */
  isDoubt(line) {
    const unsure = line.marks.some((mark) => mark.score < UNSURE && !mark.rejected);
    return line.state === "draft" && (this.lines.doubtful(line) || unsure);
  }
}

const newId = () => `n-${crypto.randomUUID()}`;
