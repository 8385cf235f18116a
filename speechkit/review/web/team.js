// What the team shares, for admins: guidelines, abbreviations, words.
import { ask, whoAmI } from "./api.js";
import { element } from "./dom.js";
import { asText, fromText } from "./expansions.js";
import { say, sayError } from "./table.js";

const area = (/** @type {string} */ id) => /** @type {HTMLTextAreaElement} */ (element(id));

await whoAmI();
/** @type {import("./types.js").Project} */
const project = await ask("GET", "/api/project");
area("guidelines").value = project.guidelines;
area("expansions").value = asText(project.expansions);
area("words").value = project.words.join("\n");
element("team").addEventListener("submit", (event) => {
  event.preventDefault();
  save().catch(sayError);
});

async function save() {
  const words = area("words").value.split("\n").map((word) => word.trim()).filter(Boolean);
  await ask("PUT", "/api/project", {
    guidelines: area("guidelines").value, expansions: fromText(area("expansions").value), words,
  });
  say("Saved. Pages that are open take it up when they are opened again.");
}
