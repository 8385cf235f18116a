// For listening only: volume above what the recording has, a fader a channel, loudness made even, noise
// outside of speech taken away. The sound that is stored stays as it is.
import { element, make } from "./dom.js";

const LOWEST = 120; // Hz: below is rumble
const HIGHEST = 7000; // Hz: above is hiss

/** @typedef {{ gain: number, levels: number[], even: boolean, filter: boolean }} Mix */
/** @typedef {{ context: AudioContext, faders: GainNode[], out: GainNode, low: BiquadFilterNode, high: BiquadFilterNode, even: DynamicsCompressorNode }} Graph */

const input = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (element(id));

export class Mixer {
  /** @param {HTMLAudioElement} audio */
  constructor(audio) {
    this.audio = audio;
    /** Made when it is first needed: without it the sound takes the straight way. @type {Graph | null} */
    this.graph = null;
    audio.addEventListener("play", () => this.graph?.context.resume());
  }

  /** @param {Mix} mix */
  set({ gain, levels, even, filter }) {
    const plain = gain === 1 && !even && !filter && levels.every((level) => level === 1);
    if (plain && !this.graph) return;
    this.graph ??= this.build(Math.max(1, levels.length));
    const { faders, out, low, high, even: leveler } = this.graph;
    out.gain.value = gain;
    faders.forEach((fader, i) => (fader.gain.value = levels[i] ?? 1));
    low.frequency.value = filter ? LOWEST : 1;
    high.frequency.value = filter ? HIGHEST : 22_000;
    leveler.threshold.value = even ? -40 : 0;
    leveler.ratio.value = even ? 8 : 1;
  }

  /** @param {number} channels */
  build(channels) {
    const context = new AudioContext();
    const source = context.createMediaElementSource(this.audio);
    const splitter = context.createChannelSplitter(channels);
    const merger = context.createChannelMerger(channels);
    const faders = Array.from({ length: channels }, () => context.createGain());
    source.connect(splitter);
    faders.forEach((fader, i) => {
      splitter.connect(fader, i);
      fader.connect(merger, 0, i);
    });
    const low = new BiquadFilterNode(context, { type: "highpass" });
    const high = new BiquadFilterNode(context, { type: "lowpass" });
    const even = context.createDynamicsCompressor();
    const out = context.createGain();
    merger.connect(low).connect(high).connect(even).connect(out).connect(context.destination);
    return { context, faders, out, low, high, even };
  }
}

/**
 * Show the faders, set as somebody had them, and say when they are moved.
 * @param {Mixer} mixer
 * @param {number} channels
 * @param {import("./preferences.js").PreferencesStore} preferences
 */
export function showFaders(mixer, channels, preferences) {
  const { gain, levels, even, filter } = preferences.kept;
  const fader = (/** @type {number} */ i) => make("input", {
    type: "range", min: "0", max: "2", step: "0.05", value: String(levels[i] ?? 1), class: "fader",
  });
  const faders = channels > 1 ? Array.from({ length: channels }, (_, i) => fader(i)) : [];
  const box = (/** @type {boolean} */ checked) => make("input", { type: "checkbox", checked });
  const [evenBox, filterBox] = [box(even), box(filter)];
  element("channels").replaceChildren(
    ...faders.map((one, i) => make("label", {}, `Channel ${i + 1} `, one)),
    make("label", {}, evenBox, "Even loudness"), make("label", {}, filterBox, "Less noise"));
  input("gain").value = String(gain);
  const now = () => ({
    gain: Number(input("gain").value),
    levels: faders.map((one) => Number(one.value)),
    even: evenBox.checked,
    filter: filterBox.checked,
  });
  const use = () => {
    mixer.set(now());
    element("loudness").textContent = `${Math.round(now().gain * 100)} %`;
  };
  for (const control of [input("gain"), ...faders, evenBox, filterBox]) {
    control.addEventListener("input", () => {
      use();
      preferences.keep(now());
    });
  }
  use();
}
