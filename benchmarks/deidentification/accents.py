"""Identifiers in real accented speech, removed: `python -m benchmarks accents`.

Eleven people of several native languages read an invented name (and spell it), a telephone number
and an address. Each becomes the patient of a conversation: a neural voice asks and goes on, they
answer. The whole way from sound to redacted sound is taken by `speechkit deidentify audio`. Printed
are how much of the time in which they speak is masked, how much of the asking voice's, whether
samples outside the masks are as they were, and what the check heard.

    python -m benchmarks accents [WAY ...]

The ways to ask: `named` says what is wanted, `hinted` lets one guess, `unasked` says nothing of it.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile
from numpy.typing import NDArray
from speechkit._recipes.synth.voices import load_voice

import speechkit
from benchmarks.fixtures.clips import data_folder
from speechkit.audio.decode import read_audio, resample, to_mono
from speechkit.audio.mask import FADE
from speechkit.core.engines import SAMPLE_RATE, make_engine
from speechkit.core.stage import Resources
from speechkit.core.time import Interval, duration, subtract

Samples = NDArray[np.float32]
# Ways to ask: what is said before each kind of clip, and at the end.
WAYS = {
    "named": {
        "NAME": "Good morning. Could you tell me your full name, please, and spell it for me?",
        "PHONE": "Thank you. And what is the best phone number to reach you?",
        "ADDRESS": "Okay. And what is your home address?",
        "LAST": "Great. Keep taking five milligrams of ramipril once a day, and come back in two "
        "weeks.",
    },
    "hinted": {
        "NAME": "Hello there. Who am I speaking to today?",
        "PHONE": "Thanks. What number should we call if we get cut off?",
        "ADDRESS": "Where should we send the results?",
        "LAST": "Lovely. Your blood pressure was one forty over ninety, so keep taking the tablets "
        "and drink more water.",
    },
    "unasked": {
        "NAME": "Good morning, come in and sit down. Before we begin I need a few details from you "
        "for the chart.",
        "PHONE": "Right, I have that down. Anything else you can give me?",
        "ADDRESS": "Perfect. And the last one, please.",
        "LAST": "All right, that is everything for the form. How long have you had the cough? Take "
        "two tablets twice a day and call us if it gets worse.",
    },
}
_PAUSE = np.zeros(SAMPLE_RATE // 2, dtype=np.float32)


class Talk(NamedTuple):
    """A conversation at 16 kHz, and where identifiers and innocent words are spoken, in seconds."""

    native: str
    samples: Samples
    phi: list[Interval]
    innocent: list[Interval]


def main(ways: Sequence[str]) -> None:
    """Print a table for each way to ask."""
    folder = data_folder("alnum_phi_accents") / "alnum_phi_accents"
    for way in ways or WAYS:
        print(f"{way}: {WAYS[way]['ADDRESS']!r} …")
        measure(conversations(folder, WAYS[way]))


def measure(talks: Sequence[Talk]) -> None:
    """Redact conversations; print a row a speaker, then the sums."""
    with tempfile.TemporaryDirectory() as scratch:
        paths = [Path(scratch) / f"{index:02}.wav" for index in range(len(talks))]
        for path, talk in zip(paths, talks, strict=True):
            soundfile.write(path, talk.samples, SAMPLE_RATE, subtype="PCM_16")
        out = Path(scratch) / "out"
        results = speechkit.deidentify_audio(paths, out, language="en")
        report = json.loads((out / "redactions.json").read_text())
        rows = {row["recording"]: row for row in report["recordings"]}
        sums = dict.fromkeys(("phi", "bare", "innocent", "muted", "heard", "failed", "other"), 0.0)
        print(f"{'native language':<16} PHI s  bare s  innocent s  muted s  heard  verdict  same")
        for path, talk, result in zip(paths, talks, results, strict=True):
            row = rows[result.recording]
            masks = [(r["start"], r["end"]) for r in row["redactions"]]
            bare = duration(subtract(talk.phi, masks))
            muted = duration(talk.innocent) - duration(subtract(talk.innocent, masks))
            same = ""
            if result.audio_path is not None:
                same = "yes" if unchanged(path, result.audio_path, masks) else "NO"
            heard = row["heard"]
            sums["heard"] += heard
            print(
                f"{talk.native:<16} {duration(talk.phi):5.1f} {bare:7.2f} "
                f"{duration(talk.innocent):11.1f} {muted:8.2f}  {heard:5}  {row['verdict']:<8} {same}"
            )
            sums["phi"] += duration(talk.phi)
            sums["bare"] += bare
            sums["innocent"] += duration(talk.innocent)
            sums["muted"] += muted
            sums["failed"] += row["verdict"] != "clean"
            sums["other"] += same == "NO"
    print(
        f"PHI time covered {1 - sums['bare'] / sums['phi']:.1%}, "
        f"innocent time muted {sums['muted'] / sums['innocent']:.1%}, "
        f"removed words heard again {sums['heard']:.0f}, "
        f"checks failed {sums['failed']:.0f} of {len(talks)}, "
        f"samples changed outside masks in {sums['other']:.0f}"
    )


def conversations(folder: Path, lines: Mapping[str, str]) -> list[Talk]:
    """Put each speaker's clips between the other's lines."""
    by_speaker: dict[str, dict[str, dict[str, str]]] = {}
    with (folder / "clips.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            by_speaker.setdefault(row["speaker"], {})[row["kind"]] = row
    speak = load_voice("piper:joe", timed=False)
    voices = {kind: _voice(speak(text)) for kind, text in lines.items()}
    talks = []
    with make_engine("voice-detector", "silero").open(Resources()) as detect:
        for clips in by_speaker.values():
            pieces: list[Samples] = []
            phi: list[Interval] = []
            innocent: list[Interval] = []
            at = 0.0
            for kind in (kind for kind in lines if kind in clips or kind == "LAST"):
                said = [(voices[kind], innocent)]
                if kind != "LAST":
                    samples, rate = read_audio(folder / clips[kind]["file"])
                    mono = resample(to_mono(samples)[None], rate, SAMPLE_RATE)[0]
                    said.append((np.ascontiguousarray(mono), phi))
                for sound, where in said:
                    where += [(at + start, at + end) for start, end in detect(sound)]
                    pieces += [sound, _PAUSE]
                    at += (len(sound) + len(_PAUSE)) / SAMPLE_RATE
            native = next(iter(clips.values()))["native_language"]
            talks.append(Talk(native, np.concatenate(pieces), phi, innocent))
    return talks


def unchanged(before: Path, after: Path, masks: list[Interval]) -> bool:
    """Say whether every sample outside the masks and their fades is bit for bit the same."""
    one, rate = soundfile.read(before, dtype="int16")
    two, _ = soundfile.read(after, dtype="int16")
    if len(one) != len(two):
        return False
    free = np.ones(len(one), dtype=bool)
    for start, end in masks:
        free[max(0, int((start - FADE) * rate) - 1) : int((end + FADE) * rate) + 2] = False
    return bool((one[free] == two[free]).all())


def _voice(speech: object) -> Samples:
    samples, rate = speech.samples, speech.sample_rate  # type: ignore[attr-defined]
    return np.asarray(resample(np.asarray(samples)[None], rate, SAMPLE_RATE)[0], dtype=np.float32)


if __name__ == "__main__":
    main(sys.argv[1:])
