"""Questions on a line, answers, why a recording was given back; what is worth a look; what can be undone."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from speechkit.core.time import union
from speechkit.core.types import RedactedCopy
from speechkit.review import remarks
from speechkit.review.access import seen_task
from speechkit.review.compare import differing
from speechkit.review.mutes import silent
from speechkit.review.requests import Id
from speechkit.review.server.context import CurrentContext, CurrentPerson
from speechkit.review.server.task_routes import TaskId
from speechkit.review.sound import redacted_copy
from speechkit.review.tasks import lines_of_task
from speechkit.review.undo_history import history_of

router = APIRouter(prefix="/api/tasks/{task_id}")

Said = Annotated[str, Field(max_length=1000, pattern=r"^[^\x00]*$")]


class NewRemark(BaseModel):
    """A question on a line, or on the whole recording."""

    model_config = ConfigDict(extra="forbid")

    line: Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9_.:-]*$")] = ""
    text: Annotated[Said, Field(min_length=1)]


class Answer(BaseModel):
    """What closes a question; the text may be empty."""

    model_config = ConfigDict(extra="forbid")

    remark: Id
    text: Said = ""


@router.get("/remarks")
def get_remarks(task_id: TaskId, context: CurrentContext, person: CurrentPerson) -> Response:
    """Return what was said about a recording."""
    with context.store.read() as db:
        found = remarks.remarks_of(db, person, seen_task(db, person, task_id))
    return _json({"remarks": [msgspec.to_builtins(one) for one in found]})


@router.post("/remarks")
def add(
    task_id: TaskId, asked: NewRemark, context: CurrentContext, person: CurrentPerson
) -> Response:
    """Ask something."""
    with context.store.write() as db:
        return _json({"id": remarks.add_remark(db, person, task_id, asked.line, asked.text)})


@router.post("/remarks/answer")
def answer(
    task_id: TaskId, asked: Answer, context: CurrentContext, person: CurrentPerson
) -> Response:
    """Close a question."""
    with context.store.write() as db:
        remarks.answer_remark(db, person, task_id, asked.remark, asked.text)
    return _json({})


@router.get("/changes")
def changes(task_id: TaskId, context: CurrentContext, person: CurrentPerson) -> Response:
    """Return ids of the lines that a person changed, or in which the two annotators differ."""
    with context.store.read() as db:
        task = seen_task(db, person, task_id)
        session = context.session_for(person, task.recording)
        return _json({"lines": differing(context.corpus, db, session, task)})


@router.get("/history")
def history(task_id: TaskId, context: CurrentContext, person: CurrentPerson) -> Response:
    """Return what the person can undo and redo."""
    with context.store.read() as db:
        task = seen_task(db, person, task_id)
        context.session_for(person, task.recording)
        return _json(msgspec.to_builtins(history_of(db, person, task)))


@router.get("/mutes")
def mutes(task_id: TaskId, context: CurrentContext, person: CurrentPerson) -> Response:
    """Return the stretches, in seconds, that are silent in the redacted sound."""
    with context.store.read() as db:
        task = seen_task(db, person, task_id)
        session = context.session_for(person, task.recording)
        copy: RedactedCopy | None = redacted_copy(context.corpus, session)
        masked = [(one.start, one.end) for one in copy.redactions] if copy else []
        found = union([*silent(task, lines_of_task(db, task.id)), *masked])
    return _json({"mutes": [[round(start, 3), round(end, 3)] for start, end in found]})


def _json(value: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")
