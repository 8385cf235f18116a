// The desk: brings sound, waveform, lines, keys and saving together.
import { ask, getPeaks, whoAmI } from "./api.js";
import { askConflict, askIdentifier, askLabels, askSpeaker, confirmStep, showFind, showKeys } from "./dialogs.js";
import { diffWords } from "./diff.js";
import { Doc, toPoints, toUnits } from "./doc.js";
import { clock, make } from "./dom.js";
import { chordOf, keymap, loadKeys } from "./keys.js";
import { Lines, tidy } from "./lines.js";
import { connectPedal } from "./pedal.js";
import { Player } from "./player.js";
import { Sync } from "./sync.js";
import { Wave } from "./wave.js";

const SAVE_AFTER = 500; // ms without a key
const RESUME_AFTER = 1000;
const DOUBTFUL_SHARE = 0.25; // of the lines are put forward as doubtful
const SAVED = {
  saved: "All saved", unsaved: "Saving…", offline: "Not saved: no connection, trying again",
  lost: "Not saved: opened elsewhere", reading: "Read only",
};
const VARIANTS = { redacted: "redacted", raw: "unredacted", preview: "preview of masks" };

const $ = (id) => document.getElementById(id);
const id = new URLSearchParams(location.search).get("task") ?? "";
await whoAmI();
const task = await ask("GET", `/api/tasks/${encodeURIComponent(id)}`).catch((error) => {
  notice(error.message);
  throw error;
});
const doc = new Doc(task);
doc.cutoff = cutoff();
const variants = [...(task.redacted ? ["redacted"] : []), ...(task.raw ? ["raw", "preview"] : [])];
const kept = sessionStorage.getItem("variant");
let variant = variants.includes(kept) ? kept : variants[0];
const sound = () => `/api/tasks/${task.id}/audio?variant=${variant}`;
const player = new Player(sound());
const wave = new Wave($("overview"), $("detail"), task.duration);
const lines = new Lines($("lines"), doc, task.editable);
const sync = new Sync(doc);
let keys = keymap(loadKeys());
const timers = new Map();
let resume = 0;

$("title").textContent = task.recording;
document.title = `${task.recording} · speechkit review`;
performance.mark("lines-shown");

// ---- saving

sync.resolve = (said, request) => askConflict(said, request.text);
sync.addEventListener("state", ({ detail }) => saved(detail));
sync.addEventListener("lost", ({ detail }) => {
  notice(detail, make("button", { onclick: () => location.reload() }, "Work here"));
});
sync.addEventListener("refused", ({ detail: { message, line } }) => {
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
    notice(error.message);
    setReadOnly();
  }
} else setReadOnly();
addEventListener("beforeunload", (event) => {
  if (!sync.idle || timers.size) event.preventDefault();
});

function setReadOnly() {
  saved("reading");
  for (const { text } of lines.rows.values()) text.contentEditable = "false";
}

function saved(state) {
  const shown = state === "saved" && timers.size ? "unsaved" : state;
  $("saved").textContent = SAVED[shown];
  $("saved").dataset.state = shown;
}

function edited(lineId) {
  clearTimeout(timers.get(lineId));
  timers.set(lineId, setTimeout(() => flush(lineId), SAVE_AFTER));
  saved("unsaved");
  if ($("pause").checked && (player.playing || resume)) {
    player.pause();
    clearTimeout(resume);
    resume = setTimeout(() => {
      resume = 0;
      player.toggle();
    }, RESUME_AFTER);
  }
}

/** Send what was typed into a line; resolves when it is saved. */
function flush(lineId) {
  clearTimeout(timers.get(lineId));
  timers.delete(lineId);
  const row = lines.rows.get(lineId);
  if (!row?.dirty) return Promise.resolve();
  return edit(lineId, () => {
    row.dirty = false;
    const text = lines.text(lineId);
    return text === doc.get(lineId).text ? null : { kind: "text", text };
  });
}

/** Queue an edit of a line; `build` gives its kind and fields when its turn comes. */
function edit(lineId, build) {
  return sync.push(() => {
    const line = doc.get(lineId);
    const body = line && build(line);
    return body ? { segment: lineId, base_rev: line.rev, ...body } : null;
  });
}

const flushAll = () => Promise.all([...timers.keys()].map(flush));

// ---- what keys and buttons do

