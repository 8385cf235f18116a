"""Tasks: which there are for a person, what is in one, and how it passes from one to another.

open ──submit──▶ submitted ──approve──▶ approved
  ▲                  │
  └────return────────┘
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import case, delete, func, select, update
from sqlalchemy.orm import Session as Db

from speechkit.core.errors import UsageError
from speechkit.core.reviewed import ADJUDICATED
from speechkit.review.access import RefusedError, fits, had_another, hides, may_edit, may_see
from speechkit.review.accounts import Person
from speechkit.review.audit import record
from speechkit.review.leases import held
from speechkit.review.line import Line, decode
from speechkit.review.masked_view import show
from speechkit.review.schema import (
    AuditRow,
    LineRow,
    OperationRow,
    RemarkRow,
    Task,
    TaskState,
    User,
)

Step = Literal["submit", "approve", "return"]
_REACHED: dict[Step, TaskState] = {"submit": "submitted", "approve": "approved", "return": "open"}
_IN_LIST: dict[TaskState, int] = {"open": 0, "submitted": 1, "approved": 2}


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """A task as a list shows it."""

    id: str
    recording: str
    track: str
    state: TaskState
    language: str
    duration: float
    priority: float
    num_lines: int
    num_done: int
    mine: bool
    editable: bool
    audit_share: bool
    assignee: str  # who has it, for those who lead; "" otherwise
    due: str  # ISO date; "": none
    changed: float  # UTC seconds of the last edit; 0: none
    given_back: bool  # a reviewer wants more work on it
    num_questions: int  # that are open


def visible_tasks(db: Db, person: Person) -> list[Summary]:
    """Return the tasks a person may see: their own first, then by what is to be gained."""
    counts = {
        row[0]: (row[1], row[2] or 0)
        for row in db.execute(
            select(
                LineRow.task,
                func.count(),
                func.sum(case((LineRow.done, 1), else_=0)),
            )
            .where(LineRow.gone.is_(False))
            .group_by(LineRow.task)
        )
    }
    last = select(OperationRow.task, func.max(OperationRow.when)).group_by(OperationRow.task)
    edited = {row[0]: row[1] for row in db.execute(last)}
    asked = {
        (row[0], row[1]): row[2]
        for row in db.execute(
            select(RemarkRow.task, RemarkRow.kind, func.count())
            .where(RemarkRow.done.is_(False))
            .group_by(RemarkRow.task, RemarkRow.kind)
        )
    }
    leads = person.has("admin", "auditor")
    names = {user.id: user.name for user in db.scalars(select(User))} if leads else {}
    found = []
    for task in db.scalars(select(Task)):
        if not may_see(db, person, task):
            continue
        num_lines, num_done = counts.get(task.id, (0, 0))
        found.append(
            Summary(
                id=task.id,
                recording=task.recording,
                track=task.track if _tells_track(person, task) else "",
                state=_told_state(task, leads=leads),
                language=task.language,
                duration=task.duration,
                # What the draft was expected to hold says nothing of a text that is done.
                priority=task.priority if task.state == "open" else 0.0,
                num_lines=num_lines,
                num_done=int(num_done),
                # Known answers are given to a person, and look as if anybody might take them.
                mine=task.assignee == person.id and not (task.known and not task.epoch),
                editable=may_edit(db, person, task),
                audit_share=task.audit_share and leads,
                assignee=names.get(task.assignee or 0, ""),
                due=task.due,
                changed=edited.get(task.id, 0.0),
                given_back=task.state == "open" and (task.id, "reason") in asked,
                num_questions=asked.get((task.id, "question"), 0),
            )
        )
    return sorted(found, key=lambda t: (not t.editable, not t.mine, _IN_LIST[t.state], -t.priority))


def _told_state(task: Task, *, leads: bool) -> TaskState:
    """Return where a task stands; one with known answers looks as if it went to a reviewer."""
    return "submitted" if task.known and task.state == "approved" and not leads else task.state


def _tells_track(person: Person, task: Task) -> bool:
    """Say whether a person is told which pass this is: a letter would give known answers away."""
    return person.has("admin", "auditor") or task.track == ADJUDICATED


def shown_lines(db: Db, person: Person, task: Task) -> list[dict[str, Any]]:
    """Return the lines of a task as a person may see them, in order of time."""
    return [
        show(task.id, decode(row.content), row.rev, hidden=hides(person))
        for row in present_rows(db, task.id)
    ]


def lines_of_task(db: Db, task_id: str) -> tuple[Line, ...]:
    """Return the lines of a task in order of time."""
    return tuple(decode(row.content) for row in present_rows(db, task_id))


def present_rows(db: Db, task_id: str) -> Sequence[LineRow]:
    """Return the rows of the lines that are not gone, in order of time."""
    query = select(LineRow).where(LineRow.task == task_id, LineRow.gone.is_(False))
    return db.scalars(query.order_by(LineRow.start, LineRow.id)).all()


def name_speakers(
    db: Db, person: Person, task_id: str, epoch: int, names: dict[str, dict[str, str]]
) -> None:
    """Say who the speakers are: `{label: {name, role}}`."""
    task = held(db, person, task_id, epoch)
    if hides(person):
        raise RefusedError("names of speakers are hidden from you; set their roles one by one")
    task.speakers = names
    record(db, person.name, "speakers", task=task.id, num_speakers=len(names))


def move(db: Db, person: Person, task_id: str, epoch: int, step: Step) -> Task:
    """Hand a task over, approve it, or give it back for more work; the lease ends.

    At hand-over the texts that edits went through are erased: who, when and what kind remains.

    Raises:
        LeaseError: if the lease is another's.
        RefusedError: if the task is not at that point, or not the person's to move.
    """
    task = held(db, person, task_id, epoch)
    wanted: TaskState = "open" if step == "submit" else "submitted"
    if task.state != wanted:
        raise RefusedError(f"a task is {wanted} before you can {step} it; this one is {task.state}")
    if not may_edit(db, person, task):
        raise RefusedError("this task is not yours to hand on")
    task.state = _REACHED[step]
    if task.known and step == "submit":
        task.state = "approved"  # there is nothing to review: it is compared with what is known
    task.holder, task.lease_until = None, 0.0
    db.execute(delete(LineRow).where(LineRow.task == task.id, LineRow.gone.is_(True)))
    db.execute(update(OperationRow).where(OperationRow.task == task.id).values(before="", after=""))
    remarks = update(RemarkRow).where(RemarkRow.task == task.id, RemarkRow.kind == "reason")
    if step == "submit":
        db.execute(remarks.values(done=True))  # what it was given back for is worked in
    if step == "approve":
        db.execute(delete(RemarkRow).where(RemarkRow.task == task.id))
    record(db, person.name, step, task=task.id, epoch=epoch, num_edits=task.num_edits)
    return task


def put_back(db: Db, person: Person, task_id: str, epoch: int) -> None:
    """Leave a task to others that a person took and did not edit.

    Raises:
        LeaseError: if the lease is another's.
        RefusedError: if the task was edited, or handed over.
    """
    task = held(db, person, task_id, epoch)
    if task.state != "open" or task.num_edits:
        raise RefusedError("only a recording that was not edited can be put back; hand it over")
    task.assignee, task.holder, task.lease_until = None, None, 0.0
    record(db, person.name, "put-back", task=task.id, epoch=epoch)


def reopen(db: Db, task_id: str, *, by: str) -> None:
    """Have a recording that was approved corrected again, by whom it was corrected.

    Raises:
        UsageError: if there is no such task, or it was not approved.
    """
    task = db.get(Task, task_id)
    if task is None:
        raise UsageError(f"no task {task_id!r}")
    if task.state != "approved" or task.known:
        raise UsageError(f"task {task_id} is not approved; only what was approved is reopened")
    task.state, task.holder, task.lease_until = "open", None, 0.0
    task.epoch += 1
    record(db, by, "reopened", task=task.id)


def set_due(db: Db, task_id: str, due: str, *, by: str) -> None:
    """Say by which date a task is wanted; "" takes the date away."""
    db.get_one(Task, task_id).due = due
    record(db, by, "due", task=task_id, due=due)


def assign(
    db: Db, task_id: str, person: Person | None, *, by: str, take_over: bool = False
) -> None:
    """Assign a task to a person, or leave it open to all.

    Args:
        db: a transaction that writes.
        task_id: the task.
        person: who gets it; None: anybody whom it fits may take it.
        by: who assigns it.
        take_over: take it from another person too, unless that person is working on it now.

    Raises:
        UsageError: if there is no such task, it was handed over, it does not fit the person, or it
            is another person's.
    """
    task = db.get(Task, task_id)
    if task is None:
        raise UsageError(f"no task {task_id!r}")
    if task.state != "open":
        raise UsageError(f"task {task_id} is {task.state}; it is not assigned any more")
    if person is not None and (reason := _unfit(db, person, task)):
        raise UsageError(f"task {task_id} is not for {person.name}: {reason}")
    user = person.id if person else None
    if task.assignee not in (None, user):
        if not take_over:
            raise UsageError(f"task {task_id} is another person's; --take-over takes it from them")
        if task.holder is not None and task.lease_until > time.time():
            raise UsageError(f"a person is working on task {task_id} now; try again later")
    if task.assignee != user:
        task.holder, task.lease_until, task.epoch = None, 0.0, task.epoch + 1
    task.assignee = user
    record(db, by, "assigned", task=task.id, user=user)


def _unfit(db: Db, person: Person, task: Task) -> str:
    """Say why a person may not get a task; nothing if they may."""
    role = "adjudicator" if task.track == ADJUDICATED else "transcriber"
    if not person.has(role):
        return f"they have not the role {role!r}"
    if not fits(person, task):
        return "it asks for another credential or language"
    if had_another(db, person, task.recording, but=task.id):
        return "they had another pass over that recording, and passes are blind"
    return ""


def audit_rows(db: Db, after: int) -> list[dict[str, Any]]:
    """Return up to 500 rows of the audit log after one of them."""
    query = select(AuditRow).where(AuditRow.number > after).order_by(AuditRow.number).limit(500)
    return [
        {
            "number": row.number,
            "when": row.when,
            "who": row.who,
            "event": row.event,
            "facts": msgspec.json.decode(row.facts),
        }
        for row in db.scalars(query)
    ]
