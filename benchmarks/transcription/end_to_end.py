"""From sound to words with speakers, against whisperX on the same weights: `python -m benchmarks end-to-end`.

Three and a half minutes: prompts of a telephone exchange and read prose that take turns, and the real
call. Each side transcribes with the same Whisper weights in int8, aligns words, diarizes with the
same networks and says whose each word is. Loading is left out, audio is handed over decoded. whisperX
runs where SPEECHKIT_WHISPERX_PYTHON names a Python that has it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks import ROOT
from benchmarks.fixtures.clips import clips, data_folder, real_call
from benchmarks.fixtures.stopwatch import Stopwatch
from speechkit.audio.read import read_resampled
from speechkit.benchmark.cpwer import cpwer
from speechkit.benchmark.errors import ErrorRate, count_words
from speechkit.benchmark.normalize.registry import normalizer_for
from speechkit.core.engines import SAMPLE_RATE, Speakers, make_engine
from speechkit.core.stage import Resources
from speechkit.storage import models
from speechkit.transcription.attribute import attribute
from speechkit.transcription.stage import numbered

VARIABLE = "SPEECHKIT_WHISPERX_PYTHON"
Samples = NDArray[np.float32]
Said = Sequence[tuple[str, str]]  # speaker, text; in order


class Talk(NamedTuple):
    """Mono samples at 16 kHz, and who says what."""

    name: str
    samples: Samples
    said: Said


class Result(NamedTuple):
    """What a side heard in each talk, and the seconds (wall, CPU) of each step."""

    heard: list[Said]
    spent: dict[str, list[float]]


def main() -> None:
    """Print a line per side, and how they compare."""
    os.environ["PYANNOTE_METRICS_ENABLED"] = "0"
    python = os.environ.get(VARIABLE)
    if not python:
        print(f"left out: {VARIABLE} names no Python that has whisperX")
        return
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    talks = list(conversations(data_folder("asterisk_prompts_5lang", "read_english_small")))
    seconds = sum(len(talk.samples) for talk in talks) / SAMPLE_RATE
    print(f"{len(talks)} conversations, {seconds / 60:.1f} min, {threads} thread(s)")
    ours = speechkit(talks, threads)
    theirs, about = whisperx(python, talks, threads)
    print(about)
    for name, result in (("speechkit", ours), ("whisperX", theirs)):
        report(name, result, talks, seconds)
    same = set(theirs.spent)  # steps that both did
    for what, index in (("wall", 0), ("CPU", 1)):
        mine, his = (sum(side.spent[step][index] for step in same) for side in (ours, theirs))
        print(
            f"{what}: whisperX takes {his / mine:.2f} x as long (steps: {', '.join(sorted(same))})"
        )


def conversations(data: Path) -> Iterator[Talk]:
    """Yield the conversations; their texts are those of the collections."""
    english = [clip for clip in clips(data) if clip.language == "en"]
    yield in_turns(
        "prompts and prose",
        *(
            [(clip.samples, clip.text) for clip in english if clip.collection == collection]
            for collection in ("asterisk_prompts_5lang", "read_english_small")
        ),
    )
    call = real_call()
    lines = [line.split(" ", 5) for line in call.with_suffix(".stm").read_text().splitlines()]
    said = [(line[2], line[5]) for line in lines]
    yield Talk("real call", read_resampled(call, SAMPLE_RATE, mono=True)[0], said)


def in_turns(
    name: str, first: Sequence[tuple[Samples, str]], second: Sequence[tuple[Samples, str]]
) -> Talk:
    """Let two speakers take turns, with 0.4 s between them, as loud as each other."""
    pause = np.zeros(round(0.4 * SAMPLE_RATE), dtype=np.float32)
    sound, said = [pause], []
    for clips_of_turn in zip_longest(first, second):
        for speaker, clip in zip("ab", clips_of_turn, strict=True):
            if clip is not None:
                samples, text = clip
                sound += [samples * np.float32(0.05 / np.sqrt(np.mean(samples**2))), pause]
                said.append((speaker, text))
    faint = np.random.default_rng(0).normal(0, 1e-4, sum(map(len, sound))).astype(np.float32)
    return Talk(name, np.clip(np.concatenate(sound) + faint, -1, 1), said)


def speechkit(talks: Sequence[Talk], threads: int) -> Result:
    """Run speechkit's engines, as the stages do."""
    timed = Stopwatch()
    heard = []
    with ExitStack() as stack:
        transcribe, align, diarize = (
            stack.enter_context(make_engine(kind, spec).open(Resources(threads=threads)))
            for kind, spec in (
                ("transcriber", "faster-whisper:base"),
                ("aligner", "ctc"),
                ("diarizer", "pyannote:local"),
            )
        )
        for talk in talks:
            x = talk.samples
            draft = timed("transcribe", transcribe, x, "en")
            segments = numbered("rec", draft.segments)
            aligned = timed("align", align, x, segments, "en")
            turns = timed("diarize", diarize, [x], Speakers())
            found = attribute("rec", aligned, turns)
            heard.append([(segment.speaker or "", segment.text) for segment in found])
    return Result(heard, timed.spent)


def whisperx(python: str, talks: Sequence[Talk], threads: int) -> tuple[Result, str]:
    """Run whisperX in its own Python; return also which version it is, and what it did without."""
    with tempfile.TemporaryDirectory() as folder:
        sounds = []
        for number, talk in enumerate(talks):
            sounds.append(f"{folder}/{number}.npy")
            np.save(sounds[-1], talk.samples)
        asked = {
            "files": sounds,
            "threads": threads,
            "whisper": str(models.resolve("whisper-base")),
            "segmentation": str(models.resolve("segmentation-3.0") / "pytorch_model.bin"),
        }
        done = subprocess.run(
            [python, str(Path(__file__).with_name("peer_whisperx.py"))],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    if done.returncode:
        sys.exit(f"whisperX failed: {done.stderr.strip().splitlines()[-1]}")
    answer: Mapping[str, Any] = json.loads(done.stdout)
    without = (
        "" if answer["aligned"] else "; its aligner's weights cannot be had: speakers by segment"
    )
    return Result(answer["heard"], answer["spent"]), f"whisperX {answer['version']}{without}"


def report(name: str, result: Result, talks: Sequence[Talk], seconds: float) -> None:
    """Print WER and cpWER over all talks, and what each step took."""
    tokens = normalizer_for("en").tokens
    words = speakers = ErrorRate.zero()
    for talk, heard in zip(talks, result.heard, strict=True):
        words += count_words(tokens(joined(talk.said)), tokens(joined(heard)))
        speakers += cpwer(
            *(
                {who: tokens(joined(said, who)) for who in {w for w, _ in said}}
                for said in (talk.said, heard)
            )
        )
    steps = ", ".join(f"{step} {wall:.0f} s" for step, (wall, _) in sorted(result.spent.items()))
    cpu = sum(cpu for _, cpu in result.spent.values())
    print(
        f"{name:<10} WER {words.rate:.1%}  cpWER {speakers.rate:.1%}  "
        f"CPU {cpu:.0f} s, {cpu / seconds:.3f} a second  ({steps})"
    )


def joined(said: Said, who: str | None = None) -> str:
    """Return the text of one speaker, or of all."""
    return " ".join(text for speaker, text in said if who in (None, speaker))


if __name__ == "__main__":
    main()
