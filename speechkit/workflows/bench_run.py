"""Engines over a release or a corpus: the same runner, jobs, cache and failures as `speechkit run`.

What an engine wrote of a recording is found again by digest: in the corpus itself, or, as a release
is never written to, in a private folder of the cache. Neither the corpus' sessions nor the release
change. Each stage works in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import re
import shutil
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import msgspec

from speechkit.benchmark.results import RunCost
from speechkit.benchmark.types import Hypothesis, System
from speechkit.core.engines import ServedEngine, engine_info, make_engine
from speechkit.core.errors import ModelError, StoreError, UsageError, did_you_mean
from speechkit.core.stage import Resources, Stage, cache_key
from speechkit.core.types import Recording, Session
from speechkit.core.vocabulary import OPTION as VOCABULARY
from speechkit.formats import format_segments
from speechkit.manifest.lines import read_lines
from speechkit.manifest.schema import RECORDINGS
from speechkit.manifest.versions import release_digest
from speechkit.pipeline.executors.local import LocalExecutor
from speechkit.pipeline.jobs import Stored
from speechkit.pipeline.pipelines import make_pipeline
from speechkit.pipeline.plan import check_plan, given_only
from speechkit.pipeline.runner import Observer, run_stages
from speechkit.storage.corpus import Corpus
from speechkit.storage.files import sweep, write_bytes
from speechkit.storage.models import cache_folder
from speechkit.workflows.run_setup import run_setup
from speechkit.workflows.score_corpus import is_release

WITH_VOCABULARY = " + vocabulary"  # behind the name of an engine that was told one

Progress = Callable[[str, str, int, int], None]  # engine, stage, recordings finished, in all


def silent(engine: str, stage: str, finished: int, total: int) -> None:
    """Show nothing."""


class EngineJob(msgspec.Struct, frozen=True, kw_only=True):
    """Where the audio is, which engine hears it, and how.

    Attributes:
        source: a release, a corpus, or a layer of one (`CORPUS#reference`).
        engine: as `faster-whisper:base`.
        label: what the table calls it; empty: the engine's name.
        options: of the engine.
        language: ISO 639-1 code; empty: what the recording says, else what is heard.
        diarize: say who speaks, too.
        resources: where it runs.
        only: ids of the recordings; empty: all.
    """

    source: str
    engine: str
    label: str = ""
    options: dict[str, str] = {}
    language: str = ""
    diarize: bool = False
    resources: Resources = Resources()
    only: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the table calls it."""
        return self.label or self.engine


class EngineRun(msgspec.Struct, frozen=True, kw_only=True):
    """What an engine did: layers by recording and name, as digests; failures; its cost."""

    layers: dict[str, dict[str, str]]
    failures: dict[str, str]
    cached: int
    cost: RunCost


class _Spent(msgspec.Struct, frozen=True, kw_only=True):
    """What one stage took for one recording, kept beside the layer it wrote."""

    seconds: float
    peak_memory_mib: int


def engine_jobs(
    engines: Sequence[str],
    settings: Mapping[str, str],
    *,
    source: str,
    language: str = "",
    diarize: bool = False,
    resources: Resources = Resources(),  # noqa: B008 (frozen)
    only: tuple[str, ...] = (),
    for_servers: Mapping[str, str] = MappingProxyType({}),
    vocabulary: str = "",
) -> tuple[EngineJob, ...]:
    """Return a job for each engine, with the settings that are for it.

    Args:
        engines: `ENGINE` or `LABEL=ENGINE`; labels tell variants of one engine apart.
        settings: `OPTION` for all of them, or `NAME.OPTION` for the one with this label or engine
            name, whole (`faster-whisper:base`) or up to the colon (`faster-whisper`).
        source, language, diarize, resources, only: as of `EngineJob`.
        for_servers: options about how servers are asked, for the engines that have them.
        vocabulary: terms (`core.vocabulary`); an engine that takes them gets a second job with them.

    Raises:
        UsageError: if two have one name, or a setting is for none of them.
    """
    named = [_labeled(engine) for engine in engines]
    labels = [label or engine for label, engine in named]
    if double := {name for name in labels if labels.count(name) > 1}:
        raise UsageError(
            f"--engine {min(double)}: given twice; tell variants apart by a label: "
            f"--engine NAME={min(double)}"
        )
    jobs = []
    used: set[str] = set()
    for label, engine in named:
        known = engine_info("transcriber", engine).run_options if for_servers else ()
        options = {name: value for name, value in for_servers.items() if name in known}
        for key in sorted(settings, key=lambda key: "." in key):
            name, dot, option = key.rpartition(".")
            if not dot or name in (label, engine, engine.partition(":")[0]):
                options[option] = settings[key]
                used.add(key)
        jobs.append(
            EngineJob(
                source=source,
                engine=engine,
                label=label,
                options=options,
                language=language,
                diarize=diarize,
                resources=resources,
                only=only,
            )
        )
        if vocabulary and make_engine("transcriber", engine, options).info.vocabulary:
            told = {**options, VOCABULARY: vocabulary}
            label = f"{label or engine}{WITH_VOCABULARY}"
            jobs.append(msgspec.structs.replace(jobs[-1], label=label, options=told))
    if unused := settings.keys() - used:
        name = min(unused).rpartition(".")[0]
        raise UsageError(f"--set {min(unused)}: no engine {name!r}; {did_you_mean(name, labels)}")
    return tuple(jobs)


