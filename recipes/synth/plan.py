"""What a release lacks, as requests: the collection plan of `speechkit release stats --targets`."""

from __future__ import annotations

from pathlib import Path

import msgspec

from speechkit.core.errors import InputError
from speechkit.manifest.stats import Missing

from .build import Request
from .casting import accents, languages
from .consultation import specialties

_CONDITIONS = {"in-person": "room", "phone": "phone", "video": "headset"}


class _Stats(msgspec.Struct):
    """The part of the statistics that is read."""

    plan: tuple[Missing, ...]


def read_plan(path: Path) -> tuple[Missing, ...]:
    """Read what `speechkit release stats RELEASE --targets TABLE --json` printed.

    Raises:
        InputError: if it is something else.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Stats).plan
    except (OSError, msgspec.MsgspecError) as error:
        raise InputError(
            f"{path}: not what `speechkit release stats --targets … --json` prints: {error}"
        ) from error


def requests_for(
    plan: tuple[Missing, ...], base: Request
) -> tuple[tuple[Request, ...], tuple[Missing, ...]]:
    """Return a request for each line of a plan, and the lines that none can fill.

    `base` holds what is asked for besides. Minutes and recordings can be made; people cannot, a
    voice is one person; neither can sites, devices, or accents that no voice has.
    """
    requests, left = [], []
    for line in plan:
        changes = _changes(line)
        if changes is None or line.unit == "people":
            left.append(line)
            continue
        amount = (
            {"minutes": line.missing, "count": 0}
            if line.unit == "minutes"
            else {"count": round(line.missing), "minutes": 0.0}
        )
        requests.append(msgspec.structs.replace(base, **changes, **amount))
    return tuple(requests), tuple(left)


def _changes(line: Missing) -> dict[str, object] | None:
    """Return what a request says for such recordings; None if there is no way."""
    field, value = line.field, line.value
    if field == "language" and value in languages():
        return {"languages": (value,)}
    if field == "specialty" and value in specialties("en"):
        return {"specialty": value}
    if field == "sex" and value in ("female", "male"):
        return {"patient_sex": value}
    if field == "modality" and value in _CONDITIONS:
        return {"condition": _CONDITIONS[value]}
    if field == "accent" and value in accents():
        language, voice = accents()[value]
        return {"languages": (language,), "voices": {"patient": voice}}
    low, dash, high = value.partition("-")
    if field == "age_band" and dash and low.isdecimal() and high.isdecimal() and int(low) >= 18:
        return {"patient_ages": (int(low), int(high))}
    return None
