"""Honey pots: lines whose right text is known, given to people as if they were not.

They come from recordings with a layer `reference`. A person gets the draft of one like any other, or
a few of its lines; what they make of those is compared with what was said. It is never exported.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import msgspec
from rapidfuzz.distance import Levenshtein
from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from speechkit.core.reviewed import REFERENCE
from speechkit.core.types import Segment
from speechkit.review.access import fits, had_another
from speechkit.review.accounts import Person
from speechkit.review.compare import text_between
from speechkit.review.line import Line
from speechkit.review.load_drafts import add_pass, draft_of, lines_of_draft
from speechkit.review.schema import Task
from speechkit.storage.corpus import Corpus

Tokens = Callable[[str], list[str]]
TokensOf = Callable[[str], Tokens]  # of a language
FEWEST_TOKENS = 3  # of a known answer
_TRACKS = "cdefghijklmnopqrstuvwxyz"  # `a` and `b` are real passes; a letter more looks like them


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What was said between two times, in seconds; `before`: word errors of the draft there."""

    start: float
    end: float
    said: list[str]
    before: int


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """Words whose truth is known, and how many errors there were and are."""

    words: int
    before: int
    after: int


def plant(
    corpus: Corpus, db: Db, person: Person, tokens_of: TokensOf, *, num_lines: int = 0
) -> tuple[str, ...]:
    """Make a task with known answers of every recording that has a reference.

    Without `num_lines` it is the whole draft, like any other task, and cannot be told from one. With
    it, it is that many lines of which the truth is known, half of them with errors as far as there
    are such. Left out are recordings of which the person has a pass already, and those that do not
    fit their credentials or languages.
    """
    made = []
    for first in db.scalars(select(Task).where(Task.track == "a").order_by(Task.id)).all():
        if not fits(person, first) or had_another(db, person, first.recording):
            continue
        session = corpus.session(first.recording)
        draft, reference = draft_of(corpus, session), corpus.layer(session, REFERENCE)
        if draft is None or reference is None:
            continue
        known = answers(draft.items, reference.items, tokens_of(first.language))
        if not known:
            continue
        lines, _ = lines_of_draft(corpus, session, draft)
        if num_lines:
            drawn = _draw(known, num_lines, f"{first.recording} {person.name}")
            known = {name: one for name, one in known.items() if name in drawn}
            lines = tuple(line for line in lines if line.id in drawn)
        taken = set(db.scalars(select(Task.track).where(Task.recording == first.recording)))
        task = add_pass(
            db,
            first,
            next(letter for letter in _TRACKS if letter not in taken),
            lines,
            assignee=person.id,
            known=[msgspec.to_builtins(known[name]) for name in sorted(known)],
        )
        made.append(task.id)
    return tuple(made)


def answers(
    draft: Sequence[Segment], reference: Sequence[Segment], tokens: Tokens
) -> dict[str, Known]:
    """Return the known answers by segment of the draft: only where both its ends are certain."""
    written = [(token, segment.id) for segment in draft for token in tokens(segment.text)]
    ordered = sorted(reference, key=lambda s: (s.start, s.end))
    said = [token for segment in ordered for token in tokens(segment.text)]
    equal: dict[int, int] = {}
    for block in Levenshtein.opcodes([token for token, _ in written], said):
        if block.tag == "equal":
            width = block.src_end - block.src_start
            equal |= {block.src_start + n: block.dest_start + n for n in range(width)}
    places: dict[str, list[int]] = {}
    for index, (_, name) in enumerate(written):
        places.setdefault(name, []).append(index)
    found = {}
    for segment in draft:
        own = places.get(segment.id, [])
        if len(own) < FEWEST_TOKENS or own[0] not in equal or own[-1] not in equal:
            continue
        truth = said[equal[own[0]] : equal[own[-1]] + 1]
        errors = Levenshtein.distance([written[n][0] for n in own], truth)
        found[segment.id] = Known(
            start=segment.start, end=segment.end, said=truth, before=int(errors)
        )
    return found


def score(task: Task, lines: Sequence[Line], tokens: Tokens) -> Score:
    """Compare a person's corrections of a task's lines with what is known."""
    known = [msgspec.convert(one, Known) for one in task.known]
    ordered = sorted(lines, key=lambda line: line.start)
    after = sum(
        Levenshtein.distance(tokens(text_between(ordered, one.start, one.end)), one.said)
        for one in known
    )
    return Score(
        words=sum(len(one.said) for one in known),
        before=sum(one.before for one in known),
        after=int(after),
    )


def _draw(known: dict[str, Known], most: int, seed: str) -> set[str]:
    draw = random.Random(seed)
    wrong = sorted(name for name, one in known.items() if one.before)
    right = sorted(name for name, one in known.items() if not one.before)
    chosen = draw.sample(wrong, min(len(wrong), (most + 1) // 2))
    return {*chosen, *draw.sample(right, min(len(right), most - len(chosen)))}
