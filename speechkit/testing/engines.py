"""The contract of each kind of engine, and all of it at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from speechkit.core.engines import EngineKind, RecordedTranscriber
from speechkit.testing.aligners import ALIGNER_CHECKS
from speechkit.testing.annotators import ANNOTATOR_CHECKS
from speechkit.testing.checks import Check, Outcome, demand, outcomes
from speechkit.testing.diarizers import DIARIZER_CHECKS
from speechkit.testing.phi_detectors import PHI_DETECTOR_CHECKS
from speechkit.testing.recorded import RECORDED_CHECKS
from speechkit.testing.subject import Opened, opened
from speechkit.testing.transcribers import TRANSCRIBER_CHECKS
from speechkit.testing.voice_detectors import VOICE_DETECTOR_CHECKS
from speechkit.testing.voice_linkers import VOICE_LINKER_CHECKS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

ENGINE_CHECKS: Mapping[EngineKind, tuple[Check[Opened[Any]], ...]] = {
    "diarizer": DIARIZER_CHECKS,
    "transcriber": TRANSCRIBER_CHECKS,
    "aligner": ALIGNER_CHECKS,
    "phi-detector": PHI_DETECTOR_CHECKS,
    "voice-detector": VOICE_DETECTOR_CHECKS,
    "voice-linker": VOICE_LINKER_CHECKS,
    "annotator": ANNOTATOR_CHECKS,
}


def check_engine(
    kind: EngineKind,
    spec: str,
    options: Mapping[str, str] | None = None,
    *,
    speech: Samples | None = None,
    language: str = "en",
) -> tuple[Outcome, ...]:
    """Open an engine and try all that its kind promises; arguments as for `opened`.

    Raises:
        UsageError, MissingExtraError, ModelError: if it cannot be opened.
    """
    with opened(kind, spec, options, speech=speech, language=language) as subject:
        recorded = isinstance(subject.engine, RecordedTranscriber)
        return outcomes(RECORDED_CHECKS if recorded else ENGINE_CHECKS[kind], subject)


def demand_engine(
    kind: EngineKind,
    spec: str,
    options: Mapping[str, str] | None = None,
    *,
    speech: Samples | None = None,
    language: str = "en",
) -> None:
    """Do as `check_engine`, and raise what is broken: the one line of a test.

    Raises:
        ContractError: that lists every broken promise.
    """
    demand(check_engine(kind, spec, options, speech=speech, language=language))
