"""prov.json: W3C PROV-JSON (https://www.w3.org/submissions/prov-json/) of a release.

Recorder → vault → stages → release: each recording with the digest under which it was handed over.
There are no times in it: the same inputs give the same bytes; times stand in the audit log.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from speechkit.core.digest import canonical_json, digest_of
from speechkit.core.types import Recording
from speechkit.manifest.schema import Release


def provenance(release: Release, recordings: Sequence[Recording]) -> str:
    """Return the document."""
    name = f"sk:release/{release.corpus}/{release.version}"
    entities: dict[str, Any] = {name: {"prov:type": "prov:Collection"}}
    derived: dict[str, Any] = {}
    members: dict[str, Any] = {}
    generated: dict[str, Any] = {}
    used: dict[str, Any] = {}
    for recording in recordings:
        here = f"sk:recording/{recording.id}"
        entities[here] = {"sk:sha256": recording.audio.sha256, "sk:phi": recording.phi}
        members[f"_:m-{recording.id}"] = {"prov:collection": name, "prov:entity": here}
        generated[f"_:g-{recording.id}"] = {"prov:entity": here, "prov:activity": "sk:release"}
        if recording.derived_from:
            raw = f"sk:recording/{recording.derived_from}"
            entities[raw] = {"sk:phi": "raw", "sk:device": recording.context.device}
            derived[f"_:d-{recording.id}"] = {
                "prov:generatedEntity": here,
                "prov:usedEntity": raw,
                "prov:activity": "sk:release",
            }
            used[f"_:u-{recording.derived_from}"] = {
                "prov:activity": "sk:release",
                "prov:entity": raw,
            }
    activities: dict[str, Any] = {"sk:release": {"sk:version": release.speechkit}}
    associated: dict[str, Any] = {
        "_:a-release": {"prov:activity": "sk:release", "prov:agent": "sk:speechkit"}
    }
    informed: dict[str, Any] = {}
    for tool in release.tools:
        stage = f"sk:stage/{tool.stage}/{digest_of(tool)[:12]}"
        activities[stage] = {
            "sk:version": tool.version,
            "sk:engine": tool.engine,
            "sk:revision": tool.revision,
        }
        associated[f"_:a-{digest_of(tool)[:12]}"] = {
            "prov:activity": stage,
            "prov:agent": "sk:speechkit",
        }
        informed[f"_:i-{digest_of(tool)[:12]}"] = {
            "prov:informed": "sk:release",
            "prov:informant": stage,
        }
    if release.parent is not None:
        before = f"sk:release/{release.corpus}/{release.parent.version}"
        entities[before] = {"sk:sha256": release.parent.digest}
        derived["_:d-parent"] = {
            "prov:generatedEntity": name,
            "prov:usedEntity": before,
            "prov:type": "prov:Revision",
        }
    agents: dict[str, Any] = {
        "sk:speechkit": {"prov:type": "prov:SoftwareAgent", "sk:version": release.speechkit}
    }
    if release.deidentified_by:
        agents["sk:vouching"] = {"prov:type": "prov:Agent", "prov:label": release.deidentified_by}
    document = {
        "prefix": {"prov": "http://www.w3.org/ns/prov#", "sk": "urn:speechkit:"},
        "entity": entities,
        "activity": activities,
        "agent": agents,
        "wasDerivedFrom": derived,
        "hadMember": members,
        "wasGeneratedBy": generated,
        "used": used,
        "wasAssociatedWith": associated,
        "wasInformedBy": informed,
    }
    kept = {key: value for key, value in document.items() if value}
    return canonical_json(kept).decode() + "\n"
