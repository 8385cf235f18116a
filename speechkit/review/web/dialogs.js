// What the editor asks in dialogs: identifiers, speakers, labels, keys, conflicts.
import { logIn, takeUpSession } from "./api.js";
import { ask, make } from "./dom.js";
import { diffWords } from "./diff.js";
import { IDENTIFIERS } from "./identifiers.js";
import { GROUPS, PRESETS, chords, loadKeys, saveKeys, shownChord, wrongKeys } from "./keys.js";

const LABELS = ["inaudible", "overlap", "noise", "crosstalk", "uncertain"];
const ROLES = ["", "doctor", "patient", "nurse", "interpreter", "companion", "other"];
const CANCEL = ["", "Cancel"];
const MOST_WORDS = 5000; // of one's list

/** @typedef {import("./types.js").Line} Line */

/**
 * Which identifier, and whether the same words are one everywhere; `kind` "" for nothing.
 * @param {string} said
 * @param {import("./types.js").Mark | undefined} marked what it is marked as
 * @param {boolean} mayUnmark
 */
export async function askIdentifier(said, marked, mayUnmark) {
  const list = make("select", { size: "8", autofocus: true, "aria-label": "Identifier" },
    ...Object.entries(IDENTIFIERS).map(([name, [plain, hint]]) =>
      make("option", { value: name, selected: name === (marked?.identifier ?? "NAME") }, hint ? `${plain}: ${hint}` : plain)));
  list.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    /** @type {HTMLElement | null | undefined} */
    const main = list.form?.querySelector("button.main");
    list.form?.requestSubmit(main);
  });
  const buttons = [["mark", "Mark", "main"], CANCEL];
  if (marked && mayUnmark) buttons.splice(1, 0, ["none", "Not an identifier"]);
  const everywhere = make("input", { type: "checkbox" });
  const body = make("div", { class: "fields" }, list,
    make("label", {}, everywhere, "wherever these words stand"),
    ...(marked ? [make("small", {}, foundBy(marked))] : []));
  const answer = await ask(`What is “${said}”?`, body, buttons, "at-line");
  /** @type {"mark" | "unmark" | ""} */
  const kind = answer === "mark" ? "mark" : answer === "none" ? "unmark" : "";
  return { kind, identifier: kind === "mark" ? list.value : "", everywhere: everywhere.checked };
}

/**
 * Which detector marked it, and how sure it was.
 * @param {import("./types.js").Mark} mark
 */
function foundBy({ detector, score }) {
  if (!detector || detector === "person") return "Marked by a person.";
  return `Marked by the detector “${detector}”, ${Math.round(score * 100)} % sure.`;
}

/**
 * Who speaks; null for no change.
 * @param {import("./doc.js").Doc} doc
 * @param {Line} line
 */
export async function askSpeaker(doc, line) {
  const labels = doc.labels();
  const fresh = `S${labels.length + 1}`;
  const choice = make("select", { autofocus: true },
    ...labels.map((label, i) =>
      make("option", { value: label, selected: label === line.speaker }, `${i + 1}  ${doc.letterOf(label)}  ${doc.shownName(label)}`)),
    make("option", { value: fresh }, "another person"));
  const name = make("input", { maxlength: "60" });
  const role = make("select", {}, ...ROLES.map((one) => make("option", { value: one }, one || "unknown")));
  const everywhere = make("input", { type: "checkbox" });
  const fill = () => {
    name.value = doc.nameOf(choice.value);
    role.value = doc.speakers[choice.value]?.role ?? "";
  };
  choice.addEventListener("change", fill);
  fill();
  const body = make("div", { class: "fields" },
    make("label", {}, "Speaker ", choice), make("label", {}, "Called ", name),
    make("label", {}, "Role ", role),
    make("label", {}, everywhere, "for all lines of the one it is now"));
  const answer = await ask("Who speaks here?", body, [["set", "Set", "main"], CANCEL], "at-line");
  if (answer !== "set") return null;
  return { label: choice.value, everywhere: everywhere.checked, name: name.value, role: role.value };
}

/**
 * The labels of a line, or null.
 * @param {Line} line
 */
