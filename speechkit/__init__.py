"""From recorded consultations to a corpus you may share and a benchmark you can trust."""

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
from speechkit.core.version import VERSION

__version__ = VERSION

__all__ = [
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
