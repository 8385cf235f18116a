"""Stages over loose files: a private corpus for the time of one call, gone afterwards."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.engines import Speakers
from speechkit.core.errors import AudioError
from speechkit.core.stage import Resources, Stage
from speechkit.core.types import Context, Layer, Segment, Session, Turn
from speechkit.ingestion.recording import ingest_file
from speechkit.pipeline.executors.local import LocalExecutor
from speechkit.pipeline.pipelines import make_pipeline
from speechkit.pipeline.runner import Progress, run, silent
from speechkit.storage.corpus import Corpus


class FileResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file: its layers by name, or the reason why there are none."""

    path: Path
    layers: Mapping[str, Layer] = {}
    reason: str = ""

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns, overlapping and exclusive ones."""
        return self.layers["turns"].items if "turns" in self.layers else ()

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The segments, attributed to speakers where that was asked for."""
        for name in ("attributed", "aligned", "draft"):
            if name in self.layers:
                return self.layers[name].items
        return ()


Finished = Callable[[int, FileResult], None]  # position among the files, from 0, and the result


def unasked(position: int, result: FileResult) -> None:
    """Leave it to the end."""


def diarize_files(
    paths: Sequence[Path],
    *,
    engine: str = "auto",
    engine_options: Mapping[str, str] | None = None,
    speakers: Speakers = Speakers(),  # noqa: B008
    resources: Resources = Resources(),  # noqa: B008
    progress: Progress = silent,
    finished: Finished = unasked,
) -> tuple[FileResult, ...]:
    """Say who speaks when in each file, in order; `finished` gets each as soon as it is done.

    Raises:
        UsageError: for an unknown engine or option.
        MissingExtraError, ModelError: if the engine cannot be opened.
    """
    options = {
        "engine": engine,
        "engine_options": dict(engine_options or {}),
        **_speaker_options(speakers),
    }
    stages = make_pipeline("diarize", {"diarize": options})
    return run_files(paths, stages, resources=resources, progress=progress, finished=finished)


def transcribe_files(
    paths: Sequence[Path],
    *,
    engine: str = "faster-whisper:base",
    engine_options: Mapping[str, str] | None = None,
    language: str = "",
    diarize: bool = False,
    speakers: Speakers = Speakers(),  # noqa: B008
    resources: Resources = Resources(),  # noqa: B008
    progress: Progress = silent,
    finished: Finished = unasked,
) -> tuple[FileResult, ...]:
    """Write down what is said in each file, in order, with aligned words; by whom if asked.

    `finished` gets each as soon as it is done.

    Raises:
        UsageError: for an unknown engine, option or language.
        MissingExtraError, ModelError: if an engine cannot be opened.
    """
    options: dict[str, dict[str, Any]] = {
        "transcribe": {
            "engine": engine,
            "engine_options": dict(engine_options or {}),
            "language": language,
        }
    }
    if diarize:
        options["diarize"] = _speaker_options(speakers)
    stages = make_pipeline("conversation" if diarize else "transcribe", options)
    return run_files(paths, stages, resources=resources, progress=progress, finished=finished)


def run_files(
    paths: Sequence[Path],
    stages: Sequence[Stage],
    *,
    language: str = "",
    resources: Resources = Resources(),  # noqa: B008
    progress: Progress = silent,
    finished: Finished = unasked,
) -> tuple[FileResult, ...]:
    """Run stages over files in a temporary corpus that is deleted at the end, also on errors."""
    with tempfile.TemporaryDirectory(prefix="speechkit-") as scratch:
        corpus = Corpus.create(Path(scratch) / "files")
        context = Context(languages=(language,) if language else ())
        ids: list[str | AudioError] = []
        for path in paths:
            try:
                ids.append(ingest_file(path, corpus, context=context).recording.id)
            except AudioError as error:
                ids.append(error)
        reasons: dict[str, str] = {}
        places: dict[str, list[int]] = defaultdict(list)  # two files may hold the same sound
        for position, found in enumerate(ids):
            if isinstance(found, str):
                places[found].append(position)

        def hand_over(session: Session) -> None:
            layers = {name: corpus.get_layer(digest) for name, digest in session.layers.items()}
            for position in places[session.recording.id]:
                finished(position, FileResult(path=paths[position], layers=layers))

        if places:
            report = run(
                corpus, stages, LocalExecutor(resources), progress=progress, finished=hand_over
            )
            reasons = {row.item: row.reason for row in report.failures}
        return tuple(
            FileResult(path=path, reason=str(found))
            if isinstance(found, AudioError)
            else _result(path, corpus, found, reasons)
            for path, found in zip(paths, ids, strict=True)
        )


def _speaker_options(speakers: Speakers) -> dict[str, int | None]:
    return {
        "num_speakers": speakers.exactly,
        "min_speakers": speakers.at_least,
        "max_speakers": speakers.at_most,
    }


def _result(path: Path, corpus: Corpus, recording: str, reasons: Mapping[str, str]) -> FileResult:
    if recording in reasons:
        return FileResult(path=path, reason=reasons[recording])
    session = corpus.session(recording)
    layers = {name: corpus.get_layer(digest) for name, digest in session.layers.items()}
    return FileResult(path=path, layers=layers)