const here = () => doc.get(lines.current);
const actions = {
  play: () => player.toggle(),
  pause: () => player.toggle(),
  back: () => player.skip(-2),
  forward: () => player.skip(2),
  slower: () => speed(player.audio.playbackRate - 0.1),
  faster: () => speed(player.audio.playbackRate + 0.1),
  normal: () => speed(1),
  replay: () => here() && player.replay(here().start, here().end),
  loop: () => $("loop").click(),
  previous: () => go(-1),
  next: () => go(1),
  split,
  merge,
  setStart: () => retime(here(), player.time, here().end),
  setEnd: () => retime(here(), here().start, player.time),
  markPhi,
  labels: setLabels,
  speaker: () => chooseSpeaker(here()),
  insert,
  remove,
  nextIssue: () => issue(1),
  previousIssue: () => issue(-1),
  accept,
  undo: () => flushAll().then(() => sync.undo()),
  redo: () => flushAll().then(() => sync.redo()),
  find: openFind,
  versions: compare,
  help: async () => {
    if (await showKeys(pedal)) keys = keymap(loadKeys());
  },
};
const pedal = "hid" in navigator ? () => connectPedal(player).catch((e) => notice(e.message)) : null;
const WRITING = new Set(["split", "merge", "setStart", "setEnd", "markPhi", "labels", "speaker",
  "insert", "remove", "accept", "undo", "redo"]);
const NEEDS_LINE = new Set([...WRITING, "replay", "versions"].filter((a) => !["undo", "redo"].includes(a)));

addEventListener("keydown", (event) => {
  // A key that closed a dialog is spent, although the dialog is not open any more.
  if (event.isComposing || event.defaultPrevented || event.target.closest?.("dialog")) return;
  const chord = chordOf(event);
  const digit = /^Alt\+([1-9])$/.exec(chord);
  if (digit && here() && sync.epoch !== null) {
    event.preventDefault();
    assignSpeaker(doc.labels()[Number(digit[1]) - 1]);
    return;
  }
  const action = keys.get(chord);
  if (!action || (WRITING.has(action) && sync.epoch === null)) return;
  if (NEEDS_LINE.has(action) && !here()) return;
  const inText = document.activeElement?.classList.contains("text");
  if (["split", "merge"].includes(action) && !/Ctrl|Alt/.test(chord)) {
    if (!inText) return;
    if (action === "merge" && !atStart()) return;
  }
  event.preventDefault();
  actions[action]();
});

function atStart() {
  const chosen = lines.chosen(lines.current);
  return chosen !== null && chosen[0] === 0 && chosen[1] === 0;
}

function go(step) {
  const next = lines.current ? doc.next(lines.current, step) : doc.order[0];
  if (next) lines.focus(next.id, 0);
}

function issue(step) {
  let line = here() ?? doc.order[0];
  if (line && line !== here() && isIssue(line)) lines.focus(line.id, 0);
  else {
    while ((line = line && doc.next(line.id, step)) && !isIssue(line));
    if (line) lines.focus(line.id, 0);
    else notice("No more doubtful lines in that direction.");
  }
  if (line) player.seek(line.start);
}

function isIssue(line) {
  return line.state === "draft" && (lines.doubtful(line) || line.marks.some((m) => m.score < 0.6 && !m.rejected));
}

function cutoff() {
  const shares = doc.order.map((line) => line.expected_error ?? 0).sort((a, b) => b - a);
  return Math.max(0.02, shares[Math.floor(shares.length * DOUBTFUL_SHARE)] ?? 1);
}

async function split() {
  const line = here();
  const raw = lines.rows.get(line.id).text.textContent;
  const caret = lines.caret(lines.rows.get(line.id).text) ?? 0;
  const before = raw.slice(0, caret).replace(/\s+/g, " ").trimStart();
  const fresh = `n-${crypto.randomUUID()}`;
  await flush(line.id);
  const answer = await edit(line.id, (now) => ({ kind: "split", at: toPoints(now.text, before.length), new: fresh }));
  if (answer) lines.focus(fresh, 0);
}

async function merge() {
  const line = here();
  const above = doc.next(line.id, -1);
  if (!above) return;
  await Promise.all([flush(line.id), flush(above.id)]);
  const at = doc.get(above.id).text.length;
  const answer = await edit(above.id, () => ({ kind: "merge", next: line.id, next_rev: doc.get(line.id).rev }));
  if (answer) lines.focus(above.id, at);
}

