"""Leases: one person at a time edits a task, proved by an epoch that grows with every lease.

A lease lives as long as its heartbeat. One that ran out still holds until another person takes it:
then the epoch has grown, and what the former holder sends is refused (fencing).
"""

from __future__ import annotations

import time

from sqlalchemy.orm import Session as Db

from speechkit.core.errors import SpeechkitError
from speechkit.review.access import RefusedError, may_edit, seen_task
from speechkit.review.accounts import Person
from speechkit.review.audit import record
from speechkit.review.schema import Task

LEASE = 60.0  # seconds without a heartbeat after which others may take the task


class LeaseError(SpeechkitError):
    """The lease belongs to another person or another window."""


def lease(db: Db, person: Person, task_id: str) -> Task:
    """Take a task, or take it over from another window of the same person.

    Raises:
        RefusedError: if the person may not edit it.
        LeaseError: if another person is working on it.
    """
    task = seen_task(db, person, task_id, lock=True)
    if not may_edit(db, person, task):
        raise RefusedError("you may read this task, not edit it")
    now = time.time()
    if task.holder not in (None, person.id) and task.lease_until > now:
        raise LeaseError("another person is working on this task")
    if task.assignee is None:
        task.assignee = person.id
    task.holder, task.epoch, task.lease_until = person.id, task.epoch + 1, now + LEASE
    record(db, person.name, "lease", task=task.id, epoch=task.epoch)
    return task


def held(db: Db, person: Person, task_id: str, epoch: int) -> Task:
    """Return a task locked for an edit under a lease; prolong the lease.

    Raises:
        LeaseError: if the lease is no longer this one.
    """
    task = seen_task(db, person, task_id, lock=True)
    if task.holder != person.id or task.epoch != epoch:
        raise LeaseError("this task was opened elsewhere; reload to continue here")
    task.lease_until = time.time() + LEASE
    return task


def release(db: Db, person: Person, task_id: str, epoch: int) -> None:
    """Give a lease back."""
    task = held(db, person, task_id, epoch)
    task.holder, task.lease_until = None, 0.0
    record(db, person.name, "lease-released", task=task.id, epoch=epoch)
