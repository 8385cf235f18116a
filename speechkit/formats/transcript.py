"""What every transcript format is made of: what was read, what was not, and how to read and write.

A format is one file with a `FORMAT`; it is registered under the entry point group
`speechkit.formats`, so that another package can add one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from speechkit.core.errors import InputError
from speechkit.core.time import Interval
from speechkit.core.types import Segment

Item = TypeVar("Item")
Segments = Mapping[str, tuple[Segment, ...]]


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """Something in a file that was passed over or repaired: where it first stands, what, how often.

    `what` never quotes words that were said.
    """

    line: int
    what: str
    count: int = 1

    def __str__(self) -> str:
        times = f" ({self.count} times)" if self.count > 1 else ""
        place = f"line {self.line}: " if self.line else ""
        return f"{place}{self.what}{times}"


class Reading(msgspec.Struct, Generic[Item], frozen=True, kw_only=True):
    """What a file says, by recording, in order of time, and `notes` on what of it was not used.

    `unscored` holds the parts of recordings that the file takes out of scoring, `alternatives` what
    a recognizer held for less likely, with its times: beside the transcript, so that it never gets
    into a release.
    """

    recordings: Mapping[str, tuple[Item, ...]]
    notes: tuple[Note, ...] = ()
    unscored: Mapping[str, tuple[Interval, ...]] = {}
    alternatives: Mapping[str, tuple[Item, ...]] = {}

    def __repr__(self) -> str:
        return f"Reading(<{len(self.recordings)} recordings>, notes={self.notes!r})"


class TranscriptFormat(msgspec.Struct, frozen=True, kw_only=True):
    """How transcripts in one format are read and written.

    Attributes:
        name: what users call it (`vtt`).
        title: one line for people.
        standard: who defines it, with a link.
        suffixes: of its files, lower case, with the dot; `.seglst.json` goes before `.json`.
        file_names: of files without a suffix, lower case (Kaldi's `text`).
        parse: text and where it came from → what it says. Raises `InputError` with file, line
            and reason.
        load: the same for files that are not text.
        write: segments by recording → text; a format with `one_recording` gets one.
        one_recording: a file holds one recording and is named after it.
        claims: tells from its text that a file is of this format, where suffixes are shared.
        drops: what writing loses. `passes_over`: what reading leaves out, each time with a note.
        refuses: what is an error in reading, beside what all readers refuse.
        oracle: the tool that tests hold it to.
    """

    name: str
    title: str
    standard: str
    suffixes: tuple[str, ...]
    file_names: tuple[str, ...] = ()
    parse: Callable[[str, Path], Reading[Segment]] | None = None
    load: Callable[[Path], Reading[Segment]] | None = None
    write: Callable[[Segments], str] | None = None
    one_recording: bool = False
    claims: Callable[[str], bool] | None = None
    drops: tuple[str, ...] = ()
    passes_over: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()
    oracle: str = ""


class Notes:
    """Collects notes while a file is read: the same remark twice is counted, not repeated."""

    def __init__(self) -> None:
        self._seen: dict[str, Note] = {}

    def add(self, line: int, what: str, count: int = 1) -> None:
        """Note what was passed over or repaired on a line (0: no line to name)."""
        before = self._seen.get(what)
        self._seen[what] = (
            Note(line=line, what=what, count=count)
            if before is None
            else msgspec.structs.replace(before, count=before.count + count)
        )

    def all(self) -> tuple[Note, ...]:
        """Return the notes, each remark once, in order of first occurrence."""
        return tuple(self._seen.values())


def nothing_read(where: Path, notes: tuple[Note, ...]) -> InputError:
    """Return the error for a file that has content but in which nothing was understood."""
    why = f" ({'; '.join(map(str, notes))})" if notes else ""
    return InputError(f"{where}: nothing was read from it{why}; is it of this format?")


def refuse_notes(source: Path, notes: Sequence[object]) -> None:
    """Refuse a source of which anything was passed over: what `--strict` asks for.

    Raises:
        InputError: with the first note.
    """
    if notes:
        raise InputError(f"{source}: passed over: {notes[0]}; --strict takes files as a whole")
