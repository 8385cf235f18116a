"""The edits that a browser may ask for: one type a kind, nothing beside their fields.

Every one carries `op_id` (a replay is harmless), `lease_epoch` (fencing), `segment` and the
revision it was made on (`base_rev`); offsets count in the text as the sender sees it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from speechkit.core.types import Identifier

Id = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_.:-]+$")]
Offset = Annotated[int, Field(ge=0, le=20_000)]
Seconds = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
Name = Annotated[str, Field(max_length=60, pattern=r"^[^\x00-\x1f]*$")]
LineContent = Annotated[str, Field(max_length=10_000, pattern=r"^[^\x00]*$")]
Role = Literal["doctor", "patient", "nurse", "interpreter", "companion", "other", ""]
_Short = Annotated[str, Field(min_length=1, max_length=20, pattern=r"^\S+$")]
_Expanded = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f⟦⟧]+$")]
Expansions = Annotated[dict[_Short, _Expanded], Field(max_length=2000)]  # htn: hypertension
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]


class Operation(BaseModel):
    """The fields that every edit has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    op_id: Id
    lease_epoch: Count
    segment: Id
    base_rev: Count


class SetText(Operation):
    """The line's text becomes `text`."""

    kind: Literal["text"]
    text: LineContent


class Split(Operation):
    """The line is cut before character `at`; the second half gets the id `new`."""

    kind: Literal["split"]
    at: Offset
    new: Id
    time: Seconds | None = None


class Merge(Operation):
    """The line takes in `next`."""

    kind: Literal["merge"]
    next: Id
    next_rev: Count


class Retime(Operation):
    """The line gets other times."""

    kind: Literal["retime"]
    start: Seconds
    end: Seconds


class SetSpeaker(Operation):
    """Another speaker; with `everywhere`, for all lines of the present one."""

    kind: Literal["speaker"]
    speaker: Name
    everywhere: bool = False


class SetLabels(Operation):
    """The labels that a person set."""

    kind: Literal["labels"]
    labels: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=30)]


class MarkPhi(Operation):
    """Characters [start, end) are an identifier; with `everywhere`, so are the same words elsewhere."""

    kind: Literal["mark"]
    start: Offset
    end: Offset
    identifier: Identifier
    everywhere: bool = False


class UnmarkPhi(Operation):
    """What is marked within [start, end) is not an identifier; with `everywhere`, nor are the same
    words elsewhere."""

    kind: Literal["unmark"]
    start: Offset
    end: Offset
    everywhere: bool = False


class Accept(Operation):
    """The line is right as it stands, or is not after all."""

    kind: Literal["accept"]
    accepted: bool = True


class Insert(Operation):
    """A new, empty line `segment`; `base_rev` is 0."""

    kind: Literal["insert"]
    start: Seconds
    end: Seconds
    speaker: Name = ""


class Delete(Operation):
    """Nothing was said there."""

    kind: Literal["delete"]


class NameSpeaker(Operation):
    """What a speaker is called in the review editor, and which part they play.

    `segment` and `base_rev` are ignored: no line changes.
    """

    kind: Literal["name"]
    speaker: Name
    name: Name
    role: Role = ""


class LineText(BaseModel):
    """The text that one line gets."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    segment: Id
    base_rev: Count
    text: LineContent


class SetTexts(Operation):
    """Several lines get other texts in one edit, which one undo takes back: find and replace."""

    kind: Literal["texts"]
    changes: Annotated[list[LineText], Field(min_length=1, max_length=5000)]


class Undo(Operation):
    """Takes back the edit `undoes`, one's own; undoing an undo is redo. `base_rev` is ignored:
    what counts is that the lines are as that edit left them."""

    kind: Literal["undo"]
    undoes: Id


AnyOperation = Annotated[
    SetText
    | Split
    | Merge
    | Retime
    | SetSpeaker
    | SetLabels
    | MarkPhi
    | UnmarkPhi
    | Accept
    | Insert
    | Delete
    | NameSpeaker
    | SetTexts
    | Undo,
    Field(discriminator="kind"),
]


class Batch(BaseModel):
    """Edits in the order in which they were made.

    One that touches a line that an earlier one of the batch touched was made on what that left:
    the sender could not know its revision, and it is not checked.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    operations: Annotated[list[AnyOperation], Field(min_length=1, max_length=200)]


def _shape(asked: object) -> str:
    several = "operations" in asked if isinstance(asked, dict) else isinstance(asked, Batch)
    return "several" if several else "one"


OneOrSeveral = Annotated[
    Annotated[AnyOperation, Tag("one")] | Annotated[Batch, Tag("several")], Discriminator(_shape)
]
