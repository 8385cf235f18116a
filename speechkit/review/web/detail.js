// A few seconds of the sound: each channel by itself, the edges of lines, what is muted, where one is.
import { bars, columns, penOf } from "./peaks.js";

/** @typedef {import("./types.js").Line} Line */
/**
 * @typedef {{ peaks: import("./types.js").Peaks | null, loudest: number, color: Record<string, string>,
 *   time: number, from: number, window: number, line: Line | null | undefined,
 *   edges: [number, number] | null, mutes: [number, number][] }} State
 */

/**
 * @param {HTMLCanvasElement} canvas
 * @param {import("./doc.js").Doc} doc
 * @param {State} state
 */
export function drawDetail(canvas, doc, { peaks, loudest, color, time, from, window, line, edges, mutes }) {
  const { width, height } = canvas;
  const pen = penOf(canvas);
  const scale = devicePixelRatio;
  const x = (/** @type {number} */ s) => Math.round(((s - from) / window) * width); // sharp edges
  pen.clearRect(0, 0, width, height);
  if (edges) {
    pen.fillStyle = color.tint;
    pen.fillRect(x(edges[0]), 0, x(edges[1]) - x(edges[0]), height);
  }
  if (peaks) {
    const lane = height / peaks.channels;
    for (let channel = 0; channel < peaks.channels; channel++) {
      const found = columns(peaks, [channel], from, from + window, width);
      bars(pen, color.wave, found, { top: channel * lane, height: lane, loudest });
    }
  }
  for (const [start, end] of mutes) {
    if (end > from && start < from + window) hatch(pen, color.phi, x(start), x(end), height);
  }
  for (const other of linesWithin(doc, from, from + window)) {
    if (other.id === line?.id) continue;
    pen.fillStyle = color.field;
    for (const edge of [other.start, other.end]) pen.fillRect(x(edge), 0, scale, height);
  }
  if (edges) {
    pen.fillStyle = color.accent;
    edges.forEach((edge, i) => {
      pen.fillRect(x(edge) - scale, 0, 2 * scale, height);
      // A flag that points into the line: here it can be taken hold of.
      pen.fillRect(i ? x(edge) - 7 * scale : x(edge), height / 2 - 7 * scale, 7 * scale, 14 * scale);
    });
  }
  pen.fillStyle = color.soft;
  pen.font = `${11 * scale}px sans-serif`;
  const step = window > 30 ? 10 : window > 10 ? 2 : window > 4 ? 1 : 0.5;
  for (let s = Math.ceil(from / step) * step; s < from + window; s += step) {
    const minutes = Math.floor(s / 60);
    const seconds = (s % 60).toFixed(step < 1 ? 1 : 0).padStart(step < 1 ? 4 : 2, "0");
    pen.fillText(`${minutes}:${seconds}`, x(s) + 3 * scale, height - 4 * scale);
  }
  pen.fillStyle = color.playhead;
  pen.fillRect(x(time) - scale, 0, 2 * scale, height);
  pen.beginPath();
  pen.moveTo(x(time) - 6 * scale, 0);
  pen.lineTo(x(time) + 6 * scale, 0);
  pen.lineTo(x(time), 8 * scale);
  pen.fill();
}

/**
 * @param {import("./doc.js").Doc} doc
 * @param {number} from seconds
 * @param {number} to seconds
 */
function linesWithin(doc, from, to) {
  const found = [];
  let line = doc.lineAt(from);
  while (line && line.start < to) {
    if (line.end > from) found.push(line);
    line = doc.next(line.id, 1);
  }
  return found;
}

/**
 * Say that nothing is to be heard there.
 * @param {CanvasRenderingContext2D} pen
 * @param {string} color
 * @param {number} from px
 * @param {number} to px
 * @param {number} height
 */
function hatch(pen, color, from, to, height) {
  pen.save();
  pen.beginPath();
  pen.rect(from, 0, to - from, height);
  pen.clip();
  pen.strokeStyle = color;
  pen.lineWidth = 1.5 * devicePixelRatio;
  const step = 7 * devicePixelRatio;
  for (let at = from - height; at < to; at += step) {
    pen.beginPath();
    pen.moveTo(at, height);
    pen.lineTo(at + height, 0);
    pen.stroke();
  }
  pen.restore();
  pen.fillStyle = color;
  const thick = 2 * devicePixelRatio;
  for (const top of [0, height - thick]) pen.fillRect(from, top, to - from, thick);
}
