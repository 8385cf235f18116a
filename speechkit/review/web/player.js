// Sound: play, rewind a little when going on, loop or stop at the end of a line.

export class Player extends EventTarget {
  /** @param {string} url */
  constructor(url) {
    super();
    this.audio = new Audio();
    this.audio.preload = "metadata"; // what is not played is not asked for: it would be logged as heard
    this.audio.src = url;
    this.rewind = 1.5;
    this.loop = false;
    this.stopAtEnd = false;
    /** @type {[number, number] | null} */
    this.stretch = null; // of the line that is played, seconds
    this.audio.addEventListener("play", () => this.follow());
    this.audio.addEventListener("pause", () => this.emit());
    this.audio.addEventListener("seeked", () => this.emit());
  }

  get time() {
    return this.audio.currentTime;
  }

  get playing() {
    return !this.audio.paused;
  }

  /** @param {string} url */
  use(url) {
    const { currentTime, playbackRate } = this.audio;
    this.audio.src = url;
    this.audio.currentTime = currentTime;
    this.audio.playbackRate = playbackRate;
  }

  toggle() {
    if (this.playing) {
      this.audio.pause();
      return;
    }
    this.audio.currentTime = Math.max(0, this.time - this.rewind);
    this.start();
  }

  start() {
    this.audio.play().catch(() => {}); // a pause may overtake it
  }

  pause() {
    this.audio.pause();
  }

  /** @param {number} time seconds */
  seek(time) {
    this.audio.currentTime = Math.max(0, time);
  }

  /** @param {number} seconds */
  skip(seconds) {
    this.seek(this.time + seconds);
  }

  /**
   * Play one stretch from its start.
   * @param {number} start
   * @param {number} end
   */
  replay(start, end) {
    this.stretch = [start, end];
    this.seek(start);
    this.start();
  }

  /**
   * Set the speed, within 0.5 and 2; return what it is.
   * @param {number} value
   */
  rate(value) {
    this.audio.playbackRate = this.audio.defaultPlaybackRate = Math.min(2, Math.max(0.5, Math.round(value * 10) / 10));
    this.emit();
    return this.audio.playbackRate;
  }

  /** On animation frames: `timeupdate` comes up to a quarter second late. */
  follow() {
    this.emit();
    if (this.stretch && this.time >= this.stretch[1]) {
      if (this.loop) this.seek(this.stretch[0]);
      else if (this.stopAtEnd) {
        this.pause();
        this.stretch = null;
      } else this.stretch = null;
    }
    if (this.playing) requestAnimationFrame(() => this.follow());
  }

  emit() {
    this.dispatchEvent(new Event("time"));
  }
}
