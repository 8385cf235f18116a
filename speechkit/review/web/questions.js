// Questions on a line, answers to them, and why a recording was given back.
import { ask as request } from "./api.js";
import { ask, clock, make } from "./dom.js";

/** @typedef {import("./types.js").Remark} Remark */
/** @typedef {import("./types.js").Line} Line */

const MOST = 1000; // characters

export class Questions {
  /**
   * @param {import("./doc.js").Doc} doc
   * @param {import("./lines.js").Lines} lines
   */
  constructor(doc, lines) {
    this.doc = doc;
    this.lines = lines;
    this.path = `/api/tasks/${doc.task.id}/remarks`;
    /** @type {Remark[]} */
    this.remarks = [];
  }

  async load() {
    this.remarks = (await request("GET", this.path)).remarks;
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const { line, done } of this.remarks) if (!done) counts.set(line, (counts.get(line) ?? 0) + 1);
    this.lines.showQuestions(counts);
    return this.open.length;
  }

  get open() {
    return this.remarks.filter((one) => !one.done);
  }

  /** Why the recording was given back, if that was not worked in yet. */
  get reasons() {
    return this.open.filter((one) => one.kind === "reason");
  }

  /**
   * Ask about a line; true if something was asked.
   * @param {Line} line
   */
  async add(line) {
    const text = make("textarea", { autofocus: true, maxlength: String(MOST), rows: "3", "aria-label": "Question" });
    const answer = await ask(`Ask about ${clock(line.start)}`, make("div", { class: "fields" },
      make("p", { class: "quiet" }, "Whoever may open this recording reads it. It is deleted when the recording is approved."), text),
      [["ask", "Ask", "main"], ["", "Cancel"]], "at-line");
    if (answer !== "ask" || !text.value.trim()) return false;
    await request("POST", this.path, { line: line.id, text: text.value.trim() });
    await this.load();
    return true;
  }

  /** All of them, with what one can say to them. */
  async show() {
    for (;;) {
      await this.load();
      const answers = new Map(this.open.map((one) => [one.id, make("input", {
        maxlength: String(MOST), "aria-label": `Answer to ${one.by}`,
      })]));
      const list = make("ul", { class: "questions" }, ...this.remarks.map((one) => this.item(one, answers.get(one.id))));
      const body = this.remarks.length ? list : make("p", { class: "quiet" }, "Nobody has asked anything. Alt+Q asks about a line.");
      const chosen = await ask("Questions on this recording", body, [["", "Close"]], "aside");
      if (chosen.startsWith("go ")) {
        this.lines.focus(chosen.slice(3), 0);
        return;
      }
      if (!chosen) return;
      await request("POST", `${this.path}/answer`, { remark: chosen, text: answers.get(chosen)?.value.trim() ?? "" });
    }
  }

  /**
   * @param {Remark} remark
   * @param {HTMLInputElement | undefined} answer
   */
  item(remark, answer) {
    const line = this.doc.get(remark.line);
    const said = { question: "asks", answer: "answers", reason: "gave it back" }[remark.kind];
    return make("li", { class: remark.done ? "done" : "" },
      make("strong", {}, `${remark.mine ? "You" : remark.by} ${said}`), " ",
      line ? make("button", { value: `go ${line.id}` }, clock(line.start)) : null,
      make("p", {}, remark.text),
      answer ? make("div", { class: "bar" }, answer, make("button", { value: remark.id }, "Answer and close")) : null);
  }
}
