"""Sounds in, transcripts out, one after another: stages that stay open between requests."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from speechkit.core.engines import DetectPhi
from speechkit.core.errors import InputError
from speechkit.core.stage import Resources, Stage, Work
from speechkit.core.types import Context, Segment
from speechkit.deidentification.policy import Policy, load_policy
from speechkit.deidentification.text.detect_stage import open_detector
from speechkit.ingestion.recording import ingest_file
from speechkit.pipeline.jobs import Failed, Job, perform
from speechkit.pipeline.pipelines import make_pipeline
from speechkit.storage.corpus import Corpus
from speechkit.workflows.deidentify_documents import DETECTOR, POLICY
from speechkit.workflows.deidentify_transcripts import tagged, without_names


class ServiceOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`engine` and `engine_options`: what transcribes. `language`: where a request names none.
    `policy`: of what is taken out where a request asks for it."""

    engine: str = "faster-whisper:base"
    engine_options: dict[str, str] = {}
    language: str = ""
    policy: str = POLICY


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What was heard: segments in order of time, the language, and the length in seconds."""

    segments: tuple[Segment, ...]
    language: str
    duration: float


class TranscriptionService:
    """Transcribes one sound at a time; threads wait for each other."""

    def __init__(
        self,
        options: ServiceOptions,
        resources: Resources,
        stack: ExitStack,
    ) -> None:
        self._options = options
        self._resources = resources
        self._stack = stack
        self._open: dict[str, Work] = {}
        self._detect: DetectPhi | None = None
        self._rules: Policy = load_policy(options.policy)
        self._lock = threading.Lock()
        self._plans: dict[bool, tuple[Stage, ...]] = {}

    def transcribe(
        self, path: Path, *, language: str = "", diarize: bool = False, redact: bool = False
    ) -> Heard:
        """Write down what is said in a file; by whom, and without what identifies people, if asked.

        Raises:
            AudioError, InputError: if it cannot be done.
            UsageError: for a language that is not known.
        """
        with self._lock, tempfile.TemporaryDirectory(prefix="speechkit-") as scratch:
            corpus = Corpus.create(Path(scratch) / "files")
            spoken = language or self._options.language
            context = Context(languages=(spoken,) if spoken else ())
            recording = ingest_file(path, corpus, context=context).recording
            layers: Mapping[str, str] = {}
            last = ""
            for stage in self._stages(diarize):
                work = self._work(stage)
                done = perform(stage, work, corpus, Job(recording=recording.id, layers=layers))
                if isinstance(done, Failed):
                    raise InputError(done.reason)
                last = done.layer
                layers = {**layers, stage.writes.name: last}
            segments: tuple[Segment, ...] = corpus.get_layer(last).items
            heard = spoken or next((s.language for s in segments if s.language), "")
            if redact:
                segments = self._without_identifiers(segments, heard)
            return Heard(segments=segments, language=heard, duration=recording.duration)

    def warm_up(self) -> None:
        """Open the engine, so that what is missing is said before the first request.

        Raises:
            ModelError, MissingExtraError: if it cannot be opened.
        """
        with self._lock:
            for stage in self._stages(False):
                self._work(stage)

    def _stages(self, diarize: bool) -> Sequence[Stage]:
        if diarize not in self._plans:
            given = {
                "engine": self._options.engine,
                "engine_options": dict(self._options.engine_options),
            }
            name = "conversation" if diarize else "transcribe"
            self._plans[diarize] = make_pipeline(name, {"transcribe": given})
        return self._plans[diarize]

    def _work(self, stage: Stage) -> Work:
        key = f"{stage.name} {stage.engine} {stage.options!r}"
        if key not in self._open:
            self._open[key] = self._stack.enter_context(stage.open(self._resources))
        return self._open[key]

    def _without_identifiers(
        self, segments: tuple[Segment, ...], language: str
    ) -> tuple[Segment, ...]:
        """Return segments with tags; their words have no times then, as tags have none."""
        if self._detect is None:
            detector = open_detector(DETECTOR, self._rules, None)
            self._detect = self._stack.enter_context(detector.open(self._resources))
        redacted, _ = tagged(segments, self._detect, self._rules, language)
        return without_names(msgspec.structs.replace(each, words=()) for each in redacted)


@contextmanager
def open_service(
    options: ServiceOptions,
    resources: Resources = Resources(),  # noqa: B008 (frozen)
) -> Iterator[TranscriptionService]:
    """Open the engine and yield the service.

    Raises:
        UsageError: for an unknown engine, option or policy.
        ModelError, MissingExtraError: if the engine cannot be opened.
    """
    with ExitStack() as stack:
        service = TranscriptionService(options, resources, stack)
        service.warm_up()
        yield service
