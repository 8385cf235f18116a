"""Reading sound files of any format (`sources.py`).

Samples are float32 of shape (channels, n), full scale ±1; PCM of up to 24 bits is exact in them.
Lengths are counted by decoding. `open_audio` decodes in blocks of bounded size.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from speechkit.audio.source import BrokenOffError, Source
from speechkit.audio.sources import open_source
from speechkit.audio.tracks import is_of_tracks, open_tracks
from speechkit.core.errors import AudioError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

SHORTEST = 0.1  # seconds; below, nothing can be said about a recording
SAMPLE_RATES = (4_000, 384_000)  # Hz; beyond, the header is wrong
_LOUDEST = 1e6  # full scale is 1; float files in the scale of 16 or 20 bits pass, as clipped


class AudioInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a file decodes to. `codec` is `container/encoding` (`wav/pcm_16`, `mov/aac`);
    `truncated` says that the file promises more samples than it holds, `flags` what else is wrong
    with it: `damaged`, `joined`, `gaps`, `stale-header`, `more-tracks` (see `source.Source`)."""

    sample_rate: int
    num_samples: int
    num_channels: int
    codec: str
    truncated: bool
    flags: tuple[str, ...] = ()

    @property
    def duration(self) -> float:
        """Length in seconds, counted by decoding."""
        return self.num_samples / self.sample_rate


class AudioStream:
    """An opened file; iterate over it once for its blocks of shape (channels, n).

    `info` is right after the last block; `num_promised` is what the header says of the number of
    samples, 0 where it says nothing.
    """

    def __init__(self, path: Path, source: Source) -> None:
        self._path = path
        self._source = source
        self._num_samples = 0
        self._broken = False
        self.sample_rate = source.sample_rate
        self.num_channels = source.num_channels
        self.num_promised = max(0.0, source.promised)

    def __iter__(self) -> Iterator[Samples]:
        for block in self._until_damage():
            if not np.isfinite(block).all():
                raise AudioError(
                    f"{self._path}: holds samples that are not numbers (NaN, infinite); re-export it"
                )
            if np.abs(block).max(initial=0) > _LOUDEST:
                raise AudioError(
                    f"{self._path}: holds samples far beyond full scale; its header is wrong, "
                    "or it was saved as numbers that are not sound"
                )
            self._num_samples += block.shape[1]
            yield block
        if self._num_samples == 0:
            raise AudioError(f"{self._path}: no samples in it")
        if self._num_samples < SHORTEST * self.sample_rate:
            raise AudioError(
                f"{self._path}: too short, {self._num_samples} samples; "
                f"a recording has at least {SHORTEST} s"
            )

    @property
    def info(self) -> AudioInfo:
        """What was decoded so far; all of it after the last block."""
        return AudioInfo(
            sample_rate=self.sample_rate,
            num_samples=self._num_samples,
            num_channels=self.num_channels,
            codec=self._source.codec,
            truncated=self._broken
            or self._source.cut_off
            or self._num_samples + self._source.slack < self._source.promised,
            flags=tuple(sorted(self._source.flags)),
        )

    def _until_damage(self) -> Iterator[Samples]:
        try:
            yield from self._source.blocks
        except BrokenOffError:
            self._broken = True


@contextmanager
def open_audio(path: Path, *, all_tracks: bool = False) -> Iterator[AudioStream]:
    """Open a sound file for decoding in blocks; `all_tracks`: those after the first are channels.

    Raises:
        AudioError: if there is no such file, it cannot be read or decoded, it is empty, shorter
            than 0.1 s or holds NaN. A file that ends early is not an error: see `AudioInfo.truncated`.
    """
    _require_file(path)
    with ExitStack() as stack:
        whole = all_tracks or is_of_tracks(path)
        source = open_tracks(path, stack) if whole else open_source(path, stack)
        low, high = SAMPLE_RATES
        if not low <= source.sample_rate <= high:
            raise AudioError(
                f"{path}: a sample rate of {source.sample_rate} Hz is outside {low}–{high} Hz; "
                "its header is wrong"
            )
        yield AudioStream(path, source)


def read_audio(path: Path) -> tuple[Samples, int]:
    """Decode a whole file; return samples of shape (channels, n) and the sample rate in Hz.

    Raises:
        AudioError: as `open_audio`.
    """
    with open_audio(path) as stream:
        return np.concatenate(list(stream), axis=1), stream.sample_rate


def probe(path: Path) -> AudioInfo:
    """Decode a whole file in bounded memory and return what it holds.

    Raises:
        AudioError: as `open_audio`.
    """
    with open_audio(path) as stream:
        for _ in stream:
            pass
        return stream.info


def resample(samples: Samples, sample_rate: int, target_rate: int) -> Samples:
    """Resample (channels, n) with soxr (high quality, linear phase)."""
    if sample_rate == target_rate:
        return samples
    import soxr

    out = soxr.resample(np.ascontiguousarray(samples.T), sample_rate, target_rate, quality="HQ")
    return np.ascontiguousarray(out.T.astype(np.float32, copy=False))


def to_mono(samples: Samples) -> Samples:
    """Average the channels: (channels, n) → (n,)."""
    mono: Samples = (
        samples[0] if samples.shape[0] == 1 else np.mean(samples, axis=0, dtype=np.float32)
    )
    return mono


def _require_file(path: Path) -> None:
    if path.is_dir():
        raise AudioError(f"{path}: is a folder, not a sound file")
    if path.exists() and not path.is_file():
        raise AudioError(f"{path}: is a pipe, socket or device, not a sound file")
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except FileNotFoundError as error:
        raise AudioError(f"{path}: no such file") from error
    except OSError as error:
        raise AudioError(f"{path}: cannot be read: {error.strerror}; check permissions") from error
    if empty:
        raise AudioError(f"{path}: the file is empty")
