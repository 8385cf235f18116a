// How a person likes to work, kept on the server: the same on every machine, in every recording.
import { ask } from "./api.js";
import { element } from "./dom.js";

/** @typedef {import("./types.js").Preferences} Preferences */

const SAVE_AFTER = 1000; // ms
const MAX_PLACES = 500;
/** @type {("stop" | "pause" | "hold")[]} */
const BOXES = ["stop", "pause", "hold"];
const input = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (element(id));

export class PreferencesStore {
  /** @param {Preferences} kept */
  constructor(kept) {
    this.kept = kept;
    this.timer = 0;
  }

  /** Set the controls as they were. */
  apply() {
    for (const name of BOXES) {
      if (input(name).checked !== this.kept[name]) input(name).click();
    }
    input("speed").value = String(this.kept.speed);
    input("speed").dispatchEvent(new Event("input"));
    input("rewind").value = String(this.kept.rewind);
    input("rewind").dispatchEvent(new Event("change"));
  }

  /** Keep the controls as they are from now on. */
  watch() {
    for (const name of BOXES) {
      input(name).addEventListener("change", () => this.keep({ [name]: input(name).checked }));
    }
    input("rewind").addEventListener("change", () => this.keep({ rewind: Number(input("rewind").value) || 0 }));
  }

  /**
   * The line at which somebody was in a recording.
   * @param {string} task
   */
  place(task) {
    return this.kept.places[task];
  }

  /**
   * @param {string} task
   * @param {string} line
   */
  keepPlace(task, line) {
    const others = Object.entries(this.kept.places).filter(([id]) => id !== task);
    this.keep({ places: Object.fromEntries([...others, [task, line]].slice(-MAX_PLACES)) });
  }

  /** @param {Partial<Preferences>} changed */
  keep(changed) {
    this.kept = { ...this.kept, ...changed };
    clearTimeout(this.timer);
    // It is lost with the connection, and no harm is done.
    this.timer = setTimeout(() => ask("PUT", "/api/preferences", this.kept).catch(() => {}), SAVE_AFTER);
  }
}