export async function askLabels(line) {
  const boxes = LABELS.map((label) => make("input", { type: "checkbox", value: label, checked: line.labels.includes(label) }));
  boxes[0].autofocus = true;
  const others = line.labels.filter((label) => /^(intent|symptom|note):/.test(label));
  const more = make("input", { value: others.join(", "), placeholder: "symptom:chest-pain, note:…" });
  const answer = await ask("Labels of this line", make("div", { class: "fields" },
    make("div", { class: "choices" }, ...boxes.map((box) => make("label", {}, box, box.value))),
    make("label", {}, "More ", more)), [["set", "Set", "main"], CANCEL], "at-line");
  if (answer !== "set") return null;
  const extra = more.value.split(",").map((label) => label.trim()).filter(Boolean);
  return [...boxes.filter((box) => box.checked).map((box) => box.value), ...extra];
}

/**
 * The keys, and how to change them; resolves to true if they were.
 * @param {(() => unknown) | null} pedal connects one; null where the browser cannot
 */
export async function showKeys(pedal) {
  const keys = loadKeys();
  const preset = make("select", { autofocus: true }, ...Object.keys(PRESETS).map((name) =>
    make("option", { value: name, selected: name === keys.preset }, name)));
  const own = make("textarea", { spellcheck: "false", "aria-label": "Own keys as JSON" });
  own.value = JSON.stringify(keys.own, null, 2);
  const wrong = make("p", { class: "error", role: "alert" });
  const list = make("div", { class: "key-groups" });
  /** @type {Record<string, [string, string][]>} */
  const more = {
    "Getting around": [["click, Alt+click", "go to a word, hear it"]],
    Lines: [["Alt+1 … 9", "the line's speaker"]],
  };
  const fill = () => {
    const all = chords({ preset: preset.value, own: keys.own });
    list.replaceChildren(...Object.entries(GROUPS).map(([group, actions]) => make("section", {},
      make("h3", {}, group),
      make("dl", { class: "keys" },
        ...Object.entries(actions).flatMap(([action, does]) =>
          [make("dt", {}, all[action].map(shownChord).join("  ")), make("dd", {}, does)]),
        ...(more[group] ?? []).flatMap(([chord, does]) => [make("dt", {}, chord), make("dd", {}, does)])))));
  };
  fill();
  preset.addEventListener("change", fill);
  const check = () => {
    let text = "";
    try {
      text = wrongKeys(JSON.parse(own.value || "{}"));
    } catch {
      text = "that is not JSON";
    }
    wrong.textContent = text;
    own.setCustomValidity(text);
  };
  own.addEventListener("input", check);
  const body = make("div", { class: "fields" },
    make("label", {}, "Keys as in ", preset), list,
    make("details", {}, make("summary", {}, "Change keys"),
      make("p", { class: "quiet" }, 'As JSON, e.g. {"play": ["F9"]}'), own, wrong),
    pedal && make("button", { type: "button", onclick: pedal }, "Connect a foot pedal"));
  const answer = await ask("Keys", body, [["save", "Save", "main"], ["", "Close"]], "wide");
  if (answer !== "save" || wrong.textContent) return false;
  saveKeys({ preset: preset.value, own: JSON.parse(own.value || "{}") });
  return true;
}

/**
 * A line was changed elsewhere: resolves to true to keep one's own text.
 * @param {import("./types.js").Said} said
 * @param {string} mine
 */
export async function askConflict({ base, theirs }, mine) {
  const now = theirs?.text ?? "";
  const show = (/** @type {string} */ title, /** @type {string} */ text) => make("p", {}, make("strong", {}, `${title} `),
    ...diffWords(base?.text ?? now, text).flatMap(([kind, words]) =>
      [kind === "same" ? words : make(kind, {}, words), " "]));
  const body = make("div", { class: "more" }, show("theirs:", now), show("yours:", mine));
  const answer = await ask("This line was changed elsewhere", body,
    [["mine", "Keep mine", "main"], ["theirs", "Take theirs"]]);
  return answer === "mine";
}

/**
 * Say something and ask whether to go on.
 * @param {string} title
 * @param {string} said
 * @param {string} label of the button that goes on
 */
export async function confirmStep(title, said, label) {
  return (await ask(title, make("p", {}, said), [["yes", label, "main"], CANCEL])) === "yes";
}

/**
 * Show a text of several lines.
 * @param {string} title
 * @param {string} text
 */
export async function showText(title, text) {
  await ask(title, make("p", { class: "long" }, text), [["", "Close"]], "aside");
}

