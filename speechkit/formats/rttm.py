"""RTTM (NIST): `SPEAKER name channel start duration <NA> <NA> speaker <NA> <NA>`.

Drops: the exclusive view of turns (write the one that is wanted). Blanks in names become `_`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.core.time import round_ms
from speechkit.core.types import Turn
from speechkit.formats.fields import channel_field, channel_number, lines_of, one_word, seconds


def parse_rttm(text: str, where: Path) -> dict[str, tuple[Turn, ...]]:
    """Read SPEAKER lines; other line types are passed over, as the standard allows.

    Raises:
        InputError: with file, line and reason.
    """
    turns: dict[str, list[Turn]] = defaultdict(list)
    for number, line in lines_of(text):
        fields = line.split()
        if fields[0] != "SPEAKER":
            if fields[0].isupper() and len(fields) >= 9:
                continue
            raise InputError(f"{where}, line {number}: not an RTTM line (SPEAKER expected)")
        if len(fields) < 8:
            raise InputError(f"{where}, line {number}: {len(fields)} fields, RTTM has 10")
        start = seconds(fields[3], where, number)
        turns[fields[1]].append(
            Turn(
                start=start,
                end=round_ms(start + seconds(fields[4], where, number)),
                speaker=fields[7],
                channel=channel_number(fields[2]),
            )
        )
    return {name: tuple(sorted(items, key=_order)) for name, items in turns.items()}


def format_rttm(turns: Mapping[str, tuple[Turn, ...]]) -> str:
    """Write turns by recording."""
    lines = [
        f"SPEAKER {one_word(name)} {channel_field(turn.channel)} {turn.start:.3f} "
        f"{turn.end - turn.start:.3f} <NA> <NA> {one_word(turn.speaker)} <NA> <NA>\n"
        for name, items in turns.items()
        for turn in sorted(items, key=_order)
    ]
    return "".join(lines)


def _order(turn: Turn) -> tuple[float, float, str]:
    return (turn.start, turn.end, turn.speaker)
