"""What the vectors of many people have in common, heard close, in a room and by telephone.

`average_voice.toml` is written by `python -m benchmarks average-voice`, which says from whom.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec


class _Average(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    num_speakers: int
    sources: tuple[str, ...]
    mean: tuple[float, ...]


@cache
def average_voice(embedding: str) -> tuple[float, ...]:
    """Return the mean vector of an embedding, (dimension,), or nothing where none was learned.

    >>> len(average_voice("campplus")), len(average_voice("ge2e"))
    (192, 0)
    """
    path = files("speechkit.diarization") / "average_voice.toml"
    learned = msgspec.toml.decode(path.read_bytes(), type=dict[str, _Average])
    return learned[embedding].mean if embedding in learned else ()
