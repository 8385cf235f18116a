"""What people did, week by week, for whoever leads and for whoever pays; and what is left to do."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from speechkit.core.text import is_unspaced
from speechkit.review.schema import AuditRow, OperationRow, Task, User
from speechkit.review.tasks import lines_of_task

BREAK = 300.0  # seconds without an edit that do not count as work
STUCK = 3.0  # days without an edit after which a recording that was begun is said to be stuck
PACE = 4  # weeks that a forecast looks back


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """One person's week. Times between edits count as long as they are five minutes at most.

    `recordings`, `sound_minutes`, `words` are of what the person handed over, each recording once.
    """

    name: str
    week: str  # its Monday, ISO date, UTC
    active_hours: float
    edits: int
    recordings: int
    sound_minutes: float
    words: int
    words_per_hour: float | None
    sound_minutes_per_hour: float | None


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """What is not handed over, in minutes of sound, and in how many weeks it is at the present pace."""

    recordings: int
    sound_minutes: float
    weeks: float | None


class _Sums:
    def __init__(self) -> None:
        self.seconds = self.sound = 0.0
        self.edits = self.recordings = self.words = 0


def work_report(db: Db) -> tuple[Work, ...]:
    """Return a row for each person and week in which they edited or handed over, newest week first."""
    sums: dict[tuple[str, str], _Sums] = defaultdict(_Sums)
    names = {user.id: user.name for user in db.scalars(select(User))}
    last: dict[int, float] = {}
    edits = select(OperationRow.user, OperationRow.when).order_by(OperationRow.when)
    for user, when in db.execute(edits):
        own = sums[names[user], _week(when)]
        own.edits += 1
        gap = when - last.get(user, -BREAK - 1)
        own.seconds += gap if gap <= BREAK else 0.0
        last[user] = when
    tasks = {task.id: task for task in db.scalars(select(Task))}
    for (who, name), when in _first_hand_overs(db).items():
        task = tasks.get(name)
        if task is None:
            continue
        own = sums[who, _week(when)]
        own.recordings += 1
        own.sound += task.duration
        own.words += _num_words(db, task)
    rows = sorted(sums.items(), key=lambda item: item[0][0])
    return tuple(
        _row(who, week, own)
        for (who, week), own in sorted(rows, key=lambda r: r[0][1], reverse=True)
    )


def left_to_do(db: Db, now: float) -> Left:
    """Return what is open, and a forecast from what was handed over in the last four weeks."""
    first_passes = [t for t in db.scalars(select(Task).where(Task.state == "open")) if not t.known]
    minutes = sum(task.duration for task in first_passes) / 60
    since = _week(now - PACE * 7 * 86400)
    done = sum(row.sound_minutes for row in work_report(db) if row.week >= since)
    return Left(
        recordings=len(first_passes),
        sound_minutes=round(minutes, 1),
        weeks=round(minutes / (done / PACE), 1) if done else None,
    )


def stuck_tasks(db: Db, now: float) -> set[str]:
    """Return ids of recordings that somebody began and has not touched for three days."""
    latest: dict[str, float] = {}
    for task, when in db.execute(select(OperationRow.task, OperationRow.when)):
        latest[task] = max(when, latest.get(task, 0.0))
    open_tasks = db.scalars(select(Task.id).where(Task.state == "open", Task.assignee.is_not(None)))
    return {name for name in open_tasks if name in latest and now - latest[name] > STUCK * 86400}


def as_csv(rows: Iterable[Work]) -> str:
    """Return the report as CSV with a header; names that a spreadsheet would take for formulas are
    prefixed with an apostrophe."""
    text = io.StringIO()
    writer = csv.DictWriter(text, Work.__struct_fields__, lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        fields = msgspec.to_builtins(row)
        if row.name.startswith(("=", "+", "-", "@")):
            fields["name"] = "'" + row.name
        writer.writerow(fields)
    return text.getvalue()


def _row(who: str, week: str, own: _Sums) -> Work:
    hours = own.seconds / 3600
    return Work(
        name=who,
        week=week,
        active_hours=round(hours, 2),
        edits=own.edits,
        recordings=own.recordings,
        sound_minutes=round(own.sound / 60, 2),
        words=own.words,
        words_per_hour=round(own.words / hours, 1) if own.words and hours else None,
        sound_minutes_per_hour=round(own.sound / 60 / hours, 2) if own.sound and hours else None,
    )


def _first_hand_overs(db: Db) -> dict[tuple[str, str], float]:
    """Return when each person handed over each task for the first time: it is paid once."""
    found: dict[tuple[str, str], float] = {}
    rows = select(AuditRow).where(AuditRow.event == "submit").order_by(AuditRow.number)
    for row in db.scalars(rows):
        task = msgspec.json.decode(row.facts)["task"]
        found.setdefault((row.who, task), datetime.fromisoformat(row.when).timestamp())
    return found


def _num_words(db: Db, task: Task) -> int:
    count = len if is_unspaced(task.language) else lambda text: len(text.split())
    return sum(count(line.text) for line in lines_of_task(db, task.id))


def _week(when: float) -> str:
    day: date = datetime.fromtimestamp(when, UTC).date()
    return (day - timedelta(days=day.weekday())).isoformat()
