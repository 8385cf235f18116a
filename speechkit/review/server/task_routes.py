"""Tasks: the list, one with its lines, its lease, its edits, and handing it on."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from speechkit.core.text import UNSPACED
from speechkit.review import leases, tasks
from speechkit.review.access import RefusedError, hides, may_edit, seen_task
from speechkit.review.accounts import Person
from speechkit.review.audit import checkpoint
from speechkit.review.compare import versions
from speechkit.review.operations import apply, apply_batch
from speechkit.review.remarks import add_remark
from speechkit.review.requests import Batch, Count, Name, OneOrSeveral, Role
from speechkit.review.schema import Task
from speechkit.review.server.context import CurrentContext, CurrentPerson, ReviewContext
from speechkit.review.sound import no_clean_copy, redacted_copy
from speechkit.review.speaker_names import shown_speakers

router = APIRouter(prefix="/api")

TaskId = Annotated[str, Path(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_.:-]+$")]


class Epoch(BaseModel):
    """The number of the lease under which a request is made."""

    model_config = ConfigDict(extra="forbid")

    epoch: Count


class Step(Epoch):
    """A step; giving back takes a reason."""

    reason: Annotated[str, Field(max_length=1000, pattern=r"^[^\x00]*$")] = ""


class Speaker(BaseModel):
    """What a speaker is called in the review editor, and which part they play."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    role: Role = ""


class Speakers(Epoch):
    """All speakers of a task by label."""

    speakers: Annotated[dict[Name, Speaker], Field(max_length=50)]


@router.get("/tasks")
def list_tasks(context: CurrentContext, person: CurrentPerson) -> Response:
    """Return the tasks that the person may see, theirs first."""
    with context.store.read() as db:
        found = tasks.visible_tasks(db, person)
    listed = [_in_list(context, person, one) for one in found]
    withheld = [one for one in listed if one["no_clean_copy"] and not person.hear_raw]
    shown = [one for one in listed if one not in withheld]
    reasons = sorted({one["no_clean_copy"] for one in withheld})
    return _json({"tasks": shown, "withheld": {"count": len(withheld), "reasons": reasons}})


@router.get("/tasks/{task_id}")
def get_task(task_id: TaskId, context: CurrentContext, person: CurrentPerson) -> Response:
    """Return a task and its lines, as the person may see them."""
    with context.store.read() as db:
        task = seen_task(db, person, task_id)
        session = context.session_for(person, task.recording)
        about = _about(task) | {
            "speakers": shown_speakers(task, hidden=hides(person)),
            "editable": may_edit(db, person, task),
            "lines": tasks.shown_lines(db, person, task),
            "hidden": hides(person),
            "raw": person.hear_raw,
            "redacted": redacted_copy(context.corpus, session) is not None,
            "unspaced": sorted(UNSPACED),
        }
    return _json(about)


@router.post("/tasks/{task_id}/lease")
def take(task_id: TaskId, context: CurrentContext, person: CurrentPerson) -> dict[str, Any]:
    """Take the task for editing; return the epoch of the lease and how long it holds."""
    with context.store.write() as db:
        context.session_for(person, seen_task(db, person, task_id).recording)
        task = leases.lease(db, person, task_id)
        return {"epoch": task.epoch, "seconds": leases.LEASE}


@router.post("/tasks/{task_id}/heartbeat")
def heartbeat(
    task_id: TaskId, asked: Epoch, context: CurrentContext, person: CurrentPerson
) -> dict[str, Any]:
    """Prolong a lease."""
    with context.store.write() as db:
        leases.held(db, person, task_id, asked.epoch)
    return {"seconds": leases.LEASE}


@router.post("/tasks/{task_id}/release")
def release(
    task_id: TaskId, asked: Epoch, context: CurrentContext, person: CurrentPerson
) -> dict[str, Any]:
    """Give a lease back."""
    with context.store.write() as db:
        leases.release(db, person, task_id, asked.epoch)
    return {}


@router.post("/tasks/{task_id}/put-back")
def put_back(
    task_id: TaskId, asked: Epoch, context: CurrentContext, person: CurrentPerson
) -> dict[str, Any]:
    """Leave a task to others that one took and did not edit."""
    with context.store.write() as db:
        tasks.put_back(db, person, task_id, asked.epoch)
    return {}


@router.post("/tasks/{task_id}/operations")
def operate(
    task_id: TaskId,
    asked: OneOrSeveral,
    context: CurrentContext,
    person: CurrentPerson,
) -> Response:
    """Apply one edit, or several; 409 with base and theirs if the line changed in the meantime.

    Several are answered with `{answers}`, as far as they fit; an error is that of the first one.
    """
    with context.store.write() as db:
        if isinstance(asked, Batch):
            return _json({"answers": apply_batch(db, person, task_id, asked)})
        return _json(apply(db, person, task_id, asked))


@router.put("/tasks/{task_id}/speakers")
def speakers(
    task_id: TaskId, asked: Speakers, context: CurrentContext, person: CurrentPerson
) -> dict[str, Any]:
    """Say who the speakers are."""
    names = {label: who.model_dump() for label, who in asked.speakers.items()}
    with context.store.write() as db:
        tasks.name_speakers(db, person, task_id, asked.epoch, names)
    return {"speakers": names}


@router.post("/tasks/{task_id}/{step}")
def move(
    task_id: TaskId,
    step: Literal["submit", "approve", "return"],
    asked: Step,
    context: CurrentContext,
    person: CurrentPerson,
) -> dict[str, Any]:
    """Hand the task on; whoever gets it back is told the reason."""
    with context.store.write() as db:
        if step == "return" and asked.reason:
            add_remark(db, person, task_id, "", asked.reason, "reason")
        task = tasks.move(db, person, task_id, asked.epoch, step)
        checkpoint(db, context.corpus)
        return {"state": task.state}


@router.get("/tasks/{task_id}/lines/{line_id}/versions")
def get_versions(
    task_id: TaskId, line_id: TaskId, context: CurrentContext, person: CurrentPerson
) -> Response:
    """Return what the draft, and in adjudication the annotators, have at a line's place."""
    with context.store.read() as db:
        task = seen_task(db, person, task_id)
        session = context.session_for(person, task.recording)
        return _json(versions(context.corpus, db, person, session, task, line_id))


@router.get("/audit")
def audit(context: CurrentContext, person: CurrentPerson, after: Count = 0) -> Response:
    """Return up to 500 rows of the audit log, for admins and auditors."""
    if not person.has("admin", "auditor"):
        raise RefusedError("the audit log is for admins and auditors")
    with context.store.read() as db:
        return _json({"rows": tasks.audit_rows(db, after)})


def _about(task: Task) -> dict[str, Any]:
    return {
        "id": task.id,
        "recording": task.recording,
        "track": task.track,
        "state": task.state,
        "language": task.language,
        "duration": task.duration,
        "num_edits": task.num_edits,
    }


def _in_list(context: ReviewContext, person: Person, task: tasks.Summary) -> dict[str, Any]:
    """Return a task for the list: by what people know it, and whether they can open it."""
    shown: dict[str, Any] = msgspec.to_builtins(task)
    session = context.corpus.session(task.recording)
    about = session.recording.context
    raw = not hides(person)
    shown["visit"] = about.encounter_type.display if raw and about.encounter_type else ""
    shown["date"] = about.period if raw else about.period[:4]
    shown["site"] = about.site if raw else ""
    shown["no_clean_copy"] = no_clean_copy(context.corpus, session)
    return shown


def _json(value: Any, status: int = 200) -> Response:
    """Encode with msgspec: ten times faster than the framework for thousands of lines."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")
