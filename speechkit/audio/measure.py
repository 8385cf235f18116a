"""Quality of a recording, measured on its samples: level, noise, silence, bandwidth, clipping.

Works on blocks, so that an hour needs no more memory than a minute. Levels are in dB relative to
full scale (a square wave of ±1 is 0 dB). A flag says what is out of the ordinary; it drops nothing.

| flag | set when |
|---|---|
| `clipped` | at least 0.1 % of the samples are clipped |
| `noisy` | the speech stands out of the noise by less than 10 dB |
| `narrow-band` | nothing sounds above 4.2 kHz: telephone, or 8 kHz sampling |
| `mostly-silent` | at least 80 % of the time is silence |
| `quiet` | the speech is below −45 dB |
| `dc-offset` | the mean is off zero by at least 1 % of full scale, in any channel |
| `dropouts` | the sound breaks off and comes back at least once a minute |
| `crosstalk` | a channel holds the others' speech at least 10 dB above its own noise |
| `same-channels` | the channels hold the same sound: one microphone |
| `short` | less than 1 s |
| `truncated` | the file ends before its header says (this and what follows is told by the caller) |
| `damaged` | parts of the file could not be decoded: they are silence |
| `joined` | several files in one, read one after the other |
| `gaps` | the time stamps jump: the gaps are silence |
| `stale-header` | the header tells of less than the file holds: all of it was read |
| `more-tracks` | the file has audio tracks after the first, which were not read |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from speechkit.audio.crosstalk import leakage
from speechkit.audio.dropouts import DropoutCounter
from speechkit.audio.loudness import LoudnessMeter
from speechkit.core.types import Quality

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

CLIPPED_SHARE = 0.001
NOISY_SNR = 10.0  # dB
NARROW_BAND = 4_200  # Hz
MOSTLY_SILENT_SHARE = 0.8
QUIET_LEVEL = -45.0  # dB
DC_OFFSET = 0.01
DROPOUTS_A_MINUTE = 1.0
CROSSTALK = 10.0  # dB
SHORT = 1.0  # seconds

_TOGETHER = 1 << 17  # samples of a channel that are measured at once
_FRAME = 0.02  # seconds, energy
_SPECTRUM_FRAME = 0.06  # seconds
_FULL_SCALE = 0.9995  # from here on a sample counts as clipped
_PLATEAU_RUN = 4  # equal samples in a row at the top count as clipped, at any level
_PLATEAU_SHARE_OF_PEAK = 0.98
_PLATEAU_FLOOR = 0.05
_BINS = 4096
_DIGITAL_SILENCE = 1e-9  # −90 dB: below the rounding of 16 bits, no noise floor to learn from
_INAUDIBLE = 1e-6  # −60 dB
_FAINT = 10**-4.5  # −45 dB
_SAME = 1e-4  # −40 dB: what two channels may differ by and still be one sound
_STANDS_OUT = 2.0  # 3 dB above the noise floor
_BANDWIDTH_FLOOR = 1e-6  # −60 dB below the strongest band
_SMOOTHING = 50.0  # Hz
_SNR_RANGE = (-10.0, 80.0)


def measure(samples: Samples, sample_rate: int, *, truncated: bool = False) -> Quality:
    """Measure samples of shape (channels, n)."""
    meter = Meter(sample_rate)
    meter.add(samples)
    return meter.quality(truncated=truncated)


def measure_blocks(
    blocks: Iterable[Samples], sample_rate: int, *, truncated: bool = False
) -> Quality:
    """Measure a recording that comes in blocks of shape (channels, n)."""
    meter = Meter(sample_rate)
    for block in _grouped(blocks):
        meter.add(block)
    return meter.quality(truncated=truncated)


def _grouped(blocks: Iterable[Samples]) -> Iterator[Samples]:
    """Join small blocks: a decoder's packets of 20 ms cost more in calls than in arithmetic."""
    waiting: list[Samples] = []
    num_samples = 0
    for block in blocks:
        waiting.append(block)
        num_samples += block.shape[1]
        if num_samples >= _TOGETHER:
            yield np.concatenate(waiting, axis=1)
            waiting, num_samples = [], 0
    if waiting:
        yield np.concatenate(waiting, axis=1)


