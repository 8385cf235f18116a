// An open page logs out when it is not used: first a warning, then the text is covered and the session
// ends. What was typed stays, and so does one's place.
import { logOut } from "./api.js";
import { notice } from "./status.js";

const TOUCHES = ["keydown", "pointerdown", "wheel", "input"];
const WARNING = 120; // seconds before the end, at most a third of the time

/**
 * @param {number} seconds without a touch after which the page is logged out
 * @param {import("./saving.js").Saving} saving
 * @param {import("./player.js").Player} player
 */
export function watchIdle(seconds, saving, player) {
  let last = performance.now();
  let warned = false;
  let reported = last;
  const touch = () => {
    last = performance.now();
    if (warned) notice("");
    warned = false;
  };
  for (const name of TOUCHES) addEventListener(name, touch, { capture: true, passive: true });
  setInterval(async () => {
    const left = seconds - (performance.now() - last) / 1000;
    if (isLocked()) return;
    if (left <= 0) {
      player.pause();
      saving.flushAll();
      document.body.classList.add("locked");
      document.dispatchEvent(new Event("locked"));
      await saving.sync.drain();
      await logOut();
      saving.sync.heartbeat(); // finds that the session is over, and offers to log in
    } else if (left < Math.min(WARNING, seconds / 3) && !warned) {
      warned = true;
      notice("You will be logged out soon because this page has not been used. Press a key to stay.");
    }
  }, 1000);
  return {
    /** Whether the page was touched since this was last asked. */
    touched() {
      const since = last > reported;
      reported = performance.now();
      return since;
    },
  };
}

export function isLocked() {
  return document.body.classList.contains("locked");
}

export function unlock() {
  document.body.classList.remove("locked");
}
