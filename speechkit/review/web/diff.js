// Word diff of two texts: longest common subsequence over words.

/**
 * What turns `before` into `after`.
 * @param {string} before
 * @param {string} after
 * @returns {import("./types.js").Parts}
 */
export function diffWords(before, after) {
  const a = before.split(/\s+/).filter(Boolean);
  const b = after.split(/\s+/).filter(Boolean);
  const length = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      length[i][j] =
        a[i] === b[j] ? length[i + 1][j + 1] + 1 : Math.max(length[i + 1][j], length[i][j + 1]);
    }
  }
  /** @type {["same" | "del" | "ins", string[]][]} */
  const parts = [];
  const add = (/** @type {"same" | "del" | "ins"} */ kind, /** @type {string} */ word) => {
    const last = parts.at(-1);
    if (last?.[0] === kind) last[1].push(word);
    else parts.push([kind, [word]]);
  };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      add("same", a[i++]);
      j++;
    } else if (j >= b.length || (i < a.length && length[i + 1][j] >= length[i][j + 1])) {
      add("del", a[i++]);
    } else add("ins", b[j++]);
  }
  return parts.map(([kind, words]) => [kind, words.join(" ")]);
}