function retime(line, start, end) {
  const [a, b] = [start, end].map((time) => Math.round(time * 1000) / 1000);
  return edit(line.id, () => ({ kind: "retime", start: a, end: b }));
}

async function accept() {
  const line = here();
  await flush(line.id);
  edit(line.id, (now) => (now.state === "accepted" ? null : { kind: "accept" }));
  go(1);
}

async function markPhi() {
  const line = here();
  const place = lines.chosen(line.id);
  if (!place) return;
  await flush(line.id);
  const now = doc.get(line.id);
  let [start, end] = place;
  if (start === end) {
    while (start > 0 && /\S/.test(now.text[start - 1])) start--;
    while (end < now.text.length && /\S/.test(now.text[end])) end++;
  }
  const said = now.text.slice(start, end).trim();
  if (!said) return;
  start = toPoints(now.text, start + now.text.slice(start, end).search(/\S/));
  end = start + [...said].length;
  const there = now.marks.find((m) => !m.rejected && m.start < end && m.end > start);
  const identifier = await askIdentifier(said, there?.identifier, !task.hidden);
  lines.focus(line.id, toUnits(now.text, end));
  if (identifier === "none") edit(line.id, () => ({ kind: "unmark", start, end }));
  else if (identifier) edit(line.id, () => ({ kind: "mark", start, end, identifier }));
}

async function setLabels() {
  const line = here();
  const labels = await askLabels(line);
  if (labels) await edit(line.id, () => ({ kind: "labels", labels }));
}

function assignSpeaker(speaker, everywhere = false) {
  if (speaker === undefined) return null;
  return edit(lines.current, (now) =>
    now.speaker === speaker ? null : { kind: "speaker", speaker, everywhere });
}

async function chooseSpeaker(line) {
  if (!line || sync.epoch === null) return;
  lines.select(line.id);
  const chosen = await askSpeaker(doc, line);
  if (!chosen) return;
  const known = doc.speakers[chosen.label];
  if (known?.name !== chosen.name || known?.role !== chosen.role) {
    const speakers = { ...doc.speakers, [chosen.label]: { name: chosen.name, role: chosen.role } };
    const answer = await ask("PUT", `/api/tasks/${task.id}/speakers`, { epoch: sync.epoch, speakers });
    doc.speakers = answer.speakers;
  }
  await assignSpeaker(chosen.label, chosen.everywhere);
  lines.refill();
}

async function insert() {
  const start = Math.min(Math.max(0, player.time), Math.max(0, task.duration - 1));
  const fresh = `n-${crypto.randomUUID()}`;
  const end = Math.min(start + 2, task.duration);
  const answer = await sync.push(() => ({
    kind: "insert", segment: fresh, start, end, speaker: here()?.speaker ?? "",
  }));
  if (answer) lines.focus(fresh, 0);
}

async function remove() {
  const line = here();
  const next = doc.next(line.id, 1) ?? doc.next(line.id, -1);
  await flush(line.id);
  const answer = await edit(line.id, () => ({ kind: "delete" }));
  if (answer && next) lines.focus(next.id, 0);
}

async function compare() {
  const line = here();
  const row = line && lines.rows.get(line.id);
  if (!row) return;
  if (row.more) {
    lines.compare(line.id, null);
    return;
  }
  const { versions } = await ask("GET", `/api/tasks/${task.id}/lines/${line.id}/versions`);
  lines.compare(line.id, versions.map(({ by, text }) => ({ by, parts: diffWords(text, lines.text(line.id)) })));
}

function openFind() {
  let at = -1;
  const find = (what) => {
    lines.found = [];
    const wanted = what.toLowerCase();
    for (const line of wanted ? doc.order : []) {
      const text = line.text.toLowerCase();
      for (let i = text.indexOf(wanted); i >= 0; i = text.indexOf(wanted, i + wanted.length)) {
        lines.found.push({ id: line.id, start: i, end: i + wanted.length });
      }
    }
    lines.paint();
    return lines.found.length;
  };
  const step = (back) => {
    if (!lines.found.length) return;
    at = (at + (back ? -1 : 1) + lines.found.length) % lines.found.length;
    lines.rows.get(lines.found[at].id).element.scrollIntoView({ block: "center" });
    lines.select(lines.found[at].id);
  };
  const replace = (what, by, all) => {
    if (!what || sync.epoch === null) return;
    const hits = all ? lines.found : lines.found.slice(Math.max(0, at), Math.max(0, at) + 1);
    for (const lineId of new Set(hits.map((hit) => hit.id))) {
      const places = hits.filter((hit) => hit.id === lineId).reverse();
      edit(lineId, (now) => {
        const text = places.reduce((t, { start, end }) => t.slice(0, start) + by + t.slice(end), now.text);
        return text === now.text ? null : { kind: "text", text: tidy(text) };
      });
    }
  };
  flushAll().then(() => showFind({ find, step, replace }));
}

