// The waveform, drawn from peaks that the server measured: an hour in a few milliseconds.

const WINDOW = 14; // seconds of the detail view
const GRIP = 8; // px around an edge that can be dragged

/** Lowest and highest value of every pixel column. @typedef {{ low: Float32Array, high: Float32Array }} Columns */
/** @type {Record<string, number>} */
const STEPS = { ArrowLeft: -5, ArrowRight: 5, PageUp: -60, PageDown: 60 }; // seconds

export class Wave extends EventTarget {
  /**
   * @param {HTMLCanvasElement} overview
   * @param {HTMLCanvasElement} detail
   * @param {number} duration seconds
   */
  constructor(overview, detail, duration) {
    super();
    this.overview = overview;
    this.detail = detail;
    this.duration = duration;
    /** @type {import("./types.js").Peaks | null} */
    this.peaks = null;
    this.loudest = 16;
    this.time = 0;
    this.from = 0;
    /** @type {import("./types.js").Line | null | undefined} */
    this.line = null;
    /** @type {{ edge: "start" | "end", time: number } | null} */
    this.drag = null;
    /** @type {Columns | null} */
    this.envelope = null;
    /** @type {Record<string, string> | null} */
    this.color = null;
    overview.setAttribute("aria-valuemin", "0");
    overview.setAttribute("aria-valuemax", duration.toFixed(1));
    overview.addEventListener("pointerdown", (event) => {
      this.seek((event.offsetX / overview.clientWidth) * duration);
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
    new ResizeObserver(() => this.resize()).observe(detail);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.resize());
  }

  /** @param {import("./types.js").Peaks} peaks */
  show(peaks) {
    this.peaks = peaks;
    // Quiet recordings fill the height as well: what matters is where there is speech.
    this.loudest = peaks.pairs.reduce((most, value) => Math.max(most, Math.abs(value)), 16);
    this.resize();
  }

  resize() {
    for (const canvas of [this.overview, this.detail]) {
      canvas.width = Math.round(canvas.clientWidth * devicePixelRatio);
      canvas.height = Math.round(canvas.clientHeight * devicePixelRatio);
    }
    const style = getComputedStyle(document.documentElement);
    const names = ["wave", "accent", "tint", "phi", "soft", "line"];
    this.color = Object.fromEntries(names.map((n) => [n, style.getPropertyValue(`--${n}`)]));
    this.envelope = null;
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
    if (follow && moved) this.from = Math.max(0, line.start - WINDOW * 0.1);
    else if (follow && (time < this.from || time > this.from + WINDOW * 0.92)) {
      this.from = Math.max(0, time - WINDOW * 0.15);
    }
    this.overview.setAttribute("aria-valuenow", time.toFixed(1));
    this.draw();
  }

  /**
   * @param {import("./types.js").Peaks} peaks
   * @param {number} from seconds
   * @param {number} to seconds
   * @param {number} width pixels
   * @returns {Columns}
   */
  columns({ rate, channels, pairs }, from, to, width) {
    const length = pairs.length / 2 / channels;
    const low = new Float32Array(width);
    const high = new Float32Array(width);
    const step = ((to - from) * rate) / width;
    for (let x = 0; x < width; x++) {
      const first = Math.floor(from * rate + x * step);
      const last = Math.min(length, Math.max(first + 1, Math.floor(from * rate + (x + 1) * step)));
      for (let c = 0; c < channels; c++) {
        for (let i = first; i < last; i++) {
          const at = 2 * (c * length + i);
          if (pairs[at] < low[x]) low[x] = pairs[at];
          if (pairs[at + 1] > high[x]) high[x] = pairs[at + 1];
        }
      }
    }
    return { low, high };
  }

  draw() {
    if (!this.color) return;
    this.drawOverview(this.color);
    this.drawDetail(this.color);
  }

  /** @param {Record<string, string>} color */
  drawOverview(color) {
    const { width, height } = this.overview;
    const pen = penOf(this.overview);
    pen.clearRect(0, 0, width, height);
    if (this.peaks) {
      this.envelope ??= this.columns(this.peaks, 0, this.duration, width);
      this.bars(pen, color.wave, this.envelope, width, height);
    }
    const x = (/** @type {number} */ s) => (s / this.duration) * width;
    pen.fillStyle = color.soft;
    pen.globalAlpha = 0.18;
    pen.fillRect(x(this.from), 0, Math.max(2, x(WINDOW)), height);
    pen.globalAlpha = 1;
    pen.fillStyle = color.accent;
    pen.fillRect(x(this.time) - 1, 0, Math.max(2, devicePixelRatio * 1.5), height);
  }

  /** @param {Record<string, string>} color */
  drawDetail(color) {
    const { width, height } = this.detail;
    const pen = penOf(this.detail);
    const x = (/** @type {number} */ s) => ((s - this.from) / WINDOW) * width;
    pen.clearRect(0, 0, width, height);
    if (this.line) {
      const [start, end] = this.edges(this.line);
      pen.fillStyle = color.tint;
      pen.fillRect(x(start), 0, x(end) - x(start), height);
      pen.fillStyle = color.accent;
      for (const edge of [start, end]) pen.fillRect(x(edge) - 1, 0, 2 * devicePixelRatio, height);
    }
    if (this.peaks) {
      const columns = this.columns(this.peaks, this.from, this.from + WINDOW, width);
      this.bars(pen, color.wave, columns, width, height);
    }
    pen.fillStyle = color.accent;
    pen.fillRect(x(this.time), 0, 2 * devicePixelRatio, height);
    pen.fillStyle = color.soft;
    pen.font = `${11 * devicePixelRatio}px sans-serif`;
    for (let s = Math.ceil(this.from / 2) * 2; s < this.from + WINDOW; s += 2) {
      pen.fillText(`${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`, x(s) + 3, height - 4);
    }
  }

  /**
   * @param {CanvasRenderingContext2D} pen
   * @param {string} color
   * @param {Columns} columns
   * @param {number} width
   * @param {number} height
   */
  bars(pen, color, { low, high }, width, height) {
    pen.fillStyle = color;
    const middle = height / 2;
    for (let i = 0; i < width; i++) {
      const top = (high[i] / this.loudest) * middle;
      const bottom = (low[i] / this.loudest) * middle;
      pen.fillRect(i, middle - top, 1, Math.max(1, top - bottom));
    }
  }

  /**
   * Where a line starts and ends, as it is being dragged.
   * @param {{ start: number, end: number }} line
   */
  edges({ start, end }) {
    if (this.drag?.edge === "start") return [Math.min(this.drag.time, end - 0.05), end];
    if (this.drag?.edge === "end") return [start, Math.max(this.drag.time, start + 0.05)];
    return [start, end];
  }

  /** @param {PointerEvent} event */
  timeOf(event) {
    return this.from + (event.offsetX / this.detail.clientWidth) * WINDOW;
  }

  /**
   * Which edge of the line is under the pointer.
   * @param {PointerEvent} event
   */
  grip(event) {
    if (!this.line) return null;
    const near = (/** @type {number} */ edge) =>
      Math.abs(((edge - this.from) / WINDOW) * this.detail.clientWidth - event.offsetX) < GRIP;
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

/** @param {HTMLCanvasElement} canvas */
function penOf(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
}
