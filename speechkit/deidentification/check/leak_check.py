"""The leak check: can anything that was removed be heard again in the redacted audio?

The redacted audio is transcribed once more and compared with what was removed: words, numbers and
spelled letters, also by sound. Close to a mask everything removed there counts; anywhere else,
what is rare enough to be no accident (a name, a number of four digits): that is how a name is
found that the detector saw once and missed another time.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from speechkit.core.errors import InputError
from speechkit.core.text import word_offsets
from speechkit.core.types import Identifier, Segment, Word
from speechkit.deidentification.audio.placement import PlacedSpan
from speechkit.deidentification.check.comparison import Kind, Token, listen, tokens_of
from speechkit.deidentification.text.common_words import is_common, is_stop
from speechkit.deidentification.text.sounds import sounds_like

NEAR = 1.5  # s around a mask in which everything removed there counts
_RARE_DIGITS = 4
_PAUSE = 0.6  # s: words further apart are not one word torn in two


class Removed(msgspec.Struct, frozen=True, kw_only=True):
    """A token that was removed, and where. `rare`: hearing it anywhere is proof."""

    text: str
    kind: Kind
    identifier: Identifier
    rare: bool
    place: int
    start: float
    end: float

    def __repr__(self) -> str:
        return f"Removed(<{len(self.text)}>, {self.kind}, {self.identifier}, place={self.place})"


class Leak(msgspec.Struct, frozen=True, kw_only=True):
    """A removed token heard again: where, and which place (index into the placed spans) it is of.
    `near`: at that place, else somewhere in the recording."""

    start: float
    end: float
    identifier: Identifier
    place: int
    near: bool


def removed_tokens(
    segments: Sequence[Segment], placed: Sequence[PlacedSpan], language: str
) -> tuple[Removed, ...]:
    """Return what was removed, as tokens, by place. Stop words and UNCERTAIN spans are left out."""
    by_id = {segment.id: segment for segment in segments}
    kept = _lower_case_words(segments, placed)
    found: list[Removed] = []
    for index, item in enumerate(placed):
        if item.span.identifier is Identifier.UNCERTAIN:
            continue
        stretch = item.request
        for token in listen(_said(by_id[item.span.segment], item), language):
            if token.kind == "word" and (is_stop(token.text, language) or len(token.text) < 2):
                continue
            found.append(
                Removed(
                    text=token.text,
                    kind=token.kind,
                    identifier=item.span.identifier,
                    rare=_is_rare(token, language) and token.text not in kept,
                    place=index,
                    start=stretch.start,
                    end=stretch.end,
                )
            )
    return tuple(found)


def heard_again(
    removed: Sequence[Removed],
    heard: Sequence[Token],
    kept: Sequence[Token],
    language: str,
) -> tuple[Leak, ...]:
    """Return which of the removed tokens are heard again, in order of time.

    Args:
        removed: what was removed.
        heard: what a transcriber heard in the redacted audio.
        kept: what the released transcript says and may be heard: the same token at about the same
            time is innocent.
        language: decides which words are common.
    """
    candidates = [*heard, *_torn(heard)]
    found: dict[tuple[float, float, int], Leak] = {}
    similar: dict[tuple[str, str, bool], bool] = {}
    for token in candidates:
        if token.kind == "word" and is_stop(token.text, language):
            continue
        if _is_kept(token, kept):
            continue
        for item in removed:
            near = token.start < item.end + NEAR and token.end > item.start - NEAR
            if not near and not item.rare:
                continue
            key = (item.text, token.text, near)
            if key not in similar:
                similar[key] = same_token(item, token, near, language)
            if similar[key]:
                found.setdefault(
                    (token.start, token.end, item.place),
                    Leak(
                        start=token.start,
                        end=token.end,
                        identifier=item.identifier,
                        place=item.place,
                        near=near,
                    ),
                )
    return tuple(found[key] for key in sorted(found))


def same_token(item: Removed, token: Token, near: bool, language: str) -> bool:
    """Say whether a token is the removed one, also by sound, and near the mask a part of it."""
    if item.kind == "digits" or token.kind == "digits":
        if item.kind != token.kind:
            return False
        if near and (token.text in item.text or item.text in token.text):
            return True
        return _shares(item.text, token.text, min(_RARE_DIGITS, len(item.text)))
    spelled = near and item.kind == token.kind == "letters"
    if item.text == token.text or (spelled and _shares(item.text, token.text, 2)):
        return True
    strict = not near or is_common(token.text, language)
    return not is_common(item.text, language) and sounds_like(item.text, token.text, strict=strict)


def rare_in(segments: Sequence[Segment], removed: Sequence[Removed], language: str) -> list[str]:
    """Return the ids of segments whose text or words still hold a rare removed token.

    This is the last look at a transcript before it is released; nothing may be left.
    """
    wanted = [item for item in removed if item.rare]
    found = []
    for segment in segments:
        text = [Word(text=segment.text, start=segment.start, end=segment.end)]
        tokens = [*listen(text, language), *listen(segment.words, language)]
        if any(_exactly(item, token) for item in wanted for token in tokens):
            found.append(segment.id)
    return found


def words_of(segments: Sequence[Segment]) -> list[Word]:
    """Return all words with times; the text of a segment without words counts as one."""
    words: list[Word] = []
    for segment in segments:
        words += segment.words or (Word(text=segment.text, start=segment.start, end=segment.end),)
    return words


def _said(segment: Segment, item: PlacedSpan) -> list[Word]:
    """The words under a span, with times; its text as one word where it has none."""
    span = item.span
    try:
        offsets = word_offsets(segment)
    except InputError:
        offsets = ()
    said = [
        word
        for word, (start, end) in zip(segment.words, offsets, strict=False)
        if start < span.end_char and span.start_char < end
    ]
    if said:
        return said
    text = segment.text[span.start_char : span.end_char]
    return [Word(text=text, start=item.start, end=item.end)]


def _is_rare(token: Token, language: str) -> bool:
    if token.kind == "digits":
        return len(token.text) >= _RARE_DIGITS
    return len(token.text) >= 3 and not is_common(token.text, language)


def _lower_case_words(segments: Sequence[Segment], placed: Sequence[PlacedSpan]) -> frozenset[str]:
    """Words that stand in lower case outside the spans of a cased transcript: no names there."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for item in placed:
        spans.setdefault(item.span.segment, []).append((item.span.start_char, item.span.end_char))
    found: set[str] = set()
    for segment in segments:
        text = segment.text
        if not any(word[0].isupper() and len(word) > 1 for word in text.split()):
            continue  # not cased
        for start, end in sorted(spans.get(segment.id, []), reverse=True):
            text = f"{text[:start]} {text[end:]}"
        for word in text.split():
            if word.islower():
                found.update(tokens_of(word))
    return frozenset(found)


