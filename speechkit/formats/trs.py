"""Transcriber files: turns with sync points, https://trans.sourceforge.net/en/transguidFR.php.

What stands between two sync points is a segment; where two speak at once, one each.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.core.types import Segment
from speechkit.formats.fields import in_order, seconds
from speechkit.formats.transcript import Notes, Reading, TranscriptFormat
from speechkit.formats.xml import parse_xml

_NAMED = {"Event": "a noise or other event", "Comment": "a comment", "Background": "a background"}


def parse_trs(text: str, where: Path) -> Reading[Segment]:
    """Read the turns; the file names the recording.

    Raises:
        InputError: with file, line and reason.
    """
    root = parse_xml(text, where, "Trans", doctype=True)
    notes = Notes()
    names = {s.get("id") or "": (s.get("name") or "").strip() for s in root.iter("Speaker")}
    pairs = []
    for turn in root.iter("Turn"):
        speakers = [names.get(name) or name for name in (turn.get("speaker") or "").split()]
        for start, end, number, words in _parts(turn, where, notes):
            if number > max(1, len(speakers)):
                raise InputError(f"{where}: <Who nb={number}> in a turn of {len(speakers)}")
            speaker = speakers[number - 1] if speakers else ""
            segment = Segment(id="", start=start, end=end, text=words, speaker=speaker)
            pairs.append((where.stem, segment))
    recordings = in_order(pairs) if pairs or notes.all() else {where.stem: ()}
    return Reading(recordings=recordings, notes=notes.all())


def _parts(turn: ET.Element, where: Path, notes: Notes) -> Iterator[tuple[float, float, int, str]]:
    """Yield (start, end, number of the speaker in the turn, words)."""
    last = _time(turn, "endTime", where)
    start, number = _time(turn, "startTime", where), 1
    said: dict[int, list[str]] = {1: [turn.text or ""]}
    for child in [*turn, None]:
        if child is None or child.tag == "Sync":
            end = last if child is None else _time(child, "time", where)
            if end < start:
                raise InputError(f"{where}: a turn ends before it starts, at {start:.3f} s")
            for who, pieces in said.items():
                if words := " ".join("".join(pieces).split()):
                    yield start, end, who, words
            start, number, said = end, 1, {1: []}
        elif child.tag == "Who":
            nb = child.get("nb") or ""
            number = int(nb) if nb.isdigit() and nb != "0" else 1
        else:
            notes.add(0, _NAMED.get(child.tag, f"an element {child.tag}"))
            said.setdefault(number, []).append(" ")
        if child is not None:
            said.setdefault(number, []).append(child.tail or "")


def _time(element: ET.Element, name: str, where: Path) -> float:
    return seconds(element.get(name) or "", where, 0)


FORMAT = TranscriptFormat(
    name="trs",
    title="Transcriber",
    standard="Transcriber, https://trans.sourceforge.net",
    suffixes=(".trs",),
    parse=parse_trs,
    one_recording=True,
    passes_over=("events, comments and backgrounds",),
    refuses=(
        "a turn that ends before it starts",
        "<Who nb> beyond the speakers of its turn",
    ),
)
