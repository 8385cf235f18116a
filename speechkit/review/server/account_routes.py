"""Logging in and out; who one is; one's password."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from speechkit.review.access import RefusedError
from speechkit.review.accounts import LONGEST, Person, change_password, log_in, log_out, who_is
from speechkit.review.server.desk import Desk, NoSessionError, TheDesk, ThePerson

router = APIRouter(prefix="/api")

_Text = Annotated[str, Field(min_length=1, max_length=256, pattern=r"^[^\x00]*$")]


class Login(BaseModel):
    """Name and password."""

    model_config = ConfigDict(extra="forbid")

    name: _Text
    password: _Text


class NewPassword(BaseModel):
    """The present password and the one to come."""

    model_config = ConfigDict(extra="forbid")

    old: _Text
    new: _Text


class TooManyError(RefusedError):
    """Too many failed logins."""


@router.post("/login")
def login(asked: Login, request: Request, response: Response, desk: TheDesk) -> dict[str, Any]:
    """Open a session: a cookie that scripts cannot read, and the CSRF token for the page."""
    client = request.client.host if request.client else ""
    if desk.failures.blocks(asked.name) or desk.failures_from.blocks(client):
        raise TooManyError("too many failed logins; wait a quarter of an hour")
    with desk.store.write() as db:
        opened = log_in(db, asked.name, asked.password)
    if opened is None:
        desk.failures.add(asked.name)
        desk.failures_from.add(client)
        raise NoSessionError("wrong name or password")
    desk.failures.forget(asked.name)
    response.set_cookie(
        desk.settings.cookie,
        opened.token,
        max_age=int(LONGEST),
        httponly=True,
        secure=desk.settings.https,
        samesite="strict",
        path="/",
    )
    return _about(opened.person, opened.csrf)


@router.post("/logout")
def logout(
    request: Request, response: Response, desk: TheDesk, person: ThePerson
) -> dict[str, Any]:
    """End the session."""
    with desk.store.write() as db:
        log_out(db, request.cookies.get(desk.settings.cookie, ""), person.name)
    response.delete_cookie(desk.settings.cookie, path="/")
    return {}


@router.get("/me")
def me(request: Request, desk: TheDesk, person: ThePerson) -> dict[str, Any]:
    """Return who is logged in, and the CSRF token."""
    return _about(person, _csrf(request, desk))


@router.post("/password")
def password(asked: NewPassword, desk: TheDesk, person: ThePerson) -> dict[str, Any]:
    """Change one's password; all sessions end."""
    if desk.failures.blocks(person.name):
        raise TooManyError("too many failed tries; wait a quarter of an hour")
    try:
        with desk.store.write() as db:
            change_password(db, person, asked.old, asked.new)
    except Exception:
        desk.failures.add(person.name)
        raise
    return {}


def _csrf(request: Request, desk: Desk) -> str:
    with desk.store.read() as db:
        found = who_is(db, request.cookies.get(desk.settings.cookie, ""))
    if found is None:
        raise NoSessionError("log in first")
    return found[1]


def _about(person: Person, csrf: str) -> dict[str, Any]:
    return {
        "name": person.name,
        "roles": person.roles,
        "hear_raw": person.hear_raw,
        "csrf": csrf,
    }
