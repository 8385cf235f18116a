"""Who decodes: soundfile, PyAV for what it cannot read, pydicom for DICOM."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from speechkit.audio.container import counts_frames, is_cut_off
from speechkit.audio.dicom import is_dicom, open_dicom
from speechkit.core.errors import AudioError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_BLOCK = 1 << 14  # samples: what a damaged file may lose before its damage
_SLACK = 0.1  # seconds by which a compressed file's declared length may be off
_FORMATS = "aac,ac3,aiff,amr,ape,asf,caf,flac,matroska,mov,mp3,ogg,wav,w64,wv"


class BrokenOffError(Exception):
    """Decoding stopped inside a file whose beginning was fine."""


class Source(msgspec.Struct, kw_only=True):
    """An opened file: its blocks of shape (channels, n), and what its header says."""

    sample_rate: int
    num_channels: int
    codec: str
    blocks: Any  # Iterator[Samples]
    promised: float = 0  # samples that the header announces; 0 where it says nothing
    slack: float = 0  # samples by which that may be off
    cut_off: bool = False


def open_source(path: Path, stack: ExitStack) -> Source:
    """Open a file that is there; what is opened is closed with `stack`.

    Raises:
        AudioError: if nobody can read it.
    """
    if is_dicom(path):
        return _from_soundfile(path, stack, lambda: open_dicom(path), container="dicom")
    try:
        source = _from_soundfile(path, stack, lambda: soundfile_of(path))
    except AudioError:
        return _open_av(path, stack)
    if not source.codec.startswith("mp3/"):
        return source
    # libsndfile reads no more of an MP3 than its first frames let it expect: a quarter of one whose
    # bitrate varies and that has no table of contents.
    try:
        source = _open_av(path, stack)
    except AudioError:
        return source
    if not counts_frames(path):
        source.promised = 0
    return source


def soundfile_of(path: Path) -> Any:
    """Open with soundfile; the name as bytes, because on POSIX it need not be UTF-8."""
    import soundfile

    return soundfile.SoundFile(os.fsencode(path) if os.name == "posix" else str(path))


def _from_soundfile(
    path: Path, stack: ExitStack, opened: Callable[[], Any], container: str = ""
) -> Source:
    import soundfile

    try:
        file = stack.enter_context(opened())
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
                raise BrokenOffError from error

    return Source(
        sample_rate=int(file.samplerate),
        num_channels=int(file.channels),
        codec=f"{container or file.format}/{file.subtype}".lower(),
        blocks=blocks(),
        promised=float(file.frames),
        cut_off=is_cut_off(path),
    )


def _open_av(path: Path, stack: ExitStack) -> Source:
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
    except (av.error.FFmpegError, ValueError, BrokenOffError) as error:
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
    return Source(
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
        raise BrokenOffError from error
