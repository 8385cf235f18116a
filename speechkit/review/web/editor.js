// The editor: connects sound, waveform, lines, keys and saving.
import { Actions } from "./actions.js";
import { Refused, ask, getPeaks, renewSessionsBy, whoAmI } from "./api.js";
import { connectControls, offerVariants, setSpeed, showTime, variantsOf } from "./controls.js";
import { askConflict, showKeys, showText, showWords } from "./dialogs.js";
import { Doc } from "./doc.js";
import { clock, element } from "./dom.js";
import { Editing } from "./editing.js";
import { Expanding, askExpansions } from "./expanding.js";
import { openFind } from "./finding.js";
import { offerHandOver } from "./handover.js";
import { Following } from "./following.js";
import { unlock, watchIdle } from "./idle.js";
import { loadKeys, saveKeys } from "./keys.js";
import { Lines } from "./lines.js";
import { Mixer, showFaders } from "./mixer.js";
import { Offering } from "./offering.js";
import { connectPedal } from "./pedal.js";
import { Player } from "./player.js";
import { Saving } from "./saving.js";
import { PreferencesStore } from "./preferences.js";
import { Questions } from "./questions.js";
import { notice, noticeError, offerLogin, watchSaving } from "./status.js";
import { Sync } from "./sync.js";
import { Wave } from "./wave.js";
import { Words } from "./words.js";

/** @typedef {import("./types.js").Task} Task */
/** @typedef {import("./types.js").Line} Line */

const RESUME_AFTER = 1000; // ms without a key, when typing pauses the sound

const $ = element;
const input = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (element(id));
const canvas = (/** @type {string} */ id) => /** @type {HTMLCanvasElement} */ (element(id));
const detail = (/** @type {Event} */ event) => /** @type {CustomEvent} */ (event).detail;

const id = new URLSearchParams(location.search).get("task") ?? "";
const me = await whoAmI();
const [task, own, kept, project] = await Promise.all([
  /** @type {Promise<Task>} */ (ask("GET", `/api/tasks/${encodeURIComponent(id)}`)),
  ask("GET", "/api/words"),
  ask("GET", "/api/preferences"),
  /** @type {Promise<import("./types.js").Project>} */ (ask("GET", "/api/project")),
]).catch((error) => {
  for (const control of document.querySelectorAll("header button, header input, header select")) {
    /** @type {HTMLButtonElement} */ (control).disabled = true;
  }
  $("saved").textContent = "Not opened";
  notice(`This recording cannot be opened: ${error.message}.`);
  return /** @type {Promise<never>} */ (new Promise(() => {})); // there is nothing to go on with
});
const { variants, chosen } = variantsOf(task);
let variant = chosen;
const soundUrl = () => `/api/tasks/${task.id}/audio?variant=${variant}`;
const doc = new Doc(task);
const player = new Player(soundUrl());
const words = new Words(own.words, project.words);
const lines = new Lines($("lines"), doc, words, task.editable);
const sync = new Sync(doc);
const saving = new Saving(doc, lines, sync);
const editing = new Editing(task, doc, lines, sync, saving, notice);
const wave = new Wave(canvas("overview"), canvas("detail"), doc, (line) => editing.isDoubt(line));
const following = new Following(doc, lines);
const preferences = new PreferencesStore(kept);
const questions = new Questions(doc, lines);
const expanding = new Expanding(lines, project.expansions, preferences.kept.expansions);
const mixer = new Mixer(player.audio);
if (kept.preset) saveKeys({ preset: kept.preset, own: kept.keys });
/** @type {Offering} */
const offering = new Offering(words, lines, $("hint"), () => actions.keyOf("takeWord"));
let resume = 0;

$("title").textContent = task.recording;
document.title = `${task.recording} · speechkit review`;
performance.mark("lines-shown");

// ---- what keys and buttons do

const pedal = "hid" in navigator ? () => connectPedal(player).catch(noticeError) : null;

/** @param {Line} line */
function chooseSpeaker(line) {
  if (sync.epoch === null) return;
  lines.select(line.id);
  editing.chooseSpeaker(line);
}

/** @param {number} step */
function goToDoubt(step) {
  const line = editing.goToDoubt(step);
  if (line) player.seek(line.start);
  else notice("No more doubtful lines in that direction.");
}

/** @param {number} step */
async function goToChange(step) {
  const line = await editing.goToChange(step).catch(noticeError);
  if (line) player.seek(line.start);
  else notice("No more changes in that direction.");
}

