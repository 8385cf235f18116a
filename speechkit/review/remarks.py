"""What people say to one another about a recording: questions on a line, answers, why it was given back.

Remarks may name anybody. From those who may not hear the unredacted audio every word is hidden that a
mark of the recording hides; at approval they are erased.
"""

from __future__ import annotations

import time
import uuid
from typing import Literal

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from speechkit.review.access import UnknownError, hides, seen_task
from speechkit.review.accounts import Person
from speechkit.review.audit import record
from speechkit.review.masked_view import hide_said
from speechkit.review.schema import LineRow, RemarkRow, Task, User
from speechkit.review.tasks import lines_of_task

Kind = Literal["question", "answer", "reason"]


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """One remark as a person may read it; `line`: empty for the whole recording; `when`: UTC seconds."""

    id: str
    line: str
    by: str
    mine: bool
    kind: str
    text: str
    done: bool
    when: float


def remarks_of(db: Db, person: Person, task: Task) -> tuple[Remark, ...]:
    """Return the remarks on a task, oldest first."""
    query = select(RemarkRow).where(RemarkRow.task == task.id).order_by(RemarkRow.when)
    rows = db.scalars(query).all()
    lines = lines_of_task(db, task.id) if rows and hides(person) else ()
    names = {user.id: user.name for user in db.scalars(select(User))} if rows else {}
    return tuple(
        Remark(
            id=row.id,
            line=row.line,
            by=names[row.user],
            mine=row.user == person.id,
            kind=row.kind,
            text=hide_said(row.text, lines) if hides(person) else row.text,
            done=row.done,
            when=row.when,
        )
        for row in rows
    )


def add_remark(
    db: Db, person: Person, task_id: str, line: str, text: str, kind: Kind = "question"
) -> str:
    """Say something about a task, or one of its lines; return the remark's id.

    Raises:
        UnknownError: if there is no such task for the person, or no such line.
    """
    task = seen_task(db, person, task_id)
    if line:
        row = db.get(LineRow, (task.id, line))
        if row is None or row.gone:
            raise UnknownError("there is no such line")
    made = RemarkRow(
        id=f"r-{uuid.uuid4()}",
        task=task.id,
        line=line,
        user=person.id,
        kind=kind,
        text=text,
        when=time.time(),
        done=kind == "answer",
    )
    db.add(made)
    record(db, person.name, "remark", task=task.id, remark=made.id, kind=kind)
    return made.id


def answer_remark(db: Db, person: Person, task_id: str, remark: str, text: str) -> None:
    """Close a question, with an answer or without one.

    Raises:
        UnknownError: if there is no such task for the person, or no such question.
    """
    task = seen_task(db, person, task_id)
    row = db.get(RemarkRow, remark)
    if row is None or row.task != task.id:
        raise UnknownError("there is no such question")
    row.done = True
    record(db, person.name, "remark-answered", task=task.id, remark=row.id)
    if text:
        add_remark(db, person, task_id, row.line, text, "answer")
