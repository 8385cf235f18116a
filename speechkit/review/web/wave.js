// The waveform, drawn from peaks that the server measured: an hour in a few milliseconds.

const WINDOW = 14; // seconds of the detail view
const GRIP = 8; // px around an edge that can be dragged

export class Wave extends EventTarget {
  constructor(overview, detail, duration) {
    super();
    this.overview = overview;
    this.detail = detail;
    this.duration = duration;
    this.peaks = null;
    this.time = 0;
    this.from = 0;
    this.line = null;
    this.drag = null;
    this.envelope = null;
    overview.setAttribute("aria-valuemin", "0");
    overview.setAttribute("aria-valuemax", duration.toFixed(1));
    overview.addEventListener("pointerdown", (event) => {
      this.seek((event.offsetX / overview.clientWidth) * duration);
    });
    overview.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -5, ArrowRight: 5, PageUp: -60, PageDown: 60 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      this.seek(this.time + step);
    });
    detail.addEventListener("pointerdown", (event) => this.down(event));
    detail.addEventListener("pointermove", (event) => this.move(event));
    detail.addEventListener("pointerup", (event) => this.up(event));
    new ResizeObserver(() => this.resize()).observe(detail);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.resize());
  }

  show(peaks) {
    this.peaks = peaks;
    // Quiet recordings fill the height as well: what is looked for is where somebody speaks.
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
    this.colour = Object.fromEntries(names.map((n) => [n, style.getPropertyValue(`--${n}`)]));
    this.envelope = null;
    this.draw();
  }

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

  /** Lowest and highest value of every pixel column between two times. */
  columns(from, to, width) {
    const { rate, channels, pairs } = this.peaks;
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
    if (!this.colour) return;
    this.drawOverview();
    this.drawDetail();
  }

  drawOverview() {
    const { width, height } = this.overview;
    const pen = this.overview.getContext("2d");
    pen.clearRect(0, 0, width, height);
    if (this.peaks) {
      this.envelope ??= this.columns(0, this.duration, width);
      this.bars(pen, this.envelope, width, height);
    }
    const x = (s) => (s / this.duration) * width;
    pen.fillStyle = this.colour.soft;
    pen.globalAlpha = 0.18;
    pen.fillRect(x(this.from), 0, Math.max(2, x(WINDOW)), height);
    pen.globalAlpha = 1;
    pen.fillStyle = this.colour.accent;
    pen.fillRect(x(this.time) - 1, 0, Math.max(2, devicePixelRatio * 1.5), height);
  }

  drawDetail() {
    const { width, height } = this.detail;
    const pen = this.detail.getContext("2d");
    const x = (s) => ((s - this.from) / WINDOW) * width;
    pen.clearRect(0, 0, width, height);
    if (this.line) {
      const [start, end] = this.edges();
      pen.fillStyle = this.colour.tint;
      pen.fillRect(x(start), 0, x(end) - x(start), height);
      pen.fillStyle = this.colour.accent;
      for (const edge of [start, end]) pen.fillRect(x(edge) - 1, 0, 2 * devicePixelRatio, height);
    }
    if (this.peaks) this.bars(pen, this.columns(this.from, this.from + WINDOW, width), width, height);
    pen.fillStyle = this.colour.accent;
    pen.fillRect(x(this.time), 0, 2 * devicePixelRatio, height);
    pen.fillStyle = this.colour.soft;
    pen.font = `${11 * devicePixelRatio}px sans-serif`;
    for (let s = Math.ceil(this.from / 2) * 2; s < this.from + WINDOW; s += 2) {
      pen.fillText(`${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`, x(s) + 3, height - 4);
    }
  }

  bars(pen, { low, high }, width, height) {
    pen.fillStyle = this.colour.wave;
    const middle = height / 2;
    for (let i = 0; i < width; i++) {
      const top = (high[i] / this.loudest) * middle;
      const bottom = (low[i] / this.loudest) * middle;
      pen.fillRect(i, middle - top, 1, Math.max(1, top - bottom));
    }
  }

  edges() {
    const { start, end } = this.line;
    if (this.drag?.edge === "start") return [Math.min(this.drag.time, end - 0.05), end];
    if (this.drag?.edge === "end") return [start, Math.max(this.drag.time, start + 0.05)];
    return [start, end];
  }

  timeOf(event) {
    return this.from + (event.offsetX / this.detail.clientWidth) * WINDOW;
  }

  grip(event) {
    if (!this.line) return null;
    const near = (edge) =>
      Math.abs(((edge - this.from) / WINDOW) * this.detail.clientWidth - event.offsetX) < GRIP;
    if (near(this.line.start)) return "start";
    return near(this.line.end) ? "end" : null;
  }

  down(event) {
    const edge = this.grip(event);
    if (!edge) {
      this.seek(this.timeOf(event));
      return;
    }
    this.drag = { edge, time: this.line[edge] };
    this.detail.setPointerCapture(event.pointerId);
  }

  move(event) {
    this.detail.classList.toggle("grip", this.grip(event) !== null);
    if (!this.drag) return;
    this.drag.time = this.timeOf(event);
    this.draw();
  }

  up() {
    if (!this.drag) return;
    const [start, end] = this.edges();
    this.drag = null;
    this.dispatchEvent(new CustomEvent("retime", { detail: { id: this.line.id, start, end } }));
    this.draw();
  }

  seek(time) {
    const within = Math.min(this.duration, Math.max(0, time));
    this.dispatchEvent(new CustomEvent("seek", { detail: within }));
  }
}
