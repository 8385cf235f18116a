// Find and replace over all recordings of a person: a look first, one request, one undo.
import { ask, whoAmI } from "./api.js";
import { clock, element, make } from "./dom.js";
import { fillTable, say, sayError } from "./table.js";

/** @typedef {{ task: string, line: string, start: number, before: string, found: string, after: string }} Hit */

const input = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (element(id));
const button = (/** @type {string} */ id) => /** @type {HTMLButtonElement} */ (element(id));
let group = "";

await whoAmI();
element("wanted").addEventListener("submit", (event) => {
  event.preventDefault();
  look().catch(sayError);
});
// What was looked at is what is replaced: another word needs another look.
element("wanted").addEventListener("input", () => (button("replace").disabled = true));
button("replace").addEventListener("click", () => replace().catch(sayError));
button("undo").addEventListener("click", () => undo().catch(sayError));

function wanted() {
  return {
    what: input("what").value, by: input("by").value, whole_words: input("whole").checked,
    match_case: input("case").checked,
  };
}

async function look() {
  const { num_hits: hits, num_recordings: recordings, hits: shown, busy } = await ask("POST", "/api/replace/preview", wanted());
  fillTable("hits", ["Recording", "At", "Text"], shown.map((/** @type {Hit} */ hit) => [
    hit.task, clock(hit.start),
    make("span", {}, hit.before, make("del", {}, hit.found), make("ins", {}, wanted().by), hit.after),
  ]));
  button("replace").disabled = hits === 0;
  say([`${hits} found in ${recordings} recordings`, busy.length ? `${busy.length} of them open in a window` : ""].filter(Boolean).join(", "));
}

async function replace() {
  button("replace").disabled = true;
  const answer = await ask("POST", "/api/replace", wanted());
  group = answer.group;
  button("undo").hidden = answer.num_recordings === 0;
  tell(`${answer.num_hits} replaced in ${answer.num_recordings} recordings`, answer.skipped);
}

async function undo() {
  const answer = await ask("POST", "/api/replace/undo", { group });
  button("undo").hidden = true;
  tell(`Taken back in ${answer.num_recordings} recordings`, answer.skipped);
}

/**
 * @param {string} said
 * @param {Record<string, string>} skipped
 */
function tell(said, skipped) {
  say([said, ...Object.entries(skipped).map(([task, reason]) => `${task}: ${reason}`)].join("; "));
}
