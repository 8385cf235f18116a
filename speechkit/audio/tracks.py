"""The audio tracks of one file, side by side as channels: a meeting with a track for each person.

Tracks are placed by their time stamps: one that begins later or ends earlier than the others is silent
there, and the file has the flag `gaps`. Where their sample rates differ, the highest holds for all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from speechkit.audio.av_source import open_av, silence, tracks_of
from speechkit.audio.source import BrokenOffError, Source
from speechkit.core.errors import AudioError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_MOST = 64  # channels; no meeting has more, a damaged header may
_UNEVEN = 0.1  # seconds by which the ends of tracks may differ
# What a corpus calls a file that is read so: its digest, and that all of its tracks count.
_OF_TRACKS = re.compile(r"[0-9a-f]{64}\.tracks\.\w+")


def suffix_of_tracks(suffix: str) -> str:
    """Return the suffix under which a corpus keeps a file all of whose tracks are read.

    >>> suffix_of_tracks(".mkv")
    '.tracks.mkv'
    """
    return f".tracks{suffix}"


def is_of_tracks(path: Path) -> bool:
    """Say whether a corpus keeps this file as one all of whose tracks are read."""
    return _OF_TRACKS.fullmatch(path.name) is not None


def open_tracks(path: Path, stack: ExitStack) -> Source:
    """Open all audio tracks of a file; what is opened is closed with `stack`.

    Raises:
        AudioError: if one of them cannot be read, or holds no samples.
    """
    tracks = tracks_of(path)
    sources = []
    for number, track in enumerate(tracks, start=1):
        try:
            sources.append(open_av(path, stack, track))
        except AudioError as error:
            raise AudioError(f"{error} (audio track {number} of {len(tracks)})") from error
    num_channels = sum(source.num_channels for source in sources)
    if num_channels > _MOST:
        raise AudioError(
            f"{path}: its tracks have {num_channels} channels; at most {_MOST} are read"
        )
    whole = Source(
        sample_rate=sources[0].sample_rate,
        num_channels=num_channels,
        codec="+".join(dict.fromkeys(source.codec for source in sources)),
        blocks=iter(()),
        promised=max(source.promised for source in sources),
        slack=max(source.slack for source in sources),
        cut_off=any(source.cut_off for source in sources),
    )
    whole.blocks = _side_by_side(whole, sources)
    return whole


def _side_by_side(whole: Source, sources: list[Source]) -> Iterator[Samples]:
    """Yield blocks of all channels, as long as the shortest that is there of any track."""
    waiting: list[Samples | None] = [None] * len(sources)
    ended_at: dict[int, int] = {}
    position = 0
    while True:
        for index, source in enumerate(sources):
            if waiting[index] is None and index not in ended_at:
                waiting[index] = _next(whole, source)
                if waiting[index] is None:
                    ended_at[index] = position
        there = [block.shape[1] for block in waiting if block is not None]
        if not there:
            break
        size = min(there)
        rows: list[Samples] = []
        for index, (source, block) in enumerate(zip(sources, waiting, strict=True)):
            if block is None:
                rows.extend(silence(source.num_channels, size))
                continue
            rows.append(block[:, :size])
            waiting[index] = block[:, size:] if block.shape[1] > size else None
        position += size
        yield np.concatenate(rows)
    for source in sources:
        # Each says that there are more tracks; here, none is left out.
        whole.flags |= source.flags - {"more-tracks"}
    if position - min(ended_at.values()) > _UNEVEN * whole.sample_rate:
        whole.flags.add("gaps")


def _next(whole: Source, source: Source) -> Samples | None:
    try:
        while (block := next(source.blocks, None)) is not None:
            if block.shape[1]:
                return block  # type: ignore[no-any-return]
    except BrokenOffError:
        whole.cut_off = True
    return None
