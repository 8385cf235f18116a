// The list of tasks: one's own first, then those where most errors are expected; to be searched and sorted.
import { ask, whoAmI } from "./api.js";
import { clock, element, make } from "./dom.js";

/** @typedef {import("./types.js").Summary} Summary */

const STATES = { open: "to correct", submitted: "handed over", approved: "approved" };
const input = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (element(id));

const me = await whoAmI();
element("who").textContent =
  `${me.name}, ${me.roles.join(", ")}${me.hear_raw ? ", hears unredacted audio" : ""}`;
element("lead").hidden = !me.roles.some((role) => role === "admin" || role === "auditor");
element("logout").addEventListener("click", async () => {
  await ask("POST", "/api/logout");
  location.replace("/login");
});

/** @type {{ tasks: Summary[], withheld: { count: number, reasons: string[] } }} */
const { tasks, withheld } = await ask("GET", "/api/tasks");
element("empty").hidden = tasks.length > 0;
if (withheld.count) {
  const [which, it] = withheld.count === 1 ? ["recording is", "it"] : ["recordings are", "one of them"];
  element("withheld").textContent = `${withheld.count} more ${which} closed to you, as you may hear redacted `
    + `sound only: of ${it}, ${withheld.reasons.join(" or ")}. Whoever runs speechkit makes the copy.`;
  element("withheld").hidden = false;
}
for (const id of ["search", "show", "order"]) element(id).addEventListener("input", show);
element("filters").addEventListener("submit", (event) => event.preventDefault());
show();

/** @returns {Record<string, (a: Summary, b: Summary) => number>} */
function orders() {
  return {
    due: (a, b) => (a.due || "9999").localeCompare(b.due || "9999"),
    date: (a, b) => b.date.localeCompare(a.date),
    long: (a, b) => b.duration - a.duration,
    changed: (a, b) => b.changed - a.changed,
  };
}

function show() {
  const words = input("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const kinds = {
    mine: (/** @type {Summary} */ task) => task.mine,
    back: (/** @type {Summary} */ task) => task.given_back,
    asked: (/** @type {Summary} */ task) => task.num_questions > 0,
  };
  const wanted = input("show").value;
  const found = tasks.filter((task) => {
    const kind = /** @type {Record<string, (task: Summary) => boolean>} */ (kinds)[wanted];
    if (wanted && !(kind ? kind(task) : task.state === wanted)) return false;
    const text = [task.recording, title(task), task.language, task.assignee].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const order = orders()[input("order").value];
  if (order) found.sort(order);
  element("shown").textContent = found.length === tasks.length ? "" : `${found.length} of ${tasks.length}`;
  element("tasks").replaceChildren(...found.map(row));
}

/** @param {Summary} task */
function title(task) {
  return [task.date, task.visit, task.site].filter(Boolean).join(", ");
}

/** @param {Summary} task */
function row(task) {
  const done = task.state === "open" ? `${task.num_done} of ${task.num_lines} lines done` : "";
  const facts = [
    title(task) ? task.recording : "",
    clock(task.duration),
    task.language,
    done,
    task.priority ? `${task.priority.toFixed(1)} errors a minute expected` : "",
    task.due ? `wanted by ${task.due}` : "",
    task.changed ? `last edited ${new Date(task.changed * 1000).toLocaleDateString()}` : "",
    task.assignee,
    me.hear_raw ? task.no_clean_copy : "",
  ];
  const tags = [
    task.mine && task.state === "open" ? "yours" : STATES[task.state],
    task.track && task.track !== "a" ? task.track : "",
    task.given_back ? "given back" : "",
    task.num_questions === 1 ? "1 question" : task.num_questions ? `${task.num_questions} questions` : "",
    task.editable ? "" : "read only",
  ].filter(Boolean);
  return make("li", {}, make("a", { href: `/editor?task=${encodeURIComponent(task.id)}` },
    make("strong", {}, title(task) || task.recording),
    make("span", { class: "tags" }, ...tags.map((tag) => make("span", { class: "tag" }, tag))),
    make("span", { class: "quiet" }, facts.filter(Boolean).join(" · ")),
    task.state === "open"
      ? make("progress", { max: task.num_lines || 1, value: task.num_done, "aria-label": "lines done" }) : null));
}