def _labeled(given: str) -> tuple[str, str]:
    """Split LABEL=ENGINE; an address may hold = itself, but not before its colon."""
    label, equals, engine = given.partition("=")
    return (label, engine) if equals and ":" not in label else ("", given)


def check_engines(jobs: Sequence[EngineJob]) -> None:
    """Find what would stop a job, before the first is begun.

    Raises:
        UsageError: for an unknown engine or option, or a source that is none.
        ModelError, MissingExtraError: if an engine's weights or packages are missing.
    """
    for job in jobs:
        recordings_at(job.source)
        check_plan(_stages(job))


def unreachable(jobs: Sequence[EngineJob]) -> dict[str, str]:
    """Return the jobs whose server does not answer, or lacks the model, by name, with the reason."""
    reasons = {}
    for job in jobs:
        engine = make_engine("transcriber", job.engine, job.options)
        if isinstance(engine, ServedEngine):
            try:
                engine.reach()
            except ModelError as error:
                reasons[job.name] = str(error)
    return reasons


def run_engine(job: EngineJob, progress: Progress = silent) -> EngineRun:
    """Run one engine over the recordings of its source.

    Raises:
        UsageError: for an unknown engine or option, or a source that is none.
        ModelError, MissingExtraError: if the engine cannot be opened.
        StoreError: if the corpus, or the cache of a release, cannot be written.
    """
    corpus, sessions = recordings_at(job.source)
    stages = _stages(job)
    check_plan(stages)
    if job.only:
        sessions = tuple(s for s in sessions if s.recording.id in job.only)
    sweep(corpus.root)
    observer = _Stopwatch(corpus, job.name, progress)
    executor = LocalExecutor(job.resources, apart=True)
    bare = [given_only(session, stages) for session in sessions]
    done = run_stages(corpus, stages, bare, executor, observer)
    written = {stage.writes.name for stage in stages}
    return EngineRun(
        layers={
            session.recording.id: {n: d for n, d in session.layers.items() if n in written}
            for session in done.sessions
        },
        failures={row.item: row.reason for row in done.failures},
        cached=min(stage.cached for stage in done.stages),
        cost=_with_setup(job, observer.cost(stages, done.sessions, _price(job))),
    )


def as_system(job: EngineJob, run: EngineRun) -> System:
    """Return what an engine wrote as a system to score; layers are read when they are scored."""
    corpus = recordings_at(job.source)[0]

    class Written(Mapping[str, Hypothesis]):
        def __getitem__(self, name: str) -> Hypothesis:
            layers = run.layers[name]
            final = layers.get("attributed") or layers["draft"]
            turns = corpus.get_layer(layers["turns"]).items if "turns" in layers else ()
            return Hypothesis(segments=corpus.get_layer(final).items, turns=turns)

        def __iter__(self) -> Iterator[str]:
            return iter(run.layers)

        def __len__(self) -> int:
            return len(run.layers)

    return System(name=job.name, hypotheses=Written())


def write_hypotheses(system: System, folder: Path) -> Path:
    """Write what a system wrote as SegLST, a file for each recording, as `bench score` reads it.

    Returns:
        The system's own folder in `folder`, named after it.

    Raises:
        StoreError: if it cannot be written.
    """
    target = folder / re.sub(r"[^\w.+-]+", "-", system.name)
    for name, hypothesis in system.hypotheses.items():
        text = format_segments("seglst", name, hypothesis.segments)
        write_bytes(target / f"{name}.seglst.json", text.encode())
    return target


def _stages(job: EngineJob) -> tuple[Stage, ...]:
    options = {"engine": job.engine, "engine_options": job.options, "language": job.language}
    return make_pipeline("conversation" if job.diarize else "draft", {"transcribe": options})


