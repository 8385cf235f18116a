"""Who spoke when, by pyannote.audio: a network hears up to three speakers in each 10 s, a speaker
embedding says which of them are the same person.

`pyannote:local` builds the pipeline from pinned weights; `pyannote:community-1`, or any repository
of the model hub, loads a whole pipeline that the hub's cache already holds.

Source: Bredin, "pyannote.audio 2.1 speaker diarization pipeline", Interspeech 2023; Plaquet and
Bredin, "Powerset multi-class cross entropy loss for neural speaker diarization", Interspeech 2023.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from speechkit.audio.channels import mixed_evenly
from speechkit.core.arithmetic import one_torch_thread
from speechkit.core.digest import digest_of
from speechkit.core.engines import (
    SAMPLE_RATE,
    Diarize,
    EngineInfo,
    Sound,
    Speakers,
    parse_options,
)
from speechkit.core.errors import MissingExtraError, ModelError, UsageError
from speechkit.core.stage import Resources
from speechkit.core.types import Turn
from speechkit.diarization.blockwise import Diarization, diarize_in_blocks
from speechkit.diarization.turns import SpeakerInterval, check_speakers, turns_of
from speechkit.storage import models

SEGMENTATION = "segmentation-3.0"
# Less than this holds no syllable, and the networks want a few frames at least.
_SHORTEST = SAMPLE_RATE // 10


class LocalOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes the result of `pyannote:local`.

    `embedding`: which network tells speakers apart. `threshold`: mean cosine distance up to which
    groups of runs of speech are the same speaker (0–2). `pair_threshold`: the same for the last two
    groups, where both speak as long; the less one of them speaks, the farther they must be apart to
    be two. `min_run`: seconds that a run must last to
    found or join a group; shorter ones go to the nearest. `min_speaker`: seconds of such runs that
    make a speaker. `min_pause`: shorter pauses of one speaker are bridged, in seconds. Defaults
    were chosen on the half of `make bench-diarize` that it does not report on.
    """

    embedding: Literal["campplus", "ge2e"] = "campplus"
    threshold: float = 0.75
    pair_threshold: float = 0.45
    min_run: float = 0.8
    min_speaker: float = 1.0
    min_pause: float = 0.0

    def __post_init__(self) -> None:
        for name in ("threshold", "pair_threshold"):
            if not 0 < (value := getattr(self, name)) < 2:
                raise UsageError(f"pyannote:local: {name} must lie between 0 and 2, not at {value}")
        if min(self.min_run, self.min_speaker, self.min_pause) < 0:
            raise UsageError(
                "pyannote:local: min_run, min_speaker and min_pause are seconds, from 0 upwards"
            )


class HubOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A pipeline of the hub has its own settings."""


_INFO = EngineInfo(speakers=True, devices=("cpu", "cuda", "mps"))


class LocalPyannote:
    """The engine `diarizer.pyannote` with model `local`."""

    spec = "pyannote:local"
    info = _INFO

    def __init__(self, options: LocalOptions) -> None:
        self._options = options

    @property
    def options(self) -> Mapping[str, Any]:
        """What changes the result."""
        return msgspec.structs.asdict(self._options)

    @property
    def revision(self) -> str:
        """Digest of both networks' weights."""
        names = (SEGMENTATION, self._options.embedding)
        return digest_of({name: models.get_model(name).revision for name in names})

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Diarize]:
        """Load the pipeline; yield channels at 16 kHz → turns.

        Raises:
            ModelError: if weights are missing or not the pinned ones.
        """
        _import_quietly()
        from speechkit.diarization.local_pipeline import build

        options = self._options
        with _deterministic():
            pipeline = build(
                models.resolve(SEGMENTATION) / "pytorch_model.bin",
                options.embedding,
                threshold=options.threshold,
                pair_threshold=options.pair_threshold,
                min_run=options.min_run,
                min_speaker=options.min_speaker,
                min_pause=options.min_pause,
                device=resources.device,
                threads=resources.threads,
            )

            def diarize_mono(mono: Sound, speakers: Speakers) -> Diarization:
                return diarize_in_blocks(
                    mono,
                    speakers,
                    partial(_run_pipeline, pipeline),
                    options.threshold,
                    options.pair_threshold,
                )

            yield _diarizer(diarize_mono)


