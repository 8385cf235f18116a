// Handing a recording on: to a reviewer, back, or as approved.
import { ask } from "./api.js";
import { askReason, confirmStep } from "./dialogs.js";
import { element } from "./dom.js";

const STEPS = [
  ["submit", "Hand this recording over?", "Hand over"],
  ["approve", "Approve this transcript?", "Approve"],
  ["return", "Give it back for more work?", "Give back"],
];

/**
 * Show the buttons that a person has, and do what they say.
 * @param {import("./types.js").Task} task
 * @param {import("./editing.js").Editing} editing
 * @param {(text: string) => void} notice
 */
export function offerHandOver(task, editing, notice) {
  offerPutBack(task, editing, notice);
  const reviewing = task.editable && task.state === "submitted";
  element("submit").hidden = !task.editable || reviewing;
  element("approve").hidden = element("return").hidden = !reviewing;
  for (const [step, title, label] of STEPS) {
    const button = /** @type {HTMLButtonElement} */ (element(step));
    button.disabled = editing.sync.epoch === null;
    button.addEventListener("click", async () => {
      editing.saving.flushAll();
      const left = editing.doc.order.length - editing.doc.done();
      const said = left
        ? `${left} of ${editing.doc.order.length} lines were not accepted yet; they are marked as not reviewed.`
        : "Every line was accepted.";
      const after = "Earlier wordings of the lines are deleted; the text as it stands now is kept.";
      const reason = step === "return" ? await askReason(title, label) : "";
      if (reason === null) return;
      if (step !== "return" && !(await confirmStep(title, `${said} ${after}`, label))) return;
      await editing.sync.drain();
      if (!editing.sync.idle) {
        notice("Not everything is saved yet; try again in a moment.");
        return;
      }
      try {
        await ask("POST", `/api/tasks/${task.id}/${step}`, { epoch: editing.sync.epoch, reason });
        location.assign("/");
      } catch (error) {
        notice(/** @type {Error} */ (error).message);
      }
    });
  }
}

/**
 * Opening a recording takes it: one that was opened by mistake goes back to the others.
 * @param {import("./types.js").Task} task
 * @param {import("./editing.js").Editing} editing
 * @param {(text: string) => void} notice
 */
function offerPutBack(task, editing, notice) {
  const button = element("put-back");
  const show = () => {
    button.hidden = !task.editable || task.state !== "open" || task.num_edits > 0
      || editing.sync.undoable.length > 0 || editing.sync.epoch === null;
  };
  editing.sync.addEventListener("status", show);
  show();
  button.addEventListener("click", async () => {
    try {
      await ask("POST", `/api/tasks/${task.id}/put-back`, { epoch: editing.sync.epoch });
      location.assign("/");
    } catch (error) {
      notice(/** @type {Error} */ (error).message);
    }
  });
}