def _with_setup(job: EngineJob, cost: RunCost) -> RunCost:
    engine = make_engine("transcriber", job.engine, job.options)
    return msgspec.structs.replace(cost, setup=run_setup(engine, job.resources))


def _price(job: EngineJob) -> float | None:
    return make_engine("transcriber", job.engine, job.options).info.price


# ---- where recordings are


def recordings_at(source: str) -> tuple[Corpus, tuple[Session, ...]]:
    """Return where layers are kept, and the recordings.

    Raises:
        UsageError: if `source` is neither a release nor a corpus, or has no audio.
        StoreError: if the cache of a release cannot be written.
    """
    path = Path(source.rpartition("#")[0] or source)
    if (path / "corpus.json").is_file():
        corpus = Corpus.open(path)
        return corpus, corpus.sessions()
    if not is_release(path):
        raise UsageError(
            f"{path}: neither a release nor a corpus; make a corpus of a folder of recordings and "
            "their texts with: speechkit ingest DIR --corpus CORPUS --metadata TABLE"
        )
    recordings = [r for r in read_lines(path, RECORDINGS, Recording) if r.audio.sha256]
    if not recordings:
        raise UsageError(f"{path}: a release without audio; nothing for an engine to listen to")
    corpus = Corpus.create(cache_folder().parent / "bench" / release_digest(path)[:16])
    return corpus, tuple(_lent(corpus, recording, path.parent) for recording in recordings)


def _lent(corpus: Corpus, recording: Recording, folder: Path) -> Session:
    """Put a session of a release's recording into its cache; the audio stays where it is."""
    audio = recording.audio
    source = (folder / audio.uri).resolve()
    uri = f"audio/{audio.sha256}{source.suffix}"
    session = Session(
        recording=msgspec.structs.replace(recording, audio=msgspec.structs.replace(audio, uri=uri)),
        layers={},
    )
    target = corpus.root / uri
    try:
        if target.resolve() != source:
            target.parent.mkdir(exist_ok=True)
            target.unlink(missing_ok=True)
            try:
                target.symlink_to(source)
            except OSError:  # a file system without links
                shutil.copyfile(source, target)
    except OSError as error:
        raise StoreError(f"cannot write in {corpus.root}: {error.strerror or error}") from error
    corpus.put_session(session)
    return session


# ---- what it takes


class _Stopwatch(Observer):
    """Keeps what each stage took for each recording where a later run finds it again."""

    def __init__(self, corpus: Corpus, engine: str, progress: Progress) -> None:
        self._corpus = corpus
        self._engine = engine
        self._progress = progress

    def progress(self, stage: Stage, finished: int, total: int) -> None:
        self._progress(self._engine, stage.name, finished, total)

    def has(self, stage: Stage, session: Session, stored: Stored | None) -> None:
        if stored is not None:
            spent = _Spent(seconds=stored.seconds, peak_memory_mib=stored.peak_memory >> 20)
            write_bytes(self._path(stage, session), msgspec.json.encode(spent))

    def cost(
        self, stages: Sequence[Stage], sessions: Sequence[Session], price: float | None
    ) -> RunCost:
        """Return what these sessions took, in this run or whenever each was done."""
        seconds, audio, peak = [], 0.0, 0
        for session in sessions:
            spent = [self._spent(stage, session) for stage in stages]
            known = [one for one in spent if one is not None]
            if len(known) < len(stages):
                continue  # done by `speechkit run`, which keeps no time of its own
            seconds.append(sum(one.seconds for one in known))
            audio += session.recording.duration
            peak = max(peak, *(one.peak_memory_mib for one in known))
        if not audio:
            return RunCost()
        return RunCost(
            audio_seconds=round(audio, 1),
            seconds=round(sum(seconds), 2),
            real_time_factor=round(sum(seconds) / audio, 4),
            peak_memory_mib=peak,
            latency_p50=round(statistics.median(seconds), 3),
            latency_p95=round(_percentile(seconds, 0.95), 3),
            dollars=None if price is None else round(price * audio / 60, 4),
        )

    def _spent(self, stage: Stage, session: Session) -> _Spent | None:
        try:
            data = self._path(stage, session).read_bytes()
            return msgspec.json.decode(data, type=_Spent)
        except (OSError, msgspec.MsgspecError):
            return None

    def _path(self, stage: Stage, session: Session) -> Path:
        key = cache_key(stage, session)
        return self._corpus.root / "vault" / "bench" / stage.name / f"{key}.json"


def _percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that a share of the values does not exceed.

    >>> _percentile([3.0, 1.0, 2.0, 4.0], 0.95)
    4.0
    """
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
