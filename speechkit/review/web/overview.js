// The overview of a recording: its sound, and under it, line by line, who speaks, what is done, what is
// doubtful, and where identifiers are.
import { bars, columns, penOf } from "./peaks.js";

const NUM_VOICES = 6;
const LANE = 5; // px
const GAP = 2; // px
const LANES = 3;

export class Overview {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import("./doc.js").Doc} doc
   * @param {(line: import("./types.js").Line) => boolean} isDoubt
   */
  constructor(canvas, doc, isDoubt) {
    this.canvas = canvas;
    this.doc = doc;
    this.isDoubt = isDoubt;
    /** What does not change while the sound plays. @type {HTMLCanvasElement | null} */
    this.still = null;
    /** @type {{ peaks: import("./types.js").Peaks, columns: import("./peaks.js").Columns } | null} */
    this.envelope = null;
    doc.addEventListener("change", () => (this.still = null));
    doc.addEventListener("speakers", () => (this.still = null));
  }

  /**
   * @param {{ peaks: import("./types.js").Peaks | null, loudest: number, color: Record<string, string>,
   *   duration: number, time: number, from: number, window: number }} state
   */
  draw(state) {
    const { width, height } = this.canvas;
    if (!width || !height) return;
    if (this.still?.width !== width || this.still.height !== height) this.still = null;
    this.still ??= this.background(state);
    const { color, duration, time, from, window } = state;
    const pen = penOf(this.canvas);
    pen.clearRect(0, 0, width, height);
    const x = (/** @type {number} */ s) => (s / duration) * width;
    pen.fillStyle = color.soft;
    pen.globalAlpha = 0.25;
    pen.fillRect(x(from), 0, Math.max(3, x(window)), height);
    pen.globalAlpha = 1;
    pen.drawImage(this.still, 0, 0);
    pen.fillStyle = color.playhead;
    pen.fillRect(x(time) - 1, 0, Math.max(2, devicePixelRatio * 2), height);
  }

  /** @param {{ peaks: import("./types.js").Peaks | null, loudest: number, color: Record<string, string>, duration: number }} state */
  background({ peaks, loudest, color, duration }) {
    const { width, height } = this.canvas;
    const still = document.createElement("canvas");
    still.width = width;
    still.height = height;
    const pen = penOf(still);
    const scale = devicePixelRatio;
    const lanes = LANES * (LANE + GAP) * scale;
    if (peaks) {
      const every = Array.from({ length: peaks.channels }, (_, i) => i);
      if (this.envelope?.peaks !== peaks || this.envelope.columns.low.length !== width) {
        this.envelope = { peaks, columns: columns(peaks, every, 0, duration, width) };
      }
      bars(pen, color.wave, this.envelope.columns, { top: 0, height: height - lanes, loudest });
    }
    const labels = this.doc.labels();
    const lane = (/** @type {number} */ n) => height - lanes + (n * (LANE + GAP) + GAP) * scale;
    for (const line of this.doc.order) {
      const start = (line.start / duration) * width;
      const wide = Math.max(scale, ((line.end - line.start) / duration) * width);
      const voice = labels.indexOf(line.speaker);
      pen.fillStyle = voice < 0 ? color.soft : color[`voice-${(voice % NUM_VOICES) + 1}`];
      pen.fillRect(start, lane(0), wide, LANE * scale);
      if (line.state !== "draft") {
        pen.fillStyle = color.good;
        pen.fillRect(start, lane(1), wide, LANE * scale);
      } else if (this.isDoubt(line)) {
        pen.fillStyle = color.doubt;
        pen.fillRect(start, lane(1), wide, LANE * scale);
      }
      if (line.marks.some((mark) => !mark.rejected)) {
        pen.fillStyle = color.phi;
        pen.fillRect(start, lane(2), wide, LANE * scale);
      }
    }
    return still;
  }
}
