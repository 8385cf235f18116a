"""croissant.json: MLCommons Croissant 1.1 with the Responsible AI keys (RAI 1.0).

https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html; validated by mlcroissant in tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from speechkit.manifest.documentation.facts import Facts
from speechkit.manifest.schema import RECORDINGS, REDACTIONS, SEGMENTS, SPLITS

_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "sc": "https://schema.org/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "conformsTo": "dct:conformsTo",
    **{
        name: f"cr:{name}"
        for name in (
            "citeAs", "column", "equivalentProperty", "extract", "field", "fileProperty",
            "fileObject", "fileSet", "format", "includes", "isLiveDataset", "jsonPath", "key",
            "md5", "parentField", "path", "recordSet", "references", "regex", "repeated",
            "replace", "samplingRate", "separator", "source", "subField", "transform",
        )
    },
}  # fmt: skip
_FIELDS: dict[str, dict[str, tuple[str, str]]] = {
    RECORDINGS: {"id": ("sc:Text", "id of the recording, from its audio's digest")},
    SEGMENTS: {
        "id": ("sc:Text", "id of the segment"),
        "recording": ("sc:Text", "id of its recording"),
        "start": ("sc:Float", "seconds from the recording's start"),
        "end": ("sc:Float", "seconds from the recording's start"),
        "speaker": ("sc:Text", "pseudonym"),
        "role": ("sc:Text", "doctor, patient, …, or unknown"),
        "text": ("sc:Text", "what was said; what was removed stands as a tag"),
        "language": ("sc:Text", "BCP 47"),
        "review": ("sc:Text", "draft, corrected or adjudicated"),
    },
    REDACTIONS: {
        "recording": ("sc:Text", "id of the recording"),
        "start": ("sc:Float", "seconds from the recording's start"),
        "end": ("sc:Float", "seconds from the recording's start"),
        "identifier": ("sc:Text", "kind of identifier that was removed"),
    },
    SPLITS: {
        "recording": ("sc:Text", "id of the recording"),
        "split": ("sc:Text", "train, dev or test"),
        "group": ("sc:Text", "recordings that share a person share it"),
    },
}


def croissant(facts: Facts, digests: Mapping[str, str]) -> str:
    """Return croissant.json; `digests` are those of the line files, by name."""
    document = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": [
            "http://mlcommons.org/croissant/1.1",
            "http://mlcommons.org/croissant/RAI/1.0",
        ],
        "name": facts.release.corpus,
        "description": facts.summary,
        "version": facts.release.version,
        "license": facts.licence_url,
        "url": "https://spdx.org/licenses/",
        "citeAs": facts.citation,
        "inLanguage": list(facts.languages),
        "keywords": ["speech", "clinical conversation", "speaker diarization", "de-identified"],
        "rai:dataCollection": facts.collection,
        "rai:dataManipulationProtocol": facts.preparation,
        "rai:dataAnnotationProtocol": facts.annotation,
        "rai:personalSensitiveInformation": facts.sensitive,
        "rai:dataUseCases": facts.uses,
        "rai:dataLimitations": facts.limits,
        "rai:dataBiases": facts.biases,
        "rai:dataReleaseMaintenancePlan": facts.maintenance,
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": name,
                "name": name,
                "contentUrl": name,
                "encodingFormat": "application/zstd"
                if name.endswith(".zst")
                else "application/jsonlines",
                "sha256": digest,
            }
            for name, digest in sorted(digests.items())
        ],
        "recordSet": [_record_set(name) for name in _FIELDS if name in digests],
    }
    data = msgspec.json.encode(document)
    return msgspec.json.format(data, indent=1).decode() + "\n"


def _record_set(file: str) -> dict[str, Any]:
    name = file.partition(".")[0]
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{name}/{field}",
                "name": field,
                "description": description,
                "dataType": kind,
                "source": {"fileObject": {"@id": file}, "extract": {"column": field}},
            }
            for field, (kind, description) in _FIELDS[file].items()
        ],
    }
