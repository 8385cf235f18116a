"""oTranscribe: JSON with the text as HTML, times as spans, https://github.com/oTranscribe."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import msgspec

from speechkit.core.errors import InputError
from speechkit.core.time import round_ms
from speechkit.core.types import Segment
from speechkit.formats.fields import in_order
from speechkit.formats.stamped import Line, read_lines
from speechkit.formats.transcript import Reading, TranscriptFormat

_CLOCK = re.compile(r"\s*(?:(\d+):)?(\d+):(\d\d)\s*")
_BREAKS = frozenset({"br", "div", "p", "li", "h1", "h2", "h3"})


class _File(msgspec.Struct, frozen=True):
    text: str


def parse_otr(text: str, where: Path) -> Reading[Segment]:
    """Read lines and their times; the file names the recording.

    Raises:
        InputError: if it is not JSON with a text.
    """
    try:
        document = msgspec.json.decode(text.encode(), type=_File)
    except (msgspec.MsgspecError, UnicodeEncodeError) as error:
        raise InputError(f"{where}: not an oTranscribe file (JSON with a 'text')") from error
    html = _Html()
    html.feed(document.text)
    html.close()
    segments = read_lines(html.lines())
    if not segments and not any(line.text.strip() for line in html.lines()):
        return Reading(recordings={where.stem: ()})
    return Reading(recordings=in_order((where.stem, segment) for segment in segments))


class _Html(HTMLParser):
    """Cuts HTML into lines at breaks and at times."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[tuple[float | None, list[str]]] = [(None, [])]
        self._in_stamp = False
        self._is_clock = False  # files of early versions hold times only as they are shown

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "span" and "data-timestamp" in named:
            try:
                start = round_ms(max(0.0, float(named["data-timestamp"] or "")))
            except ValueError:
                return
            self._in_stamp = True
            self._lines.append((start, []))
        elif tag == "span" and "timestamp" in (named.get("class") or "").split():
            self._in_stamp = self._is_clock = True
        elif tag in _BREAKS:
            self._lines.append((None, []))

    def handle_endtag(self, tag: str) -> None:
        if tag == "span":
            self._in_stamp = self._is_clock = False
        elif tag in _BREAKS:
            self._lines.append((None, []))

    def handle_data(self, data: str) -> None:
        if self._is_clock and (match := _CLOCK.fullmatch(data)):
            hours, minutes, seconds = (int(part or 0) for part in match.groups())
            self._lines.append((float(hours * 3600 + minutes * 60 + seconds), []))
        elif not self._in_stamp or self._is_clock:
            self._lines[-1][1].append(data)

    def lines(self) -> list[Line]:
        """Return the lines; a time alone on its line belongs to the next one."""
        lines: list[Line] = []
        waiting: float | None = None
        for start, pieces in self._lines:
            text = " ".join("".join(pieces).split())
            waiting = start if start is not None else waiting
            if text:
                lines.append(Line(text=text, start=waiting))
                waiting = None
        return lines


FORMAT = TranscriptFormat(
    name="otr",
    title="oTranscribe",
    standard="oTranscribe, https://github.com/oTranscribe/oTranscribe",
    suffixes=(".otr",),
    parse=parse_otr,
    one_recording=True,
    passes_over=("form of the text", "the name of the media file"),
    refuses=("JSON without a text",),
)
