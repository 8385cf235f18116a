"""A speaker per channel: the two voices of the real call on a channel each, with crosstalk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from speechkit.audio.decode import read_audio
from speechkit.core.engines import Diarize, Speakers, make_engine
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources
from speechkit.core.time import Interval, duration, subtract
from speechkit.core.types import Turn

ANY = Speakers()
RATE = 16_000
Spoken = dict[str, list[tuple[float, float]]]


@pytest.fixture(scope="module")
def diarize() -> Iterator[Diarize]:
    with make_engine("diarizer", "channels").open(Resources(threads=1)) as function:
        yield function


@pytest.fixture(scope="module")
def spoken(real_call: Path) -> Spoken:
    """Who speaks alone when: speaker → intervals, the first to speak first."""
    found: Spoken = {}
    for line in real_call.with_suffix(".rttm").read_text().splitlines():
        fields = line.split()
        start, length = float(fields[3]), float(fields[4])
        found.setdefault(fields[7], []).append((start, start + length))
    a, b = found.values()
    return dict(zip(found, ([*subtract(a, b)], [*subtract(b, a)]), strict=True))


@pytest.fixture(scope="module")
def voices(real_call: Path, spoken: Spoken) -> np.ndarray:
    """The call with each speaker on a channel of their own, silent where the other speaks."""
    (mono,), rate = read_audio(real_call)
    assert rate == RATE
    channels = np.zeros((2, len(mono)), dtype=np.float32)
    for channel, turns in zip(channels, spoken.values(), strict=True):
        for start, end in turns:
            at = slice(round(start * RATE), round(end * RATE))
            channel[at] = mono[at]
    return channels


def alone(turns: tuple[Turn, ...], channel: int) -> list[tuple[float, float]]:
    return [(t.start, t.end) for t in turns if t.channel == channel and not t.exclusive]


def shared(a: list[Interval], b: list[Interval]) -> float:
    return duration(a) - duration(subtract(a, b))


@pytest.mark.models
@pytest.mark.parametrize("crosstalk_db", [None, -12, -20])
def test_each_channel_has_its_own_speaker_and_not_the_other(
    diarize: Diarize, voices: np.ndarray, spoken: Spoken, crosstalk_db: float | None
) -> None:
    noise = np.random.default_rng(0).normal(0, 1e-3, voices.shape).astype(np.float32)
    leak = 0.0 if crosstalk_db is None else 10 ** (crosstalk_db / 20)
    late = np.roll(voices[::-1], 40, axis=1)  # 2.5 ms: a metre of air
    turns = diarize((voices + leak * late + noise).astype(np.float32), ANY)
    for channel, truth in enumerate(spoken.values()):
        found = alone(turns, channel)
        other = next(v for index, v in enumerate(spoken.values()) if index != channel)
        heard = shared(found, truth) / duration(truth)
        wrong = shared(found, other) / duration(other)
        assert heard > 0.8, f"channel {channel} misses its own speaker"
        assert wrong < 0.1, f"channel {channel} hears the other"


@pytest.mark.models
def test_what_channels_cannot_do_is_said(diarize: Diarize, voices: np.ndarray) -> None:
    with pytest.raises(UsageError, match="one channel"):
        diarize(voices[:1], ANY)
    with pytest.raises(UsageError, match="same sound"):
        diarize(np.stack([voices[0], voices[0]]), ANY)
    with pytest.raises(UsageError, match="3"):
        diarize(voices, Speakers(exactly=3))


@pytest.mark.models
def test_silence_has_no_turns(diarize: Diarize) -> None:
    noise = np.random.default_rng(0).normal(0, 1e-4, (2, 5 * RATE)).astype(np.float32)
    assert diarize(noise, ANY) == ()
