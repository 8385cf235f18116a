"""The default pipeline: from a recording to its redacted copy, and how `--set` changes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from speechkit.core.engines import parse_options
from speechkit.core.errors import UsageError, did_you_mean
from speechkit.core.stage import Stage
from speechkit.deidentification.audio.redact_stage import RedactOptions, RedactStage
from speechkit.deidentification.text.detect_stage import DetectOptions, DetectStage
from speechkit.diarization.roles_stage import RolesOptions, RolesStage
from speechkit.diarization.stage import DiarizeOptions, DiarizeStage
from speechkit.pipeline.corrections import RedactReviewed
from speechkit.transcription.align_stage import AlignOptions, AlignStage
from speechkit.transcription.attribute_stage import AttributeOptions, AttributeStage
from speechkit.transcription.stage import TranscribeOptions, TranscribeStage

_STAGES: dict[str, tuple[type[msgspec.Struct], Any]] = {
    "diarize": (DiarizeOptions, DiarizeStage),
    "transcribe": (TranscribeOptions, TranscribeStage),
    "align": (AlignOptions, AlignStage),
    "attribute": (AttributeOptions, AttributeStage),
    "roles": (RolesOptions, RolesStage),
    "detect": (DetectOptions, DetectStage),
    "redact": (RedactOptions, RedactStage),
}

STAGE_NAMES = tuple(_STAGES)


def default_pipeline(
    settings: Mapping[str, str] | None = None, *, until: str = STAGE_NAMES[-1]
) -> tuple[Stage, ...]:
    """Return the stages up to `until`, with `stage.option` settings applied.

    What is not an option of the stage is taken for one of its engine's.

    Raises:
        UsageError: for a stage or option that does not exist; with close matches.
    """
    if until not in STAGE_NAMES:
        raise UsageError(f"no stage named {until!r}; {did_you_mean(until, STAGE_NAMES)}")
    given: dict[str, dict[str, Any]] = {name: {} for name in STAGE_NAMES}
    for key, value in (settings or {}).items():
        stage, _, option = key.partition(".")
        if stage not in given or not option:
            known = [f"{name}.…" for name in STAGE_NAMES]
            raise UsageError(f"no setting {key!r}; {did_you_mean(key, known)}")
        fields = _STAGES[stage][0].__struct_fields__
        if option not in fields and "engine_options" in fields:
            given[stage].setdefault("engine_options", {})[option] = value
        else:
            given[stage][option] = value
    wanted = STAGE_NAMES[: STAGE_NAMES.index(until) + 1]
    stages = [make_stage(name, given[name]) for name in wanted]
    if wanted[-2:] == ("detect", "redact"):
        stages[-1] = RedactReviewed(*stages[-2:])
    return tuple(stages)


def make_stage(name: str, options: Mapping[str, Any]) -> Stage:
    """Return one stage by name with its options."""
    options_type, stage_type = _STAGES[name]
    stage: Stage = stage_type(parse_options(options_type, options, f"stage {name}"))
    return stage
