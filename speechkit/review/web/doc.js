// The transcript in memory: what the server has confirmed, and on top of it what waits to be saved.
import { changeOf } from "./edits.js";

/** @typedef {import("./types.js").Line} Line */
/** @typedef {import("./types.js").Edit} Edit */
/** @typedef {import("./types.js").Speaker} Speaker */
/**
 * An edit that is shown and not confirmed yet. `restore`, `names`: what an undo puts back.
 * @typedef {{ edit: Edit, restore?: Map<string, Line | null>, names?: Record<string, Speaker> }} Pending
 */

const DOUBTFUL_SHARE = 0.25; // of the lines are put forward as doubtful
const LEAST_DOUBT = 0.02; // of the words expected to be wrong

export class Doc extends EventTarget {
  /** @param {import("./types.js").Task} task */
  constructor(task) {
    super();
    this.task = task;
    /** As the server has them. */
    this.confirmed = new Map(task.lines.map((line) => [line.id, line]));
    this.confirmedSpeakers = task.speakers;
    /** As the page shows them. */
    this.lines = new Map(this.confirmed);
    this.speakers = task.speakers;
    /** @type {Line[]} */
    this.order = [];
    /** @type {Map<string, number>} */
    this.place = new Map();
    this.sort();
    const shares = this.order.map((line) => line.expected_error ?? 0).sort((a, b) => b - a);
    // A line of which more is expected to be wrong is doubtful.
    this.cutoff = Math.max(LEAST_DOUBT, shares[Math.floor(shares.length * DOUBTFUL_SHARE)] ?? 1);
  }

  sort() {
    this.order = [...this.lines.values()].sort((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1));
    this.place = new Map(this.order.map((line, index) => [line.id, index]));
  }

  /** @param {string} id */
  get(id) {
    return this.lines.get(id);
  }

  /**
   * The line `step` places further.
   * @param {string} id
   * @param {number} step
   * @returns {Line | undefined}
   */
  next(id, step) {
    const place = this.place.get(id);
    return place === undefined ? undefined : this.order[place + step];
  }

  /**
   * Show an edit at once; what it changed, with what was there before; null if it does not fit.
   * @param {Pending} pending
   */
  apply(pending) {
    const names = this.speakers;
    const change = this.step(this.lines, pending);
    if (!change) return null;
    const before = new Map([...change.keys()].map((id) => [id, this.lines.get(id) ?? null]));
    this.write(this.lines, change);
    this.publish([...change.keys()]);
    if (names !== this.speakers) this.dispatchEvent(new Event("speakers"));
    return { before, names };
  }

  /**
   * @param {Map<string, Line>} lines
   * @param {Pending} pending
   */
  step(lines, { edit, restore, names }) {
    if (names) this.speakers = names;
    if (restore) return restore;
    if (edit.kind === "name") {
      this.speakers = { ...this.speakers, [edit.speaker]: { name: edit.name, role: edit.role } };
    }
    const { hidden, unspaced, language } = this.task;
    return changeOf({ lines, hidden, unspaced, language }, edit);
  }

  /**
   * @param {Map<string, Line>} lines
   * @param {Map<string, Line | null>} change
   */
  write(lines, change) {
    for (const [id, line] of change) {
      if (line) lines.set(id, line);
      else lines.delete(id);
    }
  }

  /**
   * Take over what the server says, and show what still waits on top of it.
   * @param {{ lines: Line[], removed: string[], speakers?: Record<string, Speaker> }} answer
   * @param {Pending[]} waiting
   */
  confirm({ lines, removed, speakers }, waiting) {
    for (const id of removed) this.confirmed.delete(id);
    for (const line of lines) this.confirmed.set(line.id, line);
    if (speakers) this.confirmedSpeakers = speakers;
    this.rebuild(waiting);
  }

  /** @param {Pending[]} waiting */
  rebuild(waiting) {
    const [before, names] = [this.lines, this.speakers];
    this.speakers = this.confirmedSpeakers;
    const lines = new Map(this.confirmed);
    for (const pending of waiting) {
      const change = this.step(lines, pending);
      if (change) this.write(lines, change);
    }
    this.lines = lines;
    const changed = [...lines.values()].filter((line) => before.get(line.id) !== line).map((line) => line.id);
    const gone = [...before.keys()].filter((id) => !lines.has(id));
    this.publish([...changed, ...gone]);
    if (JSON.stringify(names) !== JSON.stringify(this.speakers)) this.dispatchEvent(new Event("speakers"));
  }

  /** @param {string[]} ids */
  publish(ids) {
    this.sort();
    /** @type {Line[]} */
    const lines = [];
    /** @type {string[]} */
    const removed = [];
    for (const id of ids) {
      const line = this.lines.get(id);
      if (line) lines.push(line);
      else removed.push(id);
    }
    this.dispatchEvent(new CustomEvent("change", { detail: { lines, removed } }));
  }

  /**
   * The line that sounds at a time, or the last one before it.
   * @param {number} time seconds
   * @returns {Line | undefined}
   */
  lineAt(time) {
    let low = 0;
    let high = this.order.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.order[middle].start <= time) low = middle;
      else high = middle - 1;
    }
    return this.order[low];
  }

  /** Labels of all speakers, including those not in use now. */
  labels() {
    const used = this.order.map((line) => line.speaker).filter(Boolean);
    return [...new Set([...Object.keys(this.speakers), ...used])].sort();
  }

  /** @param {string} label */
  nameOf(label) {
    return this.speakers[label]?.name || label || "—";
  }

  /**
   * The letter of a speaker: the first one is A.
   * @param {string} label
   */
  letterOf(label) {
    const index = this.labels().indexOf(label);
    return index < 0 ? "" : String.fromCharCode(65 + (index % 26));
  }

  /**
   * What a speaker is called on the page: SPEAKER_00 of a program says less than "speaker A".
   * @param {string} label
   */
  shownName(label) {
    const name = this.nameOf(label);
    return /^(speaker|spk|channel|ch|s)?[-_ ]?\d+$/i.test(name) ? `speaker ${this.letterOf(label)}` : name;
  }

  /** How many lines a person, or a policy, has accepted. */
  done() {
    return this.order.filter((line) => line.state !== "draft").length;
  }
}
