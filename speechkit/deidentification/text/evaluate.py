"""How well spans cover a gold standard: recall, leak, over-redaction, clean documents.

Counted on letters and digits, so that spaces and punctuation at the edges change nothing. The
view is redaction: labels need not agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec

Place = tuple[int, int]
_WORD = re.compile(r"\w+")
_TITLE = re.compile(
    r"(?i)\b(?:dr|doctora?|docteure?|mr|mister|mrs|ms|miss|prof\w*|nurse|sister|monsieur|madame|"
    r"señora?|do[nñ]a?|herr|frau|sr|sra|dra)\.?\s+$"
)


class Gold(msgspec.Struct, frozen=True, kw_only=True):
    """A span that must go."""

    start: int
    end: int
    label: str
    form: str = "plain"


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A text with what must go and, in `optional`, what may."""

    id: str
    text: str
    spans: tuple[Gold, ...]
    optional: tuple[Place, ...] = ()

    def __repr__(self) -> str:
        return f"Document({self.id!r}, <{len(self.text)}>, <{len(self.spans)} spans>)"


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """Mentions of one kind: how many, touched at all, covered fully. Adds up."""

    mentions: int = 0
    touched: int = 0
    full: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(
            mentions=self.mentions + other.mentions,
            touched=self.touched + other.touched,
            full=self.full + other.full,
        )

    @property
    def recall_any(self) -> float:
        """Share of mentions touched; 1 if there are none."""
        return self.touched / self.mentions if self.mentions else 1.0

    @property
    def recall_full(self) -> float:
        """Share of mentions covered to the last letter; 1 if there are none."""
        return self.full / self.mentions if self.mentions else 1.0


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """Counts over documents. Adds up; shares come from the counts."""

    documents: int = 0
    clean: int = 0
    all: Count = Count()
    by_label: dict[str, Count] = {}
    by_form: dict[str, Count] = {}
    phi_chars: int = 0
    leaked_chars: int = 0
    other_words: int = 0
    redacted_words: int = 0

    def __add__(self, other: Evaluation) -> Evaluation:
        return Evaluation(
            documents=self.documents + other.documents,
            clean=self.clean + other.clean,
            all=self.all + other.all,
            by_label=_added(self.by_label, other.by_label),
            by_form=_added(self.by_form, other.by_form),
            phi_chars=self.phi_chars + other.phi_chars,
            leaked_chars=self.leaked_chars + other.leaked_chars,
            other_words=self.other_words + other.other_words,
            redacted_words=self.redacted_words + other.redacted_words,
        )

    @property
    def leak(self) -> float:
        """Share of the letters and digits of identifiers that stayed."""
        return self.leaked_chars / self.phi_chars if self.phi_chars else 0.0

    @property
    def over(self) -> float:
        """Share of innocent words that went."""
        return self.redacted_words / self.other_words if self.other_words else 0.0


def evaluate(document: Document, predicted: Iterable[Place]) -> Evaluation:
    """Compare predicted places with a document's gold.

    >>> gold = Document(id="a", text="Ann Lee coughs", spans=(Gold(start=0, end=7, label="NAME"),))
    >>> found = evaluate(gold, [(0, 3)])
    >>> found.all.recall_any, found.all.recall_full, found.leak, found.over
    (1.0, 0.0, 0.5, 0.0)
    """
    text = document.text
    size = len(text)
    covered = _mask(predicted, size)
    must = _mask(((span.start, span.end) for span in document.spans), size)
    may = _mask((*document.optional, *_titles(text, document.spans)), size)
    result = Evaluation(documents=1)
    clean = True
    for span in document.spans:
        chars = [at for at in range(span.start, min(span.end, size)) if text[at].isalnum()]
        if not chars:
            continue
        hit = sum(covered[at] for at in chars)
        count = Count(mentions=1, touched=int(hit > 0), full=int(hit == len(chars)))
        clean = clean and hit == len(chars)
        result += Evaluation(
            all=count,
            by_label={span.label: count},
            by_form={span.form: count},
            phi_chars=len(chars),
            leaked_chars=len(chars) - hit,
        )
    innocent = [
        any(covered[at] for at in range(*word.span()))
        for word in _WORD.finditer(text)
        if not any(must[at] or may[at] for at in range(*word.span()))
    ]
    return result + Evaluation(
        clean=int(clean), other_words=len(innocent), redacted_words=sum(innocent)
    )


def table(evaluation: Evaluation) -> str:
    """Return the result as lines for people."""
    lines = [
        f"{evaluation.documents} documents, {evaluation.clean} of them clean; "
        f"recall any {evaluation.all.recall_any:.3f}, full {evaluation.all.recall_full:.3f}; "
        f"leak {evaluation.leak:.4f}; over-redaction {evaluation.over:.4f}"
    ]
    for title, counts in (("label", evaluation.by_label), ("form", evaluation.by_form)):
        lines.append(f"by {title}:")
        lines += [
            f"  {name:<12} any {count.recall_any:.3f}  full {count.recall_full:.3f}"
            f"  of {count.mentions}"
            for name, count in sorted(counts.items())
        ]
    return "\n".join(lines)


def _mask(places: Iterable[Place], size: int) -> bytearray:
    mask = bytearray(size)
    for start, end in places:
        start, end = max(0, start), min(size, end)
        if end > start:
            mask[start:end] = b"\1" * (end - start)
    return mask


def _titles(text: str, spans: Sequence[Gold]) -> list[Place]:
    """A title before a name may go or stay."""
    found = (
        _TITLE.search(text, max(0, span.start - 20), span.start)
        for span in spans
        if span.label == "NAME"
    )
    return [match.span() for match in found if match]


def _added(one: dict[str, Count], other: dict[str, Count]) -> dict[str, Count]:
    return {name: one.get(name, Count()) + other.get(name, Count()) for name in {**one, **other}}
