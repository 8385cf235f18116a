"""Who spoke when, where each speaker has a microphone: voice activity per channel, less crosstalk.

A microphone may also hear the other speaker, only weaker. If two channels correlate at all while
both hold speech, one hears the other, and their difference in level tells whose speech it is. The
two speakers make two clouds of such differences, whatever the gains are; half way between the
clouds lies the border, and close to it both speak. Channels that do not correlate are left alone.

Source of the correlation: Knapp and Carter, "The generalized correlation method for estimation of
time delay", IEEE Trans. ASSP 24 (1976), with the phase transform.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import combinations
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from speechkit.audio.intervals import stretches
from speechkit.audio.sound import blocks, louder
from speechkit.core.engine_base import EngineBase
from speechkit.core.engines import SAMPLE_RATE, Diarize, EngineInfo, Sound, Speakers
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources
from speechkit.core.time import Interval, union
from speechkit.core.types import Turn
from speechkit.diarization.silero import Silero
from speechkit.diarization.turns import check_speakers, turns_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Levels = NDArray[np.float64]
    Mask = NDArray[np.bool_]

_FRAME = SAMPLE_RATE // 100  # 10 ms
_BLOCK = 6_000  # frames that are measured together: a minute
_SMOOTHING = 15  # frames over which levels are averaged: shorter than a syllable
_FLOOR = 1e-9  # energy below which a channel counts as silent: -90 dBFS
# Correlation of windows of 1 s above which one channel hears the other: two people talking at once
# into separate microphones stay near 0.05, crosstalk of -30 dB in a noisy room reaches 0.13.
_CORRELATED = 0.09
# Clouds of level differences that lie closer than this are one cloud: one of both never speaks.
_APART = 8.0  # dB


class ChannelOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes the result of `channels`.

    `threshold`: probability from which it is speech. `min_speech` and `min_silence`: shorter
    turns are dropped, shorter pauses bridged (seconds). `delay`: by how much crosstalk may come
    later or earlier in another channel (seconds). `both_band`: how close to the border between
    two speakers, in dB, both are taken to speak.
    """

    threshold: float = 0.5
    min_speech: float = 0.2
    min_silence: float = 0.2
    delay: float = 0.05
    both_band: float = 3.0


class Channels(EngineBase[ChannelOptions]):
    """The engine `diarizer.channels`."""

    name = "channels"
    options_type = ChannelOptions
    info = EngineInfo(speakers=True)

    def __init__(self, model: str = "", options: Mapping[str, Any] = {}) -> None:
        super().__init__(model, options)
        voice = {"threshold": self.settings.threshold, "min_speech": 0.1}
        self._voice = Silero(options=voice)

    @property
    def revision(self) -> str:
        """Digest of the voice detector's weights."""
        return self._voice.revision

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Diarize]:
        """Load the voice detector; yield channels at 16 kHz → turns that name theirs.

        Raises:
            UsageError: from the function, for mono input, channels that all carry the same sound
                or more speakers asked for than there are channels.
        """
        with self._voice.open(resources) as detect:

            def diarize(channels: Sequence[Sound], speakers: Speakers) -> tuple[Turn, ...]:
                check_speakers(speakers)
                _check_channels(channels, speakers)
                heard = [detect(_loud(channel)) for channel in channels]
                spoken = own_speech(channels, heard, self.settings)
                return _turns(spoken, speakers, len(channels[0]) / SAMPLE_RATE)

            yield diarize


def own_speech(
    channels: Sequence[Sound], heard: list[tuple[Interval, ...]], options: ChannelOptions
) -> list[tuple[Interval, ...]]:
    """Return for each channel when its own speaker speaks.

    `channels` are at 16 kHz, `heard` is where each of them holds speech of anybody.
    """
    levels = np.stack([_levels(channel) for channel in channels])
    active = [_mask(intervals, levels.shape[1]) for intervals in heard]
    near = [_highest_nearby(row, round(options.delay * 100)) for row in levels]
    own = [mask.copy() for mask in active]
    for a, b in combinations(range(len(levels)), 2):
        both = active[a] & active[b]
        if _correlation(channels[a], channels[b], both, options.delay) < _CORRELATED:
            continue
        border = _border((levels[a] - levels[b])[both])
        own[a] &= ~(both & (levels[a] - near[b] < border - options.both_band))
        own[b] &= ~(both & (levels[b] - near[a] < -border - options.both_band))
    return [
        tuple(
            (start, end)
            for start, end in union(_intervals(mask), gap=options.min_silence)
            if end - start >= options.min_speech
        )
        for mask in own
    ]


