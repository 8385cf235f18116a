"""From what whisper wrote to segments: whole words, sane times, labels, confidence.

Whisper splits text at tokens: `it's` may come as ` it` + `'s`, `C-A-L-L-A` as five pieces. A piece
without a leading space belongs to the word before it (not in languages written without spaces).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import msgspec

from speechkit.core.engines import SAMPLE_RATE, Calibration
from speechkit.core.text import is_unspaced, join_words
from speechkit.core.time import round_ms
from speechkit.core.types import Segment, Word
from speechkit.transcription import confidence, repetition


class DecodedWord(msgspec.Struct, frozen=True, kw_only=True):
    """What a model calls a word: a token or more, with its own spacing, times in seconds and the
    mean probability of its tokens, None where it says none. It may be half a word, or a comma."""

    text: str
    start: float
    end: float
    probability: float | None = None

    def __repr__(self) -> str:
        return f"DecodedWord(<{len(self.text)}>, {self.start}, {self.end}, {self.probability})"


class DecodedSegment(msgspec.Struct, frozen=True, kw_only=True):
    """One whisper segment: its words, and how sure whisper is of having heard speech."""

    words: tuple[DecodedWord, ...]
    avg_logprob: float
    no_speech_prob: float


# Above or below these, whisper itself doubts that anybody spoke (its own defaults, which it only
# acts on where both hold). Speech is found here too: a label, not a reason to drop.
NO_SPEECH_PROB = 0.6
AVG_LOGPROB = -1.0


def make_segments(
    decoded: Sequence[DecodedSegment],
    *,
    start: float,
    num_samples: int,
    language: str,
    calibration: Calibration | None = None,
) -> tuple[Segment, ...]:
    """Turn what was decoded in one chunk into segments without ids; what has no letter is left out.

    Args:
        decoded: with times relative to the chunk.
        start: of the chunk in the recording, in seconds.
        num_samples: length of the whole recording at 16 kHz: no time lies beyond it.
        language: decides whether words are joined by spaces.
        calibration: of the engine's word probabilities; None: taken as they are.
    """
    limit = math.floor(num_samples * 1000 / SAMPLE_RATE) / 1000
    looping = repetition.find([_plain(item) for item in decoded])
    segments = []
    floor = 0.0
    for item, loop in zip(decoded, looping, strict=True):
        words = _timed(_whole_words(item.words, language), start, floor, limit)
        text = join_words([word.text for word in words], language)
        if not any(char.isalnum() for char in text):
            continue
        floor = words[-1].start
        segments.append(
            Segment(
                id="",
                start=words[0].start,
                end=max(word.end for word in words),
                text=text,
                language=language,
                words=words,
                confidence=confidence.of_segment(words, calibration),
                labels=_labels(item, loop=loop),
            )
        )
    return tuple(segments)


def _labels(item: DecodedSegment, *, loop: bool) -> tuple[str, ...]:
    doubtful = item.no_speech_prob > NO_SPEECH_PROB or item.avg_logprob < AVG_LOGPROB
    return (("loop",) if loop else ()) + (("no-speech",) if doubtful else ())


def _plain(item: DecodedSegment) -> str:
    return "".join(piece.text for piece in item.words)


def _whole_words(pieces: Iterable[DecodedWord], language: str) -> list[DecodedWord]:
    """Join pieces into words; punctuation that stands alone goes to the word before it."""
    unspaced = is_unspaced(language)
    groups: list[list[DecodedWord]] = []
    for piece in pieces:
        if not piece.text.strip():
            continue
        if groups and not unspaced and not piece.text[0].isspace():
            groups[-1].append(piece)
        else:
            groups.append([piece])
    words: list[list[DecodedWord]] = []
    for group in groups:
        if words and not any(_is_spoken(piece) for piece in group):
            words[-1] += group
        else:
            words.append(group)
    return [_joined(word) for word in words]


def _joined(pieces: Sequence[DecodedWord]) -> DecodedWord:
    """Make one word; how sure it is, is the mean over what is spoken: a comma says nothing."""
    spoken = [piece for piece in pieces if _is_spoken(piece)] or pieces
    sure = [piece.probability for piece in spoken if piece.probability is not None]
    return DecodedWord(
        text="".join("".join(piece.text.split()) for piece in pieces),
        start=pieces[0].start,
        end=max(piece.end for piece in pieces),
        probability=sum(sure) / len(sure) if sure else None,
    )


def _is_spoken(piece: DecodedWord) -> bool:
    return any(char.isalnum() for char in piece.text)


def _timed(
    pieces: Sequence[DecodedWord], offset: float, floor: float, limit: float
) -> tuple[Word, ...]:
    """Move times into the recording: starts never fall, ends never precede starts."""
    words = []
    for piece in pieces:
        start = min(max(round_ms(offset + piece.start), floor), limit)
        end = min(max(round_ms(offset + piece.end), start), limit)
        words.append(Word(text=piece.text, start=start, end=end, confidence=_sure(piece)))
        floor = start
    return tuple(words)


def _sure(piece: DecodedWord) -> float | None:
    if piece.probability is None:
        return None
    return round(min(max(piece.probability, 0.0), 1.0), 4)
