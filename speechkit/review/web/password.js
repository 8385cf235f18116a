// Changing one's password: every session ends, this one too.
import { ask, whoAmI } from "./api.js";
import { element } from "./dom.js";

const form = /** @type {HTMLFormElement} */ (element("password"));
const [old, fresh, again] = ["old", "new", "again"].map((name) =>
  /** @type {HTMLInputElement} */ (form.elements.namedItem(name)));

await whoAmI();
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (fresh.value !== again.value) {
    element("error").textContent = "The new password is not the same twice.";
    again.select();
    return;
  }
  try {
    await ask("POST", "/api/password", { old: old.value, new: fresh.value });
    location.replace("/login");
  } catch (error) {
    element("error").textContent = /** @type {Error} */ (error).message;
    old.select();
  }
});
old.focus();
