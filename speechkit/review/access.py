"""Who may see, hear and change what. Every route asks here; what is not allowed is refused."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from speechkit.core.errors import SpeechkitError
from speechkit.core.reviewed import ADJUDICATED
from speechkit.language import primary_subtag
from speechkit.review.accounts import Person
from speechkit.review.schema import ProjectRow, Task


class RefusedError(SpeechkitError):
    """A person asked for what is not theirs."""


class UnknownError(SpeechkitError):
    """There is nothing of that name, or nothing that the person may know of."""


def hides(person: Person) -> bool:
    """Say whether identifiers are hidden from this person, in text and sound."""
    return not person.hear_raw


def fits(person: Person, task: Task) -> bool:
    """Say whether a person's credentials and languages are those that a task asks for."""
    if task.needs and task.needs not in person.credentials:
        return False
    primary = primary_subtag(task.language)
    return not (person.languages and primary) or primary in person.languages


def may_see(db: Db, person: Person, task: Task) -> bool:
    """Say whether a person may open a task, if only to read."""
    if person.has("admin", "auditor"):
        return True
    if task.assignee == person.id:
        return True
    if person.has("adjudicator") and task.track == ADJUDICATED and task.assignee is None:
        return True
    if person.has("reviewer") and task.state != "open":
        # Passes are blind to reviewers as well; known answers measure one person's work alone.
        another = had_another(db, person, task.recording, but=task.id)
        return fits(person, task) and not another and not task.known
    return (
        person.has("transcriber")
        and task.track != ADJUDICATED
        and task.assignee is None
        and task.state == "open"
        and fits(person, task)
        and not had_another(db, person, task.recording, but=task.id)
    )


def may_edit(db: Db, person: Person, task: Task) -> bool:
    """Say whether a person may take the lease of a task."""
    if not may_see(db, person, task):
        return False
    project = db.get(ProjectRow, 1)
    if task.state == "approved" or (project is not None and project.closed):
        return False
    if task.state == "submitted":
        # Four eyes: a person cannot approve their own work.
        return person.has("reviewer") and task.assignee != person.id
    if task.track == ADJUDICATED:
        return person.has("adjudicator") and not had_another(
            db, person, task.recording, but=task.id
        )
    return person.has("transcriber") and task.assignee in (None, person.id)


def had_another(db: Db, person: Person, recording: str, *, but: str = "") -> bool:
    """Say whether a person has had a pass over a recording, `but` for one: passes are blind."""
    other = select(Task.id).where(
        Task.recording == recording, Task.id != but, Task.assignee == person.id
    )
    return db.scalar(other.limit(1)) is not None


def seen_task(db: Db, person: Person, task_id: str, *, lock: bool = False) -> Task:
    """Return a task that the person may see.

    Raises:
        UnknownError: if there is none, or none for them: the answer is the same.
    """
    query = select(Task).where(Task.id == task_id)
    task = db.scalar(query.with_for_update() if lock else query)
    if task is None or not may_see(db, person, task):
        raise UnknownError("there is no such task for you")
    return task
