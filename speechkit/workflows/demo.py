"""The demo: the recipe's two recordings through the whole pipeline, against their truth."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np

from speechkit.audio.decode import read_audio, resample, to_mono
from speechkit.benchmark.phi import Mention, PhiCount, count_phi
from speechkit.benchmark.results import Scores
from speechkit.benchmark.score import score_systems
from speechkit.benchmark.types import ScoreOptions, System
from speechkit.core.engines import SAMPLE_RATE, make_engine
from speechkit.core.errors import SpeechkitError
from speechkit.core.stage import Resources
from speechkit.core.text import evenly_timed_words, word_offsets
from speechkit.core.time import duration, round_ms
from speechkit.core.types import Identifier, RedactedCopy, Segment, Session
from speechkit.core.version import VERSION as SPEECHKIT_VERSION
from speechkit.ingestion.ingest import IngestOptions, ingest_folder
from speechkit.manifest.release import create_release
from speechkit.manifest.verify import verify_release
from speechkit.pipeline.executors.local import LocalExecutor
from speechkit.pipeline.pipelines import default_pipeline
from speechkit.pipeline.runner import Progress, run, silent
from speechkit.recipe.discovery import load_recipe
from speechkit.storage.corpus import Corpus
from speechkit.workflows.score_inputs import read_references, read_systems

VERSION = "1.0.0"


class DemoRow(msgspec.Struct, frozen=True, kw_only=True):
    """What came out of one recording. Rates and `muted` are fractions."""

    recording: str
    title: str
    seconds: float
    synthetic: bool
    der: float | None
    wer: float | None
    cpwer: float | None
    phi: PhiCount
    verdict: str
    heard: int
    muted: float


class Demo(msgspec.Struct, frozen=True, kw_only=True):
    """What came out of both, and where it lies."""

    rows: tuple[DemoRow, ...]
    scores: Scores
    corpus: Corpus
    release: Path


class _Mark(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    line: int
    start: float
    end: float
    start_char: int
    end_char: int
    identifier: str


def run_demo(
    folder: Path,
    *,
    resources: Resources = Resources(),  # noqa: B008 (frozen)
    progress: Progress = silent,
) -> Demo:
    """Build the recordings, ingest them, run, release, verify, score.

    Everything lies in `folder`: recordings/, corpora/demo/, manifests/demo/.

    Raises:
        SpeechkitError: if a stage, the release or its verification fails.
    """
    recordings = folder / "recordings"
    load_recipe("demo").build(recordings)
    corpus = Corpus.create(folder / "corpora" / "demo")
    ingest_folder(
        recordings,
        corpus,
        # Only two people in it exist, and they published their call: the key may be public, so
        # that the release has the same bytes on every machine.
        IngestOptions(
            metadata=recordings / "table.csv", pseudonym_key=recordings / "pseudonym.key"
        ),
    )
    report = run(corpus, default_pipeline(), LocalExecutor(resources), progress=progress)
    if report.failures:
        row = report.failures[0]
        raise SpeechkitError(f"{row.item} failed in {row.stage}: {row.reason}")
    manifests = folder / "manifests"
    shutil.rmtree(manifests / "demo", ignore_errors=True)
    release = create_release(corpus, VERSION, manifests)
    if problems := verify_release(release):
        raise SpeechkitError(f"the release does not verify: {problems[0]}")
    references = read_references(f"{corpus.root}#reference")
    systems = read_systems((f"{corpus.root}#attributed",), references)
    named = [System(name="speechkit", hypotheses=systems[0].hypotheses)]
    scores = score_systems(references, named, ScoreOptions(draws=0, by=("modality",), min_cell=1))
    scores = msgspec.structs.replace(
        scores, reference=f"recipe demo, release {VERSION}", version=SPEECHKIT_VERSION
    )
    mentions = _mentions(corpus, recordings, resources)
    rows = []
    for session in corpus.sessions():
        name = session.recording.id
        alone = score_systems(
            {name: references[name]}, [_only(named[0], name)], ScoreOptions(draws=0)
        )
        rows.append(_row(corpus, session, alone, mentions[name]))
    rows.sort(key=lambda row: row.seconds)
    return Demo(rows=tuple(rows), scores=scores, corpus=corpus, release=release)


def _only(system: System, name: str) -> System:
    return System(name=system.name, hypotheses={name: system.hypotheses[name]})


def _row(corpus: Corpus, session: Session, scores: Scores, mentions: Sequence[Mention]) -> DemoRow:
    copy = redacted_copy(corpus, session)
    recording = session.recording
    (system,) = scores.systems
    muted = duration((redaction.start, redaction.end) for redaction in copy.redactions)
    return DemoRow(
        recording=recording.id,
        title="synthetic consultation" if recording.synthetic else "real telephone call",
        seconds=round_ms(recording.duration),
        synthetic=recording.synthetic,
        der=system.der,
        wer=system.wer,
        cpwer=system.cpwer,
        phi=count_phi(mentions, copy),
        verdict=copy.verdict,
        heard=copy.heard,
        muted=round(muted / recording.duration, 4),
    )


def redacted_copy(corpus: Corpus, session: Session) -> RedactedCopy:
    """Return a session's redacted copy.

    Raises:
        SpeechkitError: if it has none.
    """
    layer = corpus.layer(session, "redacted")
    if layer is None:
        raise SpeechkitError(f"{session.recording.id} has no redacted copy; run the pipeline")
    copy: RedactedCopy = layer.items[0]
    return copy


def _mentions(
    corpus: Corpus, recordings: Path, resources: Resources
) -> Mapping[str, tuple[Mention, ...]]:
    """Place the recipe's marks in time, by aligning the reference (not the draft) to the audio."""
    marks = {
        path.stem: _marks(path) + _marks(path.with_suffix("").with_suffix(".keep.jsonl"))
        for path in recordings.glob("*.wav")
    }
    by_length = sorted(corpus.sessions(), key=lambda session: session.recording.duration)
    names = sorted(marks, key=lambda name: (recordings / f"{name}.wav").stat().st_size)
    found = {}
    with make_engine("aligner", "ctc").open(resources) as align:
        for session, name in zip(by_length, names, strict=True):
            reference = corpus.layer(session, "reference")
            assert reference is not None  # the recipe has one for each
            samples, rate = read_audio(corpus.audio_path(session.recording))
            mono = resample(to_mono(samples)[None], rate, SAMPLE_RATE)[0]
            aligned = align(
                np.ascontiguousarray(mono),
                [msgspec.structs.replace(s, words=evenly_timed_words(s)) for s in reference.items],
                "en",
            )
            lines = {(segment.start, segment.end): segment for segment in reference.items}
            times = {s.id: s for s in aligned}
            found[session.recording.id] = tuple(
                _mention(mark, times[lines[mark.start, mark.end].id]) for mark in marks[name]
            )
    return found


def _marks(path: Path) -> list[_Mark]:
    path = path if path.suffix == ".jsonl" else path.with_suffix(".phi.jsonl")
    if not path.exists():
        return []
    return [msgspec.json.decode(line, type=_Mark) for line in path.read_bytes().splitlines()]


def _mention(mark: _Mark, segment: Segment) -> Mention:
    words = [
        word
        for word, (start, end) in zip(segment.words, word_offsets(segment), strict=True)
        if start < mark.end_char and end > mark.start_char
    ]
    return Mention(
        text=segment.text[mark.start_char : mark.end_char],
        identifier=None if mark.identifier == "KEEP" else Identifier(mark.identifier),
        time=(words[0].start, words[-1].end) if words else None,
    )
