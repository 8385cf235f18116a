// Saves: edits leave one after another, each with an id of its own, so that trying again is harmless.
import { Refused, ask } from "./api.js";

const BEAT = 20_000; // ms; the lease ends after 60 s without one
const RETRY = [500, 1000, 2000, 5000];

/** @typedef {import("./types.js").Edit} Edit */
/** @typedef {import("./types.js").Applied} Applied */
/**
 * An edit that waits for its turn. `undo`: whether it takes one back, or that back.
 * @typedef {{ build: () => Edit | null, undo: "undo" | "redo" | null, opId: string,
 *   resolve: (answer: Applied | null) => void }} Job
 */

export class Sync extends EventTarget {
  /** @param {import("./doc.js").Doc} doc */
  constructor(doc) {
    super();
    this.doc = doc;
    /** @type {number | null} */
    this.epoch = null;
    /** @type {Job[]} */
    this.queue = [];
    this.sending = false;
    /** @type {string[]} */
    this.undoable = [];
    /** @type {string[]} */
    this.redoable = [];
    /** @type {number | undefined} */
    this.beat = undefined;
    /**
     * Asked when a line was changed elsewhere: whether one's own text is to stand.
     * @type {((said: import("./types.js").Said, mine: string) => Promise<boolean>) | null}
     */
    this.resolve = null;
  }

  get idle() {
    return !this.sending && this.queue.length === 0;
  }

  async lease() {
    const { epoch } = await ask("POST", `/api/tasks/${this.doc.task.id}/lease`);
    this.epoch = epoch;
    this.beat ??= setInterval(() => this.heartbeat(), BEAT);
    this.say("saved");
  }

  async heartbeat() {
    try {
      await ask("POST", `/api/tasks/${this.doc.task.id}/heartbeat`, { epoch: this.epoch });
    } catch (error) {
      if (error instanceof Refused && error.status === 409) this.lose(error.message);
    }
  }

  /**
   * Put an edit in the queue. `build` is called when its turn comes, with all revisions known.
   * @param {() => Edit | null} build
   * @param {{ undo?: "undo" | "redo" | null }} options
   * @returns {Promise<Applied | null>}
   */
  push(build, { undo = null } = {}) {
    return new Promise((resolve) => {
      this.queue.push({ build, undo, resolve, opId: crypto.randomUUID() });
      this.drain();
    });
  }

  async drain() {
    if (this.sending || this.epoch === null) return;
    this.sending = true;
    while (this.queue.length) {
      this.say("unsaved");
      const job = this.queue[0];
      const body = job.build();
      job.resolve(body ? await this.send(job, body) : null);
      this.queue.shift();
    }
    this.sending = false;
    if (this.epoch !== null) this.say("saved");
  }

  /**
   * @param {Job} job
   * @param {Edit} body
   * @returns {Promise<Applied | null>}
   */
  async send(job, body) {
    const request = { base_rev: 0, ...body, op_id: job.opId, lease_epoch: this.epoch };
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await ask("POST", `/api/tasks/${this.doc.task.id}/operations`, request);
        this.remember(job, answer.op_id);
        this.doc.change(answer.lines, answer.removed);
        return answer;
      } catch (error) {
        if (!(error instanceof Refused) || error.status >= 500 || error.status === 429) {
          this.say("offline");
          const wait = RETRY[Math.min(attempt, RETRY.length - 1)];
          await new Promise((resolve) => setTimeout(resolve, wait));
          continue;
        }
        return this.refused(job, request, error);
      }
    }
  }

  /**
   * @param {Job} job
   * @param {Edit} request
   * @param {Refused} error
   * @returns {Promise<Applied | null>}
   */
  async refused(job, request, error) {
    const kind = error.said.kind;
    if (kind === "LeaseError") {
      this.lose(error.message);
      return null;
    }
    if (kind === "StaleError") {
      const { theirs } = error.said;
      const text = request.kind === "text" && theirs ? String(request.text) : null;
      const mine = text !== null && (await this.resolve?.(error.said, text));
      this.doc.change(theirs ? [theirs] : [], theirs ? [] : [request.segment]);
      if (mine && theirs) {
        job.opId = crypto.randomUUID();
        return this.send(job, { ...request, base_rev: theirs.rev });
      }
      return null;
    }
    const line = this.doc.get(request.segment);
    this.dispatchEvent(new CustomEvent("refused", { detail: { message: error.message, line } }));
    return null;
  }

  /**
   * @param {Job} job
   * @param {string} opId
   */
  remember(job, opId) {
    if (job.undo === "undo") this.redoable.push(opId);
    else this.undoable.push(opId);
    if (job.undo === null) this.redoable = [];
  }

  undo() {
    const undoes = this.undoable.pop();
    if (undoes) return this.push(() => ({ kind: "undo", segment: "-", undoes }), { undo: "undo" });
    return null;
  }

  redo() {
    const undoes = this.redoable.pop();
    if (undoes) return this.push(() => ({ kind: "undo", segment: "-", undoes }), { undo: "redo" });
    return null;
  }

  /** @param {string} message */
  lose(message) {
    this.epoch = null;
    clearInterval(this.beat);
    this.beat = undefined;
    this.say("lost");
    this.dispatchEvent(new CustomEvent("lost", { detail: message }));
  }

  /** @param {string} state */
  say(state) {
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }
}
