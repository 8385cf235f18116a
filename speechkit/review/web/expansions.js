// Abbreviations as text, one a line: htn = hypertension.

/** @param {Record<string, string>} expansions */
export function asText(expansions) {
  return Object.entries(expansions).map(([short, full]) => `${short} = ${full}`).join("\n");
}

/**
 * @param {string} text
 * @returns {Record<string, string>}
 */
export function fromText(text) {
  const rows = text.split("\n").map((row) => /^\s*(\S{1,20})\s*=\s*(\S.{0,198})$/u.exec(row.trimEnd()));
  return Object.fromEntries(rows.flatMap((row) => (row ? [[row[1].toLowerCase(), row[2].trim()]] : [])));
}
