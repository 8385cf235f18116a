// Accounts, for admins: rights, languages, credentials, new passwords, closing and opening.
import { ask, whoAmI } from "./api.js";
import { ask as dialog, element, make } from "./dom.js";
import { fillTable, say, sayError } from "./table.js";

/** @typedef {import("./types.js").Account} Account */

const ROLES = ["transcriber", "reviewer", "adjudicator", "auditor", "admin"];
const input = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (element(id));

await whoAmI();
await load().catch(sayError);
element("add").addEventListener("submit", (event) => {
  event.preventDefault();
  add().catch(sayError);
});

async function load() {
  const { users } = await ask("GET", "/api/users");
  fillTable("accounts", ["Name", "Roles", "Hears unredacted audio", "Languages", "Credentials", "State", "To do"],
    users.map((/** @type {Account} */ user) => [
      user.name, user.roles.join(", "), user.hear_raw ? "yes" : "no",
      user.languages.join(", ") || "all", user.credentials.join(", "), user.disabled ? "closed" : "open",
      make("span", { class: "bar" },
        button("Change", user, change), button("New password", user, renew),
        button(user.disabled ? "Open" : "Close", user, toggle)),
    ]));
}

/**
 * @param {string} label
 * @param {Account} user
 * @param {(user: Account) => Promise<void>} act
 */
function button(label, user, act) {
  return make("button", { type: "button", "aria-label": `${label}: ${user.name}`, onclick: () => act(user).catch(sayError) }, label);
}

async function add() {
  const name = input("name").value.trim();
  const { password } = await ask("POST", "/api/users", { name, roles: [input("role").value], hear_raw: input("raw").checked });
  input("name").value = "";
  await load();
  await tell(name, password);
}

/** @param {Account} user */
async function renew(user) {
  const { password } = await ask("POST", "/api/users/password", { name: user.name });
  await tell(user.name, password);
}

/** @param {Account} user */
async function toggle(user) {
  await ask("PUT", "/api/users", { name: user.name, disabled: !user.disabled });
  await load();
  say(`${user.name} is ${user.disabled ? "open" : "closed"}.`);
}

/** @param {Account} user */
async function change(user) {
  const roles = ROLES.map((role) => make("input", { type: "checkbox", value: role, checked: user.roles.includes(role) }));
  const raw = make("input", { type: "checkbox", checked: user.hear_raw });
  const languages = make("input", { value: user.languages.join(", "), placeholder: "all" });
  const credentials = make("input", { value: user.credentials.join(", ") });
  const body = make("div", { class: "fields" },
    make("div", { class: "choices" }, ...roles.map((box) => make("label", {}, box, box.value))),
    make("label", {}, raw, "hears and reads what is not redacted"),
    make("label", {}, "Languages ", languages), make("label", {}, "Credentials ", credentials),
    make("p", { class: "quiet" }, "The sessions of this account end."));
  if ((await dialog(user.name, body, [["save", "Save", "main"], ["", "Cancel"]])) !== "save") return;
  const list = (/** @type {HTMLInputElement} */ field) => field.value.split(",").map((one) => one.trim()).filter(Boolean);
  await ask("PUT", "/api/users", {
    name: user.name, roles: roles.filter((box) => box.checked).map((box) => box.value), hear_raw: raw.checked,
    languages: list(languages), credentials: list(credentials),
  });
  await load();
  say(`${user.name} was changed.`);
}

/**
 * @param {string} name
 * @param {string} password
 */
async function tell(name, password) {
  const body = make("div", { class: "fields" }, make("p", {}, "It is shown once. Whoever gets it changes it under Change password."),
    make("output", { id: "password" }, password));
  await dialog(`Password of ${name}`, body, [["", "Close"]]);
}
