// The editor: brings sound, waveform, lines, keys and saving together.
import { Refused, ask, getPeaks, whoAmI } from "./api.js";
import { askConflict, showKeys, showWords } from "./dialogs.js";
import { Doc } from "./doc.js";
import { clock, element, make } from "./dom.js";
import { Editing } from "./editing.js";
import { openFind } from "./finding.js";
import { offerHandOver } from "./handover.js";
import { chordOf, keymap, loadKeys } from "./keys.js";
import { Lines } from "./lines.js";
import { Offering } from "./offering.js";
import { connectPedal } from "./pedal.js";
import { Player } from "./player.js";
import { Sync } from "./sync.js";
import { Wave } from "./wave.js";
import { Words } from "./words.js";

/** @typedef {import("./types.js").Task} Task */

const RESUME_AFTER = 1000; // ms without a key, when typing pauses the sound
const SAVED = {
  saved: "All saved", unsaved: "Saving…", offline: "Not saved: no connection, trying again",
  lost: "Not saved: opened elsewhere", reading: "Read only",
};
/** @type {Record<string, string>} */
const VARIANTS = { redacted: "redacted", raw: "unredacted", preview: "preview of masks" };

const $ = element;
const input = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (element(id));
const id = new URLSearchParams(location.search).get("task") ?? "";
await whoAmI();
const [task, own] = await Promise.all([
  /** @type {Promise<Task>} */ (ask("GET", `/api/tasks/${encodeURIComponent(id)}`)),
  ask("GET", "/api/words"),
]).catch((error) => {
  notice(error.message);
  throw error;
});
const doc = new Doc(task);
const variants = [...(task.redacted ? ["redacted"] : []), ...(task.raw ? ["raw", "preview"] : [])];
const kept = sessionStorage.getItem("variant");
let variant = kept && variants.includes(kept) ? kept : variants[0];
const sound = () => `/api/tasks/${task.id}/audio?variant=${variant}`;
const player = new Player(sound());
const wave = new Wave(canvas("overview"), canvas("detail"), task.duration);
const words = new Words(own.words);
const lines = new Lines($("lines"), doc, words, task.editable);
const sync = new Sync(doc);
const editing = new Editing(task, doc, lines, sync);
let keys = keymap(loadKeys());
const offering = new Offering(words, lines, $("hint"), () =>
  [...keys].find(([, action]) => action === "takeWord")?.[0] ?? "");
let resume = 0;
/** @type {string | null} */
let held = null; // the key that plays while it is down

$("title").textContent = task.recording;
document.title = `${task.recording} · speechkit review`;
performance.mark("lines-shown");

/** @param {string} name */
function canvas(name) {
  return /** @type {HTMLCanvasElement} */ (element(name));
}

// ---- saving

sync.resolve = askConflict;
sync.addEventListener("state", (event) => saved(/** @type {CustomEvent} */ (event).detail));
sync.addEventListener("lost", (event) => {
  const { detail } = /** @type {CustomEvent} */ (event);
  notice(detail, make("button", { onclick: () => location.reload() }, "Work here"));
});
sync.addEventListener("refused", (event) => {
  const { message, line } = /** @type {CustomEvent} */ (event).detail;
  notice(message);
  const row = line && lines.rows.get(line.id);
  if (row) {
    row.dirty = false;
    lines.write(row, line.text);
    lines.refill();
  }
});
if (task.editable) {
  try {
    await sync.lease();
    performance.mark("editable");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    notice(error.message);
    setReadOnly();
  }
} else setReadOnly();
addEventListener("beforeunload", (event) => {
  if (!editing.idle) event.preventDefault();
});

function setReadOnly() {
  saved("reading");
  for (const { text } of lines.rows.values()) text.contentEditable = "false";
}

/** @param {keyof typeof SAVED} state */
function saved(state) {
  const shown = state === "saved" && editing.timers.size ? "unsaved" : state;
  $("saved").textContent = SAVED[shown];
  $("saved").dataset.state = shown;
}

/** @param {string} lineId */
function typed(lineId) {
  editing.typed(lineId);
  saved("unsaved");
  offering.tell();
  if (input("pause").checked && (player.playing || resume)) {
    player.pause();
    clearTimeout(resume);
    resume = setTimeout(() => {
      resume = 0;
      player.toggle();
    }, RESUME_AFTER);
  }
}

// ---- what keys and buttons do

