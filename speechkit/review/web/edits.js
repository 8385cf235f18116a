// What an edit makes of lines, as the server does it (`edit.py`): the page shows it at once, and takes
// over what the server says of times and words when that has come.
import { renumber, tagPlaces, tidy, toPoints, wordPlaces } from "./text.js";

/** @typedef {import("./types.js").Line} Line */
/** @typedef {import("./types.js").Mark} Mark */
/** @typedef {import("./types.js").Edit} Edit */
/** @typedef {import("./types.js").Speaker} Speaker */
/** @typedef {Map<string, Line | null>} Change the lines that an edit touches as they become; null: gone */
/**
 * The page's transcript as an edit finds it.
 * @typedef {{ lines: Map<string, Line>, hidden: boolean, unspaced: string[], language: string }} Before
 */

const SHORTEST = 0.02; // seconds
const PEOPLE_SET = /^(inaudible|overlap|noise|crosstalk|uncertain|(intent|symptom|note):.*)$/;

/**
 * What an edit changes; null if it does not fit, with the same rules as the server's.
 * @param {Before} before
 * @param {Edit} edit
 * @returns {Change | null}
 */
export function changeOf(before, edit) {
  const { lines, hidden } = before;
  if (edit.kind === "name") return new Map();
  if (edit.kind === "insert") {
    return lines.has(edit.segment) ? null : new Map([[edit.segment, newLine(before, edit)]]);
  }
  if (edit.kind === "texts") {
    /** @type {Change} */
    const change = new Map();
    for (const { segment, text } of edit.changes) {
      const line = lines.get(segment);
      if (!line) return null;
      change.set(segment, withText(line, text, hidden));
    }
    return change;
  }
  const line = lines.get(edit.segment);
  if (!line) return null;
  switch (edit.kind) {
    case "split": {
      const halves = split(line, edit.at, edit.new, hidden);
      return halves && new Map([[line.id, halves[0]], [edit.new, halves[1]]]);
    }
    case "merge": {
      const other = lines.get(edit.next);
      return other ? new Map([[line.id, merge(line, other, before)], [other.id, null]]) : null;
    }
    case "speaker": {
      const same = edit.everywhere ? [...lines.values()].filter((one) => one.speaker === line.speaker) : [line];
      return new Map(same.map((one) => [one.id, { ...one, speaker: edit.speaker }]));
    }
    case "delete":
      return new Map([[line.id, null]]);
    case "mark":
    case "unmark":
      if (edit.everywhere) return everywhere(lines, line, edit, hidden);
    // falls through
    default: {
      const changed = one(line, edit, hidden);
      return changed && new Map([[line.id, changed]]);
    }
  }
}

/**
 * @param {Line} line
 * @param {Edit} edit
 * @param {boolean} hidden
 * @returns {Line | null}
 */
function one(line, edit, hidden) {
  switch (edit.kind) {
    case "text":
      return withText(line, edit.text, hidden);
    case "retime":
      return { ...line, start: edit.start, end: edit.end };
    case "labels":
      return { ...line, labels: [...line.labels.filter((label) => !PEOPLE_SET.test(label)), ...edit.labels] };
    case "accept":
      return { ...line, state: edit.accepted === false ? "draft" : "accepted" };
    case "mark":
      return hidden ? hide(line, edit) : mark(line, edit);
    case "unmark":
      return {
        ...line,
        marks: line.marks.map((m) =>
          !m.rejected && m.start < edit.end && m.end > edit.start ? { ...m, rejected: true } : m),
      };
    default:
      return null;
  }
}

/**
 * Mark the same words in all lines, or none of them.
 * @param {Map<string, Line>} lines
 * @param {Line} line where somebody said so
 * @param {Edit} edit
 * @param {boolean} hidden
 * @returns {Change | null}
 */
