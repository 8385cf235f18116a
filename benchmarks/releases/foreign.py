"""Files of other tools, drawn at random, each with what its format's own tool reads from it.

Subtitles by pysubs2, tiers by praatio and pympi.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pysubs2
from praatio import textgrid as praat
from pympi import Elan

from speechkit.formats import read_text

Row = tuple[float, float, str, str]
WORDS = "good morning doctor ten milligrams of warfarin café naïve señora 10 120/80 ok it's won’t".split()
SPEAKERS = ("A", "B", "spk_2")


class Made(msgspec.Struct, frozen=True):
    """Files by name, and what their format's own tool reads from them, or from their folder."""

    files: dict[str, bytes]
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
        if body.rpartition(end)[2].isdigit():
            body = words  # pysubs2 drops a last line of digits, which for speechkit is words
        if rng.random() < 0.2:
            body = rng.choice(["<i>{}</i>", "{{\\an8}}{}", "<font color=red>{}</font>"]).format(
                body
            )
        text += (
            f"{number}{end}{_clock(start, point)} --> {_clock(stop, point)}{end}{body}{end}{gap}"
        )
    encoding = rng.choice(["utf-8", "utf-8-sig", "utf-16"])
    return Made({"a.srt": text.encode(encoding)}, lambda path: _subtitles(path, "srt"))


def make_vtt(rng: random.Random) -> Made:
    text = "WEBVTT\n\n" + rng.choice(["", "NOTE made by hand\n\n"])
    for start, stop, _, words in draw_rows(rng, overlap=False):
        settings = rng.choice(["", " align:start position:0%"])
        text += f"{_clock(start, '.')} --> {_clock(stop, '.')}{settings}\n{words}\n\n"
    return Made({"a.vtt": text.encode()}, lambda path: _subtitles(path, "vtt"))


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
    return Made({"a.TextGrid": data}, _tiers)


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
        return Made({"a.eaf": (Path(folder) / "a.eaf").read_bytes()}, _annotations)


def _annotations(path: Path) -> list[Row]:
    read = Elan.Eaf(str(path))
    return [
        (start / 1000, end / 1000, name, text)
        for name in read.get_tier_names()
        for start, end, text in read.get_annotation_data_for_tier(name)
    ]
