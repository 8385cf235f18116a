"""The engine `annotator.rules`: entities, their attributes and relations, by lists, forms and scopes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import pairwise

from speechkit.annotation.attributes import TYPES, attributes_of
from speechkit.annotation.dialogue import is_no, question_start
from speechkit.annotation.entities import Span, spans_of
from speechkit.annotation.relations import relations_of
from speechkit.annotation.tokens import Token, tokens_of
from speechkit.core.annotations import Annotations, Attribute, Entity
from speechkit.core.digest import digest_of
from speechkit.core.engine_base import EngineBase, NoOptions
from speechkit.core.engines import Annotate, EngineInfo
from speechkit.core.stage import Resources
from speechkit.core.text import primary_subtag, word_offsets
from speechkit.core.types import Segment
from speechkit.language import term_lines

LANGUAGES = ("en",)
_VERSION = "1"
_ENDS = re.compile(r"[.!]")
_CLINICIANS = frozenset(("doctor", "nurse"))
_LISTS = (
    "body.txt", "conditions.txt", "drug_names.tsv", "drugs.txt", "everyday.tsv", "frequencies.tsv",
    "marks.tsv", "stems.tsv", "symptoms.txt", "units.tsv", "wordnet.tsv",
)  # fmt: skip


class Rules(EngineBase[NoOptions]):
    """Marks English; of other languages it says that it did not."""

    name = "rules"
    options_type = NoOptions
    info = EngineInfo()

    @property
    def revision(self) -> str:
        """Digest of the lists and of the rules' version."""
        return _revision()

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Annotate]:  # noqa: ARG002
        """Yield segments, roles by speaker and a language → annotations."""
        yield annotate


@lru_cache(maxsize=1)
def _revision() -> str:
    return digest_of([_VERSION, [list(term_lines(name)) for name in _LISTS]])


def annotate(segments: Sequence[Segment], roles: Mapping[str, str], language: str) -> Annotations:
    """Mark what the segments of one recording name.

    Args:
        segments: in order; tags in place of identifiers are ordinary text.
        roles: speaker → role, as far as it is known.
        language: BCP 47; "" if unknown.

    Returns:
        Annotations. In a language without lists there are none, and `not_marked` says so.
    """
    code = primary_subtag(language)
    if code not in LANGUAGES:
        why = f"no clinical lists for {code!r}" if code else "the language is not known"
        return Annotations(language=language, not_marked={"entities": why})
    turns = [_Turn(segment, roles.get(segment.speaker, "")) for segment in segments]
    for turn, following in pairwise(turns):
        if following.segment.speaker != turn.segment.speaker or not turn.segment.speaker:
            turn.deny_if(following)
            turn.is_asked_allergies(following)
    entities = tuple(entity for turn in turns for entity in turn.entities())
    return Annotations(language=language, entities=entities, relations=relations_of(entities))


class _Turn:
    """A segment while it is read."""

    def __init__(self, segment: Segment, role: str) -> None:
        self.segment = segment
        self.role = role
        self.tokens: tuple[Token, ...] = tokens_of(segment.text)
        self.question = question_start(self.tokens, segment.text)
        examiner = role in _CLINICIANS and "?" not in segment.text and self.question is None
        self.spans: list[Span] = spans_of(self.tokens, examiner=examiner)
        self.said: list[set[Attribute]] = attributes_of(self.tokens, self.spans)

    def deny_if(self, answer: _Turn) -> None:
        """Deny what a closed question named, if the answer is no."""
        question = self.question
        if question is None and self.spans and self.spans[0].start == 0:
            # "fever chills or a cough": named one after another, and nothing said of them.
            if self.role != answer.role and not _ENDS.search(self.segment.text):
                question = 0
        if question is None or not is_no(answer.tokens):
            return
        for span, said in zip(self.spans, self.said, strict=True):
            if span.start >= question and span.type in TYPES and "hypothetical" not in said:
                said.add("negated")

    def is_asked_allergies(self, answer: _Turn) -> None:
        """Take a drug for an allergy where it answers "any allergies?"."""
        if self.spans and self.spans[-1].type == "allergy" and self.question is not None:
            answer.spans = [
                Span("allergy", span.start, span.end) if span.type == "drug" else span
                for span in answer.spans
            ]

    def entities(self) -> Iterator[Entity]:
        offsets = word_offsets(self.segment) if self.segment.words else ()
        for span, said in zip(self.spans, self.said, strict=True):
            start, end = self.tokens[span.start].start, self.tokens[span.end - 1].end
            words = [
                word
                for word, (first, after) in zip(self.segment.words, offsets, strict=False)
                if first < end and after > start
            ]
            yield Entity(
                segment=self.segment.id,
                start_char=start,
                end_char=end,
                type=span.type,
                attributes=tuple(sorted(said)),
                start=words[0].start if words else None,
                end=words[-1].end if words else None,
            )
