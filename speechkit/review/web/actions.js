// Keys and what they do, as things stand: which action a key has, and whether there is anything to do
// it to.
import { element } from "./dom.js";
import { chordOf, keymap, loadKeys } from "./keys.js";

/** @typedef {import("./types.js").Line} Line */
/** @typedef {(line: Line) => unknown} OfLine */
/**
 * What the page can do: anywhere, with the line one is at, and the same for those who may edit.
 * @typedef {{ anywhere: Record<string, () => unknown>, ofLine: Record<string, OfLine>,
 *   writing: Record<string, OfLine>, undoing: Record<string, () => unknown> }} Acts
 */

export class Actions {
  /**
   * @param {Acts} acts
   * @param {import("./editing.js").Editing} editing
   * @param {import("./player.js").Player} player
   */
  constructor(acts, editing, player) {
    this.acts = acts;
    this.editing = editing;
    this.player = player;
    this.keys = keymap(loadKeys());
    /** The key or pointer that plays while it is down. @type {string | null} */
    this.held = null;
    addEventListener("keydown", (event) => this.pressed(event));
    addEventListener("keyup", ({ code }) => this.release(code));
    addEventListener("blur", () => this.release(this.held));
    addEventListener("pointerup", () => this.release("pointer"));
  }

  get holding() {
    return /** @type {HTMLInputElement} */ (element("hold")).checked;
  }

  /** Take up keys that were changed. */
  reload() {
    this.keys = keymap(loadKeys());
  }

  /**
   * The key of an action; "" if it has none.
   * @param {string} action
   */
  keyOf(action) {
    return [...this.keys].find(([, one]) => one === action)?.[0] ?? "";
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const target = /** @type {Element} */ (event.target);
    // A key that closed a dialog is spent, although the dialog is not open any more.
    if (event.isComposing || event.defaultPrevented || target.closest?.("dialog")) return;
    const chord = chordOf(event);
    const digit = /^Alt\+([1-9])$/.exec(chord);
    const { editing } = this;
    if (digit && editing.currentLine && editing.sync.epoch !== null) {
      event.preventDefault();
      const label = editing.doc.labels()[Number(digit[1]) - 1];
      if (label !== undefined) editing.assignSpeaker(editing.currentLine, label);
      return;
    }
    const action = this.keys.get(chord);
    const act = action && this.actOf(action, chord);
    if (!act) {
      // A key that has nothing to do just now is spent all the same: F5 must not load the page anew.
      if (action && /(^|\+)F\d+$/.test(chord)) event.preventDefault();
      return;
    }
    event.preventDefault();
    if (this.holding && (action === "play" || action === "pause")) {
      if (!event.repeat) this.hold(event.code);
    } else act();
  }

  /**
   * The function of an action as things stand; null if there is nothing to do it to.
   * @param {string} action
   * @param {string} chord
   */
  actOf(action, chord) {
    const { anywhere, ofLine, writing, undoing } = this.acts;
    if (action in anywhere) return anywhere[action];
    if ((action in writing || action in undoing) && this.editing.sync.epoch === null) return null;
    if (action in undoing) return undoing[action];
    const line = this.editing.currentLine;
    if (!line) return null;
    // Enter and Backspace split and merge within text only, Backspace at its start.
    if (["split", "merge"].includes(action) && !/Ctrl|Alt/.test(chord)) {
      if (!document.activeElement?.classList.contains("text")) return null;
      if (action === "merge" && this.editing.lines.chosen(line.id)?.some((place) => place > 0)) return null;
    }
    const act = writing[action] ?? ofLine[action];
    return act ? () => act(line) : null;
  }

  /** @param {string} by the key's or the pointer's name */
  hold(by) {
    this.held = by;
    if (!this.player.playing) this.player.toggle();
  }

  /** @param {string | null} by */
  release(by) {
    if (this.held === null || this.held !== by) return;
    this.held = null;
    this.player.pause();
  }
}
