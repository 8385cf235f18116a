"""What a person sees of a line: all of it, or tags in place of identifiers.

Who may not hear the unredacted audio does not read what was said there either. They see
`⟦NAME·1⟧`, edit around it, and send it back; here it becomes the words again. Offsets that they
send count in what they see.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from speechkit.core.types import Word
from speechkit.review.edit import EditError, offsets_of
from speechkit.review.line import Line, Mark, plain
from speechkit.review.speaker_names import masked_label

NOTE = "note:"  # free text: it may name anybody
TAG = re.compile(r"⟦([A-Z_]+)·(\d+)⟧")


class MaskedView:
    """One line as one person sees it, and the way back."""

    def __init__(self, line: Line, *, hidden: bool) -> None:
        self._line = line
        self._hidden = hidden
        self._places: list[tuple[Mark, int, int]] = []  # mark, where its tag stands
        self.text = self._show() if hidden else line.text

    def __repr__(self) -> str:
        return f"MaskedView({self._line.id!r}, hidden={self._hidden})"

    def _show(self) -> str:
        pieces: list[str] = []
        at = length = 0
        for number, one in enumerate(_disjoint(self._line.identifiers), 1):
            before = self._line.text[at : one.start]
            tag = f"⟦{one.identifier}·{number}⟧"
            self._places.append((one, length + len(before), length + len(before) + len(tag)))
            pieces += [before, tag]
            length += len(before) + len(tag)
            at = one.end
        return "".join([*pieces, self._line.text[at:]])

    def line(self) -> Line:
        """Return the line as it is shown: no word and no mark of what is hidden."""
        if not self._hidden:
            return self._line
        marks = tuple(replace(m, start=start, end=end) for m, start, end in self._places)
        return replace(self._line, text=self.text, words=self._words(), marks=marks)

    def offset(self, shown: int) -> int:
        """Return where a shown offset lies in the real text.

        Raises:
            EditError: within a tag.
        """
        shift = 0
        for one, start, end in self._places:
            if shown <= start:
                break
            if shown < end:
                raise EditError("that lies within a hidden identifier")
            shift = one.end - end
        return shown + shift

    def reveal(self, shown: str) -> tuple[str, tuple[Mark, ...] | None]:
        """Return the real text of an edited shown one, and its marks (None: as `set_text` does).

        Raises:
            EditError: if tags were altered, left out or invented.
        """
        if not self._hidden:
            return shown, None
        shown = " ".join(shown.split())
        tags = list(TAG.finditer(shown))
        wanted = [(str(m.identifier), str(n)) for n, (m, _, _) in enumerate(self._places, 1)]
        if [(tag[1], tag[2]) for tag in tags] != wanted or _strays(shown):
            raise EditError(
                "hidden identifiers stay as they are: only people who may hear the unredacted audio "
                "can change or remove them"
            )
        pieces: list[str] = []
        marks: list[Mark] = []
        at = length = 0
        for tag, (one, _, _) in zip(tags, self._places, strict=True):
            before = shown[at : tag.start()]
            said = self._line.text[one.start : one.end]
            start = length + len(before)
            marks.append(replace(one, start=start, end=start + len(said)))
            pieces += [before, said]
            length = start + len(said)
            at = tag.end()
        return "".join([*pieces, shown[at:]]), tuple(marks)

    def _words(self) -> tuple[Word, ...]:
        """The words with tags for those that a mark touches; none where they do not fit the text."""
        offsets = offsets_of(self._line)
        shown: list[Word] = []
        last: Mark | None = None
        numbers = {id(m): n for n, (m, _, _) in enumerate(self._places, 1)}
        for word, (start, end) in zip(self._line.words, offsets, strict=False):
            hit = next((m for m, _, _ in self._places if m.start < end and m.end > start), None)
            if hit is None:
                shown.append(word)
            elif hit is last:
                shown[-1] = replace(shown[-1], end=word.end)
            else:
                shown.append(replace(word, text=f"⟦{hit.identifier}·{numbers[id(hit)]}⟧"))
            last = hit
        return tuple(shown)


def show(task: str, line: Line, rev: int, *, hidden: bool) -> dict[str, Any]:
    """Return a line for the browser, with its revision; without notes and names if hidden."""
    shown = MaskedView(line, hidden=hidden).line()
    if hidden:
        labels = tuple(label for label in shown.labels if not label.startswith(NOTE))
        shown = replace(shown, labels=labels, speaker=masked_label(task, shown.speaker))
    return {**plain(shown), "rev": rev}


def hide_said(text: str, lines: Iterable[Line]) -> str:
    """Return a text with every word that is hidden in `lines` replaced, wherever it stands.

    For texts whose own marks may be fewer: the draft of a line, another person's version of it.

    >>> from speechkit.core.types import Identifier
    >>> mark = Mark(start=3, end=6, identifier=Identifier.NAME)
    >>> hide_said("So Ann, hi", [Line(id="s", start=0, end=1, text="Hi Ann", marks=(mark,))])
    'So ⟦NAME⟧, hi'
    """
    said: dict[str, str] = {}
    for line in lines:
        for one in line.identifiers:
            for word in re.findall(r"\w+", line.text[one.start : one.end].casefold()):
                said[word] = str(one.identifier)

    def tag(found: re.Match[str]) -> str:
        name = said.get(found[0].casefold())
        return f"⟦{name}⟧" if name else found[0]

    return re.sub(r"\w+", tag, text)


def _disjoint(marks: Sequence[Mark]) -> list[Mark]:
    """Merge marks that overlap; the first one's identifier stands."""
    merged: list[Mark] = []
    for one in sorted(marks, key=lambda m: (m.start, -m.end)):
        if merged and one.start < merged[-1].end:
            merged[-1] = replace(merged[-1], end=max(merged[-1].end, one.end))
        else:
            merged.append(one)
    return merged


def _strays(shown: str) -> bool:
    return any(char in TAG.sub("", shown) for char in "⟦⟧")
