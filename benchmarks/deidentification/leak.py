"""Attack: identifiers hidden in sound in many ways, and an attacker who listens to what is released.

Made-up people say who they are, when they were born, where they live and their telephone number,
hidden in each way of `fixtures/hiding.py`; people with an accent read out invented ones. `speechkit
deidentify audio` makes released copies, and the attacker of `fixtures/attack.py` listens to them.

    python -m benchmarks leak [--short] [--rows FILE] [--keep FOLDER] [WAY ...]

Printed for each way: plants, those that the attacker recognizes in the original, in what speechkit
releases, and, of the first story, in what the usual recipe releases (Presidio on one transcript of all
channels mixed, words muted where they were heard); recordings withheld; wrongly called clean; innocent speech muted.
`--rows` keeps a row for each recording, as soon as it is measured, and measures none of them again;
interrupted, it prints what it has.
`--keep` keeps the sound. With `--short` three ways, one story each, half of what anybody may hear left
out, and one recognizer: exit 1 if anything is recognized.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import soundfile
from numpy.typing import NDArray

import speechkit
from benchmarks.fixtures.attack import Attack
from benchmarks.fixtures.clips import data_folder
from benchmarks.fixtures.hiding import SHORT, WAYS, Hidden, Plant, Story
from benchmarks.fixtures.planted import as_said, made_up, read_out
from speechkit.audio.decode import read_audio
from speechkit.audio.mask import Mask, mask
from speechkit.core.engines import DetectPhi, make_engine
from speechkit.core.stage import Resources
from speechkit.core.text import word_offsets
from speechkit.core.time import Interval, duration, subtract

Samples = NDArray[np.float32]

_BATCH = 4  # recordings that are de-identified together: engines are loaded once
# Ways in which a person with an accent hides what he or she reads out, a person each.
_COMPARED = "made up 0"  # the story that the usual recipe is tried on
_READ_OUT = ("plain", "35 dB softer", "other channel", "telephone", "babble", "after damage")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one recording. `audible`, `left_usual`: plants that the attacker's first
    recognizer writes down from the original and from what the usual recipe releases, turned up (the
    least that is audible); `left`: those that any writes down from any version of what speechkit
    releases, and how. Seconds of innocent speech, and of it under masks."""

    way: str
    story: str
    plants: int
    audible: int
    left: tuple[str, ...] = ()
    left_usual: int = 0
    reason: str = ""  # why it was withheld
    innocent: float = 0.0
    muted: float = 0.0
    muted_usual: float = 0.0

    @property
    def withheld(self) -> bool:
        """Say whether nothing was released."""
        return bool(self.reason)


class Case(NamedTuple):
    """One recording: plants hidden in a way."""

    way: str
    story: str
    hidden: Hidden
    plants: Sequence[Plant]


def main(arguments: Sequence[str]) -> int:
    """Print a row a way, and the sums; return the exit code."""
    parser = ArgumentParser(prog="leak", description=__doc__)
    parser.add_argument("ways", nargs="*", metavar="WAY")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--rows", type=Path)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args(arguments)
    ways = given.ways or (SHORT if given.short else list(WAYS))
    rows = _known(given.rows)
    names = _names(ways, short=given.short)
    missing = [name for name in names if name not in rows]
    with suppress(KeyboardInterrupt):
        for row in _measured(missing, given.keep, short=given.short):
            rows[row.way, row.story] = row
            _show_one(row)
            if given.rows is not None:
                with given.rows.open("ab") as file:
                    file.write(msgspec.json.encode(row) + b"\n")
    shown = [rows[name] for name in names if name in rows]
    show(ways, shown)
    if len(shown) < len(names):
        print(f"interrupted: {len(shown)} of {len(names)} recordings")
        return 1
    return int(given.short and any(row.left for row in shown))


def _measured(names: Sequence[tuple[str, str]], keep: Path | None, *, short: bool) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        attack = Attack(short=short)
        presidio = None if short else stack.enter_context(_presidio())
        for start in range(0, len(names), _BATCH):
            cases = [_case(*name, short=short) for name in names[start : start + _BATCH]]
            folder = (keep or Path(scratch)) / f"{os.getpid()}-{start}"
            yield from measure(cases, folder, attack, presidio)


def show(ways: Sequence[str], rows: Sequence[Row]) -> None:
    """Print a line a way, and what they add up to."""
    print(f"{'way':<27} plants audible released usual  rec. withheld wrong  innocent s muted usual")
    some = [way for way in ways if any(row.way == way for row in rows)]
    for way in (*some, "all"):
        own = [row for row in rows if way in ("all", row.way)]
        released = [row for row in own if not row.withheld]
        print(
            f"{way:<27} {_sum(own, 'plants'):6.0f} {_sum(own, 'audible'):7.0f} "
            f"{sum(len(row.left) for row in own):8} {_sum(own, 'left_usual'):5.0f} {len(own):5} "
            f"{len(own) - len(released):8} {sum(bool(row.left) for row in own):5} "
            f"{_sum(released, 'innocent'):11.1f} {_sum(released, 'muted'):5.1f} "
            f"{_sum(own, 'muted_usual'):5.1f}"
        )
    released = [row for row in rows if not row.withheld]
    compared = [row for row in rows if row.story == _COMPARED]
    wrong = sum(bool(row.left) for row in rows)
    print(
        f"recognizable {sum(len(row.left) for row in rows)} of {_sum(rows, 'plants'):.0f} "
        f"(usual recipe {_sum(compared, 'left_usual'):.0f} of {_sum(compared, 'plants'):.0f}), "
        f"wrongly called clean {wrong} of {len(rows)}, "
        f"withheld {1 - len(released) / max(len(rows), 1):.0%}, innocent speech muted "
        f"{_sum(released, 'muted') / max(_sum(released, 'innocent'), 1e-9):.1%}"
    )


