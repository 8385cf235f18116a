"""FHIR `Consent`, R4B and R5, to and from consent records.

Codes are checked here: a library that accepts any code would let an unknown status through, and
what is unknown must not permit. What FHIR has no field for travels in extensions of ours.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

from speechkit.core.errors import InputError
from speechkit.governance.consent import ConsentRecord, Status, check_record

Version = Literal["R4B", "R5"]
_PURPOSE_SYSTEM = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
_OWN = "urn:speechkit:"
_PURPOSES = {"research": "HRESCH", "quality": "HQUALIMP", "treatment": "TREAT"}
# https://hl7.org/fhir/R4B/valueset-consent-state-codes.html, https://hl7.org/fhir/R5/…
_STATUSES: dict[Version, dict[str, Status]] = {
    "R4B": {
        "draft": "draft",
        "proposed": "draft",
        "active": "active",
        "rejected": "rejected",
        "inactive": "inactive",
        "entered-in-error": "rejected",
    },
    "R5": {
        "draft": "draft",
        "active": "active",
        "inactive": "inactive",
        "not-done": "rejected",
        "entered-in-error": "rejected",
        "unknown": "inactive",
    },
}
_CATEGORY = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "research"}]
}


def read_resources(file: Path) -> list[dict[str, Any]]:
    """Read FHIR resources from JSON: one, a list of them, or a Bundle.

    Raises:
        InputError: with file and reason.
    """
    try:
        found: Any = msgspec.json.decode(file.read_bytes())
    except OSError as error:
        raise InputError(f"{file}: {error.strerror or error}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: not JSON") from error
    if isinstance(found, dict) and found.get("resourceType") == "Bundle":
        entries = found.get("entry") or []
        found = [entry.get("resource") if isinstance(entry, dict) else None for entry in entries]
    resources = found if isinstance(found, list) else [found]
    for number, resource in enumerate(resources, start=1):
        if not isinstance(resource, dict):
            raise InputError(f"{file}, resource {number}: not a FHIR resource")
    return resources


def to_fhir(record: ConsentRecord, version: Version = "R5") -> dict[str, Any]:
    """Return a record as a FHIR Consent resource."""
    status = {"withdrawn": "inactive", "rejected": "not-done" if version == "R5" else "rejected"}
    period = {"start": record.valid_from, "end": record.valid_until}
    provision: dict[str, Any] = {
        "purpose": [_purpose_coding(name) for name in record.purposes],
        "period": {key: value for key, value in period.items() if value},
    }
    provision = {key: value for key, value in provision.items() if value}
    own = {
        "withdrawn-on": record.withdrawn_on,
        "evidence-sha256": record.evidence,
        "policy": record.policy,
    }
    lists = {
        "legal-basis": record.legal_basis,
        "agreement": record.agreements,
        "participant": record.participants,
    }
    extensions = [(key, value) for key, value in own.items() if value]
    extensions += [(key, value) for key, values in lists.items() for value in values]
    resource: dict[str, Any] = {
        "resourceType": "Consent",
        "identifier": [{"system": f"{_OWN}consent", "value": record.id}],
        "status": status.get(record.status, record.status),
        "category": [_CATEGORY],
        "extension": [{"url": f"{_OWN}{key}", "valueString": value} for key, value in extensions],
    }
    if not resource["extension"]:
        del resource["extension"]
    if version == "R4B":
        resource["scope"] = _CATEGORY
        resource["policy"] = [{"uri": record.policy or f"{_OWN}policy"}]
        resource["provision"] = {"type": "permit", **provision}
    else:
        resource["decision"] = "permit"
        if provision:
            resource["provision"] = [provision]
    return resource


def from_fhir(resource: dict[str, Any], version: Version = "R5") -> ConsentRecord:
    """Return a FHIR Consent resource as a record; what is not understood does not permit.

    Raises:
        InputError: for another resource, an unknown status, or no identifier.
    """
    if resource.get("resourceType") != "Consent":
        raise InputError("not a FHIR Consent (resourceType)")
    said = resource.get("status")
    if said not in _STATUSES[version]:
        known = ", ".join(_STATUSES[version])
        raise InputError(f"Consent.status is none of FHIR {version}'s: {known}")
    identifiers = resource.get("identifier") or []
    name = next((item.get("value") for item in identifiers if item.get("value")), "")
    name = name or resource.get("id") or ""
    own: dict[str, list[str]] = {}
    for extension in resource.get("extension") or []:
        key = str(extension.get("url", ""))
        if key.startswith(_OWN) and isinstance(extension.get("valueString"), str):
            own.setdefault(key.removeprefix(_OWN), []).append(extension["valueString"])
    provisions = resource.get("provision") or []
    provisions = [provisions] if isinstance(provisions, dict) else provisions
    denies = any(item.get("type") == "deny" for item in provisions) or (
        resource.get("decision") == "deny"
    )
    if denies or len(provisions) > 1 or any(item.get("provision") for item in provisions):
        raise InputError(f"Consent {name}: rules that deny or nest are not understood; no import")
    provision = provisions[0] if provisions else {}
    period = provision.get("period") or {}
    withdrawn = (own.get("withdrawn-on") or [""])[0]
    status = "withdrawn" if withdrawn else _STATUSES[version][said]
    record = ConsentRecord(
        id=str(name),
        status=status,
        purposes=tuple(_purpose_name(coding) for coding in provision.get("purpose") or []),
        valid_from=str(period.get("start") or "")[:10],
        valid_until=str(period.get("end") or "")[:10],
        withdrawn_on=withdrawn,
        policy=(own.get("policy") or [_policy(resource)])[0],
        evidence=(own.get("evidence-sha256") or [""])[0],
        legal_basis=tuple(own.get("legal-basis", ())),
        agreements=tuple(own.get("agreement", ())),
        participants=tuple(own.get("participant", ())),
    )
    return check_record(record, f"Consent {name}")


def _purpose_coding(name: str) -> dict[str, str]:
    if name in _PURPOSES:
        return {"system": _PURPOSE_SYSTEM, "code": _PURPOSES[name]}
    return {"system": f"{_OWN}purpose", "code": name}


def _purpose_name(coding: dict[str, Any]) -> str:
    code = str(coding.get("code", ""))
    if coding.get("system") == _PURPOSE_SYSTEM:
        return next((name for name, ours in _PURPOSES.items() if ours == code), code)
    if coding.get("system") == f"{_OWN}purpose":
        return code
    return f"{coding.get('system', '')}|{code}"  # of a system that is not known here


def _policy(resource: dict[str, Any]) -> str:
    policies = resource.get("policy") or []
    uri = policies[0].get("uri", "") if policies else ""
    return "" if uri == f"{_OWN}policy" else str(uri)