class HubPyannote:
    """The engine `diarizer.pyannote` with a pipeline of the hub, from its local cache only."""

    options: Mapping[str, Any] = {}
    info = _INFO

    def __init__(self, repository: str) -> None:
        self.repository = repository
        self.spec = f"pyannote:{repository.removeprefix('pyannote/speaker-diarization-')}"

    @property
    def revision(self) -> str:
        """The repository's commit in the cache."""
        return self._folder().name

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Diarize]:
        """Load the pipeline; yield channels at 16 kHz → turns.

        A recording is held whole: 220 MiB an hour, and pyannote's share, which is several times that.

        Raises:
            ModelError: if the hub's cache does not hold the pipeline.
        """
        folder = self._folder()
        _import_quietly()
        import torch
        from pyannote.audio import Pipeline

        try:
            pipeline = Pipeline.from_pretrained(folder)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise ModelError(
                f"{self.repository} is in the hub's cache but does not load "
                f"({type(error).__name__}); fetch it again with: hf download {self.repository}"
            ) from error
        if pipeline is None:
            raise ModelError(f"{self.repository} in the hub's cache holds no pipeline")
        pipeline.to(torch.device(resources.device))
        with _deterministic():
            yield _diarizer(partial(_run_pipeline, pipeline))

    def _folder(self) -> Path:
        try:
            from huggingface_hub import snapshot_download
            from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError
        except ModuleNotFoundError as error:
            raise MissingExtraError("huggingface_hub", extra="diarize") from error
        try:
            return Path(snapshot_download(self.repository, local_files_only=True))
        except LocalEntryNotFoundError as error:
            raise ModelError(
                f"{self.repository} is not in the model hub's cache, and a run downloads nothing. "
                f"Accept its terms on https://huggingface.co/{self.repository}, then run: "
                f"hf auth login && hf download {self.repository}. Or use pyannote:local"
            ) from error
        except HFValidationError as error:
            raise UsageError(f"{self.repository!r} is not a repository of the model hub") from error


def make(model: str, options: dict[str, str]) -> LocalPyannote | HubPyannote:
    """Make the engine: `local` (default), `community-1`, or OWNER/REPOSITORY of the model hub.

    Raises:
        UsageError: for a name that is none of these, or an unknown option.
    """
    if model in ("", "local"):
        return LocalPyannote(parse_options(LocalOptions, options, "pyannote:local"))
    parse_options(HubOptions, options, f"pyannote:{model}")
    if model == "community-1":
        return HubPyannote("pyannote/speaker-diarization-community-1")
    if model.count("/") == 1:
        return HubPyannote(model)
    raise UsageError(
        f"pyannote has no model {model!r}; there is: local, community-1, "
        "or OWNER/REPOSITORY of the model hub"
    )


def _diarizer(diarize_mono: Callable[[Sound, Speakers], Diarization]) -> Diarize:
    """Wrap a function over the mono mix: sorted turns of both views out."""

    def diarize(channels: Sequence[Sound], speakers: Speakers) -> tuple[Turn, ...]:
        check_speakers(speakers)
        mono = mixed_evenly(channels)
        found = diarize_mono(mono, speakers)
        return turns_of(found.overlapping, found.exclusive, length=len(mono) / SAMPLE_RATE)

    return diarize


def _run_pipeline(pipeline: Any, mono: Sound, speakers: Speakers) -> Diarization:
    """Run a pipeline over all of a sound."""
    import torch

    samples = np.ascontiguousarray(mono[:])
    if len(samples) < _SHORTEST or not samples.any():
        return Diarization()
    sound = {"waveform": torch.from_numpy(samples)[None], "sample_rate": SAMPLE_RATE, "uri": ""}
    with warnings.catch_warnings():
        # pyannote warns of fewer speakers than asked for; who asked sees it in the result.
        warnings.simplefilter("ignore")
        output = pipeline(
            sound,
            num_speakers=speakers.exactly,
            min_speakers=speakers.at_least,
            max_speakers=speakers.at_most,
        )
    # Pipelines older than pyannote.audio 4 return the annotation itself and no exclusive view.
    overlapping = getattr(output, "speaker_diarization", output)
    exclusive = getattr(output, "exclusive_speaker_diarization", None)
    vectors = getattr(output, "speaker_embeddings", None)
    return Diarization(
        overlapping=_intervals(overlapping),
        exclusive=None if exclusive is None else _intervals(exclusive),
        voices={} if vectors is None else dict(zip(overlapping.labels(), vectors, strict=True)),
    )


def _intervals(annotation: Any) -> list[SpeakerInterval]:
    return [
        (float(segment.start), float(segment.end), str(label))
        for segment, _, label in annotation.itertracks(yield_label=True)
    ]


def _import_quietly() -> None:
    """Import pyannote with its telemetry off and without its page about missing FFmpeg.

    Samples are handed over decoded, so that FFmpeg is not needed.
    """
    os.environ["PYANNOTE_METRICS_ENABLED"] = "0"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import pyannote.audio  # noqa: F401
        except ModuleNotFoundError as error:
            raise MissingExtraError("pyannote.audio", extra="diarize") from error


@contextmanager
def _deterministic() -> Iterator[None]:
    """Ask torch for the same bits each time, each call on one thread; put it back after."""
    import torch

    strict = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        with one_torch_thread():
            yield
    finally:
        torch.use_deterministic_algorithms(strict)
