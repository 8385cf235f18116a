"""Sharing tasks out: to several people evenly, with a reason for every task that is not assigned."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from speechkit.core.errors import UsageError
from speechkit.review.access import hides
from speechkit.review.accounts import Person
from speechkit.review.schema import Task
from speechkit.review.tasks import assign


class Skipped(msgspec.Struct, frozen=True, kw_only=True):
    """A task that was not assigned, and why."""

    task: str
    reason: str


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """What was shared out: task by task its person's name, and what was left."""

    assigned: dict[str, str]
    skipped: tuple[Skipped, ...]


def share_out(
    db: Db,
    tasks: Sequence[str],
    people: Sequence[Person],
    *,
    by: str,
    take_over: bool = False,
    has_clean_copy: Callable[[str], bool] = lambda _: True,
) -> Shares:
    """Assign each task to the person it fits who has the least sound to correct.

    Args:
        db: a transaction that writes.
        tasks: ids, in the order in which they are shared out.
        people: among whom.
        by: who assigns.
        take_over: take tasks from others too, unless they are working on them.
        has_clean_copy: whether a recording can be opened by people who may not hear it unredacted.
    """
    open_work = select(Task.assignee, Task.duration).where(Task.state == "open")
    seconds = dict.fromkeys((person.id for person in people), 0.0)
    for assignee, duration in db.execute(open_work):
        if assignee in seconds:
            seconds[assignee] += duration
    assigned: dict[str, str] = {}
    skipped: list[Skipped] = []
    for task_id in tasks:
        reasons = []
        for person in sorted(people, key=lambda one: (seconds[one.id], one.name)):
            task = db.get(Task, task_id)
            if task and hides(person) and not has_clean_copy(task.recording):
                reasons.append(f"{person.name} may hear redacted audio only, and there is none")
                continue
            mine = task is not None and task.assignee == person.id
            try:
                assign(db, task_id, person, by=by, take_over=take_over)
            except UsageError as error:
                reasons.append(str(error))
                continue
            assert task is not None
            seconds[person.id] += 0 if mine else task.duration
            assigned[task_id] = person.name
            break
        else:
            skipped.append(Skipped(task=task_id, reason="; ".join(dict.fromkeys(reasons))))
    return Shares(assigned=assigned, skipped=tuple(skipped))
