// A person's own words, in place of a spell checker that might send text out: what is nearly one of
// them is marked, what begins like one is offered.

const WORD = /[\p{L}\p{M}][\p{L}\p{M}'’-]*/gu;
const SHORTEST = 4; // letters of a word that is looked at
const LONG = 8; // from here on two letters may be wrong

export class Words {
  /**
   * @param {string[]} words one's own
   * @param {string[]} team of the team
   */
  constructor(words, team = []) {
    this.team = team;
    /** @type {string[]} */
    this.list = [];
    /** @type {Map<string, string>} */
    this.known = new Map();
    /** @type {Map<string, string | null>} */
    this.cache = new Map();
    this.use(words);
  }

  /** @param {string[]} words */
  use(words) {
    this.list = [...new Set(words)].sort((a, b) => a.localeCompare(b));
    this.known = new Map([...this.team, ...this.list].map((word) => [word.toLowerCase(), word]));
    this.cache.clear();
  }

  /**
   * The listed word that this one nearly is; null if it is one, or like none.
   * @param {string} word
   * @returns {string | null}
   */
  near(word) {
    const asked = word.toLowerCase();
    if (asked.length < SHORTEST || this.known.has(asked)) return null;
    const kept = this.cache.get(asked);
    if (kept !== undefined) return kept;
    let best = null;
    let least = asked.length < LONG ? 1 : 2;
    for (const [folded, listed] of this.known) {
      if (Math.abs(folded.length - asked.length) > least) continue;
      const off = distance(asked, folded, least);
      if (off <= least) {
        best = listed;
        least = off - 1;
      }
    }
    this.cache.set(asked, best);
    return best;
  }

  /**
   * The shortest listed word that begins so.
   * @param {string} start
   * @returns {string | null}
   */
  completed(start) {
    const asked = start.toLowerCase();
    if (asked.length < SHORTEST - 1 || this.known.has(asked)) return null;
    const fits = [...this.known].filter(([folded]) => folded.startsWith(asked));
    fits.sort(([a], [b]) => a.length - b.length);
    return fits[0]?.[1] ?? null;
  }

  /**
   * Where words stand that are nearly a listed one: [start, end, listed] in UTF-16 units.
   * @param {string} text
   * @returns {[number, number, string][]}
   */
  doubts(text) {
    if (!this.known.size) return [];
    /** @type {[number, number, string][]} */
    const found = [];
    for (const { 0: word, index } of text.matchAll(WORD)) {
      const listed = this.near(word);
      if (listed) found.push([index, index + word.length, listed]);
    }
    return found;
  }
}

/**
 * The word that a place touches: [start, end] in UTF-16 units, null if there is none.
 * @param {string} text
 * @param {number} at
 * @returns {[number, number] | null}
 */
export function wordAt(text, at) {
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (index <= at && at <= index + word.length) return [index, index + word.length];
  }
  return null;
}

/**
 * Letters to change, leave out, put in or swap (optimal string alignment); more than `most` is
 * `most` + 1.
 * @param {string} a
 * @param {string} b
 * @param {number} most
 */
export function distance(a, b, most) {
  let before = /** @type {number[]} */ ([]);
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        next[j] = Math.min(next[j], before[j - 2] + 1);
      }
    }
    if (Math.min(...next) > most) return most + 1;
    [before, row] = [row, next];
  }
  return Math.min(row[b.length], most + 1);
}
