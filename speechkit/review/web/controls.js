// The player's controls, and which sound is played.
import { clock, element, make } from "./dom.js";

/** @type {Record<string, string>} */
const VARIANTS = { redacted: "redacted", raw: "unredacted", preview: "preview of masks" };

const input = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (element(id));

/**
 * Which sound a person hears of a task: the last choice in this window, or the first that there is.
 * @param {import("./types.js").Task} task
 */
export function variantsOf(task) {
  const variants = [...(task.redacted ? ["redacted"] : []), ...(task.raw ? ["raw", "preview"] : [])];
  const kept = sessionStorage.getItem("variant");
  return { variants, chosen: kept && variants.includes(kept) ? kept : variants[0] };
}

/**
 * @param {import("./player.js").Player} player
 * @param {number} value
 */
export function setSpeed(player, value) {
  const rate = player.rate(value);
  input("speed").value = String(rate);
  element("rate").textContent = `${rate}×`;
}

/**
 * @param {import("./player.js").Player} player
 * @param {number} duration seconds
 */
export function showTime(player, duration) {
  element("time").textContent = `${clock(player.time)} / ${clock(duration)}`;
  element("play").textContent = player.playing ? "Pause" : "Play";
  element("play").setAttribute("aria-pressed", String(player.playing));
  element("overview").setAttribute("aria-valuetext", clock(player.time));
}

/**
 * @param {import("./player.js").Player} player
 * @param {import("./actions.js").Actions} actions
 * @param {import("./editing.js").Editing} editing
 */
export function connectControls(player, actions, editing) {
  element("play").addEventListener("click", () => {
    if (!actions.holding) player.toggle();
  });
  element("play").addEventListener("pointerdown", () => {
    if (actions.holding) actions.hold("pointer");
  });
  element("speed").addEventListener("input", () => setSpeed(player, Number(input("speed").value)));
  element("rewind").addEventListener("change", () => {
    player.rewind = Math.min(5, Math.max(0, Number(input("rewind").value) || 0));
  });
  element("loop").addEventListener("change", () => {
    player.loop = input("loop").checked;
    const line = editing.currentLine;
    if (line) player.stretch = [line.start, line.end];
  });
  element("stop").addEventListener("change", () => (player.stopAtEnd = input("stop").checked));
}

/**
 * @param {string[]} variants
 * @param {string} chosen
 * @param {(variant: string) => void} use
 */
export function offerVariants(variants, chosen, use) {
  element("variant").append(...variants.map((name) =>
    make("option", { value: name, selected: name === chosen }, VARIANTS[name])));
  element("sound").hidden = variants.length < 2;
  element("variant").addEventListener("change", () => {
    sessionStorage.setItem("variant", input("variant").value);
    use(input("variant").value);
  });
}
