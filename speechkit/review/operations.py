"""Applies one edit in one transaction, with its audit row; or says why not."""

from __future__ import annotations

import time
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.orm import Session

from speechkit.core.digest import digest_of
from speechkit.core.errors import SpeechkitError
from speechkit.review import edit
from speechkit.review.access import RefusedError, UnknownError, hides, seen_task
from speechkit.review.accounts import Person
from speechkit.review.audit import record
from speechkit.review.leases import held
from speechkit.review.line import Line, decode, encode
from speechkit.review.masked_view import View, show
from speechkit.review.requests import (
    Accept,
    AnyOperation,
    Delete,
    Insert,
    MarkPhi,
    Merge,
    Operation,
    Retime,
    SetLabels,
    SetSpeaker,
    SetText,
    Split,
    Undo,
    UnmarkPhi,
)
from speechkit.review.schema import LineRow, OperationRow, Task
from speechkit.review.tasks import present_rows

Change = dict[str, Line | None]  # id → the line as it becomes; None: gone


class StaleError(SpeechkitError):
    """The line changed since. `base` is what the edit was made on (None: erased), `theirs` what
    stands now (None: gone), both as the person may see them."""

    def __init__(self, base: dict[str, Any] | None, theirs: dict[str, Any] | None) -> None:
        super().__init__("the line was changed in the meantime")
        self.base, self.theirs = base, theirs


