"""Loads the drafts of a corpus into review: one open task for each recording and pass."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Db

from speechkit.core.errors import UsageError
from speechkit.core.reviewed import ADJUDICATED
from speechkit.core.types import Layer, PhiSpan, Segment, Session, SpeakerRole
from speechkit.language import main_language
from speechkit.review.audit import record
from speechkit.review.error_model import Weigh, expect
from speechkit.review.line import Line, encode, lines_of
from speechkit.review.schema import LineRow, OperationRow, RemarkRow, Task
from speechkit.review.store import Store
from speechkit.review.tasks import lines_of_task
from speechkit.storage.corpus import Corpus

DRAFTS = ("attributed", "aligned", "draft")  # the first one there is taken
SECOND = "second"  # another engine's transcript, if there is one
AUDIT_SHARE = 0.05
PASSES = ("a", "b")  # tracks: the first one and the second, blind one; more are honey pots
_ROLES = {"doctor", "patient", "nurse", "interpreter", "companion", "other"}


class LoadOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How drafts become tasks. `auto_accept`: lines whose expected share of wrong words is below
    are marked as accepted by policy; 0 for none. `needs`: a credential that all of them ask for."""

    auto_accept: float = 0.0
    needs: str = ""
    audit_share: float = AUDIT_SHARE
    weigh: Weigh | None = None


_DEFAULT = LoadOptions()


def create_tasks(corpus: Corpus, store: Store, options: LoadOptions = _DEFAULT) -> tuple[int, int]:
    """Make a task of every draft that has none; return how many are new, how many there are.

    A new draft replaces one that was not edited; one on which a person worked
    stays as it is.
    """
    made = total = 0
    for session in corpus.sessions():
        found = draft_of(corpus, session)
        if found is None:
            continue
        total += 1
        with store.write() as db:
            made += _load_one(corpus, db, session, found, options)
    return made, total


def draft_of(corpus: Corpus, session: Session) -> Layer | None:
    """Return the layer that people correct."""
    for name in DRAFTS:
        layer = corpus.layer(session, name)
        if layer is not None and layer.kind == "segments":
            return layer
    return None


def _load_one(corpus: Corpus, db: Db, session: Session, draft: Layer, options: LoadOptions) -> bool:
    recording = session.recording
    inputs = {"audio": recording.audio.sha256}
    inputs |= {n: session.layers[n] for n in (draft.name, "phi", SECOND) if n in session.layers}
    there = _passes(db, recording.id)
    if any(task.inputs == inputs or task.num_edits or task.assignee for task in there):
        return False
    for task in there:
        db.execute(delete(LineRow).where(LineRow.task == task.id))
        db.execute(delete(OperationRow).where(OperationRow.task == task.id))
        db.execute(delete(RemarkRow).where(RemarkRow.task == task.id))
        db.delete(task)
    db.flush()
    lines, weighted = lines_of_draft(corpus, session, draft, options)
    draw = random.Random(recording.audio.sha256)  # the same recordings whenever it is asked
    add_task(
        db,
        Task(
            id=f"{recording.id}-a",
            recording=recording.id,
            language=main_language(draft.items, session.recording.context.languages),
            needs=options.needs,
            priority=round(60 * weighted / max(1.0, recording.duration), 3),
            audit_share=draw.random() < options.audit_share,
            duration=recording.duration,
            speakers=_speakers(corpus, session, draft.items),
            inputs=inputs,
        ),
        lines,
    )
    record(db, "speechkit", "task-made", task=f"{recording.id}-a", num_lines=len(lines))
    return True


