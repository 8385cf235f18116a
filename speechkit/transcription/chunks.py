"""Where there is speech, cut into chunks that fit into memory.

What lies outside the speech that a voice detector finds is never shown to whisper, which writes
words into silence, noise and music.
A chunk is one stretch of the recording as it is (nothing is cut out of it), so a time in it is a
time in the recording less the chunk's start.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from speechkit.audio.sound import Lazy, blocks
from speechkit.core.engines import SAMPLE_RATE, Sound
from speechkit.core.time import Interval, round_ms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

MAX_CHUNK = 300.0  # seconds; a minute of it takes about 30 MB in whisper's front end
# A longer pause ends a chunk: whisper skips words around long gaps, and writes into them.
MAX_PAUSE = 2.0
PAD = 0.4  # seconds of what surrounds speech: soft onsets lie below the detector's threshold
_FRAME = 512  # samples over which loudness is measured, where a cut must fall into sound


def plan(
    speech: Sequence[Interval], samples: Sound, longest: float | None = None
) -> tuple[Interval, ...]:
    """Group intervals of speech into chunks of at most `longest` seconds, in order, disjoint.

    `longest` is `MAX_CHUNK` where it is not given; `PAD` is added on either side.

    A boundary lies in a pause, in the longest one where a stretch is too long. Only sound without
    any pause for minutes is cut where it is quietest.

    >>> plan([(1, 2), (3, 4), (10, 12)], np.zeros(20 * SAMPLE_RATE, dtype=np.float32))
    ((0.6, 4.4), (9.6, 12.4))
    """
    groups: list[list[Interval]] = []
    for interval in speech:
        if groups and interval[0] - groups[-1][-1][1] <= MAX_PAUSE:
            groups[-1].append(interval)
        else:
            groups.append([interval])
    fitting = [part for group in groups for part in _fit(group, samples, longest or MAX_CHUNK)]
    return _padded(fitting, len(samples) / SAMPLE_RATE)


def cut(samples: Sound, interval: Interval) -> Samples:
    """Return the samples of an interval in seconds."""
    return samples[round(interval[0] * SAMPLE_RATE) : round(interval[1] * SAMPLE_RATE)]


def _fit(group: list[Interval], samples: Sound, longest: float) -> list[Interval]:
    """Split a group of intervals until each part is short enough."""
    done: list[Interval] = []
    todo = [group]
    while todo:
        part = todo.pop()
        span = (part[0][0], part[-1][1])
        if span[1] - span[0] <= longest:
            done.append(span)
            continue
        if len(part) == 1:
            middle = _quietest(samples, span)
            left, right = [(span[0], middle)], [(middle, span[1])]
        else:
            at = _longest_pause(part, span)
            left, right = part[:at], part[at:]
        todo += [right, left]
    return done


def _longest_pause(part: list[Interval], span: Interval) -> int:
    """Return the index of the interval after the longest pause, in the middle half if any."""
    quarter = (span[1] - span[0]) / 4
    pauses = [(part[i][0] - part[i - 1][1], -i) for i in range(1, len(part))]
    central = [
        pause for pause in pauses if span[0] + quarter <= part[-pause[1]][0] <= span[1] - quarter
    ]
    return -max(central or pauses)[1]


def _quietest(samples: Sound, span: Interval) -> float:
    quarter = (span[1] - span[0]) / 4
    start = span[0] + quarter
    first, last = round(start * SAMPLE_RATE), round((span[1] - quarter) * SAMPLE_RATE)
    inner = Lazy((last - first) // _FRAME * _FRAME, lambda a, b: samples[first + a : first + b])
    loudness = [np.mean(np.square(each.reshape(-1, _FRAME)), axis=1) for _, each in blocks(inner)]
    quietest = int(np.argmin(np.concatenate(loudness)))
    return round_ms(start + (quietest + 0.5) * _FRAME / SAMPLE_RATE)


def _padded(spans: list[Interval], duration: float) -> tuple[Interval, ...]:
    """Widen each span by `PAD`, but no further than half-way to its neighbor."""
    padded = []
    for index, (start, end) in enumerate(spans):
        before = start if index == 0 else (start - spans[index - 1][1]) / 2
        after = duration - end if index + 1 == len(spans) else (spans[index + 1][0] - end) / 2
        low = round_ms(start - min(PAD, max(0.0, before)))
        padded.append((low, min(duration, round_ms(end + min(PAD, max(0.0, after))))))
    return tuple(padded)
