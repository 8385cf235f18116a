// Peaks to pixels: what of the sound lies in each column.

/** Lowest and highest value of every pixel column. @typedef {{ low: Float32Array, high: Float32Array }} Columns */

/**
 * @param {import("./types.js").Peaks} peaks
 * @param {number[]} channels which of them
 * @param {number} from seconds
 * @param {number} to seconds
 * @param {number} width pixels
 * @returns {Columns}
 */
export function columns({ rate, channels: count, pairs }, channels, from, to, width) {
  const length = pairs.length / 2 / count;
  const low = new Float32Array(width);
  const high = new Float32Array(width);
  const step = ((to - from) * rate) / width;
  for (let x = 0; x < width; x++) {
    const first = Math.max(0, Math.floor(from * rate + x * step));
    const last = Math.min(length, Math.max(first + 1, Math.floor(from * rate + (x + 1) * step)));
    for (const channel of channels) {
      for (let i = first; i < last; i++) {
        const at = 2 * (channel * length + i);
        if (pairs[at] < low[x]) low[x] = pairs[at];
        if (pairs[at + 1] > high[x]) high[x] = pairs[at + 1];
      }
    }
  }
  return { low, high };
}

/**
 * Draw columns around a middle.
 * @param {CanvasRenderingContext2D} pen
 * @param {string} color
 * @param {Columns} columns
 * @param {{ top: number, height: number, loudest: number }} place
 */
export function bars(pen, color, { low, high }, { top, height, loudest }) {
  pen.fillStyle = color;
  const half = height / 2;
  for (let i = 0; i < low.length; i++) {
    const above = (high[i] / loudest) * half;
    const below = (low[i] / loudest) * half;
    pen.fillRect(i, top + half - above, 1, Math.max(1, above - below));
  }
}

/** @param {HTMLCanvasElement} canvas */
export function penOf(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
}
