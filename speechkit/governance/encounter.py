"""FHIR `Encounter`, R4B and R5, to and from the context of a recording. Codes are kept as given.

class, type, serviceType and reason are those of the context; what FHIR has no field for is in
extensions `urn:speechkit:…`. No terminology is shipped, and no code is looked up.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import UNSET

from speechkit.core.errors import InputError
from speechkit.core.types import Code, Context, Recording
from speechkit.governance.fhir_rules import Version

_OWN = "urn:speechkit:"
_UNKNOWN = Code(
    code="UNK", system="http://terminology.hl7.org/CodeSystem/v3-NullFlavor", display="unknown"
)
_DONE = {"R4B": "finished", "R5": "completed"}
_YEARS = re.compile(r"(\d{4})-(\d{4})")
_TEXTS = ("modality", "collection_intent", "site", "device")
# https://terminology.hl7.org/CodeSystem-v3-ParticipationType.html
_PARTS = {"doctor": "PPRF", "nurse": "SPRF", "interpreter": "TRANS", "companion": "ESC"}


def to_encounter(recording: Recording, version: Version = "R5") -> dict[str, Any]:
    """Return a recording's context as a FHIR Encounter; people under their pseudonyms."""
    context = recording.context
    class_ = _coding(context.encounter_class or _UNKNOWN)  # R4B asks for one
    resource: dict[str, Any] = {
        "resourceType": "Encounter",
        "identifier": [{"system": f"{_OWN}recording", "value": recording.id}],
        "status": _DONE[version],
        "class": class_ if version == "R4B" else [{"coding": [class_]}],
        "extension": _extensions(context),
    }
    if context.encounter_type is not None:
        resource["type"] = [_concept(context.encounter_type)]
    if context.specialty is not None:
        concept = _concept(context.specialty)
        resource["serviceType"] = concept if version == "R4B" else [{"concept": concept}]
    if context.reason is not UNSET:
        concept = _concept(context.reason)
        if version == "R4B":
            resource["reasonCode"] = [concept]
        else:
            resource["reason"] = [{"value": [{"concept": concept}]}]
    if context.period:
        years = _YEARS.fullmatch(context.period)
        start, end = years.groups() if years else (context.period, context.period)
        resource["period" if version == "R4B" else "actualPeriod"] = {"start": start, "end": end}
    _add_people(resource, recording, version)
    return {key: value for key, value in resource.items() if value}


def from_encounter(resource: dict[str, Any], version: Version = "R5") -> Context:
    """Return what a FHIR Encounter says about circumstances. Of several codes, the first counts.

    Raises:
        InputError: for another resource, or values of another kind.
    """
    if resource.get("resourceType") != "Encounter":
        raise InputError("not a FHIR Encounter (resourceType)")
    try:
        own = {
            str(item["url"]).removeprefix(_OWN): item
            for item in resource.get("extension") or []
            if str(item["url"]).startswith(_OWN)
        }
        class_ = resource.get("class")
        if version == "R5":
            class_ = (_first(class_) or {}).get("coding")
            class_ = _first(class_)
        service: Any = resource.get("serviceType")
        reason: Any = _first(resource.get("reasonCode"))
        if version == "R5":
            service = (_first(service) or {}).get("concept")
            reason = (_first((_first(resource.get("reason")) or {}).get("value")) or {}).get(
                "concept"
            )
        found = {
            "languages": tuple(own.get("languages", {}).get("valueString", "").split()),
            "encounter_class": _known(_code(class_)),
            "encounter_type": _of_concept(_first(resource.get("type"))),
            "specialty": _of_concept(service),
            "interpreter": own.get("interpreter", {}).get("valueBoolean"),
            "period": _period(resource.get("period" if version == "R4B" else "actualPeriod")),
            **{name: own.get(name, {}).get("valueString", "") for name in _TEXTS},
        }
        why = _of_concept(reason)
        return msgspec.convert(found | ({} if why is None else {"reason": why}), Context)
    except (TypeError, AttributeError, KeyError, msgspec.ValidationError) as error:
        raise InputError("Encounter: not as FHIR has it") from error


def identifiers_of(resource: dict[str, Any]) -> tuple[str, ...]:
    """Return by which names an Encounter may be known: identifiers, then its id."""
    said = [
        str(item["value"])
        for item in resource.get("identifier") or []
        if isinstance(item, dict) and item.get("value")
    ]
    return (*said, *([str(resource["id"])] if resource.get("id") else []))


def _extensions(context: Context) -> list[dict[str, Any]]:
    texts = {name: getattr(context, name) for name in _TEXTS}
    texts["languages"] = " ".join(context.languages)
    found: list[dict[str, Any]] = [
        {"url": f"{_OWN}{name}", "valueString": text} for name, text in texts.items() if text
    ]
    if context.interpreter is not None:
        found.append({"url": f"{_OWN}interpreter", "valueBoolean": context.interpreter})
    return found


def _add_people(resource: dict[str, Any], recording: Recording, version: Version) -> None:
    who = "individual" if version == "R4B" else "actor"
    system = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
    resource["participant"] = [
        {
            "type": [{"coding": [{"system": system, "code": _PARTS.get(person.role, "PART")}]}],
            who: _person(person.id),
        }
        for person in recording.participants
        if person.role != "patient"
    ]
    for person in recording.participants:
        if person.role == "patient":
            resource.setdefault("subject", _person(person.id))


def _person(name: str) -> dict[str, Any]:
    return {"identifier": {"system": f"{_OWN}participant", "value": name}}


def _coding(code: Code) -> dict[str, str]:
    fields = {"system": code.system, "code": code.code, "display": code.display}
    return {key: value for key, value in fields.items() if value}


def _concept(code: Code) -> dict[str, Any]:
    return {"coding": [_coding(code)]}


def _first(values: Any) -> Any:
    return values[0] if values else None


def _code(coding: Any) -> Code | None:
    if not coding or not coding.get("code"):
        return None
    fields = {name: coding[name] for name in ("code", "system", "display") if name in coding}
    return msgspec.convert(fields, Code)


def _of_concept(concept: Any) -> Code | None:
    return _code(_first((concept or {}).get("coding")))


def _known(code: Code | None) -> Code | None:
    return None if code is not None and code.system == _UNKNOWN.system else code


def _period(said: Any) -> str:
    start, end = (str((said or {}).get(key) or "")[:10] for key in ("start", "end"))
    if start and end and start[:4] != end[:4]:
        return f"{start[:4]}-{end[:4]}"
    return start or end
