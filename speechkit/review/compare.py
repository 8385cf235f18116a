"""What others have at a line's place: the draft, and in adjudication the two annotators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from speechkit.core.reviewed import ADJUDICATED
from speechkit.core.time import overlap
from speechkit.core.types import Session
from speechkit.review.access import UnknownError, hides
from speechkit.review.accounts import Person
from speechkit.review.line import Line, decode, lines_of
from speechkit.review.load_drafts import PASSES, draft_of
from speechkit.review.masked_view import hide_said
from speechkit.review.schema import LineRow, Task
from speechkit.review.tasks import lines_of_task
from speechkit.storage.corpus import Corpus


def versions(
    corpus: Corpus, db: Db, person: Person, session: Session, task: Task, line_id: str
) -> dict[str, Any]:
    """Return `{versions: [{by, text}]}` for the time of a line; other annotators' only to an
    adjudicator, under their pass's letter, not their name.

    Raises:
        UnknownError: if there is no such line.
    """
    row = db.get(LineRow, (task.id, line_id))
    if row is None or row.gone:
        raise UnknownError("there is no such line")
    line = decode(row.content)
    sources = _sources(corpus, db, session, task)
    known = [one for _, lines in sources for one in lines]
    if hides(person):
        known += lines_of_task(db, task.id)
    shown = []
    for name, lines in sources:
        text = text_between(lines, line.start, line.end)
        shown.append({"by": name, "text": hide_said(text, known) if hides(person) else text})
    return {"versions": shown}


def differing(corpus: Corpus, db: Db, session: Session, task: Task) -> list[str]:
    """Return the ids of the lines that are worth a look: where a person changed the draft, or, in
    adjudication, where the two annotators differ."""
    sources = _sources(corpus, db, session, task)
    lines = lines_of_task(db, task.id)
    compared = [one for name, one in sources if name != "draft"] or [one for _, one in sources]
    if task.track != ADJUDICATED:
        compared.append(lines)
    found = []
    for line in lines:
        texts = {" ".join(text_between(one, line.start, line.end).split()) for one in compared}
        speakers = {_speaker_at(one, (line.start + line.end) / 2) for one in compared}
        if len(texts) > 1 or len(speakers) > 1:
            found.append(line.id)
    return found


def _sources(
    corpus: Corpus, db: Db, session: Session, task: Task
) -> list[tuple[str, Sequence[Line]]]:
    """Return the draft, and in adjudication the annotators' lines, by who made them."""
    sources: list[tuple[str, Sequence[Line]]] = []
    draft = draft_of(corpus, session)
    if draft is not None:
        phi = corpus.layer(session, "phi")
        sources.append(("draft", lines_of(draft.items, phi.items if phi else ())))
    if task.track == ADJUDICATED:
        others = select(Task).where(Task.recording == task.recording, Task.track.in_(PASSES))
        sources += [
            (other.track, lines_of_task(db, other.id))
            for other in db.scalars(others.order_by(Task.track))
        ]
    return sources


def _speaker_at(lines: Sequence[Line], time: float) -> str:
    return next((line.speaker for line in lines if line.start <= time < line.end), "")


def text_between(lines: Sequence[Line], start: float, end: float) -> str:
    """Return what lies between two times: whole lines, of others the words by their middle, and
    lines without words that lie there for the most part."""
    found: list[str] = []
    for line in lines:
        if line.end <= start or line.start >= end:
            continue
        if start <= line.start and line.end <= end:
            found.append(line.text)
        elif line.words:
            found += [w.text for w in line.words if start <= (w.start + w.end) / 2 < end]
        elif overlap((line.start, line.end), (start, end)) > (line.end - line.start) / 2:
            found.append(line.text)
    return " ".join(found)
