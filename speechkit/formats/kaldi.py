"""Kaldi's `text`: an utterance a line, its id first; `segments` and `utt2spk` beside it are used.

https://kaldi-asr.org/doc/data_prep.html
With `segments`, utterances have times and belong to recordings; without it, each is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.core.types import Segment
from speechkit.formats.fields import in_order, seconds
from speechkit.formats.text import read_text, split_lines
from speechkit.formats.transcript import Notes, Reading, TranscriptFormat


def parse_kaldi(text: str, where: Path) -> Reading[Segment]:
    """Read utterances by recording.

    Raises:
        InputError: with file, line and reason.
    """
    notes = Notes()
    placed = _segments(where.with_name("segments"))
    speakers = dict(_pairs(where.with_name("utt2spk")))
    pairs: list[tuple[str, Segment]] = []
    names: list[str] = []
    seen: set[str] = set()
    for number, line in enumerate(split_lines(text), start=1):
        if not line.strip():
            continue
        utterance, _, words = line.strip().partition(" ")
        utterance, _, more = utterance.partition("\t")
        words = f"{more} {words}".strip()
        if utterance in seen:
            raise InputError(f"{where}, line {number}: this utterance stands there a second time")
        seen.add(utterance)
        name, start, end = placed.get(utterance, (utterance, 0.0, 0.0))
        if placed and utterance not in placed:
            raise InputError(f"{where}, line {number}: an utterance that is not in segments")
        words, empty = without_epsilon(words)
        if empty:
            notes.add(number, "<eps>, which stands for no word", empty)
        names.append(name)
        if not words:
            notes.add(number, "an utterance without words")
            continue
        # Without utt2spk an id is no speaker, though it may begin with one.
        speaker = speakers.get(utterance, "")
        segment = Segment(
            id="", start=start, end=end, text=" ".join(words.split()), speaker=speaker
        )
        pairs.append((name, segment))
    return Reading(recordings=in_order(pairs, names), notes=notes.all())


def without_epsilon(words: str) -> tuple[str, int]:
    """Return words without `<eps>`, which lattices write where no word is, and how many there were.

    >>> without_epsilon("<eps> take two")
    ('take two', 1)
    """
    said = words.split()
    kept = [word for word in said if word != "<eps>"]
    return (" ".join(kept) if len(kept) < len(said) else words), len(said) - len(kept)


def _segments(path: Path) -> Mapping[str, tuple[str, float, float]]:
    """Recording, start and end by utterance."""
    if not path.is_file():
        return {}
    found = {}
    for number, line in enumerate(split_lines(read_text(path)), start=1):
        fields = line.split()
        if not fields:
            continue
        if len(fields) < 4:
            raise InputError(f"{path}, line {number}: {len(fields)} fields, segments have 4")
        start = seconds(fields[2], path, number)
        # -1 stands for the end of the recording.
        end = start if fields[3].startswith("-") else seconds(fields[3], path, number)
        if end < start:
            raise InputError(f"{path}, line {number}: ends before it starts")
        found[fields[0]] = (fields[1], start, end)
    return found


def _pairs(path: Path) -> list[tuple[str, str]]:
    if not path.is_file():
        return []
    rows = []
    for number, line in enumerate(split_lines(read_text(path)), start=1):
        fields = line.split()
        if len(fields) not in (0, 2):
            raise InputError(f"{path}, line {number}: {len(fields)} fields, utt2spk has 2")
        rows += [(fields[0], fields[1])] if fields else []
    return rows


FORMAT = TranscriptFormat(
    name="kaldi",
    title="Kaldi text, an utterance a line",
    standard="Kaldi, https://kaldi-asr.org/doc/data_prep.html",
    suffixes=(".text",),
    file_names=("text",),
    parse=parse_kaldi,
    passes_over=("utterances without words", "<eps>"),
    refuses=(
        "a second line of the same utterance",
        "utterances that are not in segments, where there is one",
    ),
)
