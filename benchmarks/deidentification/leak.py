"""Attack: identifiers hidden in sound in many ways, and an attacker who listens to what is released.

Made-up people say who they are, when they were born, where they live and their telephone number,
hidden in each way of `fixtures/hiding.py`. `speechkit deidentify audio` makes released copies. The
attacker takes each channel, sums and differences of channels, turns every stretch up, takes noise
away, cuts out the telephone band, and lets every recognizer that is installed write down what it hears.

    python -m benchmarks leak [--short] [WAY ...]

Printed for each way: plants, those that the attacker recognizes in the original, in what speechkit
releases, and in what the usual recipe releases (Presidio on one transcript of all channels mixed,
words muted where they were heard); recordings withheld; wrongly called clean; innocent speech muted.
With `--short` three ways, one story each and one recognizer: exit 1 if anything is recognized.
"""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt
from speechkit._recipes.synth.voices import load_voice

import speechkit
from benchmarks.fixtures.hiding import SHORT, WAYS, Hidden, Plant, Story
from speechkit.audio.decode import read_audio, resample
from speechkit.audio.dtmf import find_keys
from speechkit.audio.faint import brought_up, without_noise
from speechkit.audio.mask import Mask, mask
from speechkit.core.engines import SAMPLE_RATE, Transcribe, make_engine
from speechkit.core.stage import Resources
from speechkit.core.text import word_offsets
from speechkit.core.time import duration, subtract
from speechkit.core.types import Segment

Samples = NDArray[np.float32]

_STORIES = (
    (
        Plant("My name is Jonathan Whitfield.", ("whitfield", "jonathan"),
              "Me llamo Ernesto Villanueva.", "2190999"),
        Plant("I was born on March third, nineteen sixty two.", ("1962", "march3"),
              "Nací el tres de marzo de mil novecientos sesenta y dos.", "5550142"),
        Plant("My phone number is five five five, zero one four two.", ("5550142", "0142"),
              "Mi teléfono es seis ocho cinco cuatro tres dos uno.", "8675309"),
        Plant("I live at forty one Maple Street, Springfield.", ("maple", "springfield"),
              "Vivo en la calle Serrano cuarenta y uno, en Valladolid.", "4417320"),
    ),
    (
        Plant("This is Margaret Ellison speaking.", ("ellison", "margaret"),
              "Soy Guadalupe Carranza.", "7723901"),
        Plant("My date of birth is July ninth, nineteen fifty eight.", ("1958", "july9"),
              "Mi fecha de nacimiento es el nueve de julio de mil novecientos cincuenta y ocho.", "9061245"),
        Plant("You can call me at seven seven two, nine zero one six.", ("7729016", "9016"),
              "Llámeme al siete siete dos nueve cero uno seis.", "3318852"),
        Plant("My address is twelve Harrison Avenue, Cleveland.", ("harrison", "cleveland"),
              "Mi dirección es avenida Bolívar doce, en Zaragoza.", "6504427"),
    ),
)  # fmt: skip
_SPANISH = {
    "Me": ("villanueva", "ernesto"), "Nací": ("1962", "tresdemarzo"), "Mi teléfono": ("6854321",),
    "Vivo": ("serrano", "valladolid"), "Soy": ("carranza", "guadalupe"), "Mi fecha": ("1958", "nuevedejulio"),
    "Llámeme": ("7729016",), "Mi dirección": ("bolivar", "zaragoza"),
}  # fmt: skip
_CARRIERS = (
    "The cough began two weeks ago, and it is worse at night.",
    "I take one tablet in the morning and one in the evening.",
    "There is no fever, but I feel tired after walking up the stairs.",
    "My blood pressure was fine the last time somebody measured it.",
)
_WINDOW = SAMPLE_RATE  # samples an attacker turns up together


class Row(NamedTuple):
    """Counts for one way; seconds of innocent speech and of it under masks."""

    plants: int = 0
    audible: int = 0
    left: int = 0
    left_usual: int = 0
    recordings: int = 0
    withheld: int = 0
    wrong: int = 0
    innocent: float = 0.0
    muted: float = 0.0
    muted_usual: float = 0.0

    def __add__(self, other: Row) -> Row:  # type: ignore[override]
        return Row(*(a + b for a, b in zip(self, other, strict=True)))