def _torn(heard: Sequence[Token]) -> list[Token]:
    """Two or three neighbors as one: a name the transcriber does not know comes in pieces."""
    joined: list[Token] = []
    for at in range(len(heard)):
        whole = heard[at]
        for piece in heard[at + 1 : at + 3]:
            if "digits" in (whole.kind, piece.kind) or piece.start - whole.end > _PAUSE:
                break
            whole = Token(whole.text + piece.text, "word", whole.start, piece.end)
            joined.append(whole)
    return joined


def _is_kept(token: Token, kept: Sequence[Token]) -> bool:
    return any(
        (token.text == k.text or (token.kind == k.kind == "digits" and token.text in k.text))
        and token.start < k.end + NEAR
        and token.end > k.start - NEAR
        for k in kept
    )


def _exactly(item: Removed, token: Token) -> bool:
    if item.kind == "digits" or token.kind == "digits":
        both = item.kind == token.kind
        return both and _shares(item.text, token.text, min(_RARE_DIGITS, len(item.text)))
    return item.text == token.text


def _shares(a: str, b: str, length: int) -> bool:
    """Say whether two strings share `length` characters in a row."""
    pieces = {a[at : at + length] for at in range(len(a) - length + 1)}
    return any(b[at : at + length] in pieces for at in range(len(b) - length + 1))