// ---- sound and waveform

function speed(value) {
  const rate = player.rate(value);
  $("speed").value = rate;
  $("rate").textContent = `${rate}×`;
}

player.addEventListener("time", () => {
  const time = player.time;
  $("time").textContent = `${clock(time)} / ${clock(task.duration)}`;
  $("play").textContent = player.playing ? "Pause" : "Play";
  $("play").setAttribute("aria-pressed", String(player.playing));
  $("overview").setAttribute("aria-valuetext", clock(time));
  wave.set(time, here());
  lines.sound(time);
});
player.audio.addEventListener("error", () => notice("The sound cannot be played."));
wave.addEventListener("seek", ({ detail }) => player.seek(detail));
wave.addEventListener("retime", ({ detail }) => {
  if (sync.epoch !== null) retime(doc.get(detail.id), detail.start, detail.end);
});
lines.addEventListener("current", () => {
  const line = here();
  if (!line) return;
  if (!player.playing && (player.time < line.start || player.time >= line.end)) player.seek(line.start);
  if ($("stop").checked || $("loop").checked) player.stretch = [line.start, line.end];
  wave.set(player.time, line);
});
lines.addEventListener("edited", ({ detail }) => edited(detail));
lines.addEventListener("hear", ({ detail }) => {
  const line = doc.get(detail);
  lines.select(detail);
  player.replay(line.start, line.end);
});
lines.addEventListener("who", ({ detail }) => chooseSpeaker(doc.get(detail)));
lines.addEventListener("word", ({ detail: { time, play } }) => {
  player.seek(time);
  if (play) player.start();
});
lines.addEventListener("refused", ({ detail }) => notice(detail));
doc.addEventListener("change", () => {
  progress();
  wave.set(player.time, here(), { follow: false });
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

$("play").addEventListener("click", actions.play);
$("speed").addEventListener("input", (event) => speed(Number(event.target.value)));
$("rewind").addEventListener("change", (event) => {
  player.rewind = Math.min(5, Math.max(0, Number(event.target.value) || 0));
});
$("loop").addEventListener("change", (event) => {
  player.loop = event.target.checked;
  if (here()) player.stretch = [here().start, here().end];
});
$("stop").addEventListener("change", (event) => (player.stopAtEnd = event.target.checked));
$("help").addEventListener("click", actions.help);
$("find").addEventListener("click", actions.find);
$("versions").addEventListener("click", compare);
$("variant").append(...variants.map((name) => make("option", { value: name, selected: name === variant }, VARIANTS[name])));
$("sound").hidden = variants.length < 2;
$("variant").addEventListener("change", (event) => {
  variant = event.target.value;
  sessionStorage.setItem("variant", variant);
  player.use(sound());
  showWave();
});

const reviewing = task.editable && task.state === "submitted";
$("submit").hidden = !task.editable || reviewing;
$("approve").hidden = $("return").hidden = !reviewing;
for (const [button, title, label] of [
  ["submit", "Hand this recording over?", "Hand over"],
  ["approve", "Approve this transcript?", "Approve"],
  ["return", "Give it back for more work?", "Give back"],
]) {
  $(button).disabled = sync.epoch === null;
  $(button).addEventListener("click", async () => {
    await flushAll();
    const left = doc.order.length - doc.done();
    const said = left
      ? `${left} of ${doc.order.length} lines were not accepted yet; they are marked as not reviewed.`
      : "Every line was accepted.";
    if (!(await confirmStep(title, `${said} What edits went through is erased.`, label))) return;
    await sync.push(() => null);
    try {
      await ask("POST", `/api/tasks/${task.id}/${button}`, { epoch: sync.epoch });
      location.assign("/");
    } catch (error) {
      notice(error.message);
    }
  });
}

function progress() {
  $("progress").textContent = `${doc.done()} of ${doc.order.length} lines done`;
}

function notice(text, ...more) {
  $("notice").replaceChildren(text, " ", ...more);
  $("notice").hidden = !text;
}

progress();
player.tell();
await showWave();
