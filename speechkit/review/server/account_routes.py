"""Logging in and out; who one is; one's password."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from speechkit.review.access import RefusedError
from speechkit.review.accounts import (
    LONGEST,
    Opened,
    Person,
    change_password,
    log_in,
    log_out,
    who_is,
)
from speechkit.review.requests import Expansions
from speechkit.review.schema import User
from speechkit.review.server.context import (
    CurrentContext,
    CurrentPerson,
    NoSessionError,
    ReviewContext,
)

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


_Word = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f⟦⟧]+$")]


class Words(BaseModel):
    """One's own words: what the editor marks as misspelled is what is nearly one of them."""

    model_config = ConfigDict(extra="forbid")

    words: Annotated[list[_Word], Field(max_length=5000)]


_Key = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f]+$")]


class Preferences(BaseModel):
    """How a person likes to work, on every machine: the player, the keys, where they were."""

    model_config = ConfigDict(extra="forbid")

    speed: Annotated[float, Field(ge=0.5, le=2)] = 1.0
    rewind: Annotated[float, Field(ge=0, le=5)] = 1.5  # seconds
    stop: bool = False
    pause: bool = False
    hold: bool = False
    preset: Annotated[str, Field(max_length=60)] = ""
    keys: Annotated[
        dict[_Key, Annotated[list[_Key], Field(max_length=10)]], Field(max_length=60)
    ] = {}
    places: Annotated[dict[_Key, _Key], Field(max_length=500)] = {}  # task: line
    expansions: Expansions = {}  # what is typed: what it stands for
    gain: Annotated[float, Field(ge=0, le=4)] = 1.0
    levels: Annotated[list[Annotated[float, Field(ge=0, le=2)]], Field(max_length=32)] = []
    even: bool = False  # loudness, for listening only
    filter: bool = False  # of noise, for listening only


class TooManyError(RefusedError):
    """Too many failed logins."""


@router.get("/login")
def ways_in(context: CurrentContext) -> dict[str, bool]:
    """Say whether one can log in with a password."""
    return {"passwords": context.settings.passwords}


@router.post("/login")
def login(
    asked: Login, request: Request, response: Response, context: CurrentContext
) -> dict[str, Any]:
    """Open a session: a cookie that scripts cannot read, and the CSRF token for the page."""
    client = request.client.host if request.client else ""
    if context.failures.blocks(asked.name) or context.failures_from.blocks(client):
        raise TooManyError("too many failed logins; wait a quarter of an hour")
    if not context.settings.passwords:
        raise RefusedError("people log in at their organization's provider here")
    opened = log_in(context.store, asked.name, asked.password)
    if opened is None:
        context.failures.add(asked.name)
        context.failures_from.add(client)
        raise NoSessionError("wrong name or password")
    context.failures.forget(asked.name)
    set_session(response, context, opened)
    return _about(context, opened.person, opened.csrf)


def set_session(response: Response, context: ReviewContext, opened: Opened) -> None:
    """Give the browser the session's cookie."""
    response.set_cookie(
        context.settings.cookie,
        opened.token,
        max_age=int(LONGEST),
        httponly=True,
        secure=context.settings.https,
        samesite="strict",
        path="/",
    )


@router.post("/logout")
def logout(
    request: Request, response: Response, context: CurrentContext, person: CurrentPerson
) -> dict[str, Any]:
    """End the session."""
    with context.store.write() as db:
        log_out(db, request.cookies.get(context.settings.cookie, ""), person.name)
    response.delete_cookie(context.settings.cookie, path="/")
    return {}


@router.get("/me")
def me(request: Request, context: CurrentContext, person: CurrentPerson) -> dict[str, Any]:
    """Return who is logged in, and the CSRF token."""
    return _about(context, person, _csrf(request, context))


@router.post("/password")
def password(asked: NewPassword, context: CurrentContext, person: CurrentPerson) -> dict[str, Any]:
    """Change one's password; all sessions end."""
    if context.failures.blocks(person.name):
        raise TooManyError("too many failed tries; wait a quarter of an hour")
    try:
        change_password(context.store, person, asked.old, asked.new)
    except Exception:
        context.failures.add(person.name)
        raise
    return {}


@router.get("/words")
def words(context: CurrentContext, person: CurrentPerson) -> dict[str, list[str]]:
    """Return a person's own words; no other person sees them."""
    with context.store.read() as db:
        return {"words": db.get_one(User, person.id).words}


@router.put("/words")
def keep_words(
    asked: Words, context: CurrentContext, person: CurrentPerson
) -> dict[str, list[str]]:
    """Put a list in place of one's own words."""
    kept = sorted({word.strip() for word in asked.words} - {""})
    with context.store.write() as db:
        db.get_one(User, person.id).words = kept
    return {"words": kept}


@router.get("/preferences")
def preferences(context: CurrentContext, person: CurrentPerson) -> Preferences:
    """Return how a person likes to work."""
    with context.store.read() as db:
        return Preferences.model_validate(db.get_one(User, person.id).preferences)


@router.put("/preferences")
def keep_preferences(
    asked: Preferences, context: CurrentContext, person: CurrentPerson
) -> Preferences:
    """Keep how a person likes to work."""
    with context.store.write() as db:
        db.get_one(User, person.id).preferences = asked.model_dump()
    return asked


def _csrf(request: Request, context: ReviewContext) -> str:
    with context.store.read() as db:
        token = request.cookies.get(context.settings.cookie, "")
        found = who_is(db, token, context.settings.idle)
    if found is None:
        raise NoSessionError("log in first")
    return found[1]


def _about(context: ReviewContext, person: Person, csrf: str) -> dict[str, Any]:
    return {
        "name": person.name,
        "roles": person.roles,
        "hear_raw": person.hear_raw,
        "csrf": csrf,
        "idle": context.settings.idle,
    }
