"""For those who lead: accounts, what the team shares, who has what, what was done, CSV for pay."""

from __future__ import annotations

import secrets
import time
from functools import partial
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from speechkit.review import accounts, report, tasks
from speechkit.review.access import RefusedError
from speechkit.review.accounts import Person
from speechkit.review.assignments import share_out
from speechkit.review.project import project_of, share
from speechkit.review.requests import Expansions, Id
from speechkit.review.schema import Task, User
from speechkit.review.server.context import CurrentContext, CurrentPerson, ReviewContext
from speechkit.review.sound import redacted_copy

router = APIRouter(prefix="/api")

_Line = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")]
_Word = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f⟦⟧]+$")]
_Date = Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
_Role = Literal["admin", "transcriber", "reviewer", "adjudicator", "auditor"]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Shared(_Body):
    """What the team shares."""

    guidelines: Annotated[str, Field(max_length=20_000, pattern=r"^[^\x00]*$")]
    expansions: Expansions
    words: Annotated[list[_Word], Field(max_length=5000)]


class NewUser(_Body):
    """An account to be made; its password is generated."""

    name: _Line
    roles: Annotated[list[_Role], Field(min_length=1, max_length=5)]
    hear_raw: bool = False
    credentials: Annotated[list[_Line], Field(max_length=20)] = []
    languages: Annotated[list[_Line], Field(max_length=50)] = []


class ChangedUser(_Body):
    """What becomes of an account; what is left out stays."""

    name: _Line
    roles: Annotated[list[_Role], Field(min_length=1, max_length=5)] | None = None
    hear_raw: bool | None = None
    credentials: Annotated[list[_Line], Field(max_length=20)] | None = None
    languages: Annotated[list[_Line], Field(max_length=50)] | None = None
    disabled: bool | None = None


class Named(_Body):
    """One account."""

    name: _Line


class Assigned(_Body):
    """Recordings to be shared out among people, with a date if there is one."""

    tasks: Annotated[list[Id], Field(min_length=1, max_length=1000)]
    people: Annotated[list[_Line], Field(max_length=100)] = []
    take_over: bool = False
    due: _Date | None = None


class Reopened(_Body):
    """An approved recording that is corrected again."""

    task: Id


@router.get("/project")
def project(context: CurrentContext, person: CurrentPerson) -> Response:  # noqa: ARG001
    """Return what the team shares."""
    with context.store.read() as db:
        return _json(msgspec.to_builtins(project_of(db)))


@router.put("/project")
def share_project(asked: Shared, context: CurrentContext, person: CurrentPerson) -> Response:
    """Change what the team shares; for admins."""
    with context.store.write() as db:
        return _json(msgspec.to_builtins(share(db, person, **asked.model_dump())))


@router.get("/users")
def users(context: CurrentContext, person: CurrentPerson) -> Response:
    """Return all accounts; for admins."""
    _lead(person)
    with context.store.read() as db:
        return _json(
            {"users": [_user(one) for one in db.scalars(select(User).order_by(User.name))]}
        )


@router.post("/users")
def add_user(asked: NewUser, context: CurrentContext, person: CurrentPerson) -> Response:
    """Make an account; its password is in the answer, and nowhere else."""
    _lead(person)
    password = secrets.token_urlsafe(12)
    with context.store.write() as db:
        made = accounts.add_user(
            db,
            asked.name,
            password,
            roles=asked.roles,
            hear_raw=asked.hear_raw,
            credentials=asked.credentials,
            languages=asked.languages,
            by=person.name,
        )
        return _json({"user": _user(made), "password": password})


@router.put("/users")
def change_user(asked: ChangedUser, context: CurrentContext, person: CurrentPerson) -> Response:
    """Change what an account may do; its sessions end."""
    _lead(person)
    demoted = asked.roles is not None and "admin" not in asked.roles
    if asked.name == person.name and (asked.disabled or demoted):
        raise RefusedError("another admin has to do that to you: somebody must be left to lead")
    with context.store.write() as db:
        changes = asked.model_dump(exclude={"name"})
        return _json(
            {"user": _user(accounts.change_user(db, asked.name, **changes, by=person.name))}
        )


@router.post("/users/password")
def reset_password(asked: Named, context: CurrentContext, person: CurrentPerson) -> Response:
    """Give somebody a new password who forgot theirs; it is in the answer, and nowhere else."""
    _lead(person)
    password = secrets.token_urlsafe(12)
    with context.store.write() as db:
        accounts.reset_password(db, asked.name, password, by=person.name)
    return _json({"password": password})


@router.get("/lead")
def lead(context: CurrentContext, person: CurrentPerson) -> Response:
    """Return what was done week by week, what is left and what is stuck; for admins and auditors."""
    _lead(person, "auditor")
    now = time.time()
    with context.store.read() as db:
        found: dict[str, Any] = {
            "work": [msgspec.to_builtins(row) for row in report.work_report(db)],
            "left": msgspec.to_builtins(report.left_to_do(db, now)),
            "stuck": sorted(report.stuck_tasks(db, now)),
            "people": [user.name for user in db.scalars(select(User).order_by(User.name))
                       if not user.disabled],
        }  # fmt: skip
    return _json(found)


@router.get("/lead/pay.csv")
def pay(context: CurrentContext, person: CurrentPerson) -> Response:
    """Return what was done, as CSV."""
    _lead(person, "auditor")
    with context.store.read() as db:
        text = report.as_csv(report.work_report(db))
    headers = {"content-disposition": 'attachment; filename="pay.csv"'}
    return Response(text, headers=headers, media_type="text/csv; charset=utf-8")


@router.post("/lead/assign")
def assign(asked: Assigned, context: CurrentContext, person: CurrentPerson) -> Response:
    """Share recordings out evenly among people, each to whom it fits; without people, to anybody."""
    _lead(person)
    with context.store.write() as db:
        known = [name for name in asked.tasks if db.get(Task, name) is not None]
        if asked.due is not None:
            for name in known:
                tasks.set_due(db, name, asked.due, by=person.name)
        people = [accounts.person_of(accounts.find_user(db, name)) for name in asked.people]
        shares = share_out(
            db,
            known if people else (),
            people,
            by=person.name,
            take_over=asked.take_over,
            has_clean_copy=partial(_has_clean_copy, context),
        )
    return _json(msgspec.to_builtins(shares))


@router.post("/lead/reopen")
def reopen(asked: Reopened, context: CurrentContext, person: CurrentPerson) -> Response:
    """Have an approved recording corrected again."""
    _lead(person)
    with context.store.write() as db:
        tasks.reopen(db, asked.task, by=person.name)
    return _json({})


def _lead(person: Person, *more: str) -> None:
    if not person.has("admin", *more):
        raise RefusedError("that is for those who lead: admins")


def _user(user: User) -> dict[str, Any]:
    return {
        "name": user.name,
        "roles": user.roles,
        "hear_raw": user.hear_raw,
        "credentials": user.credentials,
        "languages": user.languages,
        "disabled": user.disabled,
    }


def _has_clean_copy(context: ReviewContext, recording: str) -> bool:
    return redacted_copy(context.corpus, context.corpus.session(recording)) is not None


def _json(value: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")
