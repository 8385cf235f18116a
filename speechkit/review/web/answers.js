// What answers to edits mean.

/**
 * Whether trying again may help: the server is busy, failing, or out of reach.
 * @param {import("./api.js").Refused} error
 */
export function isPassing(error) {
  return error.status >= 500 || error.status === 429 || error.said.kind === "CollisionError";
}

/**
 * What two answers say together, the later one last.
 * @param {import("./types.js").Applied} a
 * @param {import("./types.js").Applied} b
 */
export function joined(a, b) {
  const gone = new Set(b.removed);
  const there = new Set(b.lines.map((line) => line.id));
  return {
    ...b,
    lines: [...a.lines.filter((line) => !gone.has(line.id) && !there.has(line.id)), ...b.lines],
    removed: [...a.removed.filter((id) => !there.has(id)), ...b.removed],
  };
}
