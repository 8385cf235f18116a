"""From recorded consultations to a corpus you may share and a benchmark you can trust.

The functions of `speechkit.api`, the types they return, and the errors they raise. Each is loaded
when it is first asked for: `import speechkit` itself loads next to nothing.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from speechkit.api import (
        deidentify_audio,
        deidentify_text,
        diarize,
        ingest,
        release,
        run,
        score,
        transcribe,
    )
    from speechkit.benchmark.results import Scores
    from speechkit.core.errors import (
        AudioError,
        InputError,
        MissingExtraError,
        ModelError,
        SpeechkitError,
        StoreError,
        UsageError,
    )
    from speechkit.core.types import Segment, Turn, Word

    __version__: str
    from speechkit.deidentification.text.deidentify import RedactedText, TextSpan
    from speechkit.ingestion.ingest import IngestReport
    from speechkit.pipeline.runner import Failure, RunReport, StageReport
    from speechkit.workflows.deidentify_files import DeidentifiedFile

__all__ = [
    "AudioError",
    "DeidentifiedFile",
    "Failure",
    "IngestReport",
    "InputError",
    "MissingExtraError",
    "ModelError",
    "RedactedText",
    "RunReport",
    "Scores",
    "Segment",
    "SpeechkitError",
    "StageReport",
    "StoreError",
    "TextSpan",
    "Turn",
    "UsageError",
    "Word",
    "__version__",
    "deidentify_audio",
    "deidentify_text",
    "diarize",
    "ingest",
    "release",
    "run",
    "score",
    "transcribe",
]

_MODULES = {
    "speechkit.api": (
        "deidentify_audio deidentify_text diarize ingest release run score transcribe"
    ),
    "speechkit.benchmark.results": "Scores",
    "speechkit.core.errors": (
        "AudioError InputError MissingExtraError ModelError SpeechkitError StoreError UsageError"
    ),
    "speechkit.core.types": "Segment Turn Word",
    "speechkit.deidentification.text.deidentify": "RedactedText TextSpan",
    "speechkit.ingestion.ingest": "IngestReport",
    "speechkit.pipeline.runner": "Failure RunReport StageReport",
    "speechkit.workflows.deidentify_files": "DeidentifiedFile",
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    if name == "__version__":
        return importlib.import_module("speechkit.core.version").VERSION
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'speechkit' has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULE_OF[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