/** Of the whole recording, whichever line one is at. */
const ANYWHERE = {
  play: () => player.toggle(),
  pause: () => player.toggle(),
  back: () => player.skip(-2),
  forward: () => player.skip(2),
  slower: () => speed(player.audio.playbackRate - 0.1),
  faster: () => speed(player.audio.playbackRate + 0.1),
  normal: () => speed(1),
  loop: () => $("loop").click(),
  previous: () => editing.go(-1),
  next: () => editing.go(1),
  nextIssue: () => goToDoubt(1),
  previousIssue: () => goToDoubt(-1),
  find: () => openFind(doc, lines, editing),
  help: async () => {
    if (await showKeys(pedal)) keys = keymap(loadKeys());
  },
};
/** Of the line one is at. @type {Record<string, (line: import("./types.js").Line) => unknown>} */
const OF_LINE = {
  replay: (line) => player.replay(line.start, line.end),
  versions: (line) => editing.compare(line),
  learn: (line) => offering.learn(line).catch(tellError),
};
/** The same, for who may edit. @type {typeof OF_LINE} */
const WRITING = {
  split: (line) => editing.split(line),
  merge: (line) => editing.merge(line),
  setStart: (line) => editing.retime(line, player.time, line.end),
  setEnd: (line) => editing.retime(line, line.start, player.time),
  markPhi: (line) => editing.markPhi(line),
  labels: (line) => editing.setLabels(line),
  speaker: (line) => chooseSpeaker(line),
  insert: () => editing.insert(player.time),
  remove: (line) => editing.remove(line),
  accept: (line) => editing.accept(line),
  takeWord: (line) => offering.take(line),
};
const UNDOING = { undo: () => editing.undo(), redo: () => editing.redo() };
const pedal = "hid" in navigator
  ? () => connectPedal(player).catch(tellError)
  : null;

addEventListener("keydown", (event) => {
  const target = /** @type {Element} */ (event.target);
  // A key that closed a dialog is spent, although the dialog is not open any more.
  if (event.isComposing || event.defaultPrevented || target.closest?.("dialog")) return;
  const chord = chordOf(event);
  const digit = /^Alt\+([1-9])$/.exec(chord);
  if (digit && editing.here && sync.epoch !== null) {
    event.preventDefault();
    const label = doc.labels()[Number(digit[1]) - 1];
    if (label !== undefined) editing.assignSpeaker(editing.here, label);
    return;
  }
  const action = keys.get(chord);
  const act = action && whatToDo(action, chord);
  if (!act) return;
  event.preventDefault();
  if (input("hold").checked && (action === "play" || action === "pause")) {
    if (!event.repeat) holdPlay(event.code);
  } else act();
});
addEventListener("keyup", ({ code }) => {
  if (held === code) letGo();
});
addEventListener("blur", letGo);

/**
 * The function of an action as things stand; null if there is nothing to do it to.
 * @param {string} action
 * @param {string} chord
 */
function whatToDo(action, chord) {
  if (action in ANYWHERE) return ANYWHERE[/** @type {keyof typeof ANYWHERE} */ (action)];
  const writes = action in WRITING || action in UNDOING;
  if (writes && sync.epoch === null) return null;
  if (action in UNDOING) return UNDOING[/** @type {keyof typeof UNDOING} */ (action)];
  const line = editing.here;
  if (!line) return null;
  // Enter and Backspace split and merge within text only, Backspace at its start.
  if (["split", "merge"].includes(action) && !/Ctrl|Alt/.test(chord)) {
    if (!document.activeElement?.classList.contains("text")) return null;
    if (action === "merge" && lines.chosen(line.id)?.some((place) => place > 0)) return null;
  }
  const act = WRITING[action] ?? OF_LINE[action];
  return act ? () => act(line) : null;
}

/** @param {string} by the key's or the pointer's name */
function holdPlay(by) {
  held = by;
  if (!player.playing) player.toggle();
}

function letGo() {
  if (held === null) return;
  held = null;
  player.pause();
}

/** @param {number} step */
function goToDoubt(step) {
  const line = editing.goToDoubt(step);
  if (line) player.seek(line.start);
  else notice("No more doubtful lines in that direction.");
}

/** @param {import("./types.js").Line} line */
function chooseSpeaker(line) {
  if (sync.epoch === null) return null;
  lines.select(line.id);
  return editing.chooseSpeaker(line);
}

