"""What was found once is removed everywhere: the detector may miss a name the second time."""

from __future__ import annotations

from collections.abc import Sequence

from speechkit.core.errors import InputError
from speechkit.core.text import word_offsets
from speechkit.core.types import PhiSpan, Segment, Word
from speechkit.deidentification.check.comparison import listen
from speechkit.deidentification.check.leak_check import Removed, same_token

DETECTOR = "same-as-removed"


def propagate(
    segments: Sequence[Segment],
    spans: Sequence[PhiSpan],
    removed: Sequence[Removed],
    language: str,
) -> tuple[PhiSpan, ...]:
    """Return spans over the words outside `spans` that are, or sound like, a rare removed token.

    Args:
        segments: the transcript.
        spans: what is removed from it already.
        removed: the tokens under those spans.
        language: decides which words are common.
    """
    rare = [item for item in removed if item.rare]
    taken: dict[str, list[PhiSpan]] = {}
    for span in spans:
        taken.setdefault(span.segment, []).append(span)
    found: list[PhiSpan] = []
    for segment in segments if rare else ():
        for word, start, end in _parts(segment):
            if any(s.start_char < end and start < s.end_char for s in taken.get(segment.id, [])):
                continue
            hit = next(
                (
                    item
                    for token in listen([word], language)
                    for item in rare
                    if same_token(item, token, near=False, language=language)
                ),
                None,
            )
            if hit is not None:
                found.append(
                    PhiSpan(
                        segment=segment.id,
                        start_char=start,
                        end_char=end,
                        identifier=hit.identifier,
                        detector=DETECTOR,
                    )
                )
    return tuple(found)


def _parts(segment: Segment) -> list[tuple[Word, int, int]]:
    """The words of a segment with their places in its text; by spaces where they do not match."""
    try:
        offsets = word_offsets(segment)
    except InputError:
        offsets = ()
    if offsets:
        return [(w, *at) for w, at in zip(segment.words, offsets, strict=True)]
    parts, at = [], 0
    for text in segment.text.split():
        at = segment.text.index(text, at)
        word = Word(text=text, start=segment.start, end=segment.end)
        parts.append((word, at, at + len(text)))
        at += len(text)
    return parts
