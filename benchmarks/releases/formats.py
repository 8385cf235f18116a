"""Foreign transcript files through our readers and each format's own tool: `make bench-formats`.

Random files in the dialects that tools and people write (seeded), read by speechkit and by pysubs2,
praatio, pympi and meeteval. Printed for each format: files, segments, and how many files differ in
words, times or speakers; the first that differs is shown as it was made (its words are invented).
A difference that speechkit notes in its reading is named, one that it does not is silent.

    python -m benchmarks formats [FILES]
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import meeteval
import msgspec
import pysubs2
from praatio import textgrid as praat
from pympi import Elan

from speechkit.core.types import Segment, Turn
from speechkit.formats import parse_rttm, read_text, read_transcripts

Row = tuple[float, float, str, str]
WORDS = "good morning doctor ten milligrams of warfarin café naïve señora 10 120/80 ok it's won’t".split()
SPEAKERS = ("A", "B", "spk_2")


class Made(msgspec.Struct, frozen=True):
    """A file's bytes, and what its format's own tool reads from it."""

    data: bytes
    oracle: Callable[[Path], list[Row]]


def draw_rows(rng: random.Random, *, overlap: bool) -> list[Row]:
    """Draw up to eight utterances, in order of time."""
    rows, at = [], 0.0
    for _ in range(rng.randint(1, 8)):
        start = round(at + rng.randint(0, 3000) / 1000, 3)
        end = round(start + rng.randint(100, 5000) / 1000, 3)
        text = " ".join(rng.choices(WORDS, k=rng.randint(1, 7)))
        rows.append((start, end, rng.choice(SPEAKERS), text))
        at = start + 0.2 if overlap and rng.random() < 0.3 else end
    return rows


def _clock(time: float, point: str, *, short: bool = False) -> str:
    ms = round(time * 1000)
    hours = "" if short else f"{ms // 3_600_000:02}:"
    return f"{hours}{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{point}{ms % 1000:03}"


def make_srt(rng: random.Random) -> Made:
    end = rng.choice(["\n", "\r\n"])
    gap = rng.choice([end, end * 2, ""])
    point = rng.choice([",", "."])
    text = rng.choice(["", end])
    for number, (start, stop, _, words) in enumerate(draw_rows(rng, overlap=False), start=1):
        body = end.join(words.split(" ", 1)) if rng.random() < 0.3 else words
        if rng.random() < 0.2:
            body = rng.choice(["<i>{}</i>", "{{\\an8}}{}", "<font color=red>{}</font>"]).format(
                body
            )
        text += (
            f"{number}{end}{_clock(start, point)} --> {_clock(stop, point)}{end}{body}{end}{gap}"
        )
    encoding = rng.choice(["utf-8", "utf-8-sig", "utf-16"])
    return Made(text.encode(encoding), lambda path: _subtitles(path, "srt"))


def make_vtt(rng: random.Random) -> Made:
    text = "WEBVTT\n\n" + rng.choice(["", "NOTE made by hand\n\n"])
    for start, stop, _, words in draw_rows(rng, overlap=False):
        settings = rng.choice(["", " align:start position:0%"])
        text += f"{_clock(start, '.')} --> {_clock(stop, '.')}{settings}\n{words}\n\n"
    return Made(text.encode(), lambda path: _subtitles(path, "vtt"))


def _subtitles(path: Path, form: str) -> list[Row]:
    events = pysubs2.SSAFile.from_string(read_text(path), format_=form)
    return [(e.start / 1000, e.end / 1000, "", " ".join(e.plaintext.split())) for e in events]


def make_textgrid(rng: random.Random) -> Made:
    grid = praat.Textgrid()
    rows = draw_rows(rng, overlap=False)
    for name in sorted({speaker for _, _, speaker, _ in rows}):
        entries = [(a, b, text) for a, b, speaker, text in rows if speaker == name]
        grid.addTier(praat.IntervalTier(name, entries, 0, rows[-1][1] + 1))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.TextGrid"
        form = rng.choice(["short_textgrid", "long_textgrid"])
        grid.save(str(path), format=form, includeBlankSpaces=True)
        data = path.read_text("utf-8").encode(rng.choice(["utf-8", "utf-16"]))
    return Made(data, _tiers)


def _tiers(path: Path) -> list[Row]:
    grid = praat.openTextgrid(str(path), includeEmptyIntervals=False)
    return [
        (round(e.start, 3), round(e.end, 3), tier.name, e.label)
        for tier in grid.tiers
        for e in tier.entries
    ]


def make_eaf(rng: random.Random) -> Made:
    made = Elan.Eaf()
    made.remove_tier("default")
    rows = draw_rows(rng, overlap=True)
    for name in sorted({speaker for _, _, speaker, _ in rows}):
        made.add_tier(name)
    for start, stop, speaker, text in rows:
        made.add_annotation(speaker, round(start * 1000), round(stop * 1000), text)
    with tempfile.TemporaryDirectory() as folder:
        made.to_file(str(Path(folder) / "a.eaf"))
        return Made((Path(folder) / "a.eaf").read_bytes(), _annotations)


def _annotations(path: Path) -> list[Row]:
    read = Elan.Eaf(str(path))
    return [
        (start / 1000, end / 1000, name, text)
        for name in read.get_tier_names()
        for start, end, text in read.get_annotation_data_for_tier(name)
    ]


def make_stm(rng: random.Random) -> Made:
    text = rng.choice(["", ";; made by hand\n"])
    for start, stop, speaker, words in draw_rows(rng, overlap=True):
        blank = rng.choice([" ", "\t", "  "])
        text += blank.join(["a", "1", speaker, f"{start:.3f}", f"{stop:.3f}", words]) + "\n"
    return Made(text.encode(), _meeteval)


def make_seglst(rng: random.Random) -> Made:
    entries = [
        {"session_id": "a", "speaker": s, "start_time": a, "end_time": b, "words": t}
        for a, b, s, t in draw_rows(rng, overlap=True)
    ]
    return Made(msgspec.json.encode(entries), _meeteval)


def _meeteval(path: Path) -> list[Row]:
    rows = meeteval.io.load(path).to_seglst()
    return [
        (float(r["start_time"]), float(r["end_time"]), r["speaker"], " ".join(r["words"].split()))
        for r in rows
    ]


def make_rttm(rng: random.Random) -> Made:
    text = rng.choice(["", "SPKR-INFO a 1 <NA> <NA> <NA> unknown A <NA> <NA>\n"])
    for start, stop, speaker, _ in draw_rows(rng, overlap=True):
        text += f"SPEAKER a 1 {start:.3f} {stop - start:.3f} <NA> <NA> {speaker} <NA> <NA>\n"
    return Made(text.encode(), _turns)


def _turns(path: Path) -> list[Row]:
    # meeteval takes SPEAKER lines only.
    spoken = [
        line for line in read_text(path).splitlines(keepends=True) if line.startswith("SPEAKER")
    ]
    lines = meeteval.io.RTTM.parse("".join(spoken)).lines
    return [
        (float(x.begin_time), float(x.begin_time + x.duration), x.speaker_id, "") for x in lines
    ]


MAKERS: dict[str, Callable[[random.Random], Made]] = {
    "a.srt": make_srt,
    "a.vtt": make_vtt,
    "a.TextGrid": make_textgrid,
    "a.eaf": make_eaf,
    "a.stm": make_stm,
    "a.seglst.json": make_seglst,
    "a.rttm": make_rttm,
}


def read_ours(path: Path) -> tuple[list[Row], bool]:
    """Return what speechkit reads, and whether it noted anything."""
    if path.suffix == ".rttm":
        turns = parse_rttm(read_text(path), path)
        return [_row(t) for items in turns.recordings.values() for t in items], bool(turns.notes)
    reading = read_transcripts(path)
    return [_row(s) for items in reading.recordings.values() for s in items], bool(reading.notes)


def _row(item: Segment | Turn) -> Row:
    return (item.start, item.end, item.speaker, item.text if isinstance(item, Segment) else "")


def _plain(rows: list[Row]) -> list[Row]:
    return sorted((round(a, 3), round(b, 3), who, text) for a, b, who, text in rows)


def main(num_files: int) -> int:
    """Print a line a format; return how many files differ silently."""
    total = 0
    print(f"{'format':14} {'files':>6} {'segments':>9} {'differ':>7} {'named':>6} {'silent':>7}")
    with tempfile.TemporaryDirectory() as folder:
        for name, make in MAKERS.items():
            segments = named = silent = 0
            first = b""
            for seed in range(num_files):
                made = make(random.Random(f"{name} {seed}"))
                path = Path(folder) / name
                path.write_bytes(made.data)
                ours, noted = read_ours(path)
                theirs = made.oracle(path)
                segments += len(theirs)
                if _plain(ours) != _plain(theirs):
                    named += noted
                    silent += not noted
                    first = first or made.data
            total += silent
            print(f"{name:14} {num_files:6} {segments:9} {named + silent:7} {named:6} {silent:7}")
            if first:
                print(first.decode("utf-8", "replace"))
    return total


if __name__ == "__main__":
    sys.exit(bool(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)))
