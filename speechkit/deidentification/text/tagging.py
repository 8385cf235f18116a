"""Redacted text: tags instead of words. One tag an identifier, numbered within the recording.

A word that a span touches goes whole, as its sound does. The same name gets the same number:
`[NAME_1]` is one person throughout, if said by first name, surname or both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from speechkit.core.text import join_words, word_offsets
from speechkit.core.types import Identifier, PhiSpan, Segment, Word
from speechkit.language import fold_word


class Tags:
    """Numbers identifiers in order of appearance; forgets nothing, shows nothing."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[Identifier, str], int] = {}
        self._used: dict[Identifier, int] = {}

    def __repr__(self) -> str:
        return f"Tags(<{len(self._numbers)}>)"

    def tag(self, identifier: Identifier, text: str) -> str:
        """Return the tag for what was said, e.g. `[NAME_1]`.

        >>> tags = Tags()
        >>> [tags.tag(Identifier.NAME, name) for name in ("Ann Lee", "Bo", "Mrs Lee", "ann")]
        ['[NAME_1]', '[NAME_2]', '[NAME_1]', '[NAME_1]']
        """
        whole = "".join(fold_word(char) for char in text if char.isalnum())
        parts = [whole]
        if identifier is Identifier.NAME:
            parts += [fold_word(part.strip(".,;:!?'’")) for part in text.replace("-", " ").split()]
        keys = [(identifier, part) for part in parts if len(part) > 2 or part == whole]
        number = next((self._numbers[key] for key in keys if key in self._numbers), None)
        if number is None:
            number = self._used[identifier] = self._used.get(identifier, 0) + 1
        for key in keys:
            self._numbers.setdefault(key, number)
        return f"[{identifier.value}_{number}]"


def redact_text(text: str, spans: Iterable[tuple[int, int, Identifier]], tags: Tags) -> str:
    """Return a text with tags for spans (start, end, identifier), offsets in code points.

    >>> redact_text("Hi Ann, 5 mg.", [(3, 6, Identifier.NAME)], Tags())
    'Hi [NAME_1], 5 mg.'
    """
    return replace_spans(text, spans, tags.tag)


def replace_spans(
    text: str,
    spans: Iterable[tuple[int, int, Identifier]],
    replace: Callable[[Identifier, str], str],
) -> str:
    """Return a text with what `replace` gives for each span (start, end, identifier)."""
    pieces: list[str] = []
    at = 0
    for start, end, identifier in _disjoint(spans):
        pieces += [text[at:start], replace(identifier, text[start:end])]
        at = end
    return "".join([*pieces, text[at:]])


def redact_segments(
    segments: Sequence[Segment], spans: Iterable[PhiSpan], tags: Tags | None = None
) -> tuple[Segment, ...]:
    """Return the segments of one recording with tags for words: text, words and times agree.

    The words that a span touches become one tag word from the first one's start to the last
    one's end. `Segment.text` is the words joined.

    Raises:
        InputError: if a segment's words and text do not go together; never with the words.
    """
    tags = tags or Tags()
    by_segment: dict[str, list[tuple[int, int, Identifier]]] = {}
    for span in spans:
        place = (span.start_char, span.end_char, span.identifier)
        by_segment.setdefault(span.segment, []).append(place)
    return tuple(_redact(segment, by_segment.get(segment.id, []), tags) for segment in segments)


def _redact(segment: Segment, spans: Sequence[tuple[int, int, Identifier]], tags: Tags) -> Segment:
    if not spans:
        return segment
    if not segment.words:
        return msgspec.structs.replace(segment, text=redact_text(segment.text, spans, tags))
    offsets = word_offsets(segment)
    # A span is widened to whole words; spans that then share a word become one.
    widened: list[tuple[int, int, Identifier]] = []
    for start, end, identifier in _disjoint(spans):
        touched = [
            index
            for index, (word_start, word_end) in enumerate(offsets)
            if word_start < end and word_end > start
        ]
        if not touched:
            continue
        if widened and touched[0] < widened[-1][1]:
            first, after, kept = widened[-1]
            widened[-1] = (first, max(after, touched[-1] + 1), kept)
        else:
            widened.append((touched[0], touched[-1] + 1, identifier))
    words: list[Word] = []
    at = 0
    for first, after, identifier in widened:
        words.extend(segment.words[at:first])
        words.append(_tag_word(segment, first, after, identifier, tags))
        at = after
    words.extend(segment.words[at:])
    text = join_words((word.text for word in words), segment.language)
    return msgspec.structs.replace(segment, text=text, words=tuple(words))


def _tag_word(segment: Segment, first: int, after: int, identifier: Identifier, tags: Tags) -> Word:
    said = segment.words[first:after]
    text = " ".join(word.text for word in said)
    tail = text[len(text.rstrip(".,;:!?…")) :]
    tail = "." if tail == ".." else tail  # the point of "N." and the sentence's own
    return Word(
        text=tags.tag(identifier, text) + tail,
        start=said[0].start,
        end=max(word.end for word in said),
        speaker=said[0].speaker,
    )


def _disjoint(
    spans: Iterable[tuple[int, int, Identifier]],
) -> list[tuple[int, int, Identifier]]:
    """Return spans in order, those that overlap joined under the first one's identifier."""
    joined: list[tuple[int, int, Identifier]] = []
    for start, end, identifier in sorted(spans):
        if end <= start:
            continue
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end), joined[-1][2])
        else:
            joined.append((start, end, identifier))
    return joined