def _correlation(a: Sound, b: Sound, both: Mask, delay: float) -> float:
    """Return how alike two channels are at their best delay, 0-1: the upper quartile of windows
    of 1 s, half overlapping, in which both hold speech most of the time."""
    size, reach = SAMPLE_RATE, round(delay * SAMPLE_RATE)
    taper = np.hanning(size)
    peaks: list[float] = []
    for start in range(0, len(a) - size + 1, size // 2):
        if both[start // _FRAME : (start + size) // _FRAME].mean() < 0.5:
            continue
        spectra = [np.fft.rfft(x[start : start + size] * taper, 2 * size) for x in (a, b)]
        cross = spectra[0] * np.conj(spectra[1])
        course = np.abs(np.fft.irfft(cross / (np.abs(cross) + 1e-12)))
        peaks.append(float(max(course[: reach + 1].max(), course[-reach - 1 :].max())))
    return float(np.percentile(peaks, 75)) if peaks else 1.0


def _border(differences: Levels) -> float:
    """Return the level difference in dB between two clouds; 0 where there is only one."""
    if len(differences) < 50:
        return 0.0
    low, high = np.percentile(differences, [10, 90])
    for _ in range(20):
        upper = differences > (low + high) / 2
        if upper.all() or not upper.any():
            return 0.0
        low, high = differences[~upper].mean(), differences[upper].mean()
    spread = max(differences[upper].std(), differences[~upper].std())
    return float((low + high) / 2) if high - low > max(_APART, 2 * spread) else 0.0


def _levels(channel: Sound) -> Levels:
    """Energy each 10 ms in dB, smoothed; shape (frames,)."""
    energy = []
    for _, block in blocks(channel, _BLOCK * _FRAME):
        padded = np.pad(block.astype(np.float64), (0, -len(block) % _FRAME))
        energy.append((padded.reshape(-1, _FRAME) ** 2).mean(axis=1))
    kernel = np.ones(_SMOOTHING) / _SMOOTHING
    padded = np.pad(np.concatenate(energy), _SMOOTHING // 2, mode="edge")
    smooth = np.convolve(padded, kernel, mode="valid")
    return np.asarray(10 * np.log10(np.maximum(smooth, _FLOOR)))


def _highest_nearby(level: Levels, reach: int) -> Levels:
    padded = np.pad(level, reach, mode="edge")
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=1))


def _mask(intervals: tuple[Interval, ...], num_frames: int) -> Mask:
    mask = np.zeros(num_frames, dtype=bool)
    for start, end in intervals:
        mask[round(start * 100) : round(end * 100)] = True
    return mask


def _intervals(mask: Mask) -> list[Interval]:
    return [(start / 100, end / 100) for start, end in stretches(mask)]


def _loud(channel: Sound) -> Sound:
    """Amplify a weak channel: the voice detector expects usual levels."""
    peak = max((float(np.abs(block).max()) for _, block in blocks(channel)), default=0.0)
    return louder(channel, 0.5 / peak) if 0.001 < peak < 0.5 else channel


def _turns(
    spoken: list[tuple[Interval, ...]], speakers: Speakers, length: float
) -> tuple[Turn, ...]:
    most = speakers.exactly or speakers.at_most or len(spoken)
    seconds = [sum(end - start for start, end in intervals) for intervals in spoken]
    busiest = sorted(range(len(spoken)), key=lambda channel: (-seconds[channel], channel))[:most]
    stretches = [
        (start, end, str(channel)) for channel in sorted(busiest) for start, end in spoken[channel]
    ]
    return turns_of(
        stretches, None, length=length, channels={str(channel): channel for channel in busiest}
    )


def _check_channels(channels: Sequence[Sound], speakers: Speakers) -> None:
    num_channels = len(channels)
    if num_channels == 1:
        raise UsageError(
            "the recording has one channel, and `channels` needs one per speaker; "
            "use --engine pyannote:local"
        )
    asked = max(speakers.exactly or 0, speakers.at_least or 0)
    if asked > num_channels:
        raise UsageError(f"{asked} speakers asked for, but there are {num_channels} channels")
    if all(_same_sound(channels[0], other) for other in channels[1:]):
        raise UsageError(
            "all channels carry the same sound, so they tell no speakers apart; "
            "use --engine pyannote:local"
        )


def _same_sound(a: Sound, b: Sound) -> bool:
    """Tell whether one channel is the other at another gain, to within -40 dB."""
    products = np.zeros(3)
    for start, x in blocks(a):
        y = b[start : start + len(x)]
        products += [np.dot(x, x), np.dot(y, y), np.dot(x, y)]
    energy_a, energy_b, shared = products.tolist()
    if energy_a < _FLOOR or energy_b < _FLOOR:
        return False
    return bool(shared**2 / (energy_a * energy_b) > 1 - 1e-4)