function everywhere(lines, line, edit, hidden) {
  const first = one(line, edit, hidden);
  if (!first) return null;
  const points = [...line.text];
  const touched = line.marks.filter((m) => !m.rejected && m.start < edit.end && m.end > edit.start);
  const texts = (edit.kind === "mark" ? [edit] : touched)
    .map(({ start, end }) => points.slice(start, end).join(""));
  /** @type {Change} */
  const change = new Map([[line.id, first]]);
  for (const other of lines.values()) {
    let now = change.get(other.id) ?? other;
    for (const [start, end] of texts.flatMap((text) => placesOf(text, other.text)).reverse()) {
      const there = now.marks.filter((m) => !m.rejected && m.start < end && m.end > start);
      const fits = edit.kind === "mark"
        ? there.every((m) => start <= m.start && m.end <= end) && !(hidden && there.length)
        : there.some((m) => m.start === start && m.end === end);
      if (fits) now = one(now, { ...edit, start, end }, hidden) ?? now;
    }
    if (now !== other) change.set(other.id, now);
  }
  return change;
}

/**
 * Where the same words stand in a text, whatever their case: in code points.
 * @param {string} words
 * @param {string} text
 * @returns {[number, number][]}
 */
export function placesOf(words, text) {
  const parts = words.trim().split(/\s+/u).filter(Boolean).map((part) => part.replace(/[.*+?^${}()|[\]\\]/gu, "\\$&"));
  if (!parts.length) return [];
  const said = new RegExp(`(?<![\\p{L}\\p{N}_])${parts.join("\\s+")}(?![\\p{L}\\p{N}_])`, "giu");
  return [...text.matchAll(said)].map((match) => {
    const start = [...text.slice(0, match.index)].length;
    return [start, start + [...match[0]].length];
  });
}

/**
 * @param {Before} before
 * @param {Edit} edit
 * @returns {Line}
 */
function newLine({ language }, { segment, start, end, speaker }) {
  return {
    id: segment, rev: 0, start, end, text: "", speaker, language, words: [], marks: [], labels: [],
    expected_error: null, state: "draft",
  };
}

/**
 * @param {Line} line
 * @param {string} text
 * @param {boolean} hidden
 * @returns {Line}
 */
function withText(line, text, hidden) {
  const tidied = tidy(text);
  const marks = hidden ? atTags(tidied, line.marks) : moved(line.marks, line.text, tidied);
  return { ...line, text: tidied, marks, state: "draft" };
}

/**
 * Marks where the tags of hidden identifiers stand, in their order.
 * @param {string} text
 * @param {Mark[]} marks
 */
function atTags(text, marks) {
  return tagPlaces(text).map(([start, end], i) =>
    ({ ...(marks[i] ?? { identifier: "OTHER_ID", score: 1, rejected: false }), start, end }));
}

/**
 * Carry marks over an edit, taken as one changed stretch: what it touches is covered whole.
 * @param {Mark[]} marks
 * @param {string} before
 * @param {string} after
 */
