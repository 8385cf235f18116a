"""Answers to a question for an identifier whose words are doubtful: they go whole.

"And your surname?" – "fair sewn". No detector finds a name in what a recognizer misheard; that a
name was asked for, and that the recognizer was not sure of what it wrote, both can be known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from speechkit.core.types import Identifier, PhiSpan, Segment
from speechkit.deidentification.text.cues import LANGUAGES, get_language
from speechkit.language import fold, primary_subtag

DETECTOR = "doubtful-answer"
_ASKED = ("NAME", "LOCATION", "DATE", "EMAIL")
_LONGEST = 12  # words: what is longer is more than an answer
_SURE = 0.6  # mean confidence of an answer's words; below it every second or third is wrong
_LAST_SENTENCE = re.compile(r"[^.?!]+\??\s*$")


def with_doubtful_answers(
    segments: Sequence[Segment], spans: Sequence[PhiSpan], language: str
) -> tuple[PhiSpan, ...]:
    """Return spans with those of doubtful answers, which take the place of what lies in them.

    Args:
        segments: in order, attributed; without confidences nothing is doubtful.
        spans: what a detector found in them.
        language: BCP 47; languages without tables have no questions.
    """
    if primary_subtag(language) not in LANGUAGES:
        return tuple(spans)
    whole = tuple(_doubtful(segments, language))
    taken = {span.segment for span in whole}
    return (*(span for span in spans if span.segment not in taken), *whole)


def _doubtful(segments: Sequence[Segment], language: str) -> Iterator[PhiSpan]:
    asked = get_language(primary_subtag(language)).questions
    for before, answer in pairwise(segments):
        if answer.speaker == before.speaker or not answer.text.strip():
            continue
        if len(answer.text.split()) > _LONGEST or _confidence(answer) >= _SURE:
            continue
        last = _LAST_SENTENCE.search(before.text)
        question = fold(last.group()) if last else ""
        for label in _ASKED:
            if label in asked and asked[label].search(question):
                yield PhiSpan(
                    segment=answer.id,
                    start_char=0,
                    end_char=len(answer.text),
                    identifier=Identifier(label),
                    detector=DETECTOR,
                )
                break


def _confidence(segment: Segment) -> float:
    """Return the mean confidence of a segment's words, 1 where nothing is known of them."""
    known = [word.confidence for word in segment.words if word.confidence is not None]
    if known:
        return sum(known) / len(known)
    return 1.0 if segment.confidence is None else segment.confidence
