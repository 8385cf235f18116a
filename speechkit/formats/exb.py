"""EXMARaLDA basic transcriptions: tiers of events on a common timeline.

https://exmaralda.org/en/, https://www.exmaralda.org/pdf/Basic-Transcription.dtd. Events of a tier
that follow on each other are one segment: a word may run over the border between two.
"""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.core.time import round_ms
from speechkit.core.types import Segment
from speechkit.formats.fields import in_order
from speechkit.formats.transcript import Notes, Reading, TranscriptFormat
from speechkit.formats.xml import parse_xml


def parse_exb(text: str, where: Path) -> Reading[Segment]:
    """Read the transcription tiers (`type="t"`); the file names the recording.

    Raises:
        InputError: with file, line and reason.
    """
    root = parse_xml(text, where, "basic-transcription")
    notes = Notes()
    times = _timeline(root, where)
    speakers = {
        speaker.get("id") or "": (speaker.findtext("abbreviation") or "").strip()
        for speaker in root.iter("speaker")
    }
    pairs: list[tuple[str, Segment]] = []
    empty = True
    for tier in root.iter("tier"):
        events = tier.findall("event")
        if tier.get("type", "t") != "t":
            notes.add(0, "an event of a tier that is not a transcription", len(events))
            continue
        name = tier.get("speaker") or ""
        speaker = speakers.get(name) or name
        inside = sum(len(event) for event in events)
        if inside:
            notes.add(0, "a remark or a link inside an event", inside)
        for start, end, words in _joined(events, times, where):
            empty = empty and not words
            if words:
                segment = Segment(id="", start=start, end=end, text=words, speaker=speaker)
                pairs.append((where.stem, segment))
    recordings = {where.stem: ()} if empty and not notes.all() else in_order(pairs)
    return Reading(recordings=recordings, notes=notes.all())


def _joined(
    events: list[ET.Element], times: Mapping[str, float], where: Path
) -> list[tuple[float, float, str]]:
    parts: list[tuple[float, float, str]] = []
    for event in events:
        ends = [event.get("start") or "", event.get("end") or ""]
        if any(end not in times for end in ends):
            raise InputError(f"{where}: an event from {ends[0]} to {ends[1]}, not on the timeline")
        start, end = (times[name] for name in ends)
        if end < start:
            raise InputError(f"{where}: an event ends before it starts ({ends[0]})")
        words = "".join([event.text or "", *(child.tail or "" for child in event)])
        if parts and parts[-1][1] == start:
            parts[-1] = (parts[-1][0], end, parts[-1][2] + words)
        else:
            parts.append((start, end, words))
    return [(start, end, " ".join(words.split())) for start, end, words in parts]


def _timeline(root: ET.Element, where: Path) -> dict[str, float]:
    """Return the times of all points; those without one lie evenly between their neighbors."""
    points: list[tuple[str, float | None]] = []
    for point in root.iter("tli"):
        said = point.get("time")
        try:
            points.append((point.get("id") or "", None if said is None else float(said)))
        except ValueError as error:
            raise InputError(f"{where}: {point.get('id')} is not at a time") from error
    if points and all(time is None for _, time in points):
        raise InputError(
            f"{where}: no point of its timeline has a time; align it with its sound in EXMARaLDA first"
        )
    known = [index for index, (_, time) in enumerate(points) if time is not None]
    times = {name: round_ms(time) for name, time in points if time is not None}
    for left, right in itertools.pairwise(known):
        start, end = points[left][1] or 0.0, points[right][1] or 0.0
        for index in range(left + 1, right):
            share = (index - left) / (right - left)
            times[points[index][0]] = round_ms(start + (end - start) * share)
    return times


FORMAT = TranscriptFormat(
    name="exb",
    title="EXMARaLDA basic transcription",
    standard="EXMARaLDA, https://www.exmaralda.org/pdf/Basic-Transcription.dtd",
    suffixes=(".exb",),
    parse=parse_exb,
    one_recording=True,
    passes_over=("tiers of descriptions and annotations", "remarks and links inside events"),
    refuses=(
        "a timeline without any time",
        "events that are not on the timeline",
        "a document type declaration",
    ),
)
