"""Named pipelines: which stages run one after the other, and how options reach them.

diarize            who spoke when
draft              what was said, as the engine writes it
transcribe         the same with the times of words aligned
conversation       the same with the speaker of each word
deidentify         from a recording to its redacted copy, without diarization
deidentify-given   the same with the transcript that comes with it
full               everything `speechkit run` does

Where the transcriber says who speaks, `diarize` comes after `align` and makes turns of its words, and
`attribute` keeps its speakers; an option of `diarize` asks for a diarizer all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from speechkit.core.engines import parse_options
from speechkit.core.errors import UsageError, did_you_mean
from speechkit.core.stage import Stage
from speechkit.deidentification.audio.redact_stage import RedactOptions, RedactStage
from speechkit.deidentification.text.detect_stage import DetectOptions, DetectStage
from speechkit.diarization.named_turns_stage import NamedTurnsStage
from speechkit.diarization.roles_stage import RolesOptions, RolesStage
from speechkit.diarization.stage import DiarizeOptions, DiarizeStage
from speechkit.pipeline.corrections import RedactReviewed
from speechkit.pipeline.passing import PassOn
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
_PASSED_ON: dict[str, Callable[[], Stage]] = {
    "given": lambda: PassOn("corrected", "draft"),
    "unattributed": lambda: PassOn("aligned", "attributed"),
}
_NAMED: dict[str, Callable[[], Stage]] = {
    "diarize": NamedTurnsStage,
    "attribute": lambda: AttributeStage(AttributeOptions(named=True)),
}

STAGE_NAMES = tuple(_STAGES)

_PIPELINES: dict[str, tuple[str, ...]] = {
    "diarize": ("diarize",),
    "draft": ("transcribe",),
    "transcribe": ("transcribe", "align"),
    "conversation": ("diarize", "transcribe", "align", "attribute"),
    "deidentify": ("transcribe", "align", "unattributed", "detect", "redact"),
    "deidentify-given": ("given", "align", "unattributed", "detect", "redact"),
    "full": STAGE_NAMES,
}

StageOptions = Mapping[str, Mapping[str, Any]]  # stage → option → value


def make_pipeline(
    name: str, options: StageOptions | None = None, *, until: str = ""
) -> tuple[Stage, ...]:
    """Return the stages of a pipeline, up to `until` where that is given.

    Raises:
        UsageError: for a pipeline, stage or option that does not exist; with close matches.
    """
    if name not in _PIPELINES:
        raise UsageError(f"no pipeline named {name!r}; {did_you_mean(name, _PIPELINES)}")
    steps = _PIPELINES[name]
    given = dict(options or {})
    for stage in given:
        if stage not in steps or stage in _PASSED_ON:
            known = [step for step in steps if step not in _PASSED_ON]
            raise UsageError(f"no stage {stage!r} here; {did_you_mean(stage, known)}")
    if until and until not in steps:
        raise UsageError(f"no stage named {until!r}; {did_you_mean(until, steps)}")
    if "redact" in steps:
        given["redact"] = {**_as_detect(given.get("detect", {})), **given.get("redact", {})}
    ready = dict(_PASSED_ON)
    if "diarize" in steps and _names_speakers(given):
        at = steps.index("align") + 1
        steps = (*(step for step in steps[:at] if step != "diarize"), "diarize", *steps[at:])
        ready |= _NAMED
    if until:
        steps = steps[: steps.index(until) + 1]
    stages = [
        ready[step]() if step in ready else make_stage(step, given.get(step, {})) for step in steps
    ]
    if name == "full" and steps[-2:] == ("detect", "redact"):
        stages[-1] = RedactReviewed(*stages[-2:])
    return tuple(stages)


def _names_speakers(options: StageOptions) -> bool:
    """Tell whether the transcriber says who speaks, and no diarizer is asked for."""
    given = options.get("transcribe", {})
    if "engine" not in given or any(v is not None for v in options.get("diarize", {}).values()):
        return False
    return TranscribeStage(parse_options(TranscribeOptions, given, "transcribe")).names_speakers


def _as_detect(options: Mapping[str, Any]) -> dict[str, Any]:
    """What `redact` is told of `detect`: the same looks for identifiers in what listeners write."""
    names = {"engine": "detector", "engine_options": "detector_options", "policy": "policy"}
    return {names[name]: value for name, value in options.items() if name in names}


def default_pipeline(
    settings: Mapping[str, str] | None = None, *, until: str = STAGE_NAMES[-1]
) -> tuple[Stage, ...]:
    """Return the stages of the full pipeline up to `until`, with `stage.option` settings applied.

    What is not an option of the stage is taken for one of its engine's.

    Raises:
        UsageError: for a stage or option that does not exist; with close matches.
    """
    return make_pipeline("full", options_by_stage(settings or {}), until=until)


def options_by_stage(settings: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Sort `stage.option` settings by stage.

    Raises:
        UsageError: for a stage that does not exist; with close matches.

    >>> options_by_stage({"diarize.engine": "channels", "transcribe.beam_size": "1"})
    {'diarize': {'engine': 'channels'}, 'transcribe': {'engine_options': {'beam_size': '1'}}}
    """
    given: dict[str, dict[str, Any]] = {}
    for key, value in settings.items():
        stage, _, option = key.partition(".")
        if stage not in _STAGES or not option:
            known = [f"{name}.…" for name in STAGE_NAMES]
            raise UsageError(f"no setting {key!r}; {did_you_mean(key, known)}")
        options = given.setdefault(stage, {})
        fields = _STAGES[stage][0].__struct_fields__
        if option not in fields and "engine_options" in fields:
            options.setdefault("engine_options", {})[option] = value
        else:
            options[option] = value
    return given


def make_stage(name: str, options: Mapping[str, Any]) -> Stage:
    """Return one stage by name with its options."""
    options_type, stage_type = _STAGES[name]
    stage: Stage = stage_type(parse_options(options_type, options, f"stage {name}"))
    return stage
