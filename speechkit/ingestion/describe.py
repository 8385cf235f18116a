"""What the table says about a recording: context, participants, consent and references."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from speechkit.core.errors import InputError
from speechkit.core.types import Context, Participant
from speechkit.formats.columns import ROLE_FIELDS, ROLES
from speechkit.formats.tables import Row
from speechkit.ingestion import values


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What a table says about a recording; None, or no key, where it has no column for it.

    `context` maps fields of `Context` to values. Ids of participants are empty where nobody named
    them. `texts` are references by channel (None for all of it); `problems` say which cells were
    left out because their value does not fit.
    """

    context: dict[str, Any] = {}
    participants: tuple[Participant, ...] | None = None
    consent: str | None = None
    synthetic: bool | None = None
    phi: str | None = None
    texts: tuple[tuple[int | None, str], ...] = ()
    reference_rttm: str = ""
    reference_stm: str = ""
    draft: str = ""
    problems: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Description(<{len(self.participants or ())} participants>)"


def describe(
    row: Row, columns: Mapping[str, str], keep: Iterable[str], pseudonym: Callable[[str], str]
) -> Description:
    """Read a row.

    An accent or a device that does not fit is left out and told of in `problems`.

    Raises:
        InputError: if what decides how a recording may be used does not fit: consent, PHI,
            synthetic, channel. It names the field and what would fit.
    """
    cells = {
        field: row.cells.get(column, "")
        for field, column in columns.items()
        if not values.is_blank(row.cells.get(column, ""))
        # "none" is an answer to the question whether there is PHI
        or (field == "phi" and row.cells.get(column, "").strip().lower() == "none")
        or (field == "reference_text" and row.cells.get(column, ""))
    }
    text = cells.get("reference_text", "")
    channel = channel_of(row, columns)
    cells.pop("channel", None)
    problems: list[str] = []
    cells = {field: cell for field, cell in cells.items() if _fits(field, cell, problems)}
    context = _context(cells, columns)
    if tags := {column: row.cells[column] for column in keep if row.cells.get(column, "")}:
        context["tags"] = tags
    people = _participants(cells, channel, pseudonym)
    return Description(
        context=context,
        participants=people if people or _about_people(columns) else None,
        consent=_told(columns, cells, "consent", values.consent, ""),
        synthetic=_told(columns, cells, "synthetic", lambda c: values.flag("synthetic", c), False),
        phi=_told(columns, cells, "phi", values.phi, "raw"),
        texts=((channel, text),) if text else (),
        reference_rttm=cells.get("reference_rttm", ""),
        reference_stm=cells.get("reference_stm", ""),
        draft=cells.get("draft", ""),
        problems=tuple(problems),
    )


def channel_of(row: Row, columns: Mapping[str, str]) -> int | None:
    """Return the channel that a row is about, counted from 0; None where it says nothing."""
    return _channel(row.cells.get(columns.get("channel", ""), ""))


def join(descriptions: tuple[Description, ...]) -> Description:
    """Join rows about the channels of one recording; about all of it, the first row counts."""
    first = descriptions[0]
    spoken = [code for each in descriptions for code in each.context.get("languages", ())]
    return msgspec.structs.replace(
        first,
        context={
            **first.context,
            **({"languages": tuple(dict.fromkeys(spoken))} if spoken else {}),
        },
        participants=None
        if first.participants is None
        else tuple(person for each in descriptions for person in each.participants or ()),
        texts=tuple(text for each in descriptions for text in each.texts),
        problems=tuple(problem for each in descriptions for problem in each.problems),
    )


_CONTEXT: dict[str, Callable[[str], Any]] = {
    "collection_intent": lambda cell: values.label("collection_intent", cell),
    "site": lambda cell: values.label("site", cell),
    "device": lambda cell: values.label("device", cell),
    "specialty": lambda cell: values.code("specialty", cell),
    "encounter_type": lambda cell: values.code("encounter_type", cell),
    "encounter_class": values.encounter_class,
    "reason": values.reason,
    "modality": values.modality,
    "interpreter": lambda cell: values.flag("interpreter", cell),
    "period": values.period,
}


_PERSON: dict[str, Callable[[str], Any]] = {
    "language": values.languages,
    "accent": lambda cell: values.label("accent", cell),
    "sex": values.sex,
    "age_band": values.age_band,
    "age": values.age_band,
    "role": values.role,
}


def _fits(field: str, cell: str, problems: list[str]) -> bool:
    """Say whether a descriptive cell can be read; where it cannot, note it."""
    inner = field.partition("_")[2] if field.partition("_")[0] in ROLES else field
    read = _CONTEXT.get(field) or _PERSON.get(inner)
    if read is None:
        return True
    try:
        read(cell)
    except InputError as error:
        problems.append(f"{error}; left out")
        return False
    return True


def _context(cells: Mapping[str, str], columns: Mapping[str, str]) -> dict[str, Any]:
    nothing = Context()
    context: dict[str, Any] = {
        field: read(cells[field]) if field in cells else getattr(nothing, field)
        for field, read in _CONTEXT.items()
        if field in columns
    }
    spoken = ("language", *(f"{role}_language" for role in ROLES))
    if any(field in columns for field in spoken):
        codes = [code for f in spoken if f in cells for code in values.languages(cells[f])]
        context["languages"] = tuple(dict.fromkeys(codes))
    return context


def _told(
    columns: Mapping[str, str],
    cells: Mapping[str, str],
    field: str,
    read: Callable[[str], Any],
    blank: Any,
) -> Any:
    """Return a cell's value, `blank` where it is empty, None where there is no such column."""
    if field not in columns:
        return None
    return read(cells[field]) if field in cells else blank


def _about_people(columns: Mapping[str, str]) -> bool:
    bare = {*ROLE_FIELDS, "role"} - {"language", "channel"}
    return any(field in bare or field.partition("_")[0] in ROLES for field in columns)


def _participants(
    cells: Mapping[str, str], channel: int | None, pseudonym: Callable[[str], str]
) -> tuple[Participant, ...]:
    people = []
    # One person whom the bare columns describe: without a word about them beside the language of
    # the recording, there is no participant to describe.
    bare = {field: cells[field] for field in (*ROLE_FIELDS, "role") if field in cells}
    if bare.keys() - {"language"}:
        people.append(_participant(bare, channel, pseudonym))
    for role in ROLES:
        about = {f: cells[f"{role}_{f}"] for f in ROLE_FIELDS if f"{role}_{f}" in cells}
        if about:
            own = _channel(about.get("channel", ""))
            people.append(_participant({**about, "role": role}, own, pseudonym))
    return tuple(people)


def _channel(cell: str) -> int | None:
    if values.is_blank(cell):
        return None
    if not (cell.isascii() and cell.isdecimal()):
        raise InputError("channel: not a whole number, counted from 0")
    return int(cell)


def _participant(
    about: Mapping[str, str], channel: int | None, pseudonym: Callable[[str], str]
) -> Participant:
    fields = {field: read(about[field]) for field, read in _PERSON.items() if field in about}
    fields.pop("age", None)
    spoken = fields.get("language", ())
    fields["language"] = spoken[0] if len(spoken) == 1 else ""
    if age := about.get("age_band", about.get("age", "")):
        fields["age_band"] = values.age_band(age)
    return Participant(
        id=pseudonym(about["speaker"]) if "speaker" in about else "", channel=channel, **fields
    )
