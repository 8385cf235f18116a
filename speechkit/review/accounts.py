"""Accounts and sessions: argon2id passwords, random tokens of which only the digest is kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Sequence
from functools import cache

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Db

from speechkit.core.errors import SpeechkitError, UsageError, did_you_mean
from speechkit.review.audit import record
from speechkit.review.schema import Login, User
from speechkit.review.store import Store

ROLES = ("admin", "transcriber", "reviewer", "adjudicator", "auditor")
IDLE = 30 * 60.0  # seconds without anybody touching the page after which a session ends
LONGEST = 12 * 3600.0  # seconds after which it ends whatever happens
LEAST_PASSWORD, MOST_PASSWORD = 12, 256

_HASHER = PasswordHasher()


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asking, and what they may do."""

    id: int
    name: str
    roles: tuple[str, ...]
    hear_raw: bool
    credentials: tuple[str, ...]
    languages: tuple[str, ...]

    def has(self, *roles: str) -> bool:
        """Say whether the person has one of these roles."""
        return any(role in self.roles for role in roles)


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A session just opened; `token` goes into the cookie and is kept nowhere else."""

    person: Person
    token: str
    csrf: str

    def __repr__(self) -> str:
        return f"Opened({self.person.name!r})"


def add_user(
    db: Db,
    name: str,
    password: str,
    *,
    roles: Sequence[str],
    hear_raw: bool = False,
    credentials: Sequence[str] = (),
    languages: Sequence[str] = (),
    by: str = "command line",
) -> User:
    """Make an account.

    Raises:
        UsageError: for a name that is taken, an unknown role, or too weak a password.
    """
    _check_roles(roles)
    if not name or len(name) > 100 or not name.isprintable() or name != name.strip():
        raise UsageError("a user's name must have 1 to 100 printable characters")
    if db.scalar(select(User).where(User.name == name)) is not None:
        raise UsageError(f"user {name!r} exists already")
    check_password(password, name)
    user = User(
        name=name,
        password=_HASHER.hash(password),
        roles=list(roles),
        hear_raw=hear_raw,
        credentials=list(credentials),
        languages=list(languages),
        created=time.time(),
    )
    db.add(user)
    db.flush()
    record(db, by, "user-added", user=name, roles=list(roles), hear_raw=hear_raw)
    return user


def disable_user(db: Db, name: str, *, by: str = "command line") -> None:
    """Close an account and its sessions; what it did stays.

    Raises:
        UsageError: if there is none of that name.
    """
    user = find_user(db, name)
    user.disabled = True
    db.execute(delete(Login).where(Login.user == user.id))
    record(db, by, "user-disabled", user=name)


def find_user(db: Db, name: str) -> User:
    """Return an account by name.

    Raises:
        UsageError: if there is none.
    """
    user = db.scalar(select(User).where(User.name == name))
    if user is None:
        known = db.scalars(select(User.name)).all()
        raise UsageError(f"no user {name!r}; {did_you_mean(name, known)}")
    return user


def change_password(store: Store, person: Person, old: str, new: str) -> None:
    """Give the account another password and end its sessions.

    Raises:
        SpeechkitError: if the old one is wrong.
        UsageError: if the new one is too weak.
    """
    with store.read() as db:
        before = db.get_one(User, person.id).password
    if not _matches(before, old):
        raise SpeechkitError("that is not the present password")
    check_password(new, person.name)
    hashed = _HASHER.hash(new)
    with store.write() as db:
        user = db.get_one(User, person.id)
        if user.password != before:
            raise SpeechkitError("the password was changed meanwhile")
        _renew(db, user, hashed)
        record(db, person.name, "password-changed")


def reset_password(db: Db, name: str, new: str, *, by: str = "command line") -> None:
    """Give an account a new password, for a person who forgot theirs; its sessions end.

    Raises:
        UsageError: if there is no such account, or the password is too weak.
    """
    user = find_user(db, name)
    check_password(new, user.name)
    _renew(db, user, _HASHER.hash(new))
    record(db, by, "password-reset", user=name)


def change_user(
    db: Db,
    name: str,
    *,
    roles: Sequence[str] | None = None,
    hear_raw: bool | None = None,
    credentials: Sequence[str] | None = None,
    languages: Sequence[str] | None = None,
    disabled: bool | None = None,
    by: str = "command line",
) -> User:
    """Change what an account may do; None leaves a thing as it is. Its sessions end.

    Raises:
        UsageError: if there is no such account, or a role is unknown.
    """
    user = find_user(db, name)
    _check_roles(roles or ())
    changes = {
        "roles": None if roles is None else list(roles),
        "hear_raw": hear_raw,
        "credentials": None if credentials is None else list(credentials),
        "languages": None if languages is None else list(languages),
        "disabled": disabled,
    }
    changed = {field: value for field, value in changes.items() if value is not None}
    for field, value in changed.items():
        setattr(user, field, value)
    db.execute(delete(Login).where(Login.user == user.id))
    record(db, by, "user-changed", user=name, **changed)
    return user


def _renew(db: Db, user: User, hashed: str) -> None:
    user.password = hashed
    db.execute(delete(Login).where(Login.user == user.id))


def _check_roles(roles: Sequence[str]) -> None:
    for role in roles:
        if role not in ROLES:
            raise UsageError(f"no role {role!r}; {did_you_mean(role, ROLES)}")


def check_password(password: str, name: str) -> None:
    """Refuse what is guessed at once (OWASP ASVS 2.1: 12 characters or more, no other rules)."""
    if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
        raise UsageError(f"a password must have {LEAST_PASSWORD} to {MOST_PASSWORD} characters")
    if name.casefold() in password.casefold() and len(name) > 3:
        raise UsageError("a password must not contain the user's name")
    if len(set(password)) < 5:
        raise UsageError("a password must have at least five different characters")


def log_in(store: Store, name: str, password: str) -> Opened | None:
    """Open a session; None if name or password is wrong, or the account closed.

    Passwords are hashed between two transactions: that takes long, and others want to write.
    """
    with store.read() as db:
        hashed = db.scalar(select(User.password).where(User.name == name)) or _nobody()
    right = _matches(hashed, password)
    renewed = _HASHER.hash(password) if right and _HASHER.check_needs_rehash(hashed) else ""
    with store.write() as db:
        user = db.scalar(select(User).where(User.name == name))
        if user is None or not right or user.password != hashed or user.disabled:
            record(db, "somebody", "login-refused")  # a mistyped name may be a password
            return None
        if renewed:
            user.password = renewed
        return _open(db, user)


def log_in_as(db: Db, name: str, subject: str) -> Opened | None:
    """Open a session for somebody whom an OpenID provider has named; None without an account.

    Names may change at a provider, and another person may get one: the first login binds the account
    to the provider's own, unchanging `subject`, and from then on only that opens it.
    """
    user = db.scalar(select(User).where(User.subject == subject))
    if user is None:
        user = db.scalar(select(User).where(User.name == name, User.subject.is_(None)))
        if user is not None and not user.disabled:
            user.subject = subject
            record(db, user.name, "account-bound", by="provider")
    if user is None or user.disabled:
        record(db, "somebody", "login-refused", by="provider")
        return None
    return _open(db, user, by="provider")


def _open(db: Db, user: User, **facts: str) -> Opened:
    token, csrf, now = secrets.token_urlsafe(32), secrets.token_urlsafe(32), time.time()
    db.execute(delete(Login).where(Login.created < now - LONGEST))
    db.add(Login(token=_digest(token), user=user.id, csrf=csrf, created=now, seen=now))
    record(db, user.name, "login", **facts)
    return Opened(person=person_of(user), token=token, csrf=csrf)


def log_out(db: Db, token: str, who: str) -> None:
    """End a session."""
    db.execute(delete(Login).where(Login.token == _digest(token)))
    record(db, who, "logout")


def who_is(db: Db, token: str, idle: float = IDLE) -> tuple[Person, str, float] | None:
    """Return who a token belongs to, the session's CSRF token and when it was last seen.

    A session ends `idle` seconds after its person last did something.
    """
    login = db.get(Login, _digest(token))
    now = time.time()
    if login is None or now - login.seen > idle or now - login.created > LONGEST:
        return None
    user = db.get_one(User, login.user)
    return None if user.disabled else (person_of(user), login.csrf, login.seen)


def touch(db: Db, token: str) -> None:
    """Note that a session is in use."""
    login = db.get(Login, _digest(token))
    if login is not None:
        login.seen = time.time()


def same(a: str, b: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(a.encode(), b.encode())


@cache
def _nobody() -> str:
    """Verified when there is no such account, so that timing does not tell which names exist."""
    return _HASHER.hash(secrets.token_urlsafe(16))


def _matches(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password[: MOST_PASSWORD + 1])
    except (VerifyMismatchError, InvalidHashError):
        return False


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def person_of(user: User) -> Person:
    """Return what an account may do."""
    return Person(
        id=user.id,
        name=user.name,
        roles=tuple(user.roles),
        hear_raw=user.hear_raw,
        credentials=tuple(user.credentials),
        languages=tuple(user.languages),
    )
