"""From recorded consultations to a corpus you may share and a benchmark you can trust."""

# The rooms first: importing one later would put it in place of the function of the same name.
import speechkit.diarize
import speechkit.ingest
import speechkit.transcribe  # noqa: F401
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
