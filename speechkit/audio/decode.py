"""Reading sound files: soundfile first, PyAV for what it cannot read.

Samples are float32 of shape (channels, n), full scale ±1. Lengths are counted by decoding.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from speechkit.core.errors import AudioError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]


def read_audio(path: Path) -> tuple[Samples, int]:
    """Decode a whole file; return samples of shape (channels, n) and the sample rate in Hz.

    Raises:
        AudioError: if there is no such file, nothing can decode it, it is empty or holds NaN.
    """
    if not path.is_file():
        raise AudioError(f"{path}: no such file")
    if path.stat().st_size == 0:
        raise AudioError(f"{path}: the file is empty")
    try:
        samples, sample_rate = _read_soundfile(path)
    except AudioError:
        samples, sample_rate = _read_av(path)
    if samples.shape[1] == 0:
        raise AudioError(f"{path}: no samples in it")
    if not np.isfinite(samples).all():
        raise AudioError(f"{path}: holds samples that are not numbers (NaN or infinite); re-export it")
    return samples, sample_rate


def resample(samples: Samples, sample_rate: int, target_rate: int) -> Samples:
    """Resample (channels, n) with soxr (high quality, linear phase)."""
    if sample_rate == target_rate:
        return samples
    import soxr

    out = soxr.resample(np.ascontiguousarray(samples.T), sample_rate, target_rate, quality="HQ")
    return np.ascontiguousarray(out.T.astype(np.float32, copy=False))


def to_mono(samples: Samples) -> Samples:
    """Average the channels: (channels, n) → (n,)."""
    return samples[0] if samples.shape[0] == 1 else samples.mean(axis=0, dtype=np.float32)


def _read_soundfile(path: Path) -> tuple[Samples, int]:
    import soundfile

    try:
        samples, sample_rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError) as error:
        raise AudioError(f"{path}: {error}") from error
    return np.ascontiguousarray(samples.T), int(sample_rate)


def _read_av(path: Path) -> tuple[Samples, int]:
    import av

    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            if not container.streams.audio:
                raise AudioError(f"{path}: no audio in it")
            stream = container.streams.audio[0]
            sample_rate = stream.codec_context.sample_rate
            pieces = list(_av_pieces(container, sample_rate))
    except (av.error.FFmpegError, ValueError) as error:
        raise AudioError(f"{path}: not a sound file that can be read ({type(error).__name__})") from error
    if not pieces:
        raise AudioError(f"{path}: no samples in it")
    return np.concatenate(pieces, axis=1), int(sample_rate)


def _av_pieces(container: object, sample_rate: int) -> Iterator[Samples]:
    import av

    planar = av.AudioResampler(format="fltp", rate=sample_rate)
    for frame in container.decode(audio=0):  # type: ignore[attr-defined]
        for piece in planar.resample(frame):
            yield piece.to_ndarray().astype(np.float32, copy=False)
    for piece in planar.resample(None):
        yield piece.to_ndarray().astype(np.float32, copy=False)
