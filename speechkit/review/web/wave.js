// The waveform, drawn from peaks that the server measured: an hour in a few milliseconds.
import { drawDetail } from "./detail.js";
import { Overview } from "./overview.js";

const WINDOW = 14; // seconds of the detail view at first
const LEAST = 2; // seconds
const MOST = 60;
const GRIP = 8; // px around an edge that can be dragged
const COLORS = [
  "wave", "accent", "tint", "phi", "soft", "field", "doubt", "good", "playhead",
  "voice-1", "voice-2", "voice-3", "voice-4", "voice-5", "voice-6",
];
/** @type {Record<string, number>} */
const STEPS = { ArrowLeft: -5, ArrowRight: 5, PageUp: -60, PageDown: 60 }; // seconds

export class Wave extends EventTarget {
  /**
   * @param {HTMLCanvasElement} overview
   * @param {HTMLCanvasElement} detail
   * @param {import("./doc.js").Doc} doc
   * @param {(line: import("./types.js").Line) => boolean} isDoubt
   */
  constructor(overview, detail, doc, isDoubt) {
    super();
    this.overview = overview;
    this.detail = detail;
    this.doc = doc;
    this.duration = doc.task.duration;
    this.lanes = new Overview(overview, doc, isDoubt);
    /** @type {import("./types.js").Peaks | null} */
    this.peaks = null;
    this.loudest = 16;
    this.time = 0;
    this.from = 0;
    this.window = WINDOW; // seconds
    /** Stretches that are silent in the redacted sound. @type {[number, number][]} */
    this.mutes = [];
    /** @type {import("./types.js").Line | null | undefined} */
    this.line = null;
    /** @type {{ edge: "start" | "end", time: number } | null} */
    this.drag = null;
    /** @type {Record<string, string> | null} */
    this.color = null;
    overview.setAttribute("aria-valuemin", "0");
    overview.setAttribute("aria-valuemax", this.duration.toFixed(1));
    overview.addEventListener("pointerdown", (event) => {
      this.seek((event.offsetX / overview.clientWidth) * this.duration);
    });
    overview.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (step === undefined) return;
      event.preventDefault();
      this.seek(this.time + step);
    });
    detail.addEventListener("pointerdown", (event) => this.down(event));
    detail.addEventListener("pointermove", (event) => this.move(event));
    detail.addEventListener("pointerup", () => this.up());
    detail.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      this.zoom(event.deltaY > 0 ? 1.25 : 0.8);
    }, { passive: false });
    new ResizeObserver(() => this.resize()).observe(detail);
    new ResizeObserver(() => this.resize()).observe(overview);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.resize());
  }

  /** @param {import("./types.js").Peaks} peaks */
  show(peaks) {
    this.peaks = peaks;
    // Quiet recordings fill the height as well: what matters is where there is speech.
    this.loudest = peaks.pairs.reduce((most, value) => Math.max(most, Math.abs(value)), 16);
    this.resize();
  }

  /** @param {[number, number][]} mutes */
  mute(mutes) {
    this.mutes = mutes;
    this.draw();
  }

  /**
   * Show more or fewer seconds around where one is.
   * @param {number} factor
   */
  zoom(factor) {
    const window = Math.min(MOST, Math.max(LEAST, this.window * factor));
    const share = Math.min(1, Math.max(0, (this.time - this.from) / this.window));
    this.from = Math.max(0, this.time - share * window);
    this.window = window;
    this.draw();
  }

  resize() {
    for (const canvas of [this.overview, this.detail]) {
      const width = Math.round(canvas.clientWidth * devicePixelRatio);
      const height = Math.round(canvas.clientHeight * devicePixelRatio);
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
    }
    const style = getComputedStyle(document.documentElement);
    this.color = Object.fromEntries(COLORS.map((n) => [n, style.getPropertyValue(`--${n}`)]));
    this.lanes.still = null;
    this.draw();
  }

  /**
   * @param {number} time seconds
   * @param {import("./types.js").Line | undefined} line
   */
  set(time, line, { follow = true } = {}) {
    const moved = line && line.id !== this.line?.id && (time < line.start + 0.1);
    this.time = time;
    this.line = line;
    if (follow && moved) this.from = Math.max(0, line.start - this.window * 0.1);
    else if (follow && (time < this.from || time > this.from + this.window * 0.92)) {
      this.from = Math.max(0, time - this.window * 0.15);
    }
    this.overview.setAttribute("aria-valuenow", time.toFixed(1));
    this.draw();
  }

  draw() {
    const { color, peaks, loudest, duration, time, from, window, line, mutes } = this;
    if (!color) return;
    this.lanes.draw({ peaks, loudest, color, duration, time, from, window });
    const edges = line ? this.edges(line) : null;
    drawDetail(this.detail, this.doc, { peaks, loudest, color, time, from, window, line, edges, mutes });
  }

  /**
   * Where a line starts and ends, as it is being dragged.
   * @param {{ start: number, end: number }} line
   * @returns {[number, number]}
   */
  edges({ start, end }) {
    if (this.drag?.edge === "start") return [Math.min(this.drag.time, end - 0.05), end];
    if (this.drag?.edge === "end") return [start, Math.max(this.drag.time, start + 0.05)];
    return [start, end];
  }

  /** @param {PointerEvent} event */
  timeOf(event) {
    return this.from + (event.offsetX / this.detail.clientWidth) * this.window;
  }

  /**
   * Which edge of the line is under the pointer.
   * @param {PointerEvent} event
   */
  grip(event) {
    if (!this.line) return null;
    const near = (/** @type {number} */ edge) =>
      Math.abs(((edge - this.from) / this.window) * this.detail.clientWidth - event.offsetX) < GRIP;
    if (near(this.line.start)) return "start";
    return near(this.line.end) ? "end" : null;
  }

  /** @param {PointerEvent} event */
  down(event) {
    const edge = this.grip(event);
    if (!edge || !this.line) {
      this.seek(this.timeOf(event));
      return;
    }
    this.drag = { edge, time: this.line[edge] };
    this.detail.setPointerCapture(event.pointerId);
  }

  /** @param {PointerEvent} event */
  move(event) {
    this.detail.classList.toggle("grip", this.grip(event) !== null);
    if (!this.drag) return;
    this.drag.time = this.timeOf(event);
    this.draw();
  }

  up() {
    if (!this.drag || !this.line) return;
    const [start, end] = this.edges(this.line);
    this.drag = null;
    this.dispatchEvent(new CustomEvent("retime", { detail: { id: this.line.id, start, end } }));
    this.draw();
  }

  /** @param {number} time seconds */
  seek(time) {
    const within = Math.min(this.duration, Math.max(0, time));
    this.dispatchEvent(new CustomEvent("seek", { detail: within }));
  }
}
