"""Reading a sound file straight to another sample rate, block by block."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from speechkit.audio.decode import open_audio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]


def read_resampled(path: Path, target_rate: int, *, mono: bool) -> Samples:
    """Return a file's samples at `target_rate` Hz: (channels, n), or (1, n) where `mono`.

    The samples at the file's own rate are never all in memory: an hour in 48 kHz stereo would
    be 1.4 GB. `mono` averages the channels.

    Raises:
        AudioError: as `open_audio`.
    """
    import soxr

    with open_audio(path) as stream:
        num_channels = 1 if mono else stream.num_channels
        resampler = soxr.ResampleStream(
            stream.sample_rate, target_rate, num_channels, dtype="float32", quality="HQ"
        )
        same = stream.sample_rate == target_rate
        pieces = []
        for block in stream:
            kept = block.mean(axis=0, keepdims=True, dtype=np.float32) if mono else block
            pieces.append(kept if same else resampler.resample_chunk(kept.T).T)
        if not same:
            nothing = np.zeros((0, num_channels), dtype=np.float32)
            pieces.append(resampler.resample_chunk(nothing, last=True).T)
    return np.ascontiguousarray(np.concatenate(pieces, axis=1))
