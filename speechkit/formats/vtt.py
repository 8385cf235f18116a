"""WebVTT: cues with voices, https://www.w3.org/TR/webvtt1/.

A cue with several voices gives a segment a voice, each with the times of the cue.
"""

from __future__ import annotations

import re
from html import escape, unescape
from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.core.types import Segment
from speechkit.formats.cues import TAG, read_cues, write_cues
from speechkit.formats.fields import in_order
from speechkit.formats.labels import carried, split_labels
from speechkit.formats.text import split_lines
from speechkit.formats.transcript import Notes, Reading, Segments, TranscriptFormat

_VOICE = re.compile(r"<v(?:\.[^\s>]*)?(?:\s+([^>]*))?>|(</v>)")
_BLOCK = re.compile(r"(NOTE|STYLE|REGION)(?=\s|$)")


def parse_vtt(text: str, where: Path) -> Reading[Segment]:
    """Read WebVTT; the recording is named by the file.

    Raises:
        InputError: with file, line and reason.
    """
    if not text.lstrip("\ufeff").startswith("WEBVTT"):
        raise InputError(f"{where}, line 1: WEBVTT expected")
    notes = Notes()
    rest = _without_blocks(text, notes)
    cues = read_cues(rest, where, notes, identifiers=True)
    voiced = [
        (cue, speaker, words)
        for cue in cues
        for speaker, words in _voices("\n".join(cue.lines)) or [("", "")]
    ]
    split = split_labels([words for _, speaker, words in voiced if not speaker])
    # Among voices, a cue without one has no speaker.
    has_voices = any(speaker for _, speaker, _ in voiced)
    unnamed = iter([(*each, False) for each in split] if has_voices else carried(split))
    pairs = []
    for cue, voice, said in voiced:
        speaker, words, is_carried = (voice, said, False) if voice else next(unnamed)
        if is_carried:
            notes.add(cue.line, "a cue without a name, taken for the speaker's before it")
        if not words:
            notes.add(cue.line, "a cue without text")
        segment = Segment(id="", start=cue.start, end=cue.end, text=words, speaker=speaker)
        pairs.append((where.stem, segment))
    recordings = in_order(pairs) if rest.strip() else {where.stem: ()}
    return Reading(recordings=recordings, notes=notes.all())


def format_vtt(segments: Segments) -> str:
    """Write WebVTT; speakers as voice spans."""
    items = [segment for rows in segments.values() for segment in rows]
    return "WEBVTT\n\n" + write_cues(((s, _body(s)) for s in items), ".", numbered=False)


def _body(segment: Segment) -> str:
    voice = f"<v {escape(segment.speaker, quote=False)}>" if segment.speaker else ""
    return f"{voice}{escape(' '.join(segment.text.split()), quote=False)}"


def _without_blocks(text: str, notes: Notes) -> str:
    """Blank out the header and the NOTE, STYLE and REGION blocks; line numbers stay."""
    lines = split_lines(text)
    inside = "header"
    for index, line in enumerate(lines):
        begins = _BLOCK.match(line) if index == 0 or not lines[index - 1].strip() else None
        if not line.strip() or "-->" in line:
            inside = ""
        elif begins and "-->" not in "".join(lines[index + 1 : index + 2]):
            inside = begins[1]
            notes.add(index + 1, f"a {inside} block")
        elif inside == "header" and index:
            notes.add(index + 1, "a line of the file's header")
        if inside:
            lines[index] = " "
    # A blank line that is left blank keeps blocks apart.
    return "\n".join("" if not line.strip() else line for line in lines)


def _voices(body: str) -> list[tuple[str, str]]:
    """Return (speaker, words) for each stretch of a cue that one voice speaks."""
    stretches: list[tuple[str, str]] = []
    speaker, at = "", 0
    for match in [*_VOICE.finditer(body), None]:
        raw = body[at : match.start() if match else len(body)]
        words = " ".join(unescape(TAG.sub("", raw)).split())
        if words:
            stretches.append((speaker, words))
        if match:
            speaker = "" if match[2] else " ".join(unescape(match[1] or "").split())
            at = match.end()
    return stretches


FORMAT = TranscriptFormat(
    name="vtt",
    title="WebVTT subtitles",
    standard="W3C WebVTT, https://www.w3.org/TR/webvtt1/",
    suffixes=(".vtt",),
    parse=parse_vtt,
    write=format_vtt,
    one_recording=True,
    drops=("words' times and confidence", "language", "channels", "labels"),
    passes_over=("the header", "NOTE, STYLE and REGION blocks", "cue settings", "form: <i>, <c>"),
    oracle="pysubs2",
    refuses=(
        "a first line without WEBVTT",
        "times that cannot be read",
        "an end before its start",
    ),
)
