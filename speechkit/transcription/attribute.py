"""Words to speakers: by time and turn, a word at a time, not a segment at a time."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from speechkit.core.digest import segment_id
from speechkit.core.text import evenly_timed_words, join_words
from speechkit.core.time import Interval, overlap, round_ms, union
from speechkit.core.types import Segment, Turn, Word

NOBODY = "SPEAKER_00"  # whose words they are without diarization

_NEAR = 0.5  # seconds from a turn within which a word is still taken for its speaker's
_PAUSE = 1.0  # seconds of silence that end a segment
_LONG = 15.0  # seconds after which a segment ends at the next end of a sentence
_TOO_LONG = 30.0  # seconds after which it ends at the next word
_STRONG = 0.6  # share of a word that its turn must cover to stand alone in another's phrase
_TIGHT = 0.2  # seconds of pause below which neighbors are one phrase
_SENTENCE_ENDS = (".", "?", "!", "…", "。", "？", "！", "؟", "।")


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """A word, the segment it came from, how much of it its turn covers (0-1), and whether two
    people speak over it."""

    word: Word
    source: Segment
    share: float
    overlapped: bool


def attribute(
    recording: str, segments: Sequence[Segment], turns: Sequence[Turn], *, named: bool = False
) -> tuple[Segment, ...]:
    """Return segments of one speaker each, with every word of `segments` in one of them.

    A word belongs to the exclusive turn that covers most of it, else to the nearest one within
    0.5 s, else to whom the word before belongs. A single word that its turn covers poorly, in the
    middle of another's phrase, goes to that other. Segments break where the speaker or the labels
    of the source change, at pauses of a second, and, once longer than 15 s, where a sentence ends.
    Words over which turns of two speakers run give their segment the label `overlap`.

    `named`: the recognizer said who speaks: a word that has a speaker, or whose segment has, keeps
    it, and only the others go by turns.
    """
    pieces: list[Segment] = []
    for channel in sorted({s.channel for s in segments}, key=lambda c: -1 if c is None else c):
        here = [turn for turn in turns if channel is None or turn.channel in (None, channel)]
        words = [
            (_by(word, (word.speaker or segment.speaker) if named else ""), segment)
            for segment in segments
            if segment.channel == channel
            for word in segment.words or evenly_timed_words(segment)
        ]
        pieces += [_segment(run) for run in _runs(_smooth(_with_speakers(words, here)))]
    pieces.sort(key=lambda s: (s.start, -1 if s.channel is None else s.channel, s.end))
    return tuple(
        msgspec.structs.replace(segment, id=segment_id(recording, index))
        for index, segment in enumerate(pieces)
    )


def _by(word: Word, speaker: str) -> Word:
    return msgspec.structs.replace(word, speaker=speaker)


def _with_speakers(words: Sequence[tuple[Word, Segment]], turns: Sequence[Turn]) -> list[Spoken]:
    exclusive = sorted(
        [turn for turn in turns if turn.exclusive] or turns,
        key=lambda t: (t.start, t.end, t.speaker),
    )
    longest = max((turn.end - turn.start for turn in exclusive), default=0.0)
    starts = [turn.start for turn in exclusive]
    shared = _shared(turn for turn in turns if not turn.exclusive)
    spoken: list[Spoken] = []
    for word, source in words:
        length = word.end - word.start
        first = bisect_left(starts, word.start - longest)
        speaker, covered = _most(word, exclusive[first : bisect_left(starts, word.end)])
        if word.speaker:
            speaker, covered = word.speaker, length  # as sure as can be: nothing is smoothed away
        elif not speaker:
            distance, speaker = _nearest(word, exclusive)
            if distance > _NEAR and spoken and spoken[-1].source is source:
                speaker = spoken[-1].word.speaker
        both = sum(overlap((word.start, word.end), part) for part in shared)
        spoken.append(
            Spoken(
                word=_by(word, speaker),
                source=source,
                share=covered / length if length > 0 else 0.0,
                overlapped=both > 0.5 * length,
            )
        )
    return spoken


def _most(word: Word, turns: Iterable[Turn]) -> tuple[str, float]:
    """Return who speaks during most of a word, and for how long; "" if nobody does."""
    seconds: dict[str, float] = {}
    for turn in turns:
        if (common := overlap((word.start, word.end), (turn.start, turn.end))) > 0:
            seconds[turn.speaker] = seconds.get(turn.speaker, 0.0) + common
    best = max(seconds, key=lambda speaker: seconds[speaker], default="")
    return best, seconds.get(best, 0.0)


def _nearest(word: Word, turns: Sequence[Turn]) -> tuple[float, str]:
    distances = ((max(t.start - word.end, word.start - t.end), t.speaker) for t in turns)
    return min(distances, default=(0.0, NOBODY))


def _shared(turns: Iterable[Turn]) -> tuple[Interval, ...]:
    """Return where turns of different speakers overlap."""
    ordered = sorted(turns, key=lambda turn: turn.start)
    parts: list[Interval] = []
    for index, a in enumerate(ordered):
        for b in ordered[index + 1 :]:
            if b.start >= a.end:
                break
            if b.speaker != a.speaker:
                parts.append((b.start, min(a.end, b.end)))
    return union(parts)


def _smooth(spoken: list[Spoken]) -> list[Spoken]:
    """Give a lone word, poorly covered and amid one other speaker's phrase, to that speaker."""
    out = list(spoken)
    for index in range(1, len(out) - 1):
        a, b, c = out[index - 1 : index + 2]
        pauses = (b.word.start - a.word.end, c.word.start - b.word.end)
        if (
            a.word.speaker == c.word.speaker != b.word.speaker
            and b.share < _STRONG
            and max(pauses) < _TIGHT
        ):
            out[index] = msgspec.structs.replace(b, word=_by(b.word, a.word.speaker))
    return out


def _runs(spoken: Sequence[Spoken]) -> list[list[Spoken]]:
    """Cut into what will be segments."""
    runs = [[spoken[0]]] if spoken else []
    for a, b in pairwise(spoken):
        length = a.word.end - runs[-1][0].word.start
        parted = a.source is not b.source
        ends = (
            a.word.speaker != b.word.speaker
            or b.word.start - a.word.end > _PAUSE
            or a.source.language != b.source.language
            or set(a.source.labels) != set(b.source.labels)
            or (length > _LONG and (parted or a.word.text.endswith(_SENTENCE_ENDS)))
            or length > _TOO_LONG
        )
        if ends:
            runs.append([b])
        else:
            runs[-1].append(b)
    return runs


def _segment(run: Sequence[Spoken]) -> Segment:
    first = run[0]
    labels = {label for one in run for label in one.source.labels}
    if any(one.overlapped for one in run):
        labels.add("overlap")
    known = [one.source.confidence for one in run if one.source.confidence is not None]
    words = tuple(one.word for one in run)
    return Segment(
        id="",
        start=round_ms(min(word.start for word in words)),
        end=round_ms(max(word.end for word in words)),
        text=join_words((word.text for word in words), first.source.language),
        language=first.source.language,
        speaker=first.word.speaker,
        channel=first.source.channel,
        words=words,
        confidence=round(sum(known) / len(known), 4) if known else None,
        labels=tuple(sorted(labels)),
    )
