"""Recordings of hours: diarized in blocks, whose speakers are linked by their voices.

Networks' outputs for ten hours would fill gigabytes, and clustering grows with the square of the
length. Blocks end where it is quiet. Their speakers go on being grouped as the runs of speech within
a block were: by average linkage, under the same threshold, from the mean vectors of the groups.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import msgspec
import numpy as np

from speechkit.audio.sound import Lazy
from speechkit.core.engines import SAMPLE_RATE, Sound, Speakers
from speechkit.diarization.clustering import pair_limit
from speechkit.diarization.turns import SpeakerInterval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LONGEST = 1800  # seconds of a block
_REACH = 30  # seconds around an even border within which a block may end
_PAUSE = SAMPLE_RATE // 2  # samples that are to be quiet around it
_HOP = SAMPLE_RATE // 100


class Diarization(msgspec.Struct, frozen=True, kw_only=True):
    """Who speaks when: all of it, and in the view without overlap (None where there is none), with
    the mean vector of each speaker's voice."""

    overlapping: Sequence[SpeakerInterval] = ()
    exclusive: Sequence[SpeakerInterval] | None = ()
    voices: Mapping[str, Floats] = {}


DiarizeMono: TypeAlias = Callable[[Sound, Speakers], Diarization]


def diarize_in_blocks(
    mono: Sound,
    speakers: Speakers,
    diarize: DiarizeMono,
    threshold: float,
    pair_threshold: float,
) -> Diarization:
    """Diarize a sound at 16 kHz, in blocks if it is longer than `LONGEST`.

    `threshold`: mean cosine distance up to which speakers of two blocks are one (0–2);
    `pair_threshold`: the same for the last two (see `clustering.pair_limit`).
    """
    edges = borders(mono)
    if len(edges) == 2:
        return diarize(mono, speakers)
    most = speakers.exactly or speakers.at_most
    blocks = [
        _moved(
            diarize(_part(mono, start, end), Speakers(at_most=most)), start / SAMPLE_RATE, number
        )
        for number, (start, end) in enumerate(pairwise(edges))
    ]
    names = [name for block in blocks for name in block.voices]
    seconds = dict.fromkeys(names, 0.0)
    for block in blocks:
        for start, end, name in block.overlapping:
            seconds[name] += end - start
    means = np.array([block.voices[name] for block in blocks for name in block.voices])
    spoken = np.array([seconds[name] for name in names])
    least = speakers.exactly or speakers.at_least or 1
    at_most = most or len(names)
    groups = link(means, spoken, threshold, least=max(least, min(2, at_most)), most=at_most)
    if least == 1 and _are_one(means, spoken, groups, pair_threshold):
        groups = [0] * len(names)
    same = {name: str(group) for name, group in zip(names, groups, strict=True)}
    return Diarization(
        overlapping=[(a, b, same[name]) for block in blocks for a, b, name in block.overlapping],
        exclusive=[(a, b, same[name]) for block in blocks for a, b, name in block.exclusive or ()],
    )


def borders(mono: Sound) -> list[int]:
    """Return where blocks begin, in samples, and the end of the last: about equal in length, each
    border at the quietest place nearby."""
    num_blocks = max(1, -(-len(mono) // (LONGEST * SAMPLE_RATE)))
    even = [len(mono) * number // num_blocks for number in range(1, num_blocks)]
    return [0, *(_quiet_place(mono, at) for at in even), len(mono)]


def link(
    means: Floats,
    seconds: Floats,
    threshold: float,
    *,
    least: int,
    most: int,
    parts: Sequence[int] = (),
) -> list[int]:
    """Return a group for each voice, by average linkage on cosine distance.

    Args:
        means: mean of the unit vectors of each voice's runs of speech, shape (voices, dimension).
        seconds: how long each speaks: its weight in the mean of its group.
        threshold: distance up to which groups are merged.
        least: groups are never merged to fewer than these.
        most: groups are merged down to these, at any distance.
        parts: a number for each voice; voices of one part are never merged. Empty: all may be.

    >>> link(np.array([[0.8, 0], [0, 0.8], [0.9, 0.1]]), np.ones(3), 0.6, least=1, most=9)
    [0, 1, 0]
    """
    groups = [[index] for index in range(len(means))]
    centres, weights = means.copy(), seconds + 1e-9
    while len(groups) > max(1, least):
        distances = 1 - centres @ centres.T
        distances[np.tril_indices(len(groups))] = np.inf
        if parts:
            distances[_told_apart(groups, parts)] = np.inf
        a, b = divmod(int(distances.argmin()), len(groups))
        nearest = distances[a, b]
        if nearest == np.inf or (nearest > threshold and len(groups) <= most):
            break
        both = weights[a] * centres[a] + weights[b] * centres[b]
        weights[a] += weights[b]
        centres[a] = both / weights[a]
        groups[a] += groups.pop(b)
        centres, weights = np.delete(centres, b, axis=0), np.delete(weights, b)
    of = {voice: number for number, group in enumerate(groups) for voice in group}
    return [of[voice] for voice in range(len(means))]


def _are_one(means: Floats, seconds: Floats, groups: Sequence[int], pair_threshold: float) -> bool:
    """Tell whether two groups, all that is left, are one speaker."""
    if set(groups) != {0, 1}:
        return False
    of = np.array(groups)
    a, b = (np.average(means[of == g], axis=0, weights=seconds[of == g] + 1e-9) for g in (0, 1))
    limit = pair_limit(pair_threshold, seconds[of == 0].sum(), seconds[of == 1].sum())
    return bool(1 - a @ b <= limit)


def _told_apart(groups: Sequence[Sequence[int]], parts: Sequence[int]) -> NDArray[np.bool_]:
    """Return which groups hold voices of one part, shape (groups, groups)."""
    among = [{parts[voice] for voice in group} for group in groups]
    return np.array([[bool(a & b) for b in among] for a in among])


def _quiet_place(mono: Sound, at: int) -> int:
    """Return the middle of the quietest half second around `at`, in samples."""
    first = at - _REACH * SAMPLE_RATE
    around = mono[first : at + _REACH * SAMPLE_RATE]
    hops = around[: len(around) // _HOP * _HOP].reshape(-1, _HOP).astype(np.float64)
    width = _PAUSE // _HOP
    energy = np.convolve((hops**2).sum(axis=1), np.ones(width), mode="valid")
    return first + (int(energy.argmin()) + width // 2) * _HOP


def _part(mono: Sound, start: int, end: int) -> Sound:
    return Lazy(end - start, lambda a, b: mono[start + a : start + b])


def _moved(block: Diarization, offset: float, number: int) -> Diarization:
    """Move what is known of a block to where the block is, and tell its speakers from others'."""

    def moved(intervals: Sequence[SpeakerInterval]) -> list[SpeakerInterval]:
        return [(a + offset, b + offset, f"{number} {name}") for a, b, name in intervals]

    return Diarization(
        overlapping=moved(block.overlapping),
        exclusive=moved(block.exclusive or ()),
        voices={f"{number} {name}": vector for name, vector in block.voices.items()},
    )
