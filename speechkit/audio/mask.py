"""Masking: stretches of sound are replaced so that nothing of them is left; the rest is untouched.

The replacement is made from what lies around a mask, never from what lies under it. Fades lie
outside the masked stretch, so that all of it is gone and the edges do not click. Speech was
recognized again through a tone (counting sequences were guessed) and seldom through noise; silence
is the safe method.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np

from speechkit.audio.sound import BLOCK, Lazy
from speechkit.core.engines import Sound
from speechkit.core.time import round_ms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

Method = Literal["silence", "tone", "noise"]
Span: TypeAlias = tuple[int, int]  # first sample and the one after the last

FADE = 0.004  # s, outside the mask
TONE_HZ = 1000.0
CONTEXT = 1.0  # s on either side from which level and spectrum are taken
FALLBACK_RMS = 0.03  # about -30 dBFS, where nothing around a mask can be measured
_SPECTRUM_FRAME = 512
_SEED = 20_240_229


class Mask(NamedTuple):
    """A stretch to be masked, in seconds; `channel` None means every channel."""

    start: float
    end: float
    channel: int | None = None


def mask(
    samples: Samples, sample_rate: int, masks: Sequence[Mask], method: Method = "silence"
) -> Samples:
    """Return a copy of (channels, n) samples with every mask replaced by `method`; see `masked`.

    >>> import numpy as np
    >>> mask(np.ones((1, 8), np.float32), 4, [Mask(0.5, 1.25)])
    array([[1., 1., 0., 0., 0., 1., 1., 1.]], dtype=float32)
    """
    return np.stack([sound[:] for sound in masked(list(samples), sample_rate, masks, method)])


def masked(
    channels: Sequence[Sound], sample_rate: int, masks: Sequence[Mask], method: Method = "silence"
) -> tuple[Sound, ...]:
    """Return the channels with every mask replaced by `method`, made as they are read.

    Under a mask nothing of the original is left; up to `FADE` seconds beside it the original fades;
    all other samples are bit-identical. The result depends only on the arguments: noise is seeded
    by place, and what lies under the masks has no influence on it.

    Args:
        channels: full scale ±1.
        sample_rate: in Hz.
        masks: in any order, may overlap and reach beyond the ends.
        method: `silence`; `tone`, 1 kHz at the level of the speech around; `noise`, with the
            spectrum and level of the speech around.
    """
    return tuple(
        _masked(
            sound, number, sample_spans(masks, number, sample_rate, len(sound)), sample_rate, method
        )
        for number, sound in enumerate(channels)
    )


def residual(
    channels: Sequence[Sound] | Samples,
    sample_rate: int,
    masks: Sequence[Mask],
    method: Method = "silence",
) -> float:
    """Return the peak (full scale 1) of what is under the masks and should not be there.

    Silence: the loudest masked sample. Tone and noise follow from their surroundings alone, so
    masking once more must change nothing under the masks: the loudest change.
    """
    again = masked(list(channels), sample_rate, masks, method)
    worst = 0.0
    for number, (was, now) in enumerate(zip(channels, again, strict=True)):
        for start, end in sample_spans(masks, number, sample_rate, len(was)):
            for at in range(start, end, BLOCK):
                part = slice(at, min(end, at + BLOCK))
                worst = max(worst, float(np.abs(was[part] - now[part]).max()))
    return worst


def sample_spans(
    masks: Sequence[Mask], channel: int, sample_rate: int, num_samples: int
) -> tuple[tuple[int, int], ...]:
    """Return the masked [start, end) sample ranges of a channel: outward, merged, within bounds.

    >>> sample_spans([Mask(0.1, 0.25), Mask(0.2, 0.39, 0), Mask(0, 9, 1)], 0, 10, 100)
    ((1, 4),)
    """
    ranges = sorted(
        # Times are milliseconds held as floats: 0.29 * 100 must not become 28.
        (
            max(0, int(np.floor(round(m.start * sample_rate, 6)))),
            min(num_samples, int(np.ceil(round(m.end * sample_rate, 6)))),
        )
        for m in masks
        if m.channel is None or m.channel == channel
    )
    merged: list[tuple[int, int]] = []
    for start, end in ranges:
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def masked_share(masks: Sequence[Mask], num_channels: int, duration: float) -> float:
    """Return which share of the sound (time times channels) is masked, 0–1.

    >>> masked_share([Mask(0, 1), Mask(0.5, 2, 1)], 2, 10.0)
    0.15
    """
    if duration <= 0 or num_channels == 0:
        return 0.0
    milliseconds = round(duration * 1000)
    covered = sum(
        end - start
        for channel in range(num_channels)
        for start, end in sample_spans(masks, channel, 1000, milliseconds)
    )
    return round_ms(covered / (milliseconds * num_channels))


def _masked(
    signal: Sound, channel: int, spans: Sequence[Span], sample_rate: int, method: Method
) -> Sound:
    fade = round(FADE * sample_rate)

    @lru_cache(maxsize=1)  # the next block may begin within the same mask
    def filler(low: int, high: int) -> Samples:
        around = np.concatenate(list(_around(signal, spans, low, high, sample_rate)))
        return _filler(around, (channel, low, high), sample_rate, method)

    def read(first: int, last: int) -> Samples:
        was = signal[first:last]
        out = was.copy()
        gain = _gain(spans, fade, first, last)
        for start, end in spans:
            low, high = max(0, start - fade), min(len(signal), end + fade)
            a, b = max(low, first), min(high, last)
            if a >= b:
                continue
            here = slice(a - first, b - first)
            instead = 0 if method == "silence" else filler(low, high)[a - low : b - low]
            faded = was[here] * gain[here] + instead * (1.0 - gain[here])
            out[here] = np.where(gain[here] == 1.0, out[here], faded)
        return out

    return Lazy(len(signal), read) if spans else signal


def _gain(spans: Sequence[Span], fade: int, first: int, last: int) -> NDArray[np.float32]:
    """Gain of the original from sample `first` to `last`: 0 under masks, a raised cosine beside
    them, 1 elsewhere."""
    origin, num = first - fade, last - first + 2 * fade
    gain = np.ones(num, np.float32)
    ramp = (0.5 + 0.5 * np.cos(np.pi * np.arange(1, fade + 1) / (fade + 1))).astype(np.float32)
    near = [
        (max(0, start - origin), min(num, end - origin))
        for start, end in spans
        if start - origin < num and end > origin
    ]
    for start, end in near:
        before = min(fade, start)
        if before:
            gain[start - before : start] = np.minimum(
                gain[start - before : start], ramp[fade - before :]
            )
        after = min(fade, num - end)
        if after:
            gain[end : end + after] = np.minimum(gain[end : end + after], ramp[::-1][:after])
    for start, end in near:
        gain[start:end] = 0.0
    return gain[fade : num - fade]


def _filler(
    around: Samples, place: tuple[int, int, int], sample_rate: int, method: Method
) -> Samples:
    """Tone or noise for one channel, as loud as `around`; `place` is (channel, first, end)."""
    channel, low, high = place
    num = high - low
    rms = float(np.sqrt(np.mean(np.square(around, dtype=np.float64)))) if around.size else 0.0
    level = rms if around.size else FALLBACK_RMS
    if method == "tone":
        sound = np.sin(2 * np.pi * TONE_HZ * np.arange(low, high) / sample_rate)
        level = min(level, 0.5)
    else:
        generator = np.random.default_rng([_SEED, channel, low])
        sound = _shaped(generator.standard_normal(num), around)
    power = float(np.sqrt(np.mean(np.square(sound))))
    if power > 0:
        sound = sound * (level / power)
    clipped: Samples = np.clip(sound, -1.0, 1.0).astype(np.float32)
    return clipped


def _around(
    signal: Sound, spans: Sequence[Span], low: int, high: int, sample_rate: int
) -> Iterator[Samples]:
    """Up to `CONTEXT` seconds of untouched signal nearest on either side."""
    fade = round(FADE * sample_rate)
    wanted = round(CONTEXT * sample_rate)
    reach = 20 * wanted  # other masks may lie between
    first, last = max(0, low - reach), min(len(signal), high + reach)
    yield signal[first:low][_gain(spans, fade, first, low) == 1.0][-wanted:]
    yield signal[high:last][_gain(spans, fade, high, last) == 1.0][:wanted]


def _shaped(noise: NDArray[np.float64], around: Samples) -> NDArray[np.float64]:
    """Give white noise the long-term spectrum of `around`."""
    frame = _SPECTRUM_FRAME
    if around.size < frame or not np.any(around):
        return noise
    hops = np.lib.stride_tricks.sliding_window_view(around.astype(np.float64), frame)[:: frame // 2]
    magnitude = np.sqrt(np.mean(np.abs(np.fft.rfft(hops * np.hanning(frame))) ** 2, axis=0))
    spectrum = np.fft.rfft(noise)
    at = np.linspace(0.0, 1.0, spectrum.size)
    weights = np.interp(at, np.linspace(0.0, 1.0, magnitude.size), magnitude)
    shaped: NDArray[np.float64] = np.fft.irfft(spectrum * weights, n=noise.size)
    return shaped
