// Saves: edits are shown at once, wait in a queue, and leave in order, each with an id of its own, so
// that sending one again is harmless. What is refused stays, stops the queue, and says why.
import { isPassing, joined } from "./answers.js";
import { Refused, ask, sendLast } from "./api.js";

const RETRY = [500, 1000, 2000, 5000]; // ms
const BATCH = 50; // edits of one request

/** @typedef {import("./types.js").Edit} Edit */
/** @typedef {import("./types.js").Line} Line */
/** @typedef {import("./types.js").Speaker} Speaker */
/** @typedef {import("./types.js").Status} Status */
/**
 * An edit that waits. `before`, `namesBefore`: what it changed, to be put back by an undo. `sent`: the
 * server may have it, although no answer came.
 * @typedef {import("./doc.js").Pending & { opId: string, before: Map<string, Line | null>,
 *   namesBefore: Record<string, Speaker>, sent: boolean }} Job
 */

export class Sync extends EventTarget {
  /** @param {import("./doc.js").Doc} doc */
  constructor(doc) {
    super();
    this.doc = doc;
    this.path = `/api/tasks/${doc.task.id}`;
    /** The lease; null: one may read only. @type {number | null} */
    this.epoch = null;
    /** @type {Job[]} */
    this.queue = [];
    /** @type {Job[]} */
    this.undoable = [];
    /** @type {Job[]} */
    this.redoable = [];
    /** @type {Promise<void> | null} */
    this.running = null;
    this.batch = BATCH;
    /** What keeps the queue from being sent. @type {"refused" | "lost" | null} */
    this.stopped = null;
    this.offline = false;
    this.loggedOut = false;
    /** Whether something was typed that is not in the queue yet. */
    this.typing = () => false;
    /** Whether the page was touched since the last heartbeat. */
    this.touched = () => true;
    this.beatEvery = 20_000; // ms; the lease ends after 60 s without a heartbeat
    /** @type {number | undefined} */
    this.beat = undefined;
    this.wake = () => {};
    /**
     * Asked when a line was changed elsewhere: whether one's own text is to stand.
     * @type {((said: import("./types.js").Said, mine: string) => Promise<boolean>) | null}
     */
    this.resolve = null;
    addEventListener("online", () => this.wake());
  }

  /** Whether all is saved. */
  get idle() {
    return this.queue.length === 0 && !this.typing();
  }

  /** @returns {Status} */
  get status() {
    if (this.stopped) return this.stopped;
    if (this.loggedOut) return "loggedout";
    if (this.epoch === null) return "reading";
    if (this.idle) return "saved";
    return this.offline ? "offline" : "unsaved";
  }

  /** Ids of the lines that have edits which are not saved. */
  get unsaved() {
    return new Set(this.queue.flatMap((job) => [...job.before.keys()]));
  }

  /** Take the task; what waits is sent under the new lease. */
  async lease() {
    const { epoch } = await ask("POST", `${this.path}/lease`);
    const again = this.stopped === "lost";
    this.epoch = epoch;
    this.stopped = null;
    this.beat ??= setInterval(() => this.heartbeat(), this.beatEvery);
    this.update();
    await this.drain();
    // Others may have changed lines that nothing waits for.
    if (again && this.epoch !== null) this.takeOver(await ask("GET", this.path));
  }

  /** @param {import("./types.js").Task} task */
  takeOver({ lines, speakers }) {
    const there = new Set(lines.map((line) => line.id));
    const removed = [...this.doc.confirmed.keys()].filter((id) => !there.has(id));
    this.doc.confirm({ lines, removed, speakers }, this.queue);
  }

  async heartbeat() {
    try {
      /** @type {Record<string, string>} */
      const headers = this.touched() ? { "x-touched": "1" } : {};
      await ask("POST", `${this.path}/heartbeat`, { epoch: this.epoch }, headers);
    } catch (error) {
      if (error instanceof Refused && error.status < 429) this.lose(error.message);
    }
  }

  /**
   * Show an edit and queue it; false if it does not fit.
   * @param {Edit} edit
   */
  push(edit) {
    const last = this.queue.at(-1);
    const shown = this.doc.apply({ edit });
    if (!shown) return false;
    if (last && !last.sent && edit.kind === "text" && last.edit.kind === "text" && last.edit.segment === edit.segment) {
      // The same words typed on: one edit, and one undo. A refused one gets another try.
      last.edit = edit;
      if (this.stopped === "refused" && this.queue.length === 1) this.stopped = null;
    } else {
      const job = {
        edit, opId: crypto.randomUUID(), before: shown.before, namesBefore: shown.names, sent: false,
      };
      this.queue.push(job);
      this.undoable.push(job);
    }
    this.redoable = [];
    this.drain();
    return true;
  }

  /**
   * Take up what can be undone from before the page was opened.
   * @param {{ undoable: import("./types.js").Done[], redoable: import("./types.js").Done[] }} history
   */
  remember({ undoable, redoable }) {
    this.undoable = [...undoable.map(jobOf), ...this.undoable];
    if (!this.queue.length) this.redoable = redoable.map(jobOf);
  }

  /** Take back the last edit; the ids of the lines it had changed, null if there is none. */
  undo() {
    return this.putBack(this.undoable, this.redoable);
  }

  redo() {
    return this.putBack(this.redoable, this.undoable);
  }