def lines_of_draft(
    corpus: Corpus,
    session: Session,
    draft: Layer,
    options: LoadOptions = LoadOptions(),  # noqa: B008
) -> tuple[tuple[Line, ...], float]:
    """Return the lines of a draft, and the weighted errors that are expected in all of it."""
    segments: tuple[Segment, ...] = draft.items
    phi = corpus.layer(session, "phi")
    ids = {segment.id for segment in segments}
    spans: list[PhiSpan] = [s for s in phi.items if s.segment in ids] if phi else []
    second = corpus.layer(session, SECOND)
    expected = expect(segments, second.items if second else None, options.weigh)
    lines = lines_of(segments, spans, {one.segment: one.share for one in expected})
    unsure = {span.segment for span in spans if span.score < 0.6}
    accepted = tuple(
        msgspec.structs.replace(line, state="auto") if _sure(line, options, unsure) else line
        for line in lines
    )
    return accepted, sum(one.weighted for one in expected)


def _sure(line: Line, options: LoadOptions, unsure: set[str]) -> bool:
    share = line.expected_error
    return share is not None and share < options.auto_accept and line.id not in unsure


def add_task(db: Db, task: Task, lines: Sequence[Line]) -> None:
    """Add a task with its lines."""
    db.add(task)
    db.flush()
    db.add_all(
        LineRow(
            task=task.id,
            id=line.id,
            start=line.start,
            done=line.state != "draft",
            content=encode(line),
        )
        for line in lines
    )


def add_pass(db: Db, source: Task, track: str, lines: Sequence[Line], **changes: Any) -> Task:
    """Add another pass over a task's recording, blind to the first one.

    Raises:
        UsageError: if there is that pass already.
    """
    name = f"{source.recording}-{track}"
    if db.get(Task, name) is not None:
        raise UsageError(f"pass {track!r} over {source.recording} exists already")
    task = Task(
        id=name,
        recording=source.recording,
        track=track,
        language=source.language,
        needs=source.needs,
        priority=source.priority,
        duration=source.duration,
        speakers=source.speakers,
        inputs=source.inputs,
        **changes,
    )
    add_task(db, task, lines)
    record(db, "speechkit", "task-made", task=name, num_lines=len(lines))
    return task


def second_passes(
    corpus: Corpus, db: Db, options: LoadOptions, only: Collection[str] = ()
) -> tuple[str, ...]:
    """Add a pass `b` from the draft to every recording that has a pass `a` only; return their ids.

    `only`: ids of passes `a`; all of them without it.
    """
    made = []
    for first in db.scalars(select(Task).where(Task.track == "a").order_by(Task.id)).all():
        if (only and first.id not in only) or len(_passes(db, first.recording)) > 1:
            continue
        session = corpus.session(first.recording)
        draft = draft_of(corpus, session)
        if draft is not None:
            lines, _ = lines_of_draft(corpus, session, draft, options)
            made.append(add_pass(db, first, "b", lines).id)
    return tuple(made)


def adjudications(db: Db) -> tuple[str, ...]:
    """Add a deciding pass where `a` and `b` were handed over; it begins with the text of `a`."""
    made = []
    done = select(Task).where(Task.state != "open").order_by(Task.id)
    tasks = {(task.recording, task.track): task for task in db.scalars(done)}
    there = set(db.scalars(select(Task.recording).where(Task.track == ADJUDICATED)))
    for (recording, track), first in tasks.items():
        if track == "a" and (recording, "b") in tasks and recording not in there:
            lines = [
                msgspec.structs.replace(line, state="draft") for line in lines_of_task(db, first.id)
            ]
            made.append(add_pass(db, first, ADJUDICATED, lines).id)
    return tuple(made)


def _passes(db: Db, recording: str) -> Sequence[Task]:
    """Return the tasks of a recording, but for honey pots."""
    tasks = db.scalars(select(Task).where(Task.recording == recording))
    return [task for task in tasks if not task.known]


def _speakers(
    corpus: Corpus, session: Session, segments: Sequence[Segment]
) -> dict[str, dict[str, str]]:
    layer = corpus.layer(session, "roles")
    roles: tuple[SpeakerRole, ...] = layer.items if layer else ()
    guessed = {r.speaker: r.role for r in roles if r.role in _ROLES}
    labels = sorted({segment.speaker for segment in segments if segment.speaker})
    return {
        label: {"name": guessed.get(label, label), "role": guessed.get(label, "")}
        for label in labels
    }
