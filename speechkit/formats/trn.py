"""TRN (NIST sclite): `words (utterance)`, a line an utterance.

https://github.com/usnistgov/SCTK/blob/master/doc/infmts.htm (trn). Of alternatives `{ a / b }` the
first counts. Each utterance is a recording: the format has neither times nor speakers.
"""

from __future__ import annotations

import re
from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.core.types import Segment
from speechkit.formats.fields import in_order
from speechkit.formats.stm import first_alternatives
from speechkit.formats.text import numbered_lines
from speechkit.formats.transcript import Notes, Reading, TranscriptFormat

_LINE = re.compile(r"(?P<words>.*?)\s*\((?P<name>[^()\s]+)\)\s*")


def parse_trn(text: str, where: Path) -> Reading[Segment]:
    """Read utterances by their ids.

    Raises:
        InputError: with file, line and reason.
    """
    notes = Notes()
    pairs: list[tuple[str, Segment]] = []
    names: list[str] = []
    for number, line in numbered_lines(text):
        match = _LINE.fullmatch(line)
        if match is None:
            raise InputError(f"{where}, line {number}: no utterance in round brackets at its end")
        if match["name"] in names:
            raise InputError(f"{where}, line {number}: this utterance stands there a second time")
        names.append(match["name"])
        words = first_alternatives(match["words"])
        if " ".join(words.split()) != " ".join(match["words"].split()):
            notes.add(number, "alternatives, of which the first was taken")
        if words.split():
            segment = Segment(id="", start=0.0, end=0.0, text=" ".join(words.split()))
            pairs.append((match["name"], segment))
    return Reading(recordings=in_order(pairs, names), notes=notes.all())


FORMAT = TranscriptFormat(
    name="trn",
    title="TRN, an utterance a line",
    standard="NIST SCTK, https://github.com/usnistgov/SCTK/blob/master/doc/infmts.htm",
    suffixes=(".trn",),
    parse=parse_trn,
    passes_over=("alternatives but the first", ";; comments"),
    refuses=(
        "lines without an utterance in round brackets at the end",
        "a second line of the same utterance",
    ),
)
