"""Speech without transcript: where no word is, and what is left of a mention beside its mask.

A recognizer that leaves something out leaves out what it could not make sense of, and spelled
names are that. So such speech is masked, and more of it than is certain.
"""

from __future__ import annotations

from collections.abc import Sequence

from speechkit.core.time import Interval, subtract, union
from speechkit.core.types import ALSO_ON, Segment, Word
from speechkit.deidentification.audio.placement import (
    DEFAULT,
    MaskRequest,
    PlacedSpan,
    PlaceOptions,
)

# Seconds.
_EDGE = 0.15  # a word next to unwritten speech keeps this much around its times
_LONG = 2.0  # after unwritten speech as long as this, the recognizer had lost its place,
_PAUSE = 1.0  # between letters
_LOST = 1.5  # and the words as near to it as this may be said elsewhere
_REACH = 1.0  # speech beside a mask that belongs to no kept word is masked as far as this
_TOUCH = 0.05


def uncovered(
    speech: Sequence[Interval],
    segments: Sequence[Segment],
    options: PlaceOptions = DEFAULT,
    *,
    channel: int | None = None,
) -> tuple[Interval, ...]:
    """Return the stretches with speech and without transcript.

    Such a stretch lies further than `cover_margin` from any word for more than `min_uncovered`; it
    then reaches nearly to the words around it. A long one takes some of them with it.

    Args:
        speech: where a voice detector hears speech.
        segments: what is known to be said; a segment without words covers its own time.
        options: how much is left as it is.
        channel: the channel listened to; words that are heard on another channel only do not cover
            it.
    """
    known: list[Interval] = []
    for segment in segments:
        if channel is not None and not is_on(segment, channel):
            continue
        known += [(word.start, word.end) for word in segment.words]
        if not segment.words and segment.text.strip():
            known.append((segment.start, segment.end))
    cores = [
        (start, end)
        for start, end in _free(speech, known, options.cover_margin)
        if end - start > options.min_uncovered
    ]
    near = _free(speech, known, min(_EDGE, options.cover_margin))
    wide = [piece for piece in near if any(_meet(piece, core) for core in cores)]
    return _with_neighbors(wide)


def is_on(segment: Segment, channel: int) -> bool:
    """Say whether the words of a segment are heard on a channel.

    >>> segment = Segment(id="s", start=0, end=1, text="x", channel=0, labels=("also-on:2",))
    >>> is_on(segment, 0), is_on(segment, 1), is_on(segment, 2)
    (True, False, True)
    """
    return segment.channel in (None, channel) or f"{ALSO_ON}{channel}" in segment.labels


def beside(
    item: PlacedSpan, speech: Sequence[Interval], kept: Sequence[Word]
) -> tuple[MaskRequest, ...]:
    """Return the speech that touches a mask and belongs to no kept word: the rest of a mention.

    Args:
        item: what is masked.
        speech: where a voice detector hears speech.
        kept: words that stay.
    """
    mask = item.request
    near = (mask.start - _TOUCH, mask.end + _TOUCH)
    free = _free(speech, [(word.start, word.end) for word in kept], _TOUCH)
    return tuple(
        MaskRequest(
            start=max(start, mask.start - _REACH),
            end=min(end, mask.end + _REACH),
            identifier=mask.identifier,
            channel=mask.channel,
        )
        for start, end in free
        if _meet((start, end), near)
    )


def _free(
    speech: Sequence[Interval], known: Sequence[Interval], margin: float
) -> tuple[Interval, ...]:
    return subtract(speech, [(start - margin, end + margin) for start, end in known])


def _meet(one: Interval, other: Interval) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _with_neighbors(stretches: Sequence[Interval]) -> tuple[Interval, ...]:
    """Widen long stretches over what is beside them: word times there are guesses.

    Pauses count, because spelled letters are said one by one.
    """
    long = [(s, e) for s, e in union(stretches, gap=_PAUSE) if e - s >= _LONG]
    return union([*stretches, *((max(0.0, s - _LOST), e + _LOST) for s, e in long)])