/**
 * Why a recording is given back; null to keep it.
 * @param {string} title
 * @param {string} label of the button that gives it back
 */
export async function askReason(title, label) {
  const reason = make("textarea", { autofocus: true, rows: "4", maxlength: "1000", required: true, "aria-label": "What is to be done" });
  const body = make("div", { class: "fields" },
    make("p", { class: "quiet" }, "Say what is to be done; whoever corrected it reads it."), reason);
  return (await ask(title, body, [["yes", label, "main"], CANCEL])) === "yes" ? reason.value.trim() : null;
}

/**
 * One's own words; resolves to the list, or null for no change.
 * @param {string[]} words
 */
export async function showWords(words) {
  const list = make("textarea", {
    spellcheck: "false", rows: "12", autofocus: true, "aria-label": "Words, one a line",
  });
  list.value = words.join("\n");
  const body = make("div", { class: "fields" },
    make("p", { class: "quiet" },
      "One a line. What is nearly one of them is marked; while you type they are offered. Kept on the server, for you alone."),
    list);
  const answer = await ask("Your words", body, [["save", "Save", "main"], CANCEL]);
  if (answer !== "save") return null;
  return list.value.split("\n").map((word) => word.trim()).filter(Boolean).slice(0, MOST_WORDS);
}

/**
 * Find and replace, beside the text: what is found stays in sight.
 * @param {{ find: (wanted: import("./finding.js").Wanted) => number, step: (back: boolean) => void,
 *   replace: (by: string, all: boolean) => number, readonly place: number }} actions
 */
export async function showFind(actions) {
  const what = make("input", { autofocus: true });
  const by = make("input");
  const box = () => make("input", { type: "checkbox" });
  const [wholeWords, matchCase, regex] = [box(), box(), box()];
  const count = make("p", { class: "quiet", role: "status" });
  let done = "";
  const update = () => {
    const found = actions.find({
      what: what.value, wholeWords: wholeWords.checked, matchCase: matchCase.checked, regex: regex.checked,
    });
    const place = actions.place >= 0 && found ? `${actions.place + 1} of ` : "";
    count.textContent = [done, what.value ? `${place}${found} found` : ""].filter(Boolean).join(" · ");
    done = "";
  };
  for (const field of [what, wholeWords, matchCase, regex]) field.addEventListener("input", update);
  const button = (/** @type {string} */ label, /** @type {() => void} */ act) =>
    make("button", { type: "button", onclick: () => { act(); update(); } }, label);
  const replace = (/** @type {boolean} */ all) => {
    done = `${actions.replace(by.value, all)} replaced`;
  };
  what.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    actions.step(event.shiftKey);
    update();
  });
  const body = make("div", { class: "fields" },
    make("label", {}, "Find ", what), make("label", {}, "Replace with ", by),
    make("div", { class: "choices" }, make("label", {}, wholeWords, "Whole words"),
      make("label", {}, matchCase, "Match case"), make("label", {}, regex, "Regular expression")),
    count,
    make("div", { class: "bar" }, button("Next", () => actions.step(false)),
      button("Previous", () => actions.step(true)),
      button("Replace this one", () => replace(false)),
      button("Replace all", () => replace(true))));
  await ask("Find and replace", body, [["", "Close"]], "aside");
}

/**
 * Log in again as the same person; resolves to false if they do not want to yet.
 * @param {string} name
 * @param {boolean} elsewhere whether one may log in at the organization's provider
 */
export async function askPassword(name, elsewhere) {
  for (let wrong = ""; ; ) {
    const password = make("input", { type: "password", autocomplete: "current-password", autofocus: true });
    const body = make("div", { class: "fields" },
      make("label", {}, `Password of ${name} `, password),
      elsewhere ? make("p", {}, make("a", { href: "/api/oidc/login", target: "_blank" }, "Log in with your organization’s account"),
        " in another window, then choose Log in.") : null,
      wrong ? make("p", { class: "error", role: "alert" }, wrong) : null);
    if ((await ask("Log in again", body, [["in", "Log in", "main"], CANCEL])) !== "in") return false;
    if (await takeUpSession().catch(() => false)) return true;
    wrong = password.value
      ? await logIn(password.value).catch(() => "the server cannot be reached")
      : "Enter your password";
    if (!wrong) return true;
  }
}
