// The task in memory: lines in order of time, who speaks, and who wants to know of changes.

/** @typedef {import("./types.js").Line} Line */

const DOUBTFUL_SHARE = 0.25; // of the lines are put forward as doubtful
const LEAST_DOUBT = 0.02; // of the words expected to be wrong

export class Doc extends EventTarget {
  /** @param {import("./types.js").Task} task */
  constructor(task) {
    super();
    this.task = task;
    this.speakers = task.speakers;
    this.lines = new Map(task.lines.map((line) => [line.id, line]));
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
    const at = this.place.get(id);
    return at === undefined ? undefined : this.order[at + step];
  }

  /**
   * Take over what the server says about some lines.
   * @param {Line[]} lines
   * @param {string[]} removed
   */
  change(lines, removed) {
    for (const id of removed) this.lines.delete(id);
    for (const line of lines) this.lines.set(line.id, line);
    this.sort();
    this.dispatchEvent(new CustomEvent("change", { detail: { lines, removed } }));
  }

  /**
   * The line that sounds at a time, or the last one before it.
   * @param {number} time seconds
   * @returns {Line | undefined}
   */
  at(time) {
    let low = 0;
    let high = this.order.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.order[middle].start <= time) low = middle;
      else high = middle - 1;
    }
    return this.order[low];
  }

  /** Labels of all speakers, those nobody uses now too. */
  labels() {
    const used = this.order.map((line) => line.speaker).filter(Boolean);
    return [...new Set([...Object.keys(this.speakers), ...used])].sort();
  }

  /** @param {string} label */
  nameOf(label) {
    return this.speakers[label]?.name || label || "—";
  }

  /** How many lines somebody, or a policy, has accepted. */
  done() {
    return this.order.filter((line) => line.state !== "draft").length;
  }
}

/**
 * Where each word of a line stands in its text: [start, end] in UTF-16 units, null if not there.
 * @param {Line} line
 * @returns {([number, number] | null)[]}
 */
export function wordPlaces(line) {
  let at = 0;
  return line.words.map((word) => {
    const found = line.text.indexOf(word.text, at);
    if (found < 0) return null;
    at = found + word.text.length;
    return [found, at];
  });
}

/**
 * Offsets count code points on the server and UTF-16 units in the browser.
 * @param {string} text
 * @param {number} units
 */
export function toPoints(text, units) {
  return [...text.slice(0, units)].length;
}

/**
 * @param {string} text
 * @param {number} points
 */
export function toUnits(text, points) {
  return [...text].slice(0, points).join("").length;
}
