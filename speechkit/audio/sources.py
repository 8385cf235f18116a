"""Who decodes: soundfile, PyAV for what it cannot read, pydicom for DICOM."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from speechkit.audio.av_source import open_av
from speechkit.audio.container import counts_frames, is_cut_off, is_joined
from speechkit.audio.dicom import is_dicom, open_dicom
from speechkit.audio.headers import Patched, sizes_behind
from speechkit.audio.source import BrokenOffError, Source
from speechkit.core.errors import AudioError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_BLOCK = 1 << 14  # samples: what a damaged file may lose before its damage


def open_source(path: Path, stack: ExitStack) -> Source:
    """Open a file that is there; what is opened is closed with `stack`.

    Raises:
        AudioError: if it cannot be read.
    """
    if is_dicom(path):
        return _from_soundfile(path, stack, lambda: open_dicom(path), container="dicom")
    if is_joined(path):  # libsndfile reads the first of them
        try:
            return open_av(path, stack)
        except AudioError:
            pass
    try:
        source = _from_soundfile(path, stack, lambda: soundfile_of(path))
    except AudioError:
        return open_av(path, stack)
    if not source.codec.startswith("mp3/"):
        return source
    # libsndfile reads no more of an MP3 than its first frames let it expect: a quarter of one whose
    # bitrate varies and that has no table of contents.
    try:
        source = open_av(path, stack)
    except AudioError:
        return source
    if not counts_frames(path):
        source.promised = 0
    return source


def soundfile_of(path: Path) -> Any:
    """Open with soundfile; the name as bytes, because on POSIX it need not be UTF-8.

    A WAV or AIFF file whose header tells of less than it holds is read as if the header were right.
    """
    import soundfile

    if (sizes := sizes_behind(path)) is not None:
        return soundfile.SoundFile(Patched(path, sizes))
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

    subtype = str(file.subtype)
    source = Source(
        sample_rate=int(file.samplerate),
        num_channels=int(file.channels),
        codec=f"{container or file.format}/{subtype}".lower(),
        blocks=iter(()),
        # What a compressed stream within RIFF promises is a guess; its bytes say whether it is whole.
        promised=0.0 if file.format == "WAV" and "MPEG" in subtype else float(file.frames),
        cut_off=is_cut_off(path),
    )
    if not container and sizes_behind(path) is not None:
        source.flags.add("stale-header")

    def blocks() -> Iterator[Samples]:
        block, num_read, broken = first, 0, False
        while len(block):
            num_read += len(block)
            yield np.ascontiguousarray(block.T)
            try:
                block = file.read(_BLOCK, dtype="float32", always_2d=True)
            except (soundfile.LibsndfileError, RuntimeError):
                broken = True
                break
        if not broken and num_read >= source.promised:
            return
        # libsndfile stops at the first damage; what comes after it is read by the other decoder.
        rest = _after(path, stack, num_read, source) if file.format == "FLAC" else None
        if rest is not None:
            yield from rest
        elif broken:
            raise BrokenOffError

    source.blocks = blocks()
    return source


def _after(path: Path, stack: ExitStack, num_read: int, source: Source) -> Iterator[Samples] | None:
    """What PyAV decodes after the first `num_read` samples; None where that is nothing."""
    try:
        other = open_av(path, stack)
    except AudioError:
        return None
    if (other.sample_rate, other.num_channels) != (source.sample_rate, source.num_channels):
        return None

    def blocks() -> Iterator[Samples]:
        at = 0
        for block in other.blocks:
            if at + block.shape[1] > num_read:
                yield block[:, max(0, num_read - at) :]
            at += block.shape[1]
        source.flags |= other.flags

    rest = blocks()
    head = next(rest, None)
    return None if head is None else chain([head], rest)
