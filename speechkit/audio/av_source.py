"""Decoding with PyAV, which goes on after damage: packets that cannot be decoded are silence.

Time stamps are kept: where they jump, there is silence, so that what comes later is at its time. Where
they begin again, another file was joined to the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from speechkit.audio.container import is_cut_off
from speechkit.audio.source import BrokenOffError, Source
from speechkit.core.errors import AudioError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_BLOCK = 1 << 16  # samples of silence at once
_SLACK = 0.1  # s by which a compressed file's declared length may be off
_FORMATS = "aac,ac3,aiff,amr,ape,asf,caf,flac,matroska,mov,mp3,ogg,wav,w64,wv"
_GAP = 0.1  # s by which time stamps may be off without a gap
_LOST = 0.005  # s, the same where packets were lost
_LATEST_START = 600.0  # s: a recording that begins later tells the time of day
_LONGEST_GAP = 6 * 3600.0  # s: beyond, the time stamp is damaged itself
_BACK = 0.5  # s by which time stamps go back where another file begins
_MOST_ERRORS = 5_000  # in a row: nothing can be decoded any more
_NO_TIMES = ("amr",)  # time stamps of these are guessed from the number of bytes
_WITH_GAPS = ("mov", "matroska", "ogg", "asf")  # others have none, so that one is damage
_NO_LENGTHS = ("amr", "aac", "wav")  # and so is the length; of WAV: of compressed sound in it


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """One of a file's audio tracks, counted from 0, at another sample rate (Hz; 0: its own).

    Time stamps count from `origin` (seconds), the same for all tracks of a file; None: from 0, or,
    where the first one tells the time of day, from that.
    """

    index: int = 0
    sample_rate: int = 0
    origin: float | None = None


def open_av(path: Path, stack: ExitStack, track: Track = Track()) -> Source:  # noqa: B008 (frozen)
    """Open a track of a file with PyAV; what is opened is closed with `stack`.

    Raises:
        AudioError: if it cannot be read.
    """
    import av

    refusal = f"{path}: not a sound file that can be read; convert it to WAV or FLAC"
    try:
        container = _open_container(path, stack)
        if not container.streams.audio:
            raise AudioError(f"{path}: no audio in it")
        stream = container.streams.audio[track.index]
        if stream.codec_context is None:
            raise AudioError(refusal)
        sample_rate = track.sample_rate or int(stream.codec_context.sample_rate)
        container_name = container.format.name.split(",")[0]
        flags: set[str] = set()
        pieces = _pieces(container, stream, sample_rate, flags, track.origin)
        first = next(pieces, None)
    except (av.error.FFmpegError, ValueError, BrokenOffError) as error:
        raise AudioError(refusal) from error
    if first is None:
        raise AudioError(f"{path}: no samples in it")
    if len(container.streams.audio) > 1:
        flags.add("more-tracks")

    def blocks() -> Iterator[Samples]:
        yield first
        yield from pieces

    promised = 0.0
    if container_name in _NO_LENGTHS:
        pass
    elif stream.duration and stream.time_base:
        promised = float(stream.duration * stream.time_base) * sample_rate
    elif container.duration and len(container.streams) == 1:
        promised = container.duration / av.time_base * sample_rate
    return Source(
        sample_rate=sample_rate,
        num_channels=first.shape[0],
        codec=f"{container_name}/{stream.codec_context.name}",
        blocks=blocks(),
        promised=promised,
        slack=_SLACK * sample_rate,
        cut_off=is_cut_off(path),
        flags=flags,
    )


def tracks_of(path: Path) -> list[Track]:
    """Return the audio tracks of a file, all at the highest of their sample rates.

    Raises:
        AudioError: if it cannot be read, or has none.
    """
    import av

    try:
        with ExitStack() as stack:
            streams = _open_container(path, stack).streams.audio
            rates = [int(each.codec_context.sample_rate) for each in streams if each.codec_context]
            starts = [float((each.start_time or 0) * each.time_base) for each in streams]
    except (av.error.FFmpegError, ValueError) as error:
        raise AudioError(f"{path}: not a file of tracks that can be read") from error
    if not rates:
        raise AudioError(f"{path}: no audio in it")
    # Time stamps that tell the time of day count from the first of them.
    origin = min(starts) if min(starts) > _LATEST_START else 0.0
    return [
        Track(index=index, sample_rate=max(rates), origin=origin) for index in range(len(starts))
    ]


def _open_container(path: Path, stack: ExitStack) -> Any:
    """Open a file of sound, and only this file: a playlist must not fetch other addresses.

    Raises:
        av.error.FFmpegError: if it is none.
    """
    import av

    options = {"format_whitelist": _FORMATS, "protocol_whitelist": ""}
    file = stack.enter_context(path.open("rb"))
    return stack.enter_context(av.open(file, "r", metadata_errors="ignore", options=options))


def _pieces(
    container: Any, stream: Any, sample_rate: int, flags: set[str], origin: float | None
) -> Iterator[Samples]:
    """Yield samples of shape (channels, n), gaps and damaged packets as silence."""
    name = container.format.name.split(",")[0]
    timed, gaps = name not in _NO_TIMES, name in _WITH_GAPS
    num_channels = position = 0
    # Where the present one of joined files begins, in samples.
    joined_at = -(origin or 0.0) * sample_rate
    resampler = _Resampler(sample_rate)
    for frame in _frames(container, stream, flags):
        if timed and frame.pts is not None and frame.time_base:
            expected = joined_at + float(frame.pts * frame.time_base) * sample_rate
            if expected < position - _BACK * sample_rate:
                flags.add("joined")
                joined_at, expected = float(position), float(position)
            missing = round(expected - position)
            at_start = position == 0 and origin is None
            longest = _LATEST_START if at_start else _LONGEST_GAP
            if missing > longest * sample_rate:
                joined_at -= missing
            elif missing > (_LOST if "damaged" in flags else _GAP) * sample_rate:
                if "damaged" not in flags:
                    flags.add("gaps" if gaps else "damaged")
                num_channels = num_channels or len(frame.layout.channels)
                position += missing
                yield from silence(num_channels, missing)
        for piece in resampler.convert(frame):
            num_channels = num_channels or piece.shape[0]
            if piece.shape[0] != num_channels:
                piece = np.repeat(piece.mean(axis=0, keepdims=True), num_channels, axis=0)
                flags.add("joined")
            position += piece.shape[1]
            yield piece
    for piece in resampler.convert(None):
        yield piece


def silence(num_channels: int, num_samples: int) -> Iterator[Samples]:
    """Yield so much silence in blocks of bounded size, shape (channels, n)."""
    for at in range(0, num_samples, _BLOCK):
        yield np.zeros((num_channels, min(_BLOCK, num_samples - at)), dtype=np.float32)


def _frames(container: Any, stream: Any, flags: set[str]) -> Iterator[Any]:
    """Yield decoded frames; what cannot be decoded is left out, and said."""
    import av

    packets = container.demux(stream)
    errors = 0
    while True:
        try:
            packet = next(packets, None)
            if packet is None:
                return
            frames = packet.decode()
        except (av.error.FFmpegError, ValueError) as error:
            flags.add("damaged")
            errors += 1
            if errors > _MOST_ERRORS or isinstance(error, av.error.EOFError):
                raise BrokenOffError from error
            continue
        # A packet of FLAC is a frame; around damage, and where files were joined, the parser runs
        # several into one, whose time is not that of the first.
        merged = stream.codec_context.name == "flac" and len(frames) > 1
        for frame in frames:
            errors = 0
            if merged:
                frame.pts = None
            if frame.is_corrupt:
                flags.add("damaged")
            yield frame


class _Resampler:
    """To planar floats at one rate, whatever a stream changes to."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._kind: tuple[Any, ...] = ()
        self._resampler: Any = None

    def convert(self, frame: Any) -> Iterator[Samples]:
        """Yield the samples of a frame; None ends the stream."""
        import av

        kind = (frame.format.name, frame.layout.name, frame.sample_rate) if frame else ()
        if kind != self._kind:
            if self._resampler is not None:
                yield from _arrays(self._resampler.resample(None))
            self._kind = kind
            self._resampler = av.AudioResampler(format="fltp", rate=self._rate) if kind else None
        if self._resampler is not None and frame is not None:
            yield from _arrays(self._resampler.resample(frame))


def _arrays(pieces: Any) -> Iterator[Samples]:
    for piece in pieces:
        yield piece.to_ndarray().astype(np.float32, copy=False)
