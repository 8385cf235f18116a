"""What readers of services' JSON share: decoding, fields that are not used, times, names."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from babel import Locale
from babel.core import get_global

from speechkit.core.errors import InputError
from speechkit.core.time import round_ms
from speechkit.core.types import Segment
from speechkit.formats.fields import in_order
from speechkit.formats.transcript import Notes, Reading

Shape = TypeVar("Shape", bound=msgspec.Struct)

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ISO_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)s?")


@lru_cache(maxsize=2)  # every format that shares a suffix is asked about the same text
def _decoded(text: str) -> Any:
    return msgspec.json.decode(text.lstrip("\ufeff").encode())


def read_object(text: str) -> Mapping[str, Any]:
    """Return the JSON object that a text is; an empty one for anything else."""
    try:
        value = _decoded(text)
    except (msgspec.MsgspecError, UnicodeEncodeError):
        return {}
    return value if isinstance(value, dict) else {}


def snake_case(value: Any) -> Any:
    """Return a JSON value with the names of its fields in snake case, as libraries also write them.

    >>> snake_case({"resultEndTime": [{"languageCode": "en"}], "maskedITN": ""})
    {'result_end_time': [{'language_code': 'en'}], 'masked_itn': ''}
    """
    if isinstance(value, dict):
        return {_CAMEL.sub("_", str(key)).lower(): snake_case(item) for key, item in value.items()}
    if isinstance(value, list):
        return [snake_case(item) for item in value]
    return value


def shape_of(value: Any, type_: type[Shape], where: Path) -> Shape:
    """Return a JSON value in the shape that a service documents; numbers may stand as text.

    Raises:
        InputError: with the place in the document, if it does not fit; quotes nothing of it.
    """
    try:
        return msgspec.convert(value, type_, strict=False)
    except msgspec.ValidationError as error:
        raise InputError(f"{where}: {error}") from error


def note_unused(
    value: Any, type_: type[msgspec.Struct], notes: Notes, figures: frozenset[str] = frozenset()
) -> None:
    """Note the fields of a document that its shape does not name and that are not empty.

    `figures` are fields about the job, not about what was said (ids, dates, prices).
    """
    for name, of in _unused(value, msgspec.inspect.type_info(type_), ""):
        if name not in figures:
            shown = f"the field {name!r}" if name.isidentifier() else "a field"
            notes.add(0, f"{shown} of {of}" if of else shown)


def _unused(value: Any, info: msgspec.inspect.Type, of: str) -> Iterator[tuple[str, str]]:
    """Yield (name, name of the field around it) of what a shape does not name."""
    if isinstance(info, msgspec.inspect.UnionType):
        inner = [each for each in info.types if _holds(value, each)]
        if inner:
            yield from _unused(value, inner[0], of)
    elif isinstance(info, msgspec.inspect.ListType) and isinstance(value, list):
        for item in value:
            yield from _unused(item, info.item_type, of)
    elif isinstance(info, msgspec.inspect.StructType) and isinstance(value, dict):
        known = {field.encode_name: field.type for field in info.fields}
        for name, item in value.items():
            if name in known:
                yield from _unused(item, known[name], name)
            elif item not in (None, "", [], {}):
                yield name, of


def _holds(value: Any, info: msgspec.inspect.Type) -> bool:
    kinds = (msgspec.inspect.ListType, list), (msgspec.inspect.StructType, dict)
    return any(isinstance(info, type_) and isinstance(value, of) for type_, of in kinds)


def seconds_of(value: Any, where: Path) -> float | None:
    """Return seconds from a number, `1.5`, `1.5s`, `PT1.5S` or {"seconds": …, "nanos": …}.

    Raises:
        InputError: for anything else, as for a time before 0.

    >>> [seconds_of(x, Path("a")) for x in (1, "1.5s", "PT1M2.5S", {"seconds": "3"}, None)]
    [1.0, 1.5, 62.5, 3.0, None]
    """
    if value is None or value == "":
        return None
    found = math.nan
    if isinstance(value, int | float) and not isinstance(value, bool):
        found = float(value)
    elif isinstance(value, str):
        if (match := _ISO_DURATION.fullmatch(value)) and any(match.groups()):
            hours, minutes, rest = (float(part or 0) for part in match.groups())
            found = hours * 3600 + minutes * 60 + rest
        elif match := _SECONDS.fullmatch(value):
            found = float(match[1])
    elif isinstance(value, dict) and value.keys() <= {"seconds", "nanos"}:
        whole = seconds_of(value.get("seconds", 0), where) or 0.0
        found = whole + (seconds_of(value.get("nanos", 0), where) or 0.0) / 1e9
    if not 0 <= found < math.inf:
        raise InputError(f"{where}: a time that is none, or lies before 0")
    return round_ms(found)


def share_of(value: float | None) -> float | None:
    """Return a confidence from 0 to 1; None for one that is none.

    >>> share_of(0.5), share_of(87.0), share_of(None)
    (0.5, None, None)
    """
    return value if value is not None and 0 <= value <= 1 else None


def speaker_of(value: int | str | None) -> str:
    """Return what a service calls a speaker; a bare number says that it is one.

    >>> speaker_of(0), speaker_of("A"), speaker_of("spk_1"), speaker_of(None)
    ('speaker_0', 'A', 'spk_1', '')
    """
    text = "" if value is None else str(value).strip()
    if text.upper() in ("UU", "UNKNOWN", "NONE", "NULL"):
        return ""
    return f"speaker_{text}" if text.isdecimal() else text


def language_of(value: str | None) -> str:
    """Return a language as BCP 47 has it, from a tag, an ISO 639-3 code or an English name.

    >>> [language_of(x) for x in ("en_us", "eng", "English", "es-419", "multi", None)]
    ['en-US', 'en', 'en', 'es-419', '', '']
    """
    parts = (value or "").strip().replace("_", "-").split("-")
    code = _codes().get(parts[0].casefold(), parts[0].casefold())
    if not code.isalpha() or not 2 <= len(code) <= 3:
        return ""
    regions = [part.upper() if len(part) == 2 else part for part in parts[1:] if part]
    return "-".join([code, *regions])


@cache
def _codes() -> Mapping[str, str]:
    """Codes of two letters by English name and by code of three letters."""
    names = {name.casefold(): code for code, name in Locale("en").languages.items()}
    aliases: Mapping[str, str] = get_global("language_aliases")
    return {**names, **{code: alias for code, alias in aliases.items() if len(code) == 3}}


def reading_of(
    where: Path,
    segments: Iterable[Segment | None],
    notes: Notes,
    alternatives: Iterable[Segment | None] = (),
) -> Reading[Segment]:
    """Return what a file about one recording says; one in which nothing was said is empty."""
    others = [each for each in alternatives if each is not None]
    if others:
        notes.add(0, "an alternative, kept beside the transcript", len(others))
    name = where.stem
    return Reading(
        recordings=in_order([(name, each) for each in segments if each is not None], [name]),
        notes=notes.all(),
        alternatives={name: tuple(others)} if others else {},
    )
