"""How good each person's work is, month by month: against known answers, and what was decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import msgspec
from rapidfuzz.distance import Levenshtein
from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from speechkit.core.reviewed import ADJUDICATED
from speechkit.review.honeypots import score
from speechkit.review.schema import AuditRow, Task
from speechkit.review.tasks import lines_of_task

Tokens = Callable[[str], list[str]]
TokensOf = Callable[[str], Tokens]  # of a language


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """One person's month. WER: None where there is nothing to compare with.

    `known_wer`: of honey pots after correction; `draft_wer`: of the same before it.
    `decided_wer`: of passes that an adjudicator has decided on since, against that decision.
    """

    name: str
    month: str
    handed_over: int
    known_words: int
    draft_wer: float | None
    known_wer: float | None
    decided_words: int
    decided_wer: float | None


class _Sums:
    def __init__(self) -> None:
        self.handed_over = self.known = self.before = self.after = self.decided = self.changed = 0


def quality_report(db: Db, tokens_of: TokensOf) -> tuple[Quality, ...]:
    """Return a row for each person and month in which they handed something over."""
    sums: dict[tuple[str, str], _Sums] = defaultdict(_Sums)
    tasks = {task.id: task for task in db.scalars(select(Task))}
    for name, (who, month) in _hand_overs(db).items():
        task = tasks.get(name)
        if task is None or task.state == "open" or task.track == ADJUDICATED:
            continue
        own = sums[who, month]
        tokens = tokens_of(task.language)
        own.handed_over += 1
        if task.known:
            told = score(task, lines_of_task(db, task.id), tokens)
            own.known += told.words
            own.before += told.before
            own.after += told.after
        decision = tasks.get(f"{task.recording}-{ADJUDICATED}")
        if decision is not None and decision.state != "open" and not task.known:
            mine, theirs = (_words(db, one, tokens) for one in (task, decision))
            own.decided += len(theirs)
            own.changed += int(Levenshtein.distance(mine, theirs))
    return tuple(
        Quality(
            name=who,
            month=month,
            handed_over=own.handed_over,
            known_words=own.known,
            draft_wer=_share(own.before, own.known),
            known_wer=_share(own.after, own.known),
            decided_words=own.decided,
            decided_wer=_share(own.changed, own.decided),
        )
        for (who, month), own in sorted(sums.items())
    )


def _hand_overs(db: Db) -> dict[str, tuple[str, str]]:
    """Return who handed each task over last, and in which month."""
    rows = select(AuditRow).where(AuditRow.event == "submit").order_by(AuditRow.number)
    return {
        msgspec.json.decode(row.facts)["task"]: (row.who, row.when[:7]) for row in db.scalars(rows)
    }


def _words(db: Db, task: Task, tokens: Tokens) -> Sequence[str]:
    return [token for line in lines_of_task(db, task.id) for token in tokens(line.text)]


def _share(errors: int, words: int) -> float | None:
    return round(errors / words, 4) if words else None
