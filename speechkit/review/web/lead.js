// For whoever leads: who has what, what is stuck or late, what was done; sharing work out.
import { ask, whoAmI } from "./api.js";
import { clock, element, make } from "./dom.js";
import { fillTable, say, sayError } from "./table.js";

/** @typedef {import("./types.js").Summary} Summary */

const STATES = { open: "to correct", submitted: "handed over", approved: "approved" };
const input = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (element(id));
const chosen = new Set();

/** @type {Summary[]} */
let tasks = [];
/** @type {Set<string>} */
let stuck = new Set();

await whoAmI();
await load().catch(sayError);
input("show").addEventListener("change", showTasks);
element("share").addEventListener("submit", (event) => {
  event.preventDefault();
  share().catch(sayError);
});

async function load() {
  const [lead, list] = await Promise.all([ask("GET", "/api/lead"), ask("GET", "/api/tasks")]);
  tasks = list.tasks;
  stuck = new Set(lead.stuck);
  const { recordings, sound_minutes: minutes, weeks } = lead.left;
  element("left").textContent = `To be corrected: ${recordings === 1 ? "1 recording" : `${recordings} recordings`}, ${minutes} minutes of sound. `
    + (weeks === null ? "Nothing was handed over in the last four weeks." : `At the pace of the last four weeks that takes ${weeks} weeks.`);
  element("people").replaceChildren(...lead.people.map((/** @type {string} */ name) => make("option", {}, name)));
  fillTable("work",
    ["Week of", "Who", "Active hours", "Edits", "Recordings", "Minutes of sound", "Words", "Words an hour", "Minutes of sound an hour"],
    lead.work.map((/** @type {import("./types.js").Work} */ row) => [row.week, row.name, row.active_hours, row.edits,
      row.recordings, row.sound_minutes, row.words, row.words_per_hour, row.sound_minutes_per_hour]));
  showTasks();
}

/** @param {Summary} task */
function isShown(task) {
  const today = new Date().toISOString().slice(0, 10);
  switch (input("show").value) {
    case "all": return true;
    case "nobody": return task.state === "open" && !task.assignee;
    case "stuck": return stuck.has(task.id);
    case "late": return task.state !== "approved" && task.due !== "" && task.due < today;
    default: return task.state === input("show").value;
  }
}

function showTasks() {
  chosen.clear();
  fillTable("tasks",
    ["Choose", "Recording", "Visit", "Length", "State", "Who", "Wanted by", "Lines done", "Last edit", "To know"],
    tasks.filter(isShown).map((task) => [
      make("input", {
        type: "checkbox", "aria-label": `Choose ${task.recording}`,
        onchange: () => (chosen.has(task.id) ? chosen.delete(task.id) : chosen.add(task.id)),
      }),
      make("a", { href: `/editor?task=${encodeURIComponent(task.id)}` }, task.id),
      [task.date, task.visit, task.site].filter(Boolean).join(", "),
      clock(task.duration), STATES[task.state], task.assignee, task.due,
      `${task.num_done} of ${task.num_lines}`,
      task.changed ? new Date(task.changed * 1000).toLocaleDateString() : "",
      notes(task),
    ]));
}

/** @param {Summary} task */
function notes(task) {
  const said = [
    stuck.has(task.id) ? "stuck" : "", task.given_back ? "given back" : "",
    task.num_questions ? `${task.num_questions} open questions` : "", task.no_clean_copy,
  ].filter(Boolean).join("; ");
  if (task.state !== "approved") return said;
  return make("button", { type: "button", onclick: () => reopen(task).catch(sayError) }, "Reopen");
}

async function share() {
  const people = [.../** @type {HTMLSelectElement} */ (element("people")).selectedOptions].map((one) => one.value);
  const due = input("due").value;
  if (!chosen.size || (!people.length && !due)) {
    say("Choose recordings, and people or a date.");
    return;
  }
  const body = { tasks: [...chosen], people, take_over: input("take-over").checked, ...(due && { due }) };
  const { assigned, skipped } = await ask("POST", "/api/lead/assign", body);
  await load();
  const reasons = skipped.map((/** @type {{ task: string, reason: string }} */ one) => `${one.task}: ${one.reason}`);
  say([`${Object.keys(assigned).length} assigned`, ...reasons].join("; "));
}

/** @param {Summary} task */
async function reopen(task) {
  await ask("POST", "/api/lead/reopen", { task: task.id });
  await load();
  say(`${task.id} is to be corrected again.`);
}
