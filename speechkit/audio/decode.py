"""Reading sound files: soundfile first, PyAV for what it cannot read.

Samples are float32 of shape (channels, n), full scale ±1; PCM of up to 24 bits is exact in them.
Lengths are counted by decoding. `open_audio` decodes in blocks of bounded size.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from speechkit.audio.container import is_cut_off
from speechkit.core.errors import AudioError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

SHORTEST = 0.1  # seconds; below, nothing can be said about a recording
SAMPLE_RATES = (4_000, 384_000)  # Hz; beyond, the header is wrong
_BLOCK = 1 << 14  # samples: what a damaged file may lose before its damage
_LOUDEST = 1e6  # full scale is 1; float files in the scale of 16 or 20 bits pass, as clipped
_SLACK = 0.1  # seconds by which a compressed file's declared length may be off
_FORMATS = "aac,ac3,aiff,amr,ape,asf,caf,flac,matroska,mov,mp3,ogg,wav,w64,wv"


class AudioInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a file decodes to. `codec` is `container/encoding` (`wav/pcm_16`, `mov/aac`);
    `truncated` says that the file promises more samples than it holds."""

    sample_rate: int
    num_samples: int
    num_channels: int
    codec: str
    truncated: bool

    @property
    def duration(self) -> float:
        """Length in seconds, counted by decoding."""
        return self.num_samples / self.sample_rate


class AudioStream:
    """An opened file; iterate over it once for its blocks of shape (channels, n).

    `info` is right after the last block; `num_promised` is what the header says of the number of
    samples, 0 where it says nothing.
    """

    def __init__(self, path: Path, source: _Source) -> None:
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
                    f"{self._path}: holds samples that are no numbers (NaN, infinite); re-export it"
                )
            if np.abs(block).max(initial=0) > _LOUDEST:
                raise AudioError(
                    f"{self._path}: holds samples far beyond full scale; its header is wrong, "
                    "or it was saved as numbers that are no sound"
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
        )

    def _until_damage(self) -> Iterator[Samples]:
        try:
            yield from self._source.blocks
        except _DamagedError:
            self._broken = True


class _DamagedError(Exception):
    """Decoding stopped inside a file whose beginning was fine."""


class _Source(msgspec.Struct, kw_only=True):
    sample_rate: int
    num_channels: int
    codec: str
    blocks: Any  # Iterator[Samples]
    promised: float = 0  # samples that the header announces; 0 where it says nothing
    slack: float = 0  # samples by which that may be off
    cut_off: bool = False


@contextmanager
def open_audio(path: Path) -> Iterator[AudioStream]:
    """Open a sound file for decoding in blocks.

    Raises:
        AudioError: if there is no such file, it cannot be read or decoded, it is empty, shorter
            than 0.1 s or holds NaN. A file that ends early is no error: see `AudioInfo.truncated`.
    """
    _require_file(path)
    with ExitStack() as stack:
        try:
            source = _open_soundfile(path, stack)
        except AudioError:
            source = _open_av(path, stack)
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


def _open_soundfile(path: Path, stack: ExitStack) -> _Source:
    import soundfile

    try:
        # As bytes, because names need not be UTF-8 on POSIX and soundfile takes them for it.
        name = os.fsencode(path) if os.name == "posix" else str(path)
        file = stack.enter_context(soundfile.SoundFile(name))
        first = file.read(_BLOCK, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError, TypeError) as error:
        # TypeError: headerless formats (.raw), which soundfile reads only if told everything.
        raise AudioError(f"{path}: {error}") from error
    if not len(first):
        raise AudioError(f"{path}: no samples in it")

    def blocks() -> Iterator[Samples]:
        block = first
        while len(block):
            yield np.ascontiguousarray(block.T)
            try:
                block = file.read(_BLOCK, dtype="float32", always_2d=True)
            except (soundfile.LibsndfileError, RuntimeError) as error:
                raise _DamagedError from error

    return _Source(
        sample_rate=int(file.samplerate),
        num_channels=int(file.channels),
        codec=f"{file.format}/{file.subtype}".lower(),
        blocks=blocks(),
        promised=float(file.frames),
        slack=_SLACK * file.samplerate if file.format == "MP3" else 0,
        cut_off=is_cut_off(path),
    )


def _open_av(path: Path, stack: ExitStack) -> _Source:
    import av

    refusal = f"{path}: not a sound file that can be read; convert it to WAV or FLAC"
    try:
        # Only containers of sound, and only this file: a playlist must not fetch other addresses.
        options = {"format_whitelist": _FORMATS, "protocol_whitelist": ""}
        file = stack.enter_context(path.open("rb"))
        container = stack.enter_context(
            av.open(file, "r", metadata_errors="ignore", options=options)
        )
        if not container.streams.audio:
            raise AudioError(f"{path}: no audio in it")
        stream = container.streams.audio[0]
        if stream.codec_context is None:
            raise AudioError(refusal)
        sample_rate = int(stream.codec_context.sample_rate)
        pieces = _av_pieces(container, sample_rate)
        first = next(pieces, None)
    except (av.error.FFmpegError, ValueError, _DamagedError) as error:
        raise AudioError(refusal) from error
    if first is None:
        raise AudioError(f"{path}: no samples in it")

    def blocks() -> Iterator[Samples]:
        yield first
        yield from pieces

    promised = 0.0
    if stream.duration and stream.time_base:
        promised = float(stream.duration * stream.time_base) * sample_rate
    elif container.duration and len(container.streams) == 1:
        promised = container.duration / av.time_base * sample_rate
    container_name = container.format.name.split(",")[0]
    return _Source(
        sample_rate=sample_rate,
        num_channels=first.shape[0],
        codec=f"{container_name}/{stream.codec_context.name}",
        blocks=blocks(),
        promised=promised,
        slack=_SLACK * sample_rate,
        cut_off=is_cut_off(path),
    )


def _av_pieces(container: Any, sample_rate: int) -> Iterator[Samples]:
    import av

    planar = av.AudioResampler(format="fltp", rate=sample_rate)
    try:
        for frame in container.decode(audio=0):
            for piece in planar.resample(frame):
                yield piece.to_ndarray().astype(np.float32, copy=False)
        for piece in planar.resample(None):
            yield piece.to_ndarray().astype(np.float32, copy=False)
    except (av.error.FFmpegError, ValueError) as error:
        raise _DamagedError from error
