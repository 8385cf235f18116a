"""What a team shares: guidelines beside the text, text expansions, a word list; and whether work goes on."""

from __future__ import annotations

import msgspec
from sqlalchemy import update
from sqlalchemy.orm import Session as Db

from speechkit.review.access import RefusedError
from speechkit.review.accounts import Person
from speechkit.review.audit import record
from speechkit.review.schema import ProjectRow, Task


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """The team's own. `closed`: nobody edits any more, everything can still be read.

    `expansions`: what is typed, and what stands there after the space: `htn` → hypertension.
    """

    closed: bool = False
    guidelines: str = ""
    expansions: dict[str, str] = {}
    words: tuple[str, ...] = ()


def project_of(db: Db) -> Project:
    """Return what the team shares."""
    row = db.get(ProjectRow, 1)
    if row is None:
        return Project()
    return Project(
        closed=row.closed,
        guidelines=row.guidelines,
        expansions=row.expansions,
        words=tuple(row.words),
    )


def share(
    db: Db,
    person: Person,
    *,
    guidelines: str,
    expansions: dict[str, str],
    words: list[str],
) -> Project:
    """Put guidelines, expansions and words in place of those that the team has.

    Raises:
        RefusedError: for anybody but admins.
    """
    if not person.has("admin"):
        raise RefusedError("what the team shares is changed by admins")
    row = _row(db)
    row.guidelines, row.expansions = guidelines, expansions
    row.words = sorted({word.strip() for word in words} - {""})
    record(db, person.name, "project-changed", num_expansions=len(expansions), num_words=len(words))
    return project_of(db)


def set_closed(db: Db, closed: bool, *, by: str) -> None:
    """Close a project, or open it again; pages that are open at a recording become read-only."""
    _row(db).closed = closed
    if closed:
        ended = {Task.holder: None, Task.lease_until: 0.0, Task.epoch: Task.epoch + 1}
        db.execute(update(Task).values(ended))
    record(db, by, "project-closed" if closed else "project-opened")


def _row(db: Db) -> ProjectRow:
    row = db.get(ProjectRow, 1)
    if row is None:
        row = ProjectRow(id=1, closed=False, guidelines="", expansions={}, words=[])
        db.add(row)
        db.flush()
    return row
