"""What a decoder gives: blocks of samples, what the header says, and what was wrong."""

from __future__ import annotations

from typing import Any

import msgspec


class BrokenOffError(Exception):
    """Decoding stopped inside a file whose beginning was fine."""


class Source(msgspec.Struct, kw_only=True):
    """An opened file: its blocks of shape (channels, n), and what its header says.

    `flags` grows while blocks are read: `damaged` (parts could not be decoded; they are silence),
    `joined` (several files in one), `gaps` (time stamps jump; the gaps are silence),
    `stale-header` (the header tells of less than the file holds; all was read), `more-tracks`
    (audio tracks after the first, which were not read).
    """

    sample_rate: int
    num_channels: int
    codec: str
    blocks: Any  # Iterator[Samples]
    promised: float = 0  # samples that the header announces; 0 where it says nothing
    slack: float = 0  # samples by which that may be off
    cut_off: bool = False
    flags: set[str] = msgspec.field(default_factory=set)
