"""Tables of the review database. Lines and operations hold what patients said: PHI.

Times are UTC seconds since 1970 as floats: leases and sessions are compared, not displayed.
"""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import JSON, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

TaskState = Literal["open", "submitted", "approved"]
EditKind = Literal[
    "text", "split", "merge", "retime", "speaker", "labels", "mark", "unmark", "accept", "insert",
    "delete", "name", "texts", "undo",
]  # fmt: skip


class Base(DeclarativeBase):
    """All tables."""

    type_annotation_map = {  # noqa: RUF012  SQLAlchemy reads it from the class
        str: String(200),
        TaskState: String(200),
        EditKind: String(200),
        float: Float(53),
        int: Integer,
        list[str]: JSON,
        list[Any]: JSON,
        dict[str, dict[str, str]]: JSON,
        dict[str, str]: JSON,
        dict[str, Any]: JSON,
    }


class User(Base):
    """A local account. `hear_raw` is a right of its own, whatever the role."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    password: Mapped[str]  # argon2id, with its parameters and salt
    roles: Mapped[list[str]]
    hear_raw: Mapped[bool] = mapped_column(default=False)
    credentials: Mapped[list[str]] = mapped_column(default=list)
    languages: Mapped[list[str]] = mapped_column(default=list)
    disabled: Mapped[bool] = mapped_column(default=False)
    words: Mapped[list[str]] = mapped_column(default=list)  # spelt so, for this person
    subject: Mapped[str | None]  # who that is at an OpenID provider, from the first login there on
    preferences: Mapped[dict[str, Any]] = mapped_column(default=dict)  # keys, speed, places
    created: Mapped[float]


class Login(Base):
    """A session in a browser. Only the digest of its token is kept."""

    __tablename__ = "logins"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    user: Mapped[int] = mapped_column(ForeignKey("users.id"))
    csrf: Mapped[str]
    created: Mapped[float]
    seen: Mapped[float]


class Task(Base):
    """One person's pass over one recording.

    `track` tells apart passes over the same recording (`a`, `b`, `adjudicated`). `epoch` counts
    leases: an edit under an older one is refused. `needs` names a credential, or is empty.
    """

    __tablename__ = "tasks"

    id: Mapped[str] = mapped_column(primary_key=True)
    recording: Mapped[str] = mapped_column(index=True)
    track: Mapped[str] = mapped_column(default="a")
    state: Mapped[TaskState] = mapped_column(default="open")
    language: Mapped[str] = mapped_column(default="")
    needs: Mapped[str] = mapped_column(default="")
    assignee: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    holder: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    epoch: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[float] = mapped_column(default=0.0)
    num_edits: Mapped[int] = mapped_column(default=0)
    priority: Mapped[float] = mapped_column(default=0.0)  # expected errors a minute of audio
    audit_share: Mapped[bool] = mapped_column(default=False)  # drawn at random, not by priority
    known: Mapped[list[Any]] = mapped_column(default=list)  # answers of a honey pot, else empty
    duration: Mapped[float]
    speakers: Mapped[dict[str, dict[str, str]]] = mapped_column(default=dict)
    inputs: Mapped[dict[str, str]] = mapped_column(default=dict)  # layers it was made from
    # Stretches in seconds that stay silent for those without the right, wherever marks go.
    mutes: Mapped[list[Any]] = mapped_column(default=list)
    due: Mapped[str] = mapped_column(default="")  # ISO date by which it is wanted; "": none


class LineRow(Base):
    """A line of a task; `content` is a `line.Line` as JSON. Gone lines stay until hand-over."""

    __tablename__ = "lines"

    task: Mapped[str] = mapped_column(ForeignKey("tasks.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    rev: Mapped[int] = mapped_column(default=1)
    start: Mapped[float]
    gone: Mapped[bool] = mapped_column(default=False)
    done: Mapped[bool] = mapped_column(default=False)  # accepted, by a person or a policy
    content: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index("lines_in_order", "task", "start"),)


class OperationRow(Base):
    """An edit that was applied, once. `before` and `after` are erased at hand-over."""

    __tablename__ = "operations"

    op_id: Mapped[str] = mapped_column(primary_key=True)
    task: Mapped[str] = mapped_column(ForeignKey("tasks.id"), index=True)
    number: Mapped[int]  # within the task
    user: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[EditKind]
    segment: Mapped[str]
    asked: Mapped[str]  # digest of the request: another one under this op_id is refused
    touched: Mapped[list[str]]
    undoes: Mapped[str] = mapped_column(default="")  # the `op_id` that an undo takes back
    before: Mapped[str] = mapped_column(Text)  # JSON: id → {rev, line or null}
    after: Mapped[str] = mapped_column(Text)
    when: Mapped[float]


class RemarkRow(Base):
    """What people say to one another about a task or one of its lines. It may name anybody: PHI."""

    __tablename__ = "remarks"

    id: Mapped[str] = mapped_column(primary_key=True)
    task: Mapped[str] = mapped_column(ForeignKey("tasks.id"), index=True)
    line: Mapped[str] = mapped_column(default="")  # "": the whole recording
    user: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str]  # question, answer, reason
    text: Mapped[str] = mapped_column(Text)
    done: Mapped[bool] = mapped_column(default=False)  # answered, or worked in
    when: Mapped[float]


class ProjectRow(Base):
    """What a team shares: one row. No patient's words belong there."""

    __tablename__ = "project"

    id: Mapped[int] = mapped_column(primary_key=True)
    closed: Mapped[bool] = mapped_column(default=False)  # nobody works on it; all can be read
    guidelines: Mapped[str] = mapped_column(Text, default="")
    expansions: Mapped[dict[str, str]] = mapped_column(default=dict)  # htn: hypertension
    words: Mapped[list[str]] = mapped_column(default=list)  # of the team, beside people's own


class AuditRow(Base):
    """One event, chained to the one before by its hash. Ids and counts, never text."""

    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    when: Mapped[str]
    who: Mapped[str]
    event: Mapped[str]
    facts: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The last link of the chain: one row, locked by whoever adds to it."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