class ReusedError(SpeechkitError):
    """An `op_id` that stands for another edit already."""


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an edit: the lines as they are now, the ids that are gone."""

    op_id: str
    lines: list[dict[str, Any]]
    removed: list[str]
    replayed: bool
    num_edits: int


def apply(session: Session, person: Person, task_id: str, asked: AnyOperation) -> Applied:
    """Apply an edit, once: a replay answers with the present state of the lines.

    Raises:
        LeaseError, StaleError, EditError, RefusedError, UnknownError, ReusedError
    """
    digest = digest_of([task_id, person.id, asked.model_dump(mode="json")])
    # Under the lock of the task: of two equal requests at once, the second one sees the first.
    task = seen_task(session, person, task_id, lock=True)
    done = session.get(OperationRow, asked.op_id)
    if done is not None:
        if done.asked != digest:
            raise ReusedError("this op_id stands for another edit")
        return _answer(session, person, task, asked.op_id, done.touched, replayed=True)
    held(session, person, task_id, asked.lease_epoch)
    rows, change = _change(session, person, task, asked)
    before = {key: _state(rows.get(key)) for key in change}
    after = {}
    for key, line in change.items():
        row = rows.get(key)
        if row is None:
            assert line is not None
            row = LineRow(task=task.id, id=key, rev=0, start=line.start, content=encode(line))
            session.add(row)
        row.rev += 1
        row.gone = line is None
        if line is not None:
            row.start, row.done, row.content = line.start, line.state != "draft", encode(line)
        after[key] = _state(row)
    task.num_edits += 1
    session.add(
        OperationRow(
            op_id=asked.op_id,
            task=task.id,
            number=task.num_edits,
            user=person.id,
            kind=asked.kind,
            segment=asked.segment,
            asked=digest,
            touched=list(change),
            before=msgspec.json.encode(before).decode(),
            after=msgspec.json.encode(after).decode(),
            when=time.time(),
        )
    )
    record(
        session,
        person.name,
        "edit",
        task=task.id,
        op=asked.op_id,
        kind=asked.kind,
        epoch=asked.lease_epoch,
        revs={key: state["rev"] for key, state in after.items()},
    )
    session.flush()
    return _answer(session, person, task, asked.op_id, list(change), replayed=False)


def _change(
    session: Session, person: Person, task: Task, asked: AnyOperation
) -> tuple[dict[str, LineRow], Change]:
    """Return the rows an edit touches and what becomes of them."""
    if isinstance(asked, Undo):
        return _undo(session, person, task, asked)
    row = session.get(LineRow, (task.id, asked.segment))
    if isinstance(asked, Insert):
        if row is not None:
            raise edit.EditError("there is a line of that id already")
        new = Line(id=asked.segment, start=0, end=1, text="", speaker=asked.speaker)
        new = replace(new, language=task.language)
        return {}, {asked.segment: edit.retime(new, asked.start, asked.end, task.duration)}
    if row is None:
        raise UnknownError("there is no such line")
    rows = {row.id: row}
    _fresh(session, person, row, asked.base_rev)
    line = decode(row.content)
    if isinstance(asked, Merge):
        other = session.get(LineRow, (task.id, asked.next))
        if other is None or other.id == row.id:
            raise UnknownError("there is no such line")
        _fresh(session, person, other, asked.next_rev)
        rows[other.id] = other
        return rows, {row.id: edit.merge(line, decode(other.content)), other.id: None}
    if isinstance(asked, Split):
        if session.get(LineRow, (task.id, asked.new)) is not None:
            raise edit.EditError("there is a line of that id already")
        at = View(line, hidden=hides(person)).offset(asked.at)
        left, right = edit.split(line, at, asked.new, asked.time)
        return rows, {row.id: left, asked.new: right}
    if isinstance(asked, SetSpeaker) and asked.everywhere:
        rows |= {one.id: one for one in present_rows(session, task.id) if one.id != row.id}
        found = {key: decode(one.content) for key, one in rows.items()}
        return rows, {
            key: replace(one, speaker=asked.speaker)
            for key, one in found.items()
            if one.speaker == line.speaker
        }
    return rows, {row.id: _edited(line, person, task, asked)}


def _edited(line: Line, person: Person, task: Task, asked: Operation) -> Line | None:
    """Return what one line becomes by an edit that touches no other."""
    view = View(line, hidden=hides(person))
    match asked:
        case SetText():
            text, marks = view.reveal(asked.text)
            return replace(edit.set_text(line, text, marks), state="draft")
        case Retime():
            return edit.retime(line, asked.start, asked.end, task.duration)
        case SetSpeaker():
            return replace(line, speaker=asked.speaker)
        case SetLabels():
            return edit.set_labels(line, asked.labels)
        case MarkPhi():
            return edit.mark(
                line, view.offset(asked.start), view.offset(asked.end), asked.identifier
            )
        case UnmarkPhi():
            if hides(person):
                raise RefusedError("only who may hear the unredacted audio can take a mark away")
            return edit.unmark(line, asked.start, asked.end)
        case Accept():
            return replace(line, state="accepted" if asked.accepted else "draft")
        case Delete():
            if line.identifiers and hides(person):
                raise RefusedError("only who may hear the unredacted audio can delete this line")
            return None
    raise AssertionError(asked)


def _undo(
    session: Session, person: Person, task: Task, asked: Undo
) -> tuple[dict[str, LineRow], Change]:
    done = session.get(OperationRow, asked.undoes)
    if done is None or done.task != task.id or done.user != person.id or not done.before:
        raise UnknownError("there is no such edit of yours to undo")
    before: dict[str, Any] = msgspec.json.decode(done.before)
    after: dict[str, Any] = msgspec.json.decode(done.after)
    rows: dict[str, LineRow] = {}
    for key in done.touched:
        row = session.get_one(LineRow, (task.id, key))
        rows[key] = row
        if _state(row)["content"] != after[key]["content"]:
            raise StaleError(None, _shown(row, person))
    return rows, {
        key: decode(state["content"]) if state["content"] else None for key, state in before.items()
    }


def _fresh(session: Session, person: Person, row: LineRow, base_rev: int) -> None:
    if row.rev == base_rev and not row.gone:
        return
    raise StaleError(_at_revision(session, person, row, base_rev), _shown(row, person))


def _at_revision(session: Session, person: Person, row: LineRow, rev: int) -> dict[str, Any] | None:
    """Return the line as it was at a revision, from the edits that are kept until hand-over."""
    edits = select(OperationRow).where(OperationRow.task == row.task)
    for done in session.scalars(edits.order_by(OperationRow.number.desc()).limit(200)):
        if row.id not in done.touched or not done.before:
            continue
        for kept in (done.before, done.after):
            state = msgspec.json.decode(kept)[row.id]
            if state["rev"] == rev and state["content"]:
                return show(decode(state["content"]), rev, hidden=hides(person))
    return None


def _state(row: LineRow | None) -> dict[str, Any]:
    if row is None:
        return {"rev": 0, "content": None}
    return {"rev": row.rev, "content": None if row.gone else row.content}


def _shown(row: LineRow, person: Person) -> dict[str, Any] | None:
    return None if row.gone else show(decode(row.content), row.rev, hidden=hides(person))


def _answer(
    session: Session, person: Person, task: Task, op_id: str, touched: list[str], *, replayed: bool
) -> Applied:
    query = select(LineRow).where(LineRow.task == task.id, LineRow.id.in_(touched))
    rows = session.scalars(query).all()
    return Applied(
        op_id=op_id,
        lines=[shown for row in rows if (shown := _shown(row, person)) is not None],
        removed=[row.id for row in rows if row.gone],
        replayed=replayed,
        num_edits=task.num_edits,
    )
