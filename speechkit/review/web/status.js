// What the page says of itself: whether all is saved, and notices of what happened.
import { askPassword } from "./dialogs.js";
import { clock, element, make } from "./dom.js";

/** @typedef {import("./types.js").Status} Status */

/** @type {Record<Status, string>} */
const SAID = {
  saved: "All saved", unsaved: "Saving…", offline: "Not saved: no connection, trying again",
  refused: "Not saved", lost: "Not saved: opened elsewhere", loggedout: "Not saved: log in to go on",
  reading: "Read only",
};

/** @param {Status} status */
export function showStatus(status) {
  element("saved").textContent = SAID[status];
  element("saved").dataset.state = status;
}

/**
 * @param {string} text
 * @param {...Node} more
 */
export function notice(text, ...more) {
  element("notice").replaceChildren(text, " ", ...more);
  element("notice").hidden = !text;
}

/** @param {Error} error */
export function noticeError(error) {
  notice(error.message);
}

/**
 * The session has ended: offer to log in, without taking keys from a person who is typing; resolves
 * once the same person is logged in again.
 * @param {string} name
 * @param {boolean} elsewhere whether one may log in at the organization's provider
 * @returns {Promise<void>}
 */
export function offerLogin(name, elsewhere) {
  return new Promise((resolve) => {
    const button = make("button", {}, "Log in again");
    let asking = false;
    const logIn = async () => {
      if (asking) return;
      asking = true;
      const done = await askPassword(name, elsewhere);
      asking = false;
      if (!done) return;
      notice("");
      document.removeEventListener("locked", logIn);
      resolve();
    };
    button.addEventListener("click", logIn);
    document.addEventListener("locked", logIn);
    if (document.body.classList.contains("locked")) logIn();
    notice("Your session has ended. What you type stays here, and is saved once you log in.", button);
  });
}

/**
 * Say why saving has stopped, with what one can do about it.
 * @param {import("./sync.js").Sync} sync
 * @param {import("./lines.js").Lines} lines
 */
export function watchSaving(sync, lines) {
  sync.addEventListener("status", () => {
    const { status } = sync;
    showStatus(status);
    lines.markUnsaved(status === "saved" || status === "unsaved" ? new Set() : sync.unsaved);
  });
  sync.addEventListener("refused", (event) => {
    const said = /** @type {CustomEvent} */ (event).detail;
    notice(`Not saved: ${said}. What you typed is still in the line.`,
      make("button", { onclick: () => { notice(""); sync.retry(); } }, "Try again"),
      make("button", { onclick: () => { notice(""); sync.discard(); } }, "Discard this change"));
  });
  sync.addEventListener("lost", (event) => {
    lines.setEditable(false);
    const said = /** @type {CustomEvent} */ (event).detail;
    const button = make("button", {}, "Work here");
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        await sync.lease();
        lines.setEditable(true);
        notice("");
      } catch (error) {
        button.disabled = false;
        notice(`${/** @type {Error} */ (error).message}.`, button, ...keptText(sync, lines));
      }
    });
    notice(`Not saved: ${said}.`, button, ...keptText(sync, lines));
  });
}

/**
 * What was typed and not saved, to be copied: the person may not be allowed to work here again.
 * @param {import("./sync.js").Sync} sync
 * @param {import("./lines.js").Lines} lines
 */
function keptText(sync, lines) {
  const kept = [...sync.unsaved].flatMap((id) => {
    const line = lines.doc.get(id);
    return line ? [`${clock(line.start)} ${lines.text(id)}`] : [];
  });
  if (!kept.length) return [];
  return [make("button", {
    onclick: () => navigator.clipboard.writeText(kept.join("\n")),
  }, kept.length === 1 ? "Copy the line that is not saved" : `Copy the ${kept.length} lines that are not saved`)];
}