def main(arguments: Sequence[str]) -> int:
    """Print a row a way, and the sums; return the exit code."""
    short = "--short" in arguments
    ways = [a for a in arguments if not a.startswith("-")] or (SHORT if short else list(WAYS))
    stories = _STORIES[:1] if short else _STORIES
    print(f"{'way':<27} plants audible released usual  rec. withheld wrong  innocent s muted usual")
    total = Row()
    with tempfile.TemporaryDirectory() as scratch:
        attack = Attack(short=short)
        for way in ways:
            row = Row()
            for number, hidden, plants in hide(way, stories):
                folder = Path(scratch) / f"{way}-{number}"
                row += measure(hidden, plants, folder, attack, usual=not short)
            show(way, row)
            total += row
    show("all", total)
    print(
        f"recognizable {total.left} of {total.plants} (usual recipe {total.left_usual}), "
        f"wrongly called clean {total.wrong} of {total.recordings}, "
        f"withheld {total.withheld / total.recordings:.0%}, "
        f"innocent speech muted {total.muted / max(total.innocent, 1e-9):.1%}"
    )
    return int(short and total.left > 0)


def show(way: str, row: Row) -> None:
    """Print one row."""
    print(
        f"{way:<27} {row.plants:6} {row.audible:7} {row.left:8} {row.left_usual:5} "
        f"{row.recordings:5} {row.withheld:8} {row.wrong:5} {row.innocent:11.1f} "
        f"{row.muted:5.1f} {row.muted_usual:5.1f}",
        flush=True,
    )


def hide(
    way: str, stories: Sequence[Sequence[Plant]]
) -> Iterator[tuple[int, Hidden, Sequence[Plant]]]:
    """Yield each story hidden in a way, and what gives its plants away."""
    voices = [_speaker(spec) for spec in ("piper:joe", "espeak:en-us+f3", "espeak:es")]
    for number, plants in enumerate(stories):
        story = Story(_CARRIERS, plants, *voices, np.random.default_rng(number))
        if way == "in Spanish":
            told = [p._replace(secrets=_secrets(p.spanish)) for p in plants]
        elif way.startswith("keyed"):
            told = [p._replace(secrets=(p.digits,)) for p in plants]
        elif way == "spelled slowly":
            told = [
                p._replace(secrets=tuple(p.secrets[0][a : a + 4] for a in (0, 2))) for p in plants
            ]
        else:
            told = list(plants)
        yield number, WAYS[way](story), told


def measure(
    hidden: Hidden, plants: Sequence[Plant], folder: Path, attack: Attack, *, usual: bool
) -> Row:
    """De-identify one recording, attack what is released, and count."""
    folder.mkdir(parents=True)
    path = folder / ("in.flac" if hidden.damaged else "in.wav")
    soundfile.write(path, hidden.channels.T, hidden.sample_rate, subtype="PCM_16")
    if hidden.damaged:
        _damage(path)
    (result,) = speechkit.deidentify_audio([path], folder / "out", language="en")
    before = attack.recognized(read_audio(path)[0], plants)
    left, muted = 0, 0.0
    if result.audio_path is not None:
        left = attack.recognized(read_audio(result.audio_path)[0], plants, before)
        masks = [(r.start, r.end) for r in _redactions(folder / "out")]
        muted = duration(hidden.innocent) - duration(subtract(hidden.innocent, masks))
    clean = result.audio_path is not None
    row = Row(
        plants=len(plants),
        audible=before.bit_count(),
        left=left.bit_count(),
        recordings=1,
        withheld=not clean,
        wrong=clean and left > 0,
        innocent=duration(hidden.innocent) if clean else 0.0,
        muted=muted,
    )
    if not usual:
        return row
    copy, masked = attack.usual_recipe(hidden)
    return row._replace(
        left_usual=attack.recognized(copy, plants, before).bit_count(),
        muted_usual=duration(hidden.innocent) - duration(subtract(hidden.innocent, masked)),
    )


def _damage(path: Path) -> None:
    """Lose some bytes near the beginning, within the first sentence."""
    data = bytearray(path.read_bytes())
    start, end = len(data) // 20, len(data) // 12
    data[start:end] = bytes(end - start)
    path.write_bytes(data)


class _Masked(NamedTuple):
    start: float
    end: float


def _redactions(folder: Path) -> list[_Masked]:
    report = json.loads((folder / "redactions.json").read_text())
    return [
        _Masked(r["start"], r["end"]) for row in report["recordings"] for r in row["redactions"]
    ]