def measure(
    cases: Sequence[Case], folder: Path, attack: Attack, presidio: DetectPhi | None
) -> Iterator[Row]:
    """De-identify recordings, attack what is released, and count; try the usual recipe with `presidio`."""
    folder.mkdir(parents=True)
    paths = []
    for number, case in enumerate(cases):
        hidden = case.hidden
        path = folder / f"{number}.{'flac' if hidden.damaged else 'wav'}"
        soundfile.write(path, hidden.channels.T, hidden.sample_rate, subtype="PCM_16")
        if hidden.damaged:
            _damage(path)
        paths.append(path)
    results = speechkit.deidentify_audio(paths, folder / "out", language="en")
    masks = _masks(folder / "out" / "redactions.json")
    for case, path, result in zip(cases, paths, results, strict=True):
        hidden, innocent = case.hidden, duration(case.hidden.innocent)
        languages = ("en", "es") if case.way == "in Spanish" else ("en",)
        told = (case.plants, hidden.plants, languages)
        row = Row(
            way=case.way,
            story=case.story,
            plants=len(case.plants),
            audible=len(attack.recognized(read_audio(path)[0], *told, thorough=False)),
            innocent=innocent,
            reason=result.reason,
        )
        if result.audio_path is not None:
            left = attack.recognized(read_audio(result.audio_path)[0], *told)
            row = msgspec.structs.replace(
                row,
                left=tuple(f"plant {index}: {how}" for index, how in sorted(left.items())),
                muted=innocent - duration(subtract(hidden.innocent, masks[result.recording])),
            )
        if presidio is not None and case.story == _COMPARED:
            copy, masked = usual_recipe(hidden, attack, presidio)
            row = msgspec.structs.replace(
                row,
                left_usual=len(attack.recognized(copy, *told, thorough=False)),
                muted_usual=innocent - duration(subtract(hidden.innocent, masked)),
            )
        yield row


def usual_recipe(
    hidden: Hidden, attack: Attack, detect: DetectPhi
) -> tuple[Samples, list[Interval]]:
    """Presidio on one transcript of the mean of all channels; muted where words were heard."""
    listen = next(iter(attack.listeners.values()))
    segments = [
        msgspec.structs.replace(segment, id=f"u{index}")
        for index, segment in enumerate(listen(hidden.channels.mean(axis=0), "en").segments)
    ]
    spans = detect(segments, "en")
    by_id = {segment.id: segment for segment in segments}
    masks = []
    for span in spans:
        segment = by_id[span.segment]
        for word, (start, end) in zip(segment.words, word_offsets(segment), strict=True):
            if start < span.end_char and span.start_char < end:
                masks.append((word.start, word.end))
    return mask(hidden.channels, hidden.sample_rate, [Mask(*m) for m in masks]), masks


def _presidio() -> AbstractContextManager[DetectPhi]:
    return make_engine("phi-detector", "baseline").open(Resources(threads=1))


def _names(ways: Sequence[str], *, short: bool) -> list[tuple[str, str]]:
    """Ways and stories, so that an interrupted run has something of every way."""
    first, second = ([(way, f"made up {number}") for way in ways] for number in (0, 1))
    people = [(way, f"read out {_READ_OUT.index(way)}") for way in ways if way in _READ_OUT]
    return first if short else [*first, *people, *second]


def _case(way: str, name: str, *, short: bool) -> Case:
    kind, number = name.rsplit(" ", 1)
    story: Story = (
        made_up(int(number))
        if kind == "made up"
        else read_out(data_folder("alnum_phi_accents") / "alnum_phi_accents", int(number))
    )
    if short:
        story = story._replace(carriers=story.carriers[::2])
    return Case(way, name, WAYS[way](story), as_said(way, story.plants))


def _known(path: Path | None) -> dict[tuple[str, str], Row]:
    if path is None or not path.exists():
        return {}
    rows = [msgspec.json.decode(line, type=Row) for line in path.read_bytes().splitlines()]
    return {(row.way, row.story): row for row in rows}


def _show_one(row: Row) -> None:
    told = row.reason or "; ".join(row.left) or "nothing recognizable"
    print(f"{row.way}, {row.story}: {told}", file=sys.stderr, flush=True)


def _sum(rows: Sequence[Row], field: str) -> float:
    return sum(float(getattr(row, field)) for row in rows)


def _damage(path: Path) -> None:
    """Lose some bytes near the beginning, within the first sentence."""
    data = bytearray(path.read_bytes())
    start, end = len(data) // 20, len(data) // 12
    data[start:end] = bytes(end - start)
    path.write_bytes(data)


def _masks(path: Path) -> dict[str, list[Interval]]:
    report = json.loads(path.read_text())
    return {
        row["recording"]: [(r["start"], r["end"]) for r in row["redactions"]]
        for row in report["recordings"]
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
