"""Edits of lines, as pure functions: what the text, the words and the marks become.

Words that stay keep their time and confidence; new ones share the time between their neighbors.
A mark that an edit touches grows over it rather than shrinks: what was hidden stays hidden.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from msgspec.structs import replace

from speechkit.core.errors import InputError
from speechkit.core.text import is_unspaced, join_words, word_offsets
from speechkit.core.time import round_ms
from speechkit.core.types import Identifier, Segment, Word
from speechkit.review.line import FREE_LABELS, LABELS, Line, Mark

SHORTEST = 0.02  # seconds
PERSON = "person"
# Notes may hold anything and stay in the review editor; the others leave with a release.
_FREE = re.compile(r"(intent|symptom):[a-z][a-z-]{0,40}|note:[^\x00-\x1f]{1,160}")


class EditError(InputError):
    """An edit that does not fit the line; the message never holds its text."""


def set_text(line: Line, text: str, marks: Sequence[Mark] | None = None) -> Line:
    """Return the line with another text; `marks` where the caller knows them better.

    >>> from speechkit.core.types import Word
    >>> line = Line(id="s", start=0, end=2, text="a b", words=(
    ...     Word(text="a", start=0, end=1), Word(text="b", start=1, end=2)))
    >>> [(word.text, word.start, word.end) for word in set_text(line, "a c b").words]
    [('a', 0, 1), ('c', 1.0, 1.0), ('b', 1, 2)]
    """
    if marks is None:
        text = " ".join(text.split())
        kept = _moved(line, text, line.marks)
    else:
        rejected = [one for one in line.marks if one.rejected]
        moved = _moved(line, text, rejected)
        kept = tuple(sorted([*marks, *moved], key=lambda m: (m.start, m.end)))
    words = retimed_words(line.words, text, line.start, line.end, line.language)
    # A person wrote it: how sure the engine was says nothing about it any more.
    confidence = line.confidence if text == line.text else None
    return replace(line, text=text, words=words, marks=kept, confidence=confidence)


def split(line: Line, at: int, new_id: str, time: float | None = None) -> tuple[Line, Line]:
    """Cut a line before character `at`; the second half gets `new_id`.

    Raises:
        EditError: at an end of the text, or within an identifier.
    """
    left_text, right_text = line.text[:at].rstrip(), line.text[at:].lstrip()
    if not left_text or not right_text:
        raise EditError("a line can be split between two words, not at its ends")
    if any(mark.start < at < mark.end for mark in line.marks):
        raise EditError("a line cannot be split within an identifier; unmark it first")
    offsets = offsets_of(line)
    num_left = sum(1 for _, end in offsets if end <= len(left_text))
    left_words, right_words = line.words[:num_left], line.words[num_left:]
    if time is None:
        time = _cut_time(line, left_words, right_words, len(left_text))
    time = round_ms(min(max(time, line.start + SHORTEST), line.end - SHORTEST))
    shift = len(line.text) - len(right_text)
    left = replace(
        line,
        end=time,
        text=left_text,
        words=tuple(_within(word, line.start, time) for word in left_words),
        marks=tuple(mark for mark in line.marks if mark.end <= len(left_text)),
        state="draft",
    )
    right = replace(
        line,
        id=new_id,
        start=time,
        text=right_text,
        words=tuple(_within(word, time, line.end) for word in right_words),
        marks=tuple(
            replace(mark, start=mark.start - shift, end=mark.end - shift)
            for mark in line.marks
            if mark.start >= at
        ),
        state="draft",
    )
    return left, right


def merge(first: Line, second: Line) -> Line:
    """Return two lines as one, with the speaker of the first."""
    text = join_words([part for part in (first.text, second.text) if part], first.language)
    shift = len(text) - len(second.text)
    return replace(
        first,
        start=min(first.start, second.start),
        end=max(first.end, second.end),
        text=text,
        words=first.words + second.words,
        marks=first.marks
        + tuple(replace(m, start=m.start + shift, end=m.end + shift) for m in second.marks),
        labels=tuple(dict.fromkeys(first.labels + second.labels)),
        confidence=_least(first.confidence, second.confidence),
        expected_error=_most(first.expected_error, second.expected_error),
        state="draft",
    )


def retime(line: Line, start: float, end: float, duration: float) -> Line:
    """Return the line between two other times; its words stay within.

    Raises:
        EditError: if they do not make a stretch of the recording.
    """
    start, end = round_ms(start), round_ms(end)
    if not (start >= 0 and start + SHORTEST <= end <= duration + 1):
        raise EditError(
            f"a line must lie within 0 and {duration:.3f} s and last {SHORTEST} s or more"
        )
    words = tuple(_within(word, start, end) for word in line.words)
    return replace(line, start=start, end=end, words=words)


def mark(line: Line, start: int, end: int, identifier: Identifier) -> Line:
    """Return the line with an identifier more; it replaces what it covers.

    Raises:
        EditError: if there is nothing at that place.
    """
    if not line.text[start:end].strip() or not 0 <= start < end <= len(line.text):
        raise EditError("there is no text to mark at that place")
    kept = [m for m in line.marks if m.end <= start or m.start >= end]
    # What reaches beyond the new one stays hidden there.
    reach = [m for m in line.identifiers if m.start < end and m.end > start]
    new = Mark(
        start=min([start, *(m.start for m in reach)]),
        end=max([end, *(m.end for m in reach)]),
        identifier=identifier,
        detector=PERSON,
    )
    return replace(line, marks=tuple(sorted([*kept, new], key=lambda m: (m.start, m.end))))


def unmark(line: Line, start: int, end: int) -> Line:
    """Return the line with the identifiers that touch [start, end) rejected.

    Raises:
        EditError: if none does.
    """
    touched = [m for m in line.identifiers if m.start < end and m.end > start]
    if not touched:
        raise EditError("there is no identifier at that place")
    marks = tuple(
        replace(m, rejected=True, detector=PERSON) if m in touched else m for m in line.marks
    )
    return replace(line, marks=marks)


def places_of(words: str, text: str) -> tuple[tuple[int, int], ...]:
    """Return where the same words stand in a text, whatever their case: [start, end) in characters.

    >>> places_of("Ann Lee", "ann  lee and Joann Lee")
    ((0, 8),)
    """
    said = r"\s+".join(map(re.escape, words.split()))
    if not said:
        return ()
    found = re.finditer(rf"(?<!\w){said}(?!\w)", text, re.IGNORECASE)
    return tuple(match.span() for match in found)


def mark_same(line: Line, words: str, identifier: Identifier, *, over: bool = True) -> Line:
    """Return the line with the same words marked; a longer mark that holds them stays as it is.

    Without `over` every mark stays as it is: what becomes of one tells what it hides.
    """
    for start, end in places_of(words, line.text):
        touched = [m for m in line.identifiers if m.start < end and m.end > start]
        if all(over and start <= m.start and m.end <= end for m in touched):
            line = mark(line, start, end, identifier)
    return line


def unmark_same(line: Line, words: str) -> Line:
    """Return the line with marks of just these words rejected."""
    for start, end in places_of(words, line.text):
        if any((m.start, m.end) == (start, end) for m in line.identifiers):
            line = unmark(line, start, end)
    return line


def set_labels(line: Line, labels: Sequence[str]) -> Line:
    """Return the line with these labels in place of those that people may set.

    Raises:
        EditError: for a label that does not exist.
    """
    for label in labels:
        if label not in LABELS and not _FREE.fullmatch(label):
            known = ", ".join([*LABELS, "intent:…", "symptom:…", "note:…"])
            raise EditError(
                f"no such label; there is: {known}; after intent: and symptom: a-z and -"
            )
    machine = [one for one in line.labels if one not in LABELS and not one.startswith(FREE_LABELS)]
    return replace(line, labels=tuple(dict.fromkeys([*machine, *labels])))


def retimed_words(
    words: Sequence[Word], text: str, start: float, end: float, language: str
) -> tuple[Word, ...]:
    """Return the words of an edited text, with the times of those that stayed."""
    tokens = list(text.replace(" ", "")) if is_unspaced(language) else text.split()
    if is_unspaced(language) and "".join(word.text for word in words) == "".join(tokens):
        return tuple(words)
    old = [word.text for word in words]
    found: list[Word] = []
    for what, i, j, k, n in SequenceMatcher(None, old, tokens, autojunk=False).get_opcodes():
        if what == "equal":
            found += words[i:j]
        elif what == "replace" and j - i == n - k:
            found += [
                replace(word, text=token, confidence=None)
                for word, token in zip(words[i:j], tokens[k:n], strict=True)
            ]
        elif n > k:
            since = words[i].start if i < j else (words[i - 1].end if i else start)
            until = words[j - 1].end if i < j else (words[j].start if j < len(words) else end)
            found += _spread(tokens[k:n], since, max(since, until))
    return tuple(found)


def offsets_of(line: Line) -> tuple[tuple[int, int], ...]:
    """Return where each word stands in the text; empty where they do not go together."""
    try:
        return word_offsets(
            Segment(id=line.id, start=line.start, end=line.end, text=line.text, words=line.words)
        )
    except InputError:
        return ()


def _moved(line: Line, text: str, marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Carry marks over an edit, taken as one changed stretch: what it touches is covered whole."""
    old = line.text
    same = 0
    while same < min(len(old), len(text)) and old[same] == text[same]:
        same += 1
    tail = 0
    while tail < min(len(old), len(text)) - same and old[-1 - tail] == text[-1 - tail]:
        tail += 1
    change_end, shift = len(old) - tail, len(text) - len(old)
    moved = []
    for one in marks:
        # An insertion right at an edge belongs to the mark: "Ann" becoming "Anna".
        if one.end < same or (one.end == same and _breaks(text, same)):
            moved.append(one)
        elif one.start > change_end or (
            one.start == change_end and _breaks(text, change_end + shift - 1)
        ):
            moved.append(replace(one, start=one.start + shift, end=one.end + shift))
        else:
            new = replace(one, start=min(one.start, same), end=max(one.end, change_end) + shift)
            if text[new.start : new.end].strip():
                moved.append(new)
    return tuple(moved)


def _breaks(text: str, at: int) -> bool:
    return not (0 <= at < len(text)) or not text[at].isalnum()


def _spread(tokens: Sequence[str], start: float, end: float) -> list[Word]:
    step = (end - start) / len(tokens)
    return [
        Word(text=token, start=round_ms(start + i * step), end=round_ms(start + (i + 1) * step))
        for i, token in enumerate(tokens)
    ]


def _cut_time(line: Line, left: Sequence[Word], right: Sequence[Word], num_chars: int) -> float:
    if left and right:
        return (left[-1].end + right[0].start) / 2
    return line.start + (line.end - line.start) * num_chars / len(line.text)


def _within(word: Word, start: float, end: float) -> Word:
    new_start = min(max(word.start, start), end)
    return replace(word, start=new_start, end=min(max(word.end, new_start), end))


def _least(a: float | None, b: float | None) -> float | None:
    known = [value for value in (a, b) if value is not None]
    return min(known) if known else None


def _most(a: float | None, b: float | None) -> float | None:
    known = [value for value in (a, b) if value is not None]
    return max(known) if known else None
