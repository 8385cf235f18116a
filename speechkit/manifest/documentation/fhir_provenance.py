"""provenance.fhir.json: FHIR `Provenance` of a release, in a Bundle that is R4B and R5 at once.

One resource for the release, one for each recording: what it was made from, and by whom. Codes are
those of http://hl7.org/fhir/provenance-entity-role and of participation types that both versions
have. When it was made stands in the audit log: the same inputs give the same bytes. `recorded`,
which R4B asks for, therefore says that it is masked, until `with_times` puts it in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.digest import canonical_json
from speechkit.core.errors import InputError
from speechkit.core.types import Recording
from speechkit.manifest.lines import reason_of
from speechkit.manifest.schema import Custody, Release

FILE = "provenance.fhir.json"
_OWN = "urn:speechkit:"
_TYPES = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_OPERATIONS = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"


def fhir_provenance(
    release: Release, recordings: Sequence[Recording], custody: Mapping[str, Custody]
) -> str:
    """Return the Bundle."""
    entries = [_of_release(release, recordings)]
    entries += [_of_recording(release, r, custody.get(r.id)) for r in recordings]
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": resource} for resource in entries],
    }
    return canonical_json(bundle).decode() + "\n"


def read_provenance(path: Path) -> dict[str, Any]:
    """Read the Bundle of a release.

    Raises:
        InputError: if it is not there, or no JSON.
    """
    file = path / FILE
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: {reason_of(error)}") from error


def with_times(bundle: dict[str, Any], recorded: str, by: str) -> dict[str, Any]:
    """Return the Bundle with when it was recorded (ISO 8601, with its zone), and by whom."""
    agent = {"type": _type("enterer"), "who": {"display": by}}
    entries = []
    for entry in bundle["entry"]:
        resource = {key: value for key, value in entry["resource"].items() if key != "_recorded"}
        resource |= {"recorded": recorded, "agent": [*resource["agent"], agent]}
        entries.append({"resource": resource})
    return {**bundle, "entry": entries}


def _of_release(release: Release, recordings: Sequence[Recording]) -> dict[str, Any]:
    parent = release.parent
    entities = [] if parent is None else [_entity("revision", "release", parent.digest)]
    entities += [_entity("source", "recording", recording.id) for recording in recordings]
    agents = [_agent("assembler", f"speechkit {release.speechkit}")]
    if release.deidentified_by:
        agents.append(_agent("attester", release.deidentified_by))
    target = _reference("release", f"{release.corpus}/{release.version}")
    return _provenance(target, "CREATE", agents, entities)


def _of_recording(
    release: Release, recording: Recording, custody: Custody | None
) -> dict[str, Any]:
    agents = [_agent("assembler", f"speechkit {release.speechkit}")]
    entities = []
    if custody is not None and custody.hand_overs:
        raw = _entity("source", "raw-recording", recording.derived_from or "")
        if custody.device:
            raw["agent"] = [_agent("author", custody.device)]
        entities.append(raw)
        for link in custody.hand_overs:
            entity = _entity("source", "layer", link.digest)
            tool = f"{link.stage} {link.version} {link.engine}".strip()
            entity["agent"] = [_agent("performer", tool)]
            entities.append(entity)
    return _provenance(_reference("recording", recording.id), "CREATE", agents, entities)


def _provenance(
    target: dict[str, Any],
    activity: str,
    agents: list[dict[str, Any]],
    entities: list[dict[str, Any]],
) -> dict[str, Any]:
    masked = {"extension": [{"url": _ABSENT, "valueCode": "masked"}]}
    resource = {
        "resourceType": "Provenance",
        "target": [target],
        "_recorded": masked,
        "activity": {"coding": [{"system": _OPERATIONS, "code": activity}]},
        "agent": agents,
    }
    return resource | ({"entity": entities} if entities else {})


def _entity(role: str, kind: str, value: str) -> dict[str, Any]:
    return {"role": role, "what": _reference(kind, value)}


def _reference(kind: str, value: str) -> dict[str, Any]:
    return {"identifier": {"system": f"{_OWN}{kind}", "value": value}}


def _agent(type_: str, display: str) -> dict[str, Any]:
    return {"type": _type(type_), "who": {"display": display}}


def _type(code: str) -> dict[str, Any]:
    return {"coding": [{"system": _TYPES, "code": code}]}
