"""NeMo manifests: a JSON object a line, with `audio_filepath`, `text` and what a model wrote.

https://docs.nvidia.com/nemo-framework/user-guide/latest/nemotoolkit/asr/datasets.html
A recording is called as its sound file, without folder and suffix; with them, where another file of
the manifest is called the same. `pred_text` counts where it stands, `text`
elsewhere. Lines of one file with other `offset`s are segments of one recording.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path, PurePath

import msgspec

from speechkit.core.errors import InputError
from speechkit.core.types import Segment
from speechkit.formats.fields import in_order
from speechkit.formats.services.document import (
    language_of,
    note_unused,
    seconds_of,
    speaker_of,
)
from speechkit.formats.text import split_lines
from speechkit.formats.transcript import Notes, Reading, TranscriptFormat


class _Line(msgspec.Struct, frozen=True):
    audio_filepath: str
    text: str | None = None
    pred_text: str | None = None
    duration: float | None = None
    offset: float | None = None
    speaker: int | str | None = None
    lang: str | None = None
    source_lang: str | None = None


def is_nemo(text: str) -> bool:
    """Say whether a text's first line is one of NeMo's manifests."""
    first = next((line for line in split_lines(text) if line.strip()), "")
    try:
        found = msgspec.json.decode(first.encode(), type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeEncodeError):
        return False
    return "audio_filepath" in found


def parse_nemo(text: str, where: Path) -> Reading[Segment]:
    """Read recordings by the names of their sound files.

    Raises:
        InputError: with file, line and reason.
    """
    notes = Notes()
    pairs: list[tuple[str, Segment]] = []
    paths: list[str] = []
    for number, line in enumerate(split_lines(text), start=1):
        if not line.strip():
            continue
        place = Path(f"{where}, line {number}")
        try:
            found = msgspec.json.decode(line.encode(), type=dict[str, object])
            row = msgspec.convert(found, _Line, strict=False)
        except (msgspec.MsgspecError, UnicodeEncodeError) as error:
            raise InputError(f"{place}: not a line of a NeMo manifest") from error
        note_unused(found, _Line, notes)
        paths.append(row.audio_filepath)
        if row.pred_text is not None and row.text:
            notes.add(number, "the reference in 'text', beside what the model wrote")
        words = row.text if row.pred_text is None else row.pred_text
        if words is None:
            raise InputError(f"{place}: neither 'text' nor 'pred_text' in it")
        if not words.split():
            continue
        start = seconds_of(row.offset, place) or 0.0
        length = seconds_of(row.duration, place) or 0.0
        segment = Segment(
            id="",
            start=start,
            end=round(start + length, 3),
            text=" ".join(words.split()),
            speaker=speaker_of(row.speaker),
            language=language_of(row.lang or row.source_lang),
        )
        pairs.append((row.audio_filepath, segment))
    names = _names(paths)
    named = [(names[path], segment) for path, segment in pairs]
    return Reading(recordings=in_order(named, names.values()), notes=notes.all())


def _names(paths: Iterable[str]) -> dict[str, str]:
    """Return what each path's recording is called: visits called alike in two folders are two."""
    different = dict.fromkeys(paths)
    stems = Counter(PurePath(path).stem for path in different)
    return {
        path: path if stems[PurePath(path).stem] > 1 else PurePath(path).stem for path in different
    }


FORMAT = TranscriptFormat(
    name="nemo",
    title="NeMo manifest, with what a model wrote",
    standard="NVIDIA, https://docs.nvidia.com/nemo-framework/user-guide/latest/nemotoolkit/asr/datasets.html",
    suffixes=(".jsonl", ".json"),
    parse=parse_nemo,
    claims=is_nemo,
    passes_over=("the reference, where a model's text stands beside it", "other fields"),
    refuses=("lines with neither a text nor a pred_text",),
)
