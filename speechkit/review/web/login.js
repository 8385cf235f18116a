// Logging in; the session is a cookie that no script can read.
import { element } from "./dom.js";

const form = /** @type {HTMLFormElement} */ (element("login"));
const [name, password] = ["name", "password"].map((one) =>
  /** @type {HTMLInputElement} */ (form.elements.namedItem(one)));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  element("error").textContent = "";
  const answer = await fetch("/api/login", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: name.value, password: password.value }),
  }).catch(() => null);
  if (answer?.ok) {
    location.replace(wayBack());
    return;
  }
  const said = answer ? await answer.json() : { error: "the server cannot be reached" };
  element("error").textContent = said.error;
  password.select();
});
/** Where one was when the session ended: a page of this server, nothing else. */
function wayBack() {
  const to = new URLSearchParams(location.search).get("to") ?? "/";
  return /^\/(?![/\\])/.test(to) ? to : "/";
}

name.focus();
const [{ offered }, { passwords }] = await Promise.all(["/api/oidc", "/api/login"].map(async (path) =>
  (await fetch(path)).json()));
element("elsewhere").hidden = !offered;
for (const one of form.querySelectorAll("label, button")) {
  /** @type {HTMLElement} */ (one).hidden = !passwords;
}
