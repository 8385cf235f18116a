"""Find and replace over all recordings of a person: a look first, one request, one undo."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from speechkit.review.replacing import Wanted, preview, replace_everywhere, undo_everywhere
from speechkit.review.requests import Id
from speechkit.review.server.context import CurrentContext, CurrentPerson

router = APIRouter(prefix="/api/replace")

_Text = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f⟦⟧]*$")]


class Asked(BaseModel):
    """What is looked for, and what is put in its place."""

    model_config = ConfigDict(extra="forbid")

    what: Annotated[_Text, Field(min_length=1)]
    by: _Text = ""
    whole_words: bool = False
    match_case: bool = False


class Group(BaseModel):
    """A replacement that was made."""

    model_config = ConfigDict(extra="forbid")

    group: Id


@router.post("/preview")
def look(asked: Asked, context: CurrentContext, person: CurrentPerson) -> Response:
    """Return what would be replaced, with what stands around it."""
    with context.store.read() as db:
        return _json(preview(db, person, Wanted(**asked.model_dump())))


@router.post("")
def replace(asked: Asked, context: CurrentContext, person: CurrentPerson) -> Response:
    """Replace it in all recordings that are the person's to correct."""
    with context.store.write() as db:
        return _json(replace_everywhere(db, person, Wanted(**asked.model_dump())))


@router.post("/undo")
def undo(asked: Group, context: CurrentContext, person: CurrentPerson) -> Response:
    """Take a replacement back, everywhere."""
    with context.store.write() as db:
        return _json(undo_everywhere(db, person, asked.group))


def _json(value: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")
