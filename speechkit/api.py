"""speechkit as functions: what the command line does, from Python.

Heavy parts load when a function is called, not when this is imported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from speechkit.core.errors import AudioError

if TYPE_CHECKING:
    from speechkit.benchmark.results import Scores
    from speechkit.core.types import Segment, Turn
    from speechkit.deidentification.text.deidentify import RedactedText
    from speechkit.ingestion.ingest import IngestReport
    from speechkit.pipeline.runner import RunReport
    from speechkit.workflows.deidentify_files import DeidentifiedFile
    from speechkit.workflows.files import FileResult

AnyPath = str | PathLike[str]


def diarize(
    audio: AnyPath,
    *,
    engine: str = "auto",
    num_speakers: int | None = None,
    min_speakers: int | None = None,
    max_speakers: int | None = None,
    device: str = "cpu",
) -> tuple[Turn, ...]:
    """Say who speaks when in a recording.

    Args:
        audio: path of a sound file.
        engine: `pyannote:local`, `pyannote:community-1`, `channels`; `auto` picks one.
        num_speakers, min_speakers, max_speakers: what is known of how many speak.
        device: `cpu`, `cuda`, …

    Returns:
        Turns in seconds, in order. Those with `exclusive=False` may overlap; those with
        `exclusive=True` say who speaks foremost.

    Raises:
        AudioError: if the file cannot be read.
        UsageError: for an unknown engine.
        MissingExtraError, ModelError: if the engine's package or weights are missing.
    """
    from speechkit.core.engines import Speakers
    from speechkit.core.stage import Resources
    from speechkit.workflows.files import diarize_files

    speakers = Speakers(exactly=num_speakers, at_least=min_speakers, at_most=max_speakers)
    (result,) = diarize_files(
        [Path(audio)], engine=engine, speakers=speakers, resources=Resources(device=device)
    )
    return _checked(result).turns


def transcribe(
    audio: AnyPath,
    *,
    engine: str = "faster-whisper:base",
    language: str = "",
    diarize: bool = False,
    num_speakers: int | None = None,
    min_speakers: int | None = None,
    max_speakers: int | None = None,
    device: str = "cpu",
) -> tuple[Segment, ...]:
    """Write down what is said in a recording, with a time and a confidence for each word.

    Args:
        audio: path of a sound file.
        engine: `faster-whisper:base`, `whisper:base`, …
        language: ISO 639-1 code; empty to find out.
        diarize: find out who speaks as well: a segment then has one speaker.
        num_speakers, min_speakers, max_speakers: what is known of how many speak.
        device: `cpu`, `cuda`, …

    Returns:
        Segments in order of time. The text is as heard: it may name people.

    Raises:
        AudioError: if the file cannot be read.
        UsageError: for an unknown engine or language.
        MissingExtraError, ModelError: if the engine's package or weights are missing.
    """
    from speechkit.core.engines import Speakers
    from speechkit.core.stage import Resources
    from speechkit.workflows.files import transcribe_files

    speakers = Speakers(exactly=num_speakers, at_least=min_speakers, at_most=max_speakers)
    (result,) = transcribe_files(
        [Path(audio)],
        engine=engine,
        language=language,
        diarize=diarize,
        speakers=speakers,
        resources=Resources(device=device),
    )
    return _checked(result).segments


def deidentify_text(
    text: str, *, language: str, policy: str = "safe-harbor", engine: str = "combined"
) -> RedactedText:
    """Find what identifies people in a text, and put tags in its place.

    Args:
        text: anything from a word to a consultation.
        language: ISO 639-1 code: `en`, `es`, `fr`, `de`.
        policy: a policy's name, or the path of a `.toml` file.
        engine: what finds identifiers: `combined` (rules and the learned tagger), `spoken` (rules alone),
            `learned`, `baseline` (Presidio).

    Returns:
        `redacted`, the text with tags such as `[NAME_1]`; `spans`, each with `start`, `end` (code
        points), `label`, `score` and `detector`. Its `repr` shows neither.

    Raises:
        UsageError: for an unknown policy, engine or language, or a policy that needs keys.
        MissingExtraError, ModelError: if the engine's package or weights are missing.
    """
    from speechkit.workflows import deidentify_text as deidentify

    return deidentify(text, language=language, policy=policy, engine=engine)


def deidentify_audio(
    audio: Sequence[AnyPath],
    output_dir: AnyPath,
    *,
    method: Literal["silence", "tone", "noise"] = "silence",
    language: str = "",
    transcript: AnyPath | None = None,
    device: str = "cpu",
) -> tuple[DeidentifiedFile, ...]:
    """Write redacted audio, redacted transcripts and `redactions.json` into a folder.

    A recording in which something removed is heard again is not written: see `verdict`.

    Args:
        audio: paths of sound files.
        output_dir: gets `<id>.flac` and `<id>.json` for each; the id is made from the content.
        method: how to mask. From silence nothing can be recovered; the others sound better.
        language: ISO 639-1 code; empty to find out.
        transcript: what is said, in a format that `transcribe` writes; None to transcribe.
        device: `cpu`, `cuda`, …

    Returns:
        A row for each of `audio`; `reason` says why nothing was written for it.

    Raises:
        UsageError: for a transcript that does not fit, or an unknown language.
        MissingExtraError, ModelError: if an engine's package or weights are missing.
    """
    from speechkit.core.stage import Resources
    from speechkit.workflows import deidentify_audio as deidentify

    return deidentify(
        [Path(path) for path in audio],
        Path(output_dir),
        method=method,
        language=language,
        transcript=None if transcript is None else Path(transcript),
        resources=Resources(device=device),
    )


def ingest(
    folder: AnyPath,
    corpus: AnyPath,
    *,
    metadata: AnyPath | None = None,
    columns: Mapping[str, str] | None = None,
    language: str = "",
    consent: str = "",
) -> IngestReport:
    """Ingest the recordings of a folder, and a table about them, into a corpus.

    Args:
        folder: where the recordings lie; its subfolders count.
        corpus: where they go; made if it is not there.
        metadata: table of what is known about them: CSV, TSV, Excel, Parquet, JSON.
        columns: field → column, where the column's name does not tell.
        language, consent: of recordings for which the table gives none.

    Returns:
        Counts, and the files that could not be ingested, with the reason.

    Raises:
        UsageError: if there is no such folder, table or column.
        StoreError: if the corpus cannot be written.
    """
    from speechkit.ingestion.ingest import IngestOptions, ingest_folder
    from speechkit.storage.corpus import Corpus

    options = IngestOptions(
        metadata=None if metadata is None else Path(metadata),
        columns=dict(columns or {}),
        language=language,
        consent=consent,
    )
    return ingest_folder(Path(folder), Corpus(Path(corpus)), options)


def run(
    corpus: AnyPath,
    *,
    settings: Mapping[str, str] | None = None,
    limit: int | None = None,
    device: str = "cpu",
    threads: int = 0,
    workers: int = 0,
    executor: str = "local",
) -> RunReport:
    """Run the pipeline over a corpus; what is done already is not done again.

    Args:
        corpus: folder of the corpus.
        settings: options, `stage.option` → value, as in `{"diarize.engine": "channels"}`.
        limit: only the first so many recordings.
        device: `cpu`, `cuda`, …; several by comma: workers take them in turn.
        threads: of each worker; 0 for an equal share of the cores.
        workers: processes, each with its own models; 0 for one, or what the cluster has room for.
        executor: `local`, `ray`, `ray:HOST:PORT`, `ray://HOST:PORT`, `slurm`.

    Returns:
        What each stage did, and a row for each recording that failed.

    Raises:
        UsageError: for an unknown stage, option or executor.
        StoreError: if there is no such corpus or it cannot be written.
        MissingExtraError, ModelError: if an engine's package or weights are missing.
    """
    from speechkit.core.stage import Resources
    from speechkit.pipeline import default_pipeline, make_executor
    from speechkit.pipeline import run as run_pipeline
    from speechkit.storage import Corpus

    stages = default_pipeline(dict(settings or {}))
    where = make_executor(executor, Resources(device=device, threads=threads), workers=workers)
    return run_pipeline(Corpus.open(Path(corpus)), stages, where, limit=limit)


def release(corpus: AnyPath, version: str, *, dest: AnyPath = "manifests") -> Path:
    """Release what was proved clean of a corpus as an unchangeable version.

    Args:
        corpus: folder of the corpus.
        version: semantic version, as `1.0.0`.
        dest: the release is `dest/<corpus>/<version>/`.

    Returns:
        The release's folder.

    Raises:
        UsageError: for a version that is none.
        StoreError: if that version exists, or nothing may be released.
    """
    from speechkit.manifest.release import create_release
    from speechkit.storage.corpus import Corpus

    return create_release(Corpus.open(Path(corpus)), version, Path(dest))


def score(
    reference: AnyPath,
    hypotheses: Sequence[AnyPath],
    *,
    by: Sequence[str] = (),
    language: str = "",
    normalizer: str = "",
    draws: int = 1000,
) -> Scores:
    """Score what systems wrote against what was said: WER, CER, DER, clinical errors.

    Args:
        reference: a release, a corpus' layer (`CORPUS#reference`), or a folder of TXT, STM, CTM,
            SegLST, TextGrid, VTT, SRT, JSON.
        hypotheses: the same, one a system; matched by recording id or file name.
        by: fields of the manifest to slice by, as `accent`; `accent*role` crosses two.
        language: ISO 639-1 code of references that name none.
        normalizer: as `en@1`; empty for that of the language.
        draws: bootstrap draws for the intervals; 0 for none.

    Returns:
        A row a system; rates are fractions.

    Raises:
        UsageError: if there is nothing there that can be read, or a hypothesis is missing.
        InputError: for a malformed file.
    """
    from speechkit.benchmark.score import score_systems
    from speechkit.benchmark.types import ScoreOptions
    from speechkit.workflows.score_inputs import read_references, read_systems

    references = read_references(str(reference))
    systems = read_systems(tuple(map(str, hypotheses)), references)
    options = ScoreOptions(language=language, normalizer=normalizer, by=tuple(by), draws=draws)
    return score_systems(references, systems, options)


def _checked(result: FileResult) -> FileResult:
    if result.reason:
        raise AudioError(result.reason)
    return result