export function moved(marks, before, after) {
  const [a, b] = [[...before], [...after]];
  const most = Math.min(a.length, b.length);
  let same = 0;
  while (same < most && a[same] === b[same]) same++;
  let tail = 0;
  while (tail < most - same && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const end = a.length - tail;
  const shift = b.length - a.length;
  const breaks = (/** @type {number} */ i) => !(i >= 0 && i < b.length) || !/[\p{L}\p{N}]/u.test(b[i]);
  /** @type {Mark[]} */
  const kept = [];
  for (const m of marks) {
    // An insertion right at an edge belongs to the mark: "Ann" becoming "Anna".
    if (m.end < same || (m.end === same && breaks(same))) kept.push(m);
    else if (m.start > end || (m.start === end && breaks(end + shift - 1))) {
      kept.push({ ...m, start: m.start + shift, end: m.end + shift });
    } else {
      const grown = { ...m, start: Math.min(m.start, same), end: Math.max(m.end, end) + shift };
      if (b.slice(grown.start, grown.end).join("").trim()) kept.push(grown);
    }
  }
  return kept;
}

/**
 * @param {Line} line
 * @param {number} at code points
 * @param {string} id of the second half
 * @param {boolean} hidden
 * @returns {[Line, Line] | null}
 */
function split(line, at, id, hidden) {
  const points = [...line.text];
  const left = points.slice(0, at).join("").trimEnd();
  const right = points.slice(at).join("").trimStart();
  if (!left || !right || line.marks.some((m) => m.start < at && at < m.end)) return null;
  const places = wordPlaces(line);
  const num = places.filter((place) => place && place[1] <= left.length).length;
  const [last, next] = [line.words[num - 1], line.words[num]];
  const share = line.start + ((line.end - line.start) * [...left].length) / points.length;
  const middle = last && next ? (last.end + next.start) / 2 : share;
  const time = Math.round(Math.min(Math.max(middle, line.start + SHORTEST), line.end - SHORTEST) * 1000) / 1000;
  const shift = points.length - [...right].length;
  const marks = line.marks.filter((m) => m.start >= at);
  const second = renumber(right);
  return [
    {
      ...line, end: time, text: left, words: line.words.slice(0, num), state: "draft",
      marks: line.marks.filter((m) => m.end <= [...left].length),
    },
    {
      ...line, id, rev: 0, start: time, text: hidden ? second : right, words: line.words.slice(num),
      state: "draft",
      marks: hidden
        ? atTags(second, marks)
        : marks.map((m) => ({ ...m, start: m.start - shift, end: m.end - shift })),
    },
  ];
}

/**
 * What stands between two lines that become one.
 * @param {Line} first
 * @param {Line} second
 * @param {string[]} unspaced languages
 */
export function joint(first, second, unspaced) {
  const spaced = !unspaced.includes(first.language.replace("_", "-").split("-")[0].toLowerCase());
  return first.text && second.text && spaced ? " " : "";
}

/**
 * @param {Line} first
 * @param {Line} second
 * @param {Before} before
 * @returns {Line}
 */
function merge(first, second, { hidden, unspaced }) {
  const joined = first.text + joint(first, second, unspaced) + second.text;
  const text = hidden ? renumber(joined) : joined;
  const shift = [...joined].length - [...second.text].length;
  const marks = [...first.marks, ...second.marks.map((m) => ({ ...m, start: m.start + shift, end: m.end + shift }))];
  return {
    ...first,
    start: Math.min(first.start, second.start),
    end: Math.max(first.end, second.end),
    text,
    words: [...first.words, ...second.words],
    marks: hidden ? atTags(text, marks) : marks,
    labels: [...new Set([...first.labels, ...second.labels])],
    state: "draft",
  };
}

/**
 * @param {Line} line
 * @param {Edit} edit
 */
function mark(line, { start, end, identifier }) {
  const reach = line.marks.filter((m) => !m.rejected && m.start < end && m.end > start);
  const grown = {
    start: Math.min(start, ...reach.map((m) => m.start)),
    end: Math.max(end, ...reach.map((m) => m.end)),
    identifier, score: 1, rejected: false,
  };
  const kept = line.marks.filter((m) => m.end <= start || m.start >= end);
  return { ...line, marks: [...kept, grown].sort((a, b) => a.start - b.start || a.end - b.end) };
}

/**
 * Mark for a person who does not see identifiers: what they marked becomes a tag at once.
 * @param {Line} line
 * @param {Edit} edit
 */
function hide(line, { start, end, identifier }) {
  const points = [...line.text];
  if (line.marks.some((m) => m.start < end && m.end > start)) return line; // the server joins them
  const tag = `⟦${identifier}·0⟧`;
  const text = renumber(points.slice(0, start).join("") + tag + points.slice(end).join(""));
  const fresh = { start, end, identifier, score: 1, rejected: false };
  const marks = [...line.marks, fresh].sort((a, b) => a.start - b.start);
  return { ...line, text, marks: atTags(text, marks) };
}

/**
 * How many code points lie before the caret, once the spaces are tidied.
 * @param {string} text as it stands on the page
 * @param {number} caret UTF-16 units
 */
export function tidyCaret(text, caret) {
  const before = text.slice(0, caret).replace(/[\s\x1c-\x1f\x85]+/g, " ").trimStart();
  return Math.min(toPoints(before, before.length), [...tidy(text)].length);
}
