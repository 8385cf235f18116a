"""Reading a sound file straight to another sample rate, block by block."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from speechkit.audio.decode import AudioStream, open_audio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_LONGEST_PROMISE = 4 * 3600  # seconds that are set aside on the word of a header
_GROWTH = 1.25


def read_resampled(path: Path, target_rate: int, *, mono: bool) -> Samples:
    """Return a file's samples at `target_rate` Hz: (channels, n), or (1, n) where `mono`.

    Takes no more memory than what it returns: neither the samples at the file's own rate (an hour
    in 48 kHz stereo would be 1.4 GB) nor a second copy of the result are ever there. `mono`
    averages the channels.

    Raises:
        AudioError: as `open_audio`.
    """
    import soxr

    with open_audio(path) as stream:
        num_channels = 1 if mono else stream.num_channels
        ratio = target_rate / stream.sample_rate
        kept = _Growing(num_channels, round(_expected(stream) * ratio))
        if stream.sample_rate == target_rate:
            for block in stream:
                kept.add(_mixed(block) if mono else block)
            return kept.samples()
        resampler = soxr.ResampleStream(
            stream.sample_rate, target_rate, num_channels, dtype="float32", quality="HQ"
        )
        for block in stream:
            kept.add(resampler.resample_chunk((_mixed(block) if mono else block).T).T)
        nothing = np.zeros((0, num_channels), dtype=np.float32)
        kept.add(resampler.resample_chunk(nothing, last=True).T)
        return kept.samples()


class _Growing:
    """Samples of shape (channels, n) of which more come; room is made by what is expected."""

    def __init__(self, num_channels: int, expected: int) -> None:
        self._room: Samples = np.empty((num_channels, expected), dtype=np.float32)
        self._length = 0

    def add(self, block: Samples) -> None:
        end = self._length + block.shape[1]
        if end > self._room.shape[1]:
            bigger = np.empty((len(self._room), round(end * _GROWTH)), dtype=np.float32)
            bigger[:, : self._length] = self._room[:, : self._length]
            self._room = bigger
        self._room[:, self._length : end] = block
        self._length = end

    def samples(self) -> Samples:
        """Return all of them; pages that were set aside and never written take no memory."""
        return self._room[:, : self._length]


def _mixed(block: Samples) -> Samples:
    mixed: Samples = block.mean(axis=0, keepdims=True, dtype=np.float32)
    return mixed


def _expected(stream: AudioStream) -> int:
    return min(int(stream.num_promised), _LONGEST_PROMISE * stream.sample_rate)
