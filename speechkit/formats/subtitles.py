"""WebVTT and SRT subtitles; speakers as `<v Name>` in VTT and `Name:` before the text in SRT.

Drops: word times, confidence, language, labels; SRT read back keeps `Name:` in the text where that
is no label of a release, since nothing tells it from words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.core.time import round_ms
from speechkit.core.types import Segment
from speechkit.formats.fields import in_order, without_label

_TIMES = re.compile(r"^((?:\d+:)?\d\d:\d\d[.,]\d{3})\s+-->\s+((?:\d+:)?\d\d:\d\d[.,]\d{3})")
_VOICE = re.compile(r"^<v(?:\.[^ >]*)? ([^>]*)>(.*?)(?:</v>)?$", re.DOTALL)
# What both use for form; `<INAUDIBLE/>` and the like are words of a transcriber.
_TAG = re.compile(r"</?(?:[bcisu]|font|lang|ruby|rt|v)(?:[ .][^>]*)?>|<\d[\d:.]*>", re.IGNORECASE)


def format_vtt(segments: Mapping[str, tuple[Segment, ...]]) -> str:
    """Write WebVTT (W3C); speakers as voice spans."""

    def cue(segment: Segment, text: str) -> str:
        voice = f"<v {escape(segment.speaker, quote=False)}>" if segment.speaker else ""
        return f"{voice}{escape(text, quote=False)}"

    return "WEBVTT\n\n" + _cues(segments, ".", cue, numbered=False)


def format_srt(segments: Mapping[str, tuple[Segment, ...]]) -> str:
    """Write SubRip."""

    def cue(segment: Segment, text: str) -> str:
        return f"{segment.speaker}: {text}" if segment.speaker else text

    return _cues(segments, ",", cue, numbered=True)


def parse_vtt(text: str, where: Path) -> dict[str, tuple[Segment, ...]]:
    """Read WebVTT; the recording is named by the file.

    Raises:
        InputError: with file, line and reason.
    """
    if not text.lstrip("\ufeff").startswith("WEBVTT"):
        raise InputError(f"{where}, line 1: WEBVTT expected")
    return _parse(text, where)


def parse_srt(text: str, where: Path) -> dict[str, tuple[Segment, ...]]:
    """Read SubRip; the recording is named by the file.

    Raises:
        InputError: with file, line and reason.
    """
    return _parse(text, where)


def _cues(
    segments: Mapping[str, tuple[Segment, ...]],
    point: str,
    cue: Callable[[Segment, str], str],
    *,
    numbered: bool,
) -> str:
    blocks = []
    for items in segments.values():
        for number, segment in enumerate(items, start=1):
            head = f"{number}\n" if numbered else ""
            times = f"{_clock(segment.start, point)} --> {_clock(segment.end, point)}"
            blocks.append(f"{head}{times}\n{cue(segment, ' '.join(segment.text.split()))}\n")
    return "\n".join(blocks)


def _parse(text: str, where: Path) -> dict[str, tuple[Segment, ...]]:
    pairs = []
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        if "-->" not in line:
            continue
        times = _TIMES.match(line.strip())
        if times is None:
            raise InputError(f"{where}, line {number}: times expected as 00:00:01.000 --> …")
        start, end = (_seconds(time) for time in times.groups())
        if end < start:
            raise InputError(f"{where}, line {number}: ends before it starts")
        body = []
        for following in lines[number:]:
            if not following.strip() or "-->" in following:
                break
            body.append(following.strip())
        speaker, words = "", " ".join(body)
        if voice := _VOICE.match(words):
            speaker, words = unescape(voice[1]), voice[2]
        else:
            speaker, words = without_label(words)
        words = " ".join(unescape(_TAG.sub("", words)).split())
        pairs.append(
            (where.stem, Segment(id="", start=start, end=end, text=words, speaker=speaker))
        )
    return in_order(pairs)


def _clock(time: float, point: str) -> str:
    milliseconds = round(time * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}{point}{rest % 1000:03d}"


def _seconds(clock: str) -> float:
    total = 0.0
    for part in clock.replace(",", ".").split(":"):
        total = total * 60 + float(part)
    return round_ms(total)