/**
 * Write where the sound is into the text.
 * @param {Line} line
 */
function stamp(line) {
  if (lines.chosen(line.id)) document.execCommand("insertText", false, `[${clock(player.time)}] `);
}

/** @type {Actions} */
const actions = new Actions({
  anywhere: {
    play: () => player.toggle(),
    pause: () => player.toggle(),
    back: () => player.skip(-2),
    forward: () => player.skip(2),
    slower: () => setSpeed(player, player.audio.playbackRate - 0.1),
    faster: () => setSpeed(player, player.audio.playbackRate + 0.1),
    normal: () => setSpeed(player, 1),
    loop: () => $("loop").click(),
    previous: () => editing.go(-1),
    next: () => editing.go(1),
    nextIssue: () => goToDoubt(1),
    previousIssue: () => goToDoubt(-1),
    here: () => following.go(player.time),
    find: () => openFind(doc, lines, editing),
    zoomIn: () => wave.zoom(0.7),
    zoomOut: () => wave.zoom(1.4),
    nextOpen: () => editing.goToOpen() ?? notice("Every line below is accepted."),
    nextChange: () => goToChange(1),
    previousChange: () => goToChange(-1),
    help: async () => {
      if (!(await showKeys(pedal))) return;
      actions.reload();
      const { preset, own: keys } = loadKeys();
      preferences.keep({ preset, keys });
    },
  },
  ofLine: {
    replay: (line) => player.replay(line.start, line.end),
    versions: (line) => editing.compare(line).catch(noticeError),
    learn: (line) => offering.learn(line).catch(noticeError),
    ask: (line) => questions.add(line).catch(noticeError),
  },
  writing: {
    split: (line) => editing.split(line),
    merge: (line) => editing.merge(line),
    setStart: (line) => editing.retime(line, player.time, line.end),
    setEnd: (line) => editing.retime(line, line.start, player.time),
    markPhi: (line) => editing.markPhi(line),
    keepSame: (line) => editing.keepSame(line),
    removeSame: (line) => editing.removeSame(line),
    labels: (line) => editing.setLabels(line),
    speaker: chooseSpeaker,
    insert: () => editing.insert(player.time),
    remove: (line) => editing.remove(line),
    accept: (line) => editing.accept(line),
    acceptPlay: (line) => {
      editing.accept(line);
      const next = editing.currentLine;
      if (next && next.id !== line.id) player.replay(next.start, next.end);
    },
    stamp: (line) => stamp(line),
    takeWord: (line) => offering.take(line),
  },
  undoing: { undo: () => editing.undo(), redo: () => editing.redo() },
}, editing, player);

connectControls(player, actions, editing);
preferences.apply();
preferences.watch();
offerVariants(variants, variant, (name) => {
  variant = name;
  player.use(soundUrl());
  showWave();
});
for (const name of ["help", "find"]) $(name).addEventListener("click", () => actions.acts.anywhere[name]());
$("words").addEventListener("click", async () => {
  const list = await showWords(words.list);
  if (list) await offering.keep(list).catch(noticeError);
});
$("expansions").addEventListener("click", async () => {
  const changed = await askExpansions(expanding.own, expanding.team);
  if (!changed) return;
  expanding.own = changed;
  preferences.keep({ expansions: changed });
});
$("guidelines").addEventListener("click", () => showText("Guidelines", project.guidelines || "The team has none yet. An admin writes them."));
$("questions").addEventListener("click", () => questions.show().catch(noticeError));
// A menu is closed by what is chosen in it, by a click elsewhere, and by leaving it.
for (const menu of document.querySelectorAll("details.menu")) {
  addEventListener("click", (event) => {
    const target = /** @type {Node} */ (event.target);
    const chosen = target instanceof HTMLButtonElement && menu.contains(target);
    if (chosen || !menu.contains(target)) menu.removeAttribute("open");
  });
}
$("versions").addEventListener("click", () => {
  if (editing.currentLine) editing.compare(editing.currentLine).catch(noticeError);
});

// ---- saving

