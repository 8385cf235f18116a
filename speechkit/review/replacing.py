"""Find and replace over all recordings that a person works on: looked at first, one request, one undo."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Iterator

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from speechkit.core.errors import SpeechkitError
from speechkit.review import leases
from speechkit.review.access import UnknownError, hides, may_edit
from speechkit.review.accounts import Person
from speechkit.review.audit import record
from speechkit.review.line import decode
from speechkit.review.masked_view import MaskedView
from speechkit.review.operations import apply
from speechkit.review.requests import LineText, SetTexts, Undo
from speechkit.review.schema import OperationRow, Task
from speechkit.review.tasks import present_rows

MOST_SHOWN = 500  # lines of a preview
_AROUND = 40  # characters


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for, and what is put in its place."""

    what: str
    by: str
    whole_words: bool = False
    match_case: bool = False


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A line as the person sees it: what would change, and what stands around it."""

    task: str
    line: str
    start: float
    before: str
    found: str
    after: str


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What would be replaced; `hits` are the first ones. `busy`: recordings that are open in a window."""

    num_hits: int
    num_recordings: int
    hits: list[Hit]
    busy: list[str]


class Replaced(msgspec.Struct, frozen=True, kw_only=True):
    """What was replaced; `group` takes all of it back. `skipped`: recordings, with the reason."""

    group: str
    num_hits: int
    num_recordings: int
    skipped: dict[str, str]


def preview(db: Db, person: Person, wanted: Wanted) -> Found:
    """Return what a replacement would change in the recordings that are the person's to correct."""
    expression = _expression(wanted)
    hits: list[Hit] = []
    num_hits, tasks, busy = 0, set(), set()
    for task in _own(db, person):
        for row in present_rows(db, task.id):
            text = MaskedView(decode(row.content), hidden=hides(person)).text
            for found in expression.finditer(text):
                num_hits += 1
                tasks.add(task.id)
                if _is_open(task):
                    busy.add(task.id)
                if len(hits) < MOST_SHOWN:
                    hits.append(_hit(task.id, row.id, row.start, text, found))
    return Found(num_hits=num_hits, num_recordings=len(tasks), hits=hits, busy=sorted(busy))


def replace_everywhere(db: Db, person: Person, wanted: Wanted) -> Replaced:
    """Replace it in all of them: one edit a recording, in one transaction.

    Recordings that are open in a window are left out: what is typed there would collide.
    """
    expression = _expression(wanted)
    group = f"g-{uuid.uuid4()}"
    num_hits = num_recordings = 0
    skipped: dict[str, str] = {}
    for task in _own(db, person):
        changes = []
        found = 0
        for row in present_rows(db, task.id):
            text = MaskedView(decode(row.content), hidden=hides(person)).text
            changed, times = expression.subn(lambda _: wanted.by, text)
            if times:
                found += times
                changes.append(LineText(segment=row.id, base_rev=row.rev, text=changed))
        if not changes:
            continue
        if _is_open(task):
            skipped[task.id] = "it is open in a window; close it first"
            continue
        try:
            with db.begin_nested():
                _edit(db, person, task.id, f"{group}-{num_recordings}", changes)
        except SpeechkitError as error:
            skipped[task.id] = str(error)
            continue
        num_hits += found
        num_recordings += 1
    record(db, person.name, "replaced", group=group, num_recordings=num_recordings)
    return Replaced(group=group, num_hits=num_hits, num_recordings=num_recordings, skipped=skipped)


def undo_everywhere(db: Db, person: Person, group: str) -> Replaced:
    """Take a replacement back in all recordings where the lines are as it left them.

    Raises:
        UnknownError: if there is none of that name, or it is another person's.
    """
    rows = db.scalars(
        select(OperationRow).where(
            OperationRow.op_id.startswith(f"{group}-", autoescape=True),
            OperationRow.user == person.id,
        )
    ).all()
    if not rows:
        raise UnknownError("there is no such replacement of yours")
    skipped: dict[str, str] = {}
    for row in rows:
        if _is_open(db.get_one(Task, row.task)):
            skipped[row.task] = "it is open in a window; undo it there"
            continue
        try:
            with db.begin_nested():
                epoch = leases.lease(db, person, row.task).epoch
                back = Undo(
                    op_id=f"u-{uuid.uuid4()}", lease_epoch=epoch, segment="-", base_rev=0,
                    kind="undo", undoes=row.op_id,
                )  # fmt: skip
                apply(db, person, row.task, back)
                leases.release(db, person, row.task, epoch)
        except SpeechkitError as error:
            skipped[row.task] = str(error)
    done = len(rows) - len(skipped)
    return Replaced(group=group, num_hits=0, num_recordings=done, skipped=skipped)


def _edit(db: Db, person: Person, task: str, op_id: str, changes: list[LineText]) -> None:
    epoch = leases.lease(db, person, task).epoch
    asked = SetTexts(
        op_id=op_id, lease_epoch=epoch, segment=changes[0].segment, base_rev=0, kind="texts",
        changes=changes,
    )  # fmt: skip
    apply(db, person, task, asked)
    leases.release(db, person, task, epoch)


def _own(db: Db, person: Person) -> Iterator[Task]:
    query = select(Task).where(Task.assignee == person.id, Task.state == "open").order_by(Task.id)
    for task in db.scalars(query).all():
        if may_edit(db, person, task):
            yield task


def _is_open(task: Task) -> bool:
    return task.holder is not None and task.lease_until > time.time()


def _expression(wanted: Wanted) -> re.Pattern[str]:
    inner = re.escape(wanted.what)
    bounded = rf"(?<!\w){inner}(?!\w)" if wanted.whole_words else inner
    return re.compile(bounded, 0 if wanted.match_case else re.IGNORECASE)


def _hit(task: str, line: str, start: float, text: str, found: re.Match[str]) -> Hit:
    return Hit(
        task=task,
        line=line,
        start=start,
        before=text[max(0, found.start() - _AROUND) : found.start()],
        found=found[0],
        after=text[found.end() : found.end() + _AROUND],
    )
