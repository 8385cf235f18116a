"""All that a release says about itself in words, out of one source: release.json and recordings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from speechkit.core.types import Recording
from speechkit.manifest.documentation import dataset_card as card
from speechkit.manifest.documentation import datasheets as sheets
from speechkit.manifest.documentation.croissant import croissant
from speechkit.manifest.documentation.facts import gather
from speechkit.manifest.documentation.fhir_provenance import fhir_provenance
from speechkit.manifest.documentation.prov import provenance
from speechkit.manifest.schema import DOCUMENTS, Custody, Release


def release_documents(
    release: Release,
    recordings: Sequence[Recording],
    digests: Mapping[str, str],
    custody: Mapping[str, Custody],
) -> dict[str, bytes]:
    """Return the documents of a release by file name.

    Args:
        release: what release.json holds.
        recordings: in order of their ids.
        digests: of the line files, by name.
        custody: chains of custody, by recording.
    """
    facts = gather(release, recordings)
    texts = {
        "README.md": card.dataset_card(facts),
        "DATASHEET.md": sheets.datasheet(facts),
        "DE-IDENTIFICATION.md": sheets.deidentification(facts),
        "DATA-GOVERNANCE.md": sheets.data_governance(facts),
        "EVIDENCE.md": sheets.evidence(facts),
        "LICENSE.txt": card.licence_text(release),
        "DUA.txt": card.use_agreement(release),
        "RECORDS": records(recordings),
        "croissant.json": croissant(facts, digests),
        "prov.json": provenance(release, recordings),
        "provenance.fhir.json": fhir_provenance(release, recordings, custody),
    }
    assert tuple(texts) == DOCUMENTS
    return {name: text.encode() for name, text in texts.items()}


def records(recordings: Sequence[Recording]) -> str:
    """Return RECORDS as PhysioNet has it: a recording's path a line, without suffix."""
    return "".join(
        f"../{recording.audio.uri.rpartition('.')[0]}\n"
        for recording in recordings
        if recording.audio.uri
    )