watchSaving(sync, lines);
sync.resolve = askConflict;
renewSessionsBy(async (name) => {
  sync.loggedOut = true;
  sync.update();
  const { offered } = await fetch("/api/oidc").then((answer) => answer.json()).catch(() => ({ offered: false }));
  await offerLogin(name, offered);
  sync.loggedOut = false;
  unlock();
  sync.update();
});
const idle = watchIdle(me.idle, saving, player);
sync.touched = () => idle.touched();
sync.beatEvery = Math.min(sync.beatEvery, (me.idle * 1000) / 4);
if (task.editable) {
  try {
    await sync.lease();
    performance.mark("editable");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    notice(error.message);
  }
}
if (sync.epoch === null) lines.setEditable(false);
else {
  ask("GET", `/api/tasks/${task.id}/history`).then((history) => {
    sync.remember(history);
    performance.mark("undo-known");
  }).catch(noticeError);
}
sync.update();
addEventListener("beforeunload", (event) => {
  saving.flushAll();
  if (task.editable && !sync.idle) event.preventDefault();
});

// ---- sound, waveform and lines

player.audio.addEventListener("ratechange", () => {
  if (player.audio.playbackRate !== preferences.kept.speed) {
    preferences.keep({ speed: player.audio.playbackRate });
  }
});
player.addEventListener("time", () => {
  showTime(player, task.duration);
  wave.set(player.time, editing.currentLine);
  lines.painter.sound(player.time);
  following.update(player.time, player.playing);
});
player.audio.addEventListener("error", () => notice("The sound cannot be played."));
wave.addEventListener("seek", (event) => {
  player.seek(detail(event));
  following.show(detail(event));
});
wave.addEventListener("retime", (event) => {
  const { id: lineId, start, end } = detail(event);
  const line = doc.get(lineId);
  if (sync.epoch !== null && line) editing.retime(line, start, end);
});
lines.addEventListener("current", () => {
  const line = editing.currentLine;
  if (!line) return;
  if (!player.playing && (player.time < line.start || player.time >= line.end)) player.seek(line.start);
  if (input("stop").checked || input("loop").checked) player.stretch = [line.start, line.end];
  wave.set(player.time, line);
  preferences.keepPlace(task.id, line.id);
});
lines.addEventListener("edited", (event) => {
  saving.typed(detail(event));
  offering.showOffer();
  if (input("pause").checked && (player.playing || resume)) {
    player.pause();
    clearTimeout(resume);
    resume = setTimeout(() => {
      resume = 0;
      player.toggle();
    }, RESUME_AFTER);
  }
});
lines.addEventListener("hear", (event) => {
  const line = doc.get(detail(event));
  if (!line) return;
  lines.select(line.id);
  player.replay(line.start, line.end);
});
lines.addEventListener("speaker", (event) => {
  const line = doc.get(detail(event));
  if (line) chooseSpeaker(line);
});
lines.addEventListener("word", (event) => {
  const { time, play } = detail(event);
  player.seek(time);
  if (play) player.start();
});
lines.addEventListener("notice", (event) => notice(detail(event)));
doc.addEventListener("change", () => {
  showProgress();
  wave.set(player.time, editing.currentLine, { follow: false });
});

async function showWave() {
  performance.mark("asked-wave");
  try {
    const peaks = await getPeaks(task.id, variant === "redacted" ? "redacted" : "raw");
    wave.show(peaks);
    performance.mark("wave-shown");
    showFaders(mixer, peaks.channels, preferences);
    await showMutes();
  } catch {
    notice("There is no waveform of this recording.");
  }
}

let markedWhenAsked = -1;
const numMarks = () => doc.order.reduce((sum, line) => sum + line.marks.filter((mark) => !mark.rejected).length, 0);

async function showMutes() {
  markedWhenAsked = numMarks();
  wave.mute((await ask("GET", `/api/tasks/${task.id}/mutes`)).mutes);
}

sync.addEventListener("status", () => {
  if (sync.status === "saved" && markedWhenAsked >= 0 && markedWhenAsked !== numMarks()) showMutes().catch(noticeError);
});

/** Say what is asked, and why the recording was given back. */
async function showQuestions() {
  const num = await questions.load();
  $("questions").textContent = num ? `Questions (${num})` : "Questions";
  const [reason] = questions.reasons;
  if (reason) notice(`${reason.by} gave this back: ${reason.text}`);
}

/** Show the line at which this person was last time. */
function goOnWhereLeft() {
  const line = doc.get(preferences.place(task.id) ?? "");
  if (!line || line === doc.order[0]) return;
  lines.show(line.id);
  lines.select(line.id);
}

function showProgress() {
  $("progress").textContent = `${doc.done()} of ${doc.order.length} lines done`;
}

offerHandOver(task, editing, notice);
showQuestions().catch(noticeError);
showProgress();
goOnWhereLeft();
player.emit();
await showWave();