def with_flag(quality: Quality, flag: str) -> Quality:
    """Return the same measures with one more flag."""
    return msgspec.structs.replace(quality, flags=tuple(sorted({*quality.flags, flag})))


class Meter:
    """Adds up what is needed of each block; `quality` makes numbers of it.

    Frames never depend on how the samples were cut into blocks; only a run of equal samples that
    crosses the edge of two blocks is counted in parts.
    """

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._frame = max(1, round(_FRAME * sample_rate))
        self._fft = 1 << max(6, round(np.log2(_SPECTRUM_FRAME * sample_rate)))
        self._window = np.blackman(self._fft + 1)[:-1].astype(np.float32)
        self._spectrum = np.zeros(self._fft // 2 + 1)
        self._powers: list[NDArray[Any]] = []
        self._plateaus = np.zeros(_BINS + 1, dtype=np.int64)
        self._clipped = self._num_samples = 0
        self._peak = 0.0
        self._sums: Any = 0.0
        self._energy = self._difference = 0.0
        self._loudness = LoudnessMeter(sample_rate)
        self._dropouts = DropoutCounter(sample_rate)
        self._rest: dict[int, Samples] = {}

    def add(self, block: Samples) -> None:
        """Take the next samples, of shape (channels, n)."""
        if block.shape[1] == 0:
            return
        magnitude = np.abs(block)
        peak = float(magnitude.max())
        self._num_samples += block.shape[1]
        self._peak = max(self._peak, peak)
        self._sums = self._sums + block.sum(axis=1, dtype=np.float64)
        if peak >= _FULL_SCALE:
            self._clipped += int(np.count_nonzero(magnitude >= _FULL_SCALE))
        for channel in magnitude:
            self._add_plateaus(channel)
        if len(block) > 1:
            self._energy += float(np.square(block, dtype=np.float64).sum())
            self._difference += float(np.square(block - block[:1], dtype=np.float64).sum())
        self._loudness.add(block)
        self._dropouts.add(block)
        frames = self._framed(block, self._frame)
        if frames.shape[1]:
            # The variance, so that an offset is not taken for sound.
            self._powers.append(_squares(_centered(frames)) / self._frame)
        frames = self._framed(block, self._fft)
        if frames.shape[1]:
            from scipy.fft import rfft

            # SciPy's transform stays in single precision, seven times as fast as NumPy's.
            lines = rfft(_centered(frames) * self._window, overwrite_x=True)
            parts = np.square(lines.view(np.float32)).sum(axis=(0, 1), dtype=np.float64)
            self._spectrum += parts[0::2] + parts[1::2]

    def quality(self, *, truncated: bool = False) -> Quality:
        """Return the measures and flags of everything added so far."""
        num_channels = np.size(self._sums)
        num_samples = max(1, self._num_samples)
        clipping = self._clipped_samples() / (num_samples * num_channels)
        powers = (
            np.concatenate(self._powers, axis=1) if self._powers else np.zeros((num_channels, 1))
        )
        snr, silence, level = _levels(powers.mean(axis=0))
        bandwidth = self._bandwidth()
        loudness = self._loudness.loudness()
        same = num_channels > 1 and self._difference <= _SAME * self._energy
        leaked = None if same else leakage(powers)
        minutes = num_samples / self._rate / 60
        found = {
            "clipped": clipping >= CLIPPED_SHARE,
            "noisy": snr < NOISY_SNR and level > _decibel(_DIGITAL_SILENCE),
            "narrow-band": bandwidth <= NARROW_BAND,
            "mostly-silent": silence >= MOSTLY_SILENT_SHARE,
            "quiet": level < QUIET_LEVEL,
            "dc-offset": bool(np.max(np.abs(self._sums)) / num_samples >= DC_OFFSET),
            "dropouts": self._dropouts.count() >= max(1, DROPOUTS_A_MINUTE * minutes),
            "crosstalk": leaked is not None and leaked >= CROSSTALK,
            "same-channels": same and self._energy > 0,
            "truncated": truncated,
            "short": self._num_samples < SHORT * self._rate,
        }
        return Quality(
            snr=round(snr, 1) + 0.0,
            bandwidth=bandwidth,
            clipping=round(clipping, 4),
            silence=round(silence, 4),
            peak=round(self._peak, 4),
            loudness=None if loudness is None else round(loudness, 1) + 0.0,
            flags=tuple(sorted(name for name, here in found.items() if here)),
        )

    def _framed(self, block: Samples, size: int) -> Samples:
        """Cut into frames, shape (channels, frames, size); what is left over waits."""
        rest = self._rest.get(size)
        joined = block if rest is None else np.concatenate([rest, block], axis=1)
        whole = joined.shape[1] // size * size
        self._rest[size] = joined[:, whole:].copy()
        return joined[:, :whole].reshape(joined.shape[0], -1, size)

    def _add_plateaus(self, magnitude: Samples) -> None:
        same = magnitude[1:] == magnitude[:-1]
        if not (same[2:] & same[1:-1] & same[:-2] & (magnitude[3:] > _PLATEAU_FLOOR)).any():
            return
        edges = np.flatnonzero(~same) + 1
        starts = np.concatenate([[0], edges])
        runs = np.diff(np.concatenate([starts, [len(magnitude)]]))
        heights = magnitude[starts]
        flat = (runs >= _PLATEAU_RUN) & (heights > _PLATEAU_FLOOR) & (heights < _FULL_SCALE)
        bins = (heights[flat] * _BINS).astype(np.int64)
        self._plateaus += np.bincount(bins, weights=runs[flat], minlength=_BINS + 1).astype(
            np.int64
        )

    def _clipped_samples(self) -> int:
        lowest = int(_PLATEAU_SHARE_OF_PEAK * min(self._peak, 1.0) * _BINS)
        return self._clipped + int(self._plateaus[lowest:].sum())

    def _bandwidth(self) -> int:
        """Return the highest frequency within 60 dB of the strongest band, in Hz; 0 for silence."""
        width = max(1, round(_SMOOTHING * self._fft / self._rate))
        smooth = np.convolve(self._spectrum, np.ones(width) / width, mode="same")
        if smooth.max() <= 0 or self._peak**2 < _DIGITAL_SILENCE:
            return 0
        top = int(np.flatnonzero(smooth >= smooth.max() * _BANDWIDTH_FLOOR)[-1])
        return round(float(top * self._rate / self._fft))


def _centered(frames: Samples) -> Samples:
    centered: Samples = frames - frames.mean(axis=2, keepdims=True)
    return centered


def _squares(frames: Samples) -> NDArray[Any]:
    """Return the sum of squares of each frame, shape (channels, frames)."""
    sums: NDArray[Any] = np.einsum("cfn,cfn->cf", frames, frames).astype(np.float64)
    return sums


def _levels(powers: NDArray[Any]) -> tuple[float, float, float]:
    """Return SNR in dB, share of silence and speech level in dB from the power of each frame.

    The noise floor is the tenth percentile of the frames that are not digital silence; speech is
    what lies 3 dB above it. Speech without any pause has no noise floor to see: its SNR comes out
    too low.
    """
    heard = powers[powers > _DIGITAL_SILENCE]
    if not len(heard):
        return 0.0, 1.0, _decibel(_DIGITAL_SILENCE)
    noise, loud = np.percentile(heard, [10, 95])
    active = heard[heard > _STANDS_OUT * noise]
    if not len(active) or loud <= _STANDS_OUT * noise:
        # One even sound: nothing tells speech from noise. Faint, it is a silent room.
        silence = float((powers < _FAINT).mean())
        return _clamp(_decibel(max(loud / noise - 1, 1e-9))), silence, _decibel(loud)
    speech = float(active.mean())
    # Quiet is what the noise floor covers, but never what is within 6 dB of the loud parts.
    threshold = max(_INAUDIBLE, min(_STANDS_OUT * noise, loud / 4))
    silence = float((powers < threshold).mean())
    return _clamp(_decibel(max(speech - noise, 1e-12) / noise)), silence, _decibel(speech)


def _decibel(power: float) -> float:
    return float(10 * np.log10(power))


def _clamp(snr: float) -> float:
    low, high = _SNR_RANGE
    return min(max(snr, low), high)