  /**
   * @param {Job[]} from
   * @param {Job[]} to
   */
  putBack(from, to) {
    const job = from.pop();
    if (!job) return null;
    const named = job.edit.kind === "name" || job.names !== undefined;
    const pending = {
      edit: { kind: "undo", segment: "-", undoes: job.opId },
      restore: job.before,
      names: named ? job.namesBefore : undefined,
    };
    const shown = this.doc.apply(pending);
    if (!shown) return null;
    const back = {
      ...pending, opId: crypto.randomUUID(), before: shown.before, namesBefore: shown.names, sent: false,
    };
    this.queue.push(back);
    to.push(back);
    this.drain();
    return [...job.before.keys()];
  }

  /** Send what waits; resolves when nothing does, or when it cannot go on. */
  drain() {
    this.update();
    this.running ??= this.run().finally(() => {
      this.running = null;
      if (this.queue.length && !this.stopped && this.epoch !== null) this.drain();
      this.update();
    });
    return this.running;
  }

  async run() {
    for (let attempt = 0; this.queue.length && !this.stopped && this.epoch !== null; ) {
      const jobs = this.queue.slice(0, this.batch);
      try {
        const answers = await this.post(jobs);
        this.offline = false;
        this.batch = BATCH;
        attempt = 0;
        this.queue.splice(0, answers.length);
        this.doc.confirm(answers.reduce(joined), this.queue);
      } catch (error) {
        if (!(error instanceof Refused) || isPassing(error)) {
          this.offline = true;
          this.update();
          await this.wait(RETRY[Math.min(attempt++, RETRY.length - 1)]);
        } else {
          for (const job of jobs) job.sent = false; // none of them was applied
          if (jobs.length > 1) this.batch = 1; // which of them is it?
          else await this.refuse(jobs[0], error);
        }
      }
      this.update();
    }
  }

  /**
   * @param {Job[]} jobs
   * @returns {Promise<import("./types.js").Applied[]>}
   */
  async post(jobs) {
    const requests = jobs.map((job) => this.request(job));
    for (const job of jobs) job.sent = true;
    const body = jobs.length > 1 ? { operations: requests } : requests[0];
    const answer = await ask("POST", `${this.path}/operations`, body);
    return jobs.length > 1 ? answer.answers : [answer];
  }

  /**
   * @param {Job} job
   * @returns {Edit}
   */
  request({ edit, opId }) {
    const rev = (/** @type {string} */ id) => this.doc.confirmed.get(id)?.rev ?? 0;
    /** @type {Edit} */
    const body = { ...edit, op_id: opId, lease_epoch: this.epoch, base_rev: rev(edit.segment) };
    if (edit.kind === "merge") body.next_rev = rev(edit.next);
    if (edit.kind === "texts") {
      body.changes = edit.changes.map((/** @type {any} */ one) => ({ ...one, base_rev: rev(one.segment) }));
    }
    return body;
  }

  /** The page goes away: what waits is sent at once, also what may be on its way. */
  sendLast() {
    if (this.epoch === null || this.stopped || !this.queue.length) return;
    const operations = this.queue.slice(0, BATCH).map((job) => this.request(job));
    sendLast(`${this.path}/operations`, operations.length > 1 ? { operations } : operations[0]);
  }

  /** @param {number} ms */
  wait(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
  }

  /**
   * @param {Job} job
   * @param {Refused} error
   */
  async refuse(job, error) {
    const { kind, theirs } = error.said;
    if (kind === "LeaseError" || (error.status === 404 && !(await this.stillMine()))) {
      this.lose(error.message);
      return;
    }
    if (kind === "StaleError" && theirs !== undefined) {
      const mine = job.edit.kind === "text" && theirs
        && (await this.resolve?.(error.said, job.edit.text));
      if (mine) job.opId = crypto.randomUUID();
      else this.drop(job);
      this.doc.confirm({ lines: theirs ? [theirs] : [], removed: theirs ? [] : [job.edit.segment] }, this.queue);
      return;
    }
    this.stopped = "refused";
    this.dispatchEvent(new CustomEvent("refused", { detail: error.message }));
  }

  async stillMine() {
    return ask("POST", `${this.path}/heartbeat`, { epoch: this.epoch }).then(() => true, () => false);
  }

  /** Send again what was refused. */
  retry() {
    if (this.stopped === "refused") this.stopped = null;
    this.wake();
    this.drain();
  }

  /** Leave out the edit that was refused; the line becomes what the server has. */
  discard() {
    const [job] = this.queue;
    if (job) this.drop(job);
    this.doc.rebuild(this.queue);
    this.retry();
  }

  /** @param {Job} job */
  drop(job) {
    this.queue = this.queue.filter((one) => one !== job);
    this.undoable = this.undoable.filter((one) => one !== job);
    this.redoable = this.redoable.filter((one) => one !== job);
  }

  /** @param {string} message */
  lose(message) {
    if (this.stopped === "lost") return;
    this.epoch = null;
    this.stopped = "lost";
    clearInterval(this.beat);
    this.beat = undefined;
    this.update();
    this.dispatchEvent(new CustomEvent("lost", { detail: message }));
  }

  /** Say how things stand. */
  update() {
    this.dispatchEvent(new CustomEvent("status", { detail: this.status }));
  }
}

/**
 * An edit that the server has, as one of those that an undo takes back.
 * @param {import("./types.js").Done} done
 * @returns {Job}
 */
function jobOf({ op_id: opId, kind, before, names }) {
  return {
    edit: { kind, segment: "-" }, opId, before: new Map(Object.entries(before)), sent: true,
    names: names ?? undefined, namesBefore: names ?? {},
  };
}