// ---- sound and waveform

/** @param {number} value */
function speed(value) {
  const rate = player.rate(value);
  input("speed").value = String(rate);
  $("rate").textContent = `${rate}×`;
}

player.addEventListener("time", () => {
  const time = player.time;
  $("time").textContent = `${clock(time)} / ${clock(task.duration)}`;
  $("play").textContent = player.playing ? "Pause" : "Play";
  $("play").setAttribute("aria-pressed", String(player.playing));
  $("overview").setAttribute("aria-valuetext", clock(time));
  wave.set(time, editing.here);
  lines.sound(time);
});
player.audio.addEventListener("error", () => notice("The sound cannot be played."));
wave.addEventListener("seek", (event) => player.seek(/** @type {CustomEvent} */ (event).detail));
wave.addEventListener("retime", (event) => {
  const { id: lineId, start, end } = /** @type {CustomEvent} */ (event).detail;
  const line = doc.get(lineId);
  if (sync.epoch !== null && line) editing.retime(line, start, end);
});
lines.addEventListener("current", () => {
  const line = editing.here;
  if (!line) return;
  if (!player.playing && (player.time < line.start || player.time >= line.end)) player.seek(line.start);
  if (input("stop").checked || input("loop").checked) player.stretch = [line.start, line.end];
  wave.set(player.time, line);
});
lines.addEventListener("edited", (event) => typed(/** @type {CustomEvent} */ (event).detail));
lines.addEventListener("hear", (event) => {
  const line = doc.get(/** @type {CustomEvent} */ (event).detail);
  if (!line) return;
  lines.select(line.id);
  player.replay(line.start, line.end);
});
lines.addEventListener("who", (event) => {
  const line = doc.get(/** @type {CustomEvent} */ (event).detail);
  if (line) chooseSpeaker(line);
});
lines.addEventListener("word", (event) => {
  const { time, play } = /** @type {CustomEvent} */ (event).detail;
  player.seek(time);
  if (play) player.start();
});
lines.addEventListener("refused", (event) => notice(/** @type {CustomEvent} */ (event).detail));
doc.addEventListener("change", () => {
  progress();
  wave.set(player.time, editing.here, { follow: false });
});

async function showWave() {
  performance.mark("asked-wave");
  try {
    wave.show(await getPeaks(task.id, variant === "redacted" ? "redacted" : "raw"));
    performance.mark("wave-shown");
  } catch {
    notice("There is no waveform of this recording.");
  }
}

// ---- controls

$("play").addEventListener("click", () => {
  if (!input("hold").checked) player.toggle();
});
$("play").addEventListener("pointerdown", () => {
  if (input("hold").checked) holdPlay("pointer");
});
addEventListener("pointerup", () => {
  if (held === "pointer") letGo();
});
$("speed").addEventListener("input", () => speed(Number(input("speed").value)));
$("rewind").addEventListener("change", () => {
  player.rewind = Math.min(5, Math.max(0, Number(input("rewind").value) || 0));
});
$("loop").addEventListener("change", () => {
  player.loop = input("loop").checked;
  const line = editing.here;
  if (line) player.stretch = [line.start, line.end];
});
$("stop").addEventListener("change", () => (player.stopAtEnd = input("stop").checked));
$("help").addEventListener("click", ANYWHERE.help);
$("find").addEventListener("click", ANYWHERE.find);
$("words").addEventListener("click", async () => {
  const list = await showWords(words.list);
  if (list) await offering.keep(list).catch(tellError);
});
$("versions").addEventListener("click", () => {
  if (editing.here) editing.compare(editing.here);
});
$("variant").append(...variants.map((name) =>
  make("option", { value: name, selected: name === variant }, VARIANTS[name])));
$("sound").hidden = variants.length < 2;
$("variant").addEventListener("change", () => {
  variant = input("variant").value;
  sessionStorage.setItem("variant", variant);
  player.use(sound());
  showWave();
});

offerHandOver(task, editing, notice);

function progress() {
  $("progress").textContent = `${doc.done()} of ${doc.order.length} lines done`;
}

/**
 * @param {string} text
 * @param {...Node} more
 */
function notice(text, ...more) {
  element("notice").replaceChildren(text, " ", ...more);
  element("notice").hidden = !text;
}

/** @param {Error} error */
function tellError(error) {
  notice(error.message);
}

progress();
player.tell();
await showWave();
