"""RTTM (NIST): `SPEAKER name channel start duration <NA> <NA> speaker <NA> <NA>`.

https://www.nist.gov/itl/iad/mig/rich-transcription-evaluation, appendix A of the RT-09 plan.
Drops: the exclusive view of turns (write the one that is wanted). Blanks in names become `_`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.core.time import round_ms
from speechkit.core.types import Turn
from speechkit.formats.fields import (
    ABSENT,
    channel_field,
    channel_numbers,
    name_field,
    one_word,
    seconds,
    start_seconds,
)
from speechkit.formats.text import numbered_lines
from speechkit.formats.transcript import Notes, Reading

# Types of line beside SPEAKER.
_OTHERS = frozenset(
    "SEGMENT NOSCORE NO_RT_METADATA LEXEME NON-LEX NON-SPEECH FILLER EDIT IP SU CB A/P "
    "SPKR-INFO".split()
)
_FEWEST, _MOST = 8, 10  # fields; the last two came with later versions


def parse_rttm(text: str, where: Path) -> Reading[Turn]:
    """Read SPEAKER lines; other line types of the standard are noted.

    Raises:
        InputError: with file, line and reason.
    """
    notes = Notes()
    rows: dict[str, list[tuple[str, Turn]]] = defaultdict(list)
    for number, line in numbered_lines(text):
        fields = line.split()
        if fields[0] != "SPEAKER":
            if fields[0] not in _OTHERS:
                raise InputError(f"{where}, line {number}: not an RTTM line (SPEAKER expected)")
            notes.add(number, f"a {fields[0]} line")
            continue
        if not _FEWEST <= len(fields) <= _MOST:
            raise InputError(
                f"{where}, line {number}: {len(fields)} fields, RTTM has {_MOST}; "
                "names hold no blanks"
            )
        if any(field.casefold() not in ABSENT for field in fields[5:7]):
            raise InputError(
                f"{where}, line {number}: <NA> expected behind the duration; names hold no blanks"
            )
        start, moved = start_seconds(fields[3], where, number)
        if moved:
            notes.add(number, "a turn that begins just before 0, moved to 0")
        end = round_ms(start + seconds(fields[4], where, number))
        turn = Turn(start=start, end=end, speaker=name_field(fields[7]))
        rows[fields[1]].append((fields[2], turn))
    recordings = {name: _turns(items) for name, items in rows.items()}
    return Reading(recordings=recordings, notes=notes.all())


def format_rttm(turns: Mapping[str, tuple[Turn, ...]]) -> str:
    """Write turns by recording."""
    lines = [
        f"SPEAKER {one_word(name)} {channel_field(turn.channel)} {turn.start:.3f} "
        f"{turn.end - turn.start:.3f} <NA> <NA> {one_word(turn.speaker or 'unknown')} <NA> <NA>\n"
        for name, items in turns.items()
        for turn in sorted(items, key=_order)
    ]
    return "".join(lines)


def _turns(items: list[tuple[str, Turn]]) -> tuple[Turn, ...]:
    numbers = channel_numbers(sorted({field for field, _ in items}))
    turns = (
        Turn(start=t.start, end=t.end, speaker=t.speaker, channel=numbers[field])
        for field, t in items
    )
    return tuple(sorted(turns, key=_order))


def _order(turn: Turn) -> tuple[float, float, str]:
    return (turn.start, turn.end, turn.speaker)
