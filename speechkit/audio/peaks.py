"""Peaks of a recording: what a waveform is drawn from, without decoding it in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from speechkit.audio.decode import open_audio

if TYPE_CHECKING:
    from numpy.typing import NDArray

PEAKS_RATE = 50  # pairs a second: a pixel at the closest zoom


def read_peaks(path: Path) -> NDArray[np.int8]:
    """Return the extremes of a file's samples, shape (channels, pairs, 2): lowest, highest.

    A pair covers 1/50 s; full scale is ±127. Memory is bounded by the result.

    Raises:
        AudioError: as `open_audio`.
    """
    with open_audio(path) as stream:
        pairs: list[NDArray[np.int8]] = []
        rest = np.zeros((stream.num_channels, 0), dtype=np.float32)
        taken = 0  # samples that whole pairs have used
        for block in stream:
            rest = np.concatenate([rest, block], axis=1)
            edges = _edges(taken, rest.shape[1], stream.sample_rate)
            if len(edges) > 1:
                pairs.append(_extremes(rest[:, : edges[-1]], edges[:-1]))
                taken += int(edges[-1])
                rest = rest[:, edges[-1] :]
        if rest.shape[1]:
            pairs.append(_extremes(rest, np.array([0])))
    return np.concatenate(pairs, axis=1)


def _edges(taken: int, available: int, sample_rate: int) -> NDArray[np.int64]:
    """Where pairs begin within what is left, in samples; the last edge ends the last whole pair."""
    first = round(taken * PEAKS_RATE / sample_rate)
    last = (taken + available) * PEAKS_RATE // sample_rate
    edges = np.arange(first, last + 1, dtype=np.int64) * sample_rate // PEAKS_RATE - taken
    return edges[edges <= available]


def _extremes(samples: NDArray[np.float32], starts: NDArray[np.int64]) -> NDArray[np.int8]:
    lowest = np.minimum.reduceat(samples, starts, axis=1)
    highest = np.maximum.reduceat(samples, starts, axis=1)
    scaled = np.clip(np.stack([lowest, highest], axis=-1) * 127, -127, 127)
    rounded: NDArray[np.int8] = scaled.round().astype(np.int8)
    return rounded