class Attack:
    """Everything an attacker with open tools does to a released file."""

    def __init__(self, *, short: bool) -> None:
        specs = ["faster-whisper:base"]
        if not short and importlib.util.find_spec("whisper") is not None:
            specs.append("whisper:base")
        # Entered once and never left: the process ends with the benchmark.
        self._opened = [
            make_engine("transcriber", spec).open(Resources(threads=1)) for spec in specs
        ]
        self._listeners: list[Transcribe] = [one.__enter__() for one in self._opened]
        self._short = short

    def recognized(self, channels: Samples, plants: Sequence[Plant], among: int = -1) -> int:
        """Return which plants (bits) are recognized in any version by any listener."""
        found = 0
        for version in self._versions(channels):
            texts = [" ".join(_keys(version))]
            for listen in self._listeners:
                languages = ("en",) if self._short else ("en", "es")
                texts += [_flat(listen(version, language).segments) for language in languages]
            for bit, plant in enumerate(plants):
                if any(secret in text for secret in plant.secrets for text in texts):
                    found |= 1 << bit
            if found & among == among & ((1 << len(plants)) - 1):
                break
        return found & among

    def _versions(self, channels: Samples) -> Iterator[Samples]:
        sounds = list(channels)
        if len(channels) > 1:
            sounds += [channels[0] - channels[1], channels[0] + channels[1]]
        ways: list[Callable[[Samples], Samples]] = [turned_up]
        if not self._short:
            ways += [
                lambda x: x,
                lambda x: brought_up(x)[:],
                in_band,
                lambda x: turned_up(without_noise(x)[:]),
            ]
        for change in ways:
            for sound in sounds:
                if np.abs(sound).max() > 0:
                    yield change(sound)

    def usual_recipe(self, hidden: Hidden) -> tuple[Samples, list[tuple[float, float]]]:
        """Presidio on one transcript of the mean of all channels; muted where words were heard."""
        mono = hidden.channels.mean(axis=0)
        segments = [
            s if s.id else _with_id(s, i)
            for i, s in enumerate(self._listeners[0](mono, "en").segments)
        ]
        with make_engine("phi-detector", "baseline").open(Resources(threads=1)) as detect:
            spans = detect(segments, "en")
        by_id = {segment.id: segment for segment in segments}
        masks = []
        for span in spans:
            segment = by_id[span.segment]
            for word, (start, end) in zip(segment.words, word_offsets(segment), strict=True):
                if start < span.end_char and span.start_char < end:
                    masks.append((word.start, word.end))
        return mask(hidden.channels, hidden.sample_rate, [Mask(*m) for m in masks]), masks


def turned_up(sound: Samples) -> Samples:
    """Bring every second to the same peak."""
    out = sound.copy()
    for start in range(0, len(out), _WINDOW):
        peak = float(np.abs(out[start : start + _WINDOW]).max())
        if peak > 0:
            out[start : start + _WINDOW] *= min(0.7 / peak, 3000.0)
    return out


def in_band(sound: Samples) -> Samples:
    """Cut out what a telephone lets through, turned up."""
    band = butter(4, [300, 3400], "bandpass", fs=SAMPLE_RATE, output="sos")
    return turned_up(sosfiltfilt(band, sound).astype(np.float32))


def _keys(sound: Samples) -> list[str]:
    from speechkit.audio import dtmf

    names = "123A456B789C*0#D"
    keys, _ = dtmf._keys(sound)
    found = []
    for start, end in find_keys(sound):
        frames = keys[int(start * 100) : int(end * 100)]
        edges = np.flatnonzero(np.diff(frames)) + 1
        runs = np.split(frames, edges)
        found.append("".join(names[run[0]] for run in runs if len(run) >= 3 and run[0] >= 0))
    return found


def _flat(segments: Sequence[Segment]) -> str:
    text = " ".join(segment.text for segment in segments).lower()
    text = text.translate(str.maketrans("áéíóúñ", "aeioun"))
    text = re.sub(r"\b(\d+)(st|nd|rd|th)\b", r"\1", text)
    return re.sub(r"[^a-z0-9]", "", text)


def _with_id(segment: Segment, index: int) -> Segment:
    import msgspec

    return msgspec.structs.replace(segment, id=f"u{index}")


def _secrets(spanish: str) -> tuple[str, ...]:
    return next(secrets for start, secrets in _SPANISH.items() if spanish.startswith(start))


def _speaker(spec: str) -> Callable[[str], Samples]:
    speak = load_voice(spec, timed=False)

    def say(text: str) -> Samples:
        speech = speak(text)
        sound = np.asarray(speech.samples, dtype=np.float32)
        sound = resample(sound[None], speech.sample_rate, SAMPLE_RATE)[0]
        return np.asarray(sound * (0.08 / max(1e-6, float(sound.std()))), dtype=np.float32)

    return say


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
