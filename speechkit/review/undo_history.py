"""What a person can still undo and redo of a task, as a page needs it that was opened anew."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from speechkit.review.access import hides
from speechkit.review.accounts import Person
from speechkit.review.line import decode
from speechkit.review.masked_view import show
from speechkit.review.operations import SPEAKERS
from speechkit.review.schema import OperationRow, Task
from speechkit.review.speaker_names import shown_names

MOST_EDITS, MOST_LINES = 100, 2000


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """An edit: what its lines, and the names of speakers, were before it, as the person sees them."""

    op_id: str
    kind: str
    before: dict[str, dict[str, Any] | None]
    names: dict[str, dict[str, str]] | None


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Edits in the order in which they were made; the last one is taken back first."""

    undoable: list[Done]
    redoable: list[Done]


def history_of(db: Db, person: Person, task: Task) -> History:
    """Return a person's last edits of a task, until it is handed over."""
    query = select(OperationRow).where(
        OperationRow.task == task.id, OperationRow.user == person.id, OperationRow.before != ""
    )
    undoable: list[OperationRow] = []
    redoable: list[OperationRow] = []
    for row in db.scalars(query.order_by(OperationRow.number)):
        if row.kind != "undo":
            undoable.append(row)
            redoable.clear()
        elif undoable and undoable[-1].op_id == row.undoes:
            undoable.pop()
            redoable.append(row)
        elif redoable and redoable[-1].op_id == row.undoes:
            redoable.pop()
            undoable.append(row)
    return History(undoable=_shown(person, task, undoable), redoable=_shown(person, task, redoable))


def _shown(person: Person, task: Task, rows: list[OperationRow]) -> list[Done]:
    """Return the last of these edits, as far as they are few and small enough to send."""
    found: list[Done] = []
    num_lines = 0
    for row in reversed(rows[-MOST_EDITS:]):
        num_lines += len(row.touched)
        if num_lines > MOST_LINES:
            break
        found.append(_done(person, task, row))
    return found[::-1]


def _done(person: Person, task: Task, row: OperationRow) -> Done:
    states: dict[str, Any] = msgspec.json.decode(row.before)
    hidden = hides(person)
    named = states.pop(SPEAKERS, None)
    return Done(
        op_id=row.op_id,
        kind=row.kind,
        before={
            key: show(task.id, decode(state["content"]), state["rev"], hidden=hidden)
            if state["content"]
            else None
            for key, state in states.items()
        },
        names=shown_names(task.id, named["content"], hidden=hidden) if named else None,
    )
