"""FHIR `Consent`, R4B and R5, to and from consent records.

Codes are checked here: a library that accepts any code would let an unknown status through, and
what is unknown must not permit. What FHIR has no field for travels in extensions of ours.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.errors import InputError
from speechkit.governance.consent import ConsentRecord, check_record
from speechkit.governance.fhir_rules import Version, not_understood, read_rules

_PURPOSE_SYSTEM = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
OWN = "urn:speechkit:"
_PURPOSES = {"research": "HRESCH", "quality": "HQUALIMP", "treatment": "TREAT"}
_OWN_FIELDS = frozenset(
    "withdrawn-on evidence-sha256 policy legal-basis agreement participant".split()
)
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
        "identifier": [{"system": f"{OWN}consent", "value": record.id}],
        "status": status.get(record.status, record.status),
        "category": [_CATEGORY],
        "extension": [{"url": f"{OWN}{key}", "valueString": value} for key, value in extensions],
    }
    if not resource["extension"]:
        del resource["extension"]
    if version == "R4B":
        resource["scope"] = _CATEGORY
        resource["policy"] = [{"uri": record.policy or f"{OWN}policy"}]
        resource["provision"] = {"type": "permit", **provision}
    else:
        resource["decision"] = "permit"
        if provision:
            resource["provision"] = [provision]
    return resource


def from_fhir(resource: dict[str, Any], version: Version = "R5") -> ConsentRecord:
    """Return a FHIR Consent resource as a record.

    Only elements that are understood are read; any other refuses the resource, by name, since it
    may take back what the rest permits. A rule that does not say that it permits denies.

    Raises:
        InputError: for another resource, an unknown code, or an element that is not understood.
    """
    if resource.get("resourceType") != "Consent":
        raise InputError("not a FHIR Consent (resourceType)")
    identifiers = resource.get("identifier") or []
    name = next((item.get("value") for item in identifiers if item.get("value")), "")
    where = f"Consent {name or resource.get('id') or ''}".rstrip()
    rules = read_rules(resource, version, where)
    own: dict[str, list[str]] = {}
    for extension in resource.get("extension") or []:
        key = str(extension.get("url", ""))
        if not key.startswith(OWN) or key.removeprefix(OWN) not in _OWN_FIELDS:
            raise not_understood(where, "extension")
        if not isinstance(extension.get("valueString"), str):
            raise not_understood(where, f"extension {key}")
        own.setdefault(key.removeprefix(OWN), []).append(extension["valueString"])
    withdrawn = (own.get("withdrawn-on") or [""])[0]
    record = ConsentRecord(
        id=str(name or resource.get("id") or ""),
        status="withdrawn" if withdrawn else rules.status,
        purposes=tuple(_purpose_name(coding) for coding in rules.purposes),
        valid_from=rules.valid_from,
        valid_until=rules.valid_until,
        withdrawn_on=withdrawn,
        policy=(own.get("policy") or [_policy(rules.policy)])[0],
        evidence=(own.get("evidence-sha256") or [""])[0],
        legal_basis=tuple(own.get("legal-basis", ())),
        agreements=tuple(own.get("agreement", ())),
        participants=tuple(own.get("participant", ())),
    )
    return check_record(record, where)


def _purpose_coding(name: str) -> dict[str, str]:
    if name in _PURPOSES:
        return {"system": _PURPOSE_SYSTEM, "code": _PURPOSES[name]}
    return {"system": f"{OWN}purpose", "code": name}


def _purpose_name(coding: dict[str, Any]) -> str:
    code = str(coding.get("code", ""))
    if coding.get("system") == _PURPOSE_SYSTEM:
        return next((name for name, ours in _PURPOSES.items() if ours == code), code)
    if coding.get("system") == f"{OWN}purpose":
        return code
    return f"{coding.get('system', '')}|{code}"  # of a system that is not known here


def _policy(uri: str) -> str:
    return "" if uri == f"{OWN}policy" else uri
