// The list of tasks: one's own first, then those where most errors are expected.
import { ask, whoAmI } from "./api.js";
import { clock, element, make } from "./dom.js";

/** @typedef {import("./types.js").Summary} Summary */

const STATES = { open: "to correct", submitted: "handed over", approved: "approved" };

const me = await whoAmI();
element("who").textContent =
  `${me.name}, ${me.roles.join(", ")}${me.hear_raw ? ", hears unredacted audio" : ""}`;
element("logout").addEventListener("click", async () => {
  await ask("POST", "/api/logout");
  location.replace("/login");
});

/** @type {{ tasks: Summary[] }} */
const { tasks } = await ask("GET", "/api/tasks");
element("empty").hidden = tasks.length > 0;
element("tasks").append(...tasks.map(row));

/** @param {Summary} task */
function row(task) {
  const facts = [
    clock(task.duration),
    task.language,
    `${task.num_done} of ${task.num_lines} lines done`,
    task.priority ? `${task.priority.toFixed(1)} errors a minute expected` : "",
  ];
  const state = task.mine && task.state === "open" ? "yours" : STATES[task.state];
  return make("li", {}, make("a", { href: `/editor?task=${encodeURIComponent(task.id)}` },
    make("strong", {}, task.recording),
    make("span", {}, make("span", { class: "tag" }, ["", "a"].includes(task.track) ? state : `${task.track}, ${state}`)),
    make("span", { class: "quiet" }, facts.filter(Boolean).join(" · ")),
    make("span", { class: "quiet" }, task.editable ? "" : "read only"),
    make("progress", { max: task.num_lines || 1, value: task.num_done, "aria-label": "lines done" })));
}
