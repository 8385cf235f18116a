// Keys and what they do. Presets change some of the defaults; people change what they like.

/** @typedef {import("./types.js").Keys} Keys */

/**
 * What keys do, as the list of keys is grouped.
 * @type {Record<string, Record<string, string>>}
 */
export const GROUPS = {
  Sound: {
    play: "play or pause",
    pause: "play or pause",
    back: "back 2 s",
    forward: "on 2 s",
    slower: "slower",
    faster: "faster",
    normal: "normal speed",
    replay: "hear the line again",
    loop: "loop the line",
    zoomIn: "fewer seconds of waveform",
    zoomOut: "more seconds of waveform",
  },
  "Getting around": {
    previous: "line above",
    next: "line below",
    here: "the line that sounds",
    nextIssue: "next doubtful line",
    previousIssue: "previous doubtful line",
    nextOpen: "next line that is not accepted",
    nextChange: "next change or difference",
    previousChange: "previous change or difference",
    find: "find and replace",
  },
  Text: {
    split: "split at the caret",
    merge: "merge with the line above, at its start",
    takeWord: "take the word that is offered",
    learn: "add the word to your list",
    stamp: "put the time into the text",
    undo: "undo",
    redo: "redo",
  },
  Lines: {
    accept: "accept and go on",
    acceptPlay: "accept and play the next one",
    speaker: "choose or rename the speaker",
    markPhi: "mark or unmark an identifier",
    keepSame: "these words are an identifier, everywhere",
    removeSame: "these words are no identifier, anywhere",
    labels: "labels",
    ask: "ask about the line",
    versions: "compare with the draft",
    setStart: "the line starts here",
    setEnd: "the line ends here",
    insert: "new line here",
    remove: "delete the line",
    help: "this list",
  },
};

/** @type {Record<string, string>} */
export const ACTIONS = Object.assign({}, ...Object.values(GROUPS));

/** @type {Record<string, string[]>} */
const DEFAULT = {
  play: ["Escape", "Ctrl+Space"],
  back: ["Alt+J"],
  pause: ["Alt+K"],
  forward: ["Alt+L"],
  slower: ["Alt+-"],
  faster: ["Alt+="],
  normal: ["Alt+0"],
  replay: ["Alt+R"],
  loop: ["Alt+Shift+L"],
  previous: ["Alt+ArrowUp"],
  next: ["Alt+ArrowDown"],
  split: ["Enter"],
  merge: ["Backspace"],
  setStart: ["F11"],
  setEnd: ["F12"],
  markPhi: ["Ctrl+Shift+H"],
  keepSame: ["Alt+I"],
  removeSame: ["Alt+Shift+I"],
  labels: ["Ctrl+Shift+L"],
  speaker: ["Alt+S"],
  insert: ["Alt+Insert"],
  remove: ["Ctrl+Shift+Delete"],
  nextIssue: ["F8"],
  previousIssue: ["Shift+F8"],
  accept: ["Ctrl+Enter"],
  undo: ["Ctrl+Z"],
  redo: ["Ctrl+Shift+Z", "Ctrl+Y"],
  find: ["Ctrl+F"],
  versions: ["Alt+D"],
  takeWord: ["Alt+."],
  learn: ["Alt+W"],
  here: ["Alt+G"],
  help: ["Ctrl+/"],
  acceptPlay: ["Ctrl+Shift+Enter"],
  nextOpen: ["Alt+N"],
  nextChange: ["Alt+X"],
  previousChange: ["Alt+Shift+X"],
  ask: ["Alt+Q"],
  stamp: ["Alt+T"],
  zoomIn: ["Alt+Shift+="],
  zoomOut: ["Alt+Shift+-"],
};

// After the default keys of the tools people come from, where a browser lets them through.
/** @type {Record<string, Record<string, string[]>>} */
export const PRESETS = {
  speechkit: {},
  otranscribe: { back: ["F1"], forward: ["F2"], slower: ["F3"], faster: ["F4"] },
  "express-scribe": {
    play: ["F9", "Escape"],
    pause: ["F4"],
    slower: ["F2"],
    faster: ["F3"],
    back: ["F7"],
    forward: ["F8"],
    normal: ["F10"],
    nextIssue: ["F6"],
    previousIssue: ["Shift+F6"],
  },
  "subtitle-edit": {
    play: ["Ctrl+Space", "Escape"],
    replay: ["F5"],
    setStart: ["F11"],
    setEnd: ["F12"],
    split: ["Enter", "Ctrl+Shift+S"],
    merge: ["Backspace", "Ctrl+Shift+M"],
  },
};

const STORE = "speechkit-keys";

/**
 * The keys in use.
 * @returns {Keys}
 */
export function loadKeys() {
  const kept = JSON.parse(localStorage.getItem(STORE) ?? "{}");
  return { preset: kept.preset ?? "speechkit", own: kept.own ?? {} };
}

/** @param {Keys} keys */
export function saveKeys({ preset, own }) {
  localStorage.setItem(STORE, JSON.stringify({ preset, own }));
}

/**
 * Action → chords.
 * @param {Keys} keys
 */
export function chords({ preset, own }) {
  return { ...DEFAULT, ...PRESETS[preset], ...own };
}

/**
 * Chord → action.
 * @param {Keys} keys
 * @returns {Map<string, string>}
 */
export function keymap(keys) {
  const map = new Map();
  for (const [action, list] of Object.entries(chords(keys))) {
    for (const chord of list) map.set(chord, action);
  }
  return map;
}

/**
 * Refuse keys that would make writing impossible: bare letters, bare Tab.
 * @param {unknown} own
 */
export function wrongKeys(own) {
  if (own === null || typeof own !== "object" || Array.isArray(own)) return "that is not a JSON object";
  for (const [action, list] of Object.entries(own)) {
    if (!(action in ACTIONS)) return `there is no action "${action}"`;
    if (!Array.isArray(list)) return `"${action}" takes a list of keys`;
    for (const chord of list) {
      if (typeof chord !== "string" || /^(Shift\+)?(.|Tab|Space)$/u.test(chord)) {
        return `"${chord}" is needed for writing`;
      }
    }
  }
  return "";
}

/**
 * A chord as it is printed on the keys of this machine.
 * @param {string} chord
 */
export function shownChord(chord) {
  if (!/Mac|iPad|iPhone/.test(navigator.platform)) return chord;
  return chord.replace("Ctrl+", "⌘").replace("Alt+", "⌥").replace("Shift+", "⇧");
}

/**
 * The chord of a key event: Ctrl+Shift+H. Letters by what they print, Space by name.
 * @param {KeyboardEvent} event
 */
export function chordOf(event) {
  // Alt with the number pad enters characters on Windows (Alt+0181: µ): it is never a command.
  if (event.altKey && event.code.startsWith("Numpad")) return "";
  let key = event.key === " " ? "Space" : event.key;
  // With Alt or Shift the printed key changes; its place does not.
  if (event.altKey && /^(Key|Digit)/.test(event.code)) key = event.code.replace(/^(Key|Digit)/, "");
  else if (event.altKey && event.code === "Minus") key = "-";
  else if (event.altKey && event.code === "Equal") key = "=";
  else if (event.altKey && event.code === "Period") key = ".";
  if (key.length === 1) key = key.toUpperCase();
  return [
    event.ctrlKey || event.metaKey ? "Ctrl" : "",
    event.altKey ? "Alt" : "",
    event.shiftKey ? "Shift" : "",
    key,
  ]
    .filter(Boolean)
    .join("+");
}
