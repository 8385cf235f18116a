"""De-identify loose recordings: transcribe, align, detect, redact, listen again, write what passed.

Everything on the way (raw audio, transcripts) lies in a private temporary corpus that is deleted at
the end, also on errors. Nothing written is named after the input: file names name patients.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from speechkit.audio.mask import Method
from speechkit.core.digest import canonical_json, segment_id
from speechkit.core.errors import InputError, SpeechkitError, UsageError
from speechkit.core.stage import Resources, Stage
from speechkit.core.text import evenly_timed_words
from speechkit.core.time import round_ms
from speechkit.core.types import Context, Layer, Provenance, RedactedCopy, Segment
from speechkit.core.verdicts import why_doubtful
from speechkit.formats import format_segments, read_segments
from speechkit.ingestion.recording import ingest_file
from speechkit.pipeline.executors.local import LocalExecutor
from speechkit.pipeline.pipelines import StageOptions, make_pipeline
from speechkit.pipeline.runner import Progress, run, silent
from speechkit.storage.corpus import Corpus
from speechkit.storage.files import atomic_path, write_bytes

REDACTIONS = "redactions.json"

Transcripts = Mapping[str, tuple[Segment, ...]]


class DeidentifiedFile(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file. `reason` says why nothing was written for it, empty if it was.

    `verdict` is empty where it did not come to a check.
    """

    path: Path
    recording: str = ""
    audio_path: Path | None = None
    transcript_path: Path | None = None
    verdict: str = ""
    redactions: int = 0
    reason: str = ""


def deidentify_audio(
    paths: Sequence[Path],
    output_dir: Path,
    *,
    method: Method = "silence",
    language: str = "",
    transcript: Path | None = None,
    settings: StageOptions | None = None,
    resources: Resources = Resources(),  # noqa: B008 (frozen)
    progress: Progress = silent,
) -> tuple[DeidentifiedFile, ...]:
    """Write redacted audio and transcripts, and `redactions.json`, into `output_dir`.

    A recording in which something removed is heard again is listed there as `failed`; neither its
    audio nor its transcript is written, and older ones of it are taken away.

    Args:
        paths: recordings, any format that can be read.
        output_dir: gets `<id>.flac`, `<id>.json` for each, the id made from the digest.
        method: how to mask.
        language: ISO 639-1; empty: what is heard.
        transcript: what is said, in a format that `speechkit transcribe` writes; by the name of
            the recording where there are several.
        settings: options by stage (`{"redact": {"extra_margin": 0.1}}`).
        resources: where to run.
        progress: told of every stage and recording.

    Raises:
        UsageError: for unknown options or engines, or a transcript in an unknown language.
        InputError: if the transcript cannot be read.
        ModelError, MissingExtraError: if an engine cannot be opened.
    """
    given = _read_transcripts(transcript, paths, language) if transcript else None
    stages = _stages(method, language, settings or {}, with_transcript=given is not None)
    _make_folder(output_dir)
    with tempfile.TemporaryDirectory(prefix="speechkit-") as scratch:
        corpus = Corpus.create(Path(scratch) / "files")
        ids: dict[Path, str] = {}
        reasons: dict[Path, str] = {}
        context = Context(languages=(language,) if language else ())
        for path in dict.fromkeys(paths):
            try:
                ids[path] = _ingest(path, corpus, context, given)
            except InputError as error:
                reasons[path] = str(error)
        if ids:
            report = run(corpus, stages, LocalExecutor(resources), progress=progress)
            failed = {row.item: row.reason for row in report.failures}
            reasons |= {path: failed[id_] for path, id_ in ids.items() if id_ in failed}
        copies = {
            id_: _copy(corpus, id_) for path, id_ in sorted(ids.items()) if path not in reasons
        }
        for id_ in ids.values():
            _write(corpus, id_, copies.get(id_), output_dir)
        rows = [_row(id_, copies[id_]) for id_ in sorted(copies)]
        write_bytes(output_dir / REDACTIONS, canonical_json({"recordings": rows}) + b"\n")
        return tuple(_result(path, ids, reasons, copies, output_dir) for path in paths)


def _stages(
    method: Method,
    language: str,
    settings: StageOptions,
    *,
    with_transcript: bool,
) -> tuple[Stage, ...]:
    options = {stage: dict(values) for stage, values in settings.items()}
    options["redact"] = {"method": method} | options.get("redact", {})
    if with_transcript:
        return make_pipeline("deidentify-given", options)
    options["transcribe"] = {"language": language} | options.get("transcribe", {})
    return make_pipeline("deidentify", options)


def _ingest(path: Path, corpus: Corpus, context: Context, given: Transcripts | None) -> str:
    """Put one file, and its transcript if there is one, into the corpus; return its id."""
    if given is not None and path.stem not in given:
        raise InputError(f"{path}: the transcript says nothing about a recording of that name")
    recording: str = ingest_file(path, corpus, context=context).recording.id
    if given is not None:
        layer = Layer(
            name="corrected",
            kind="segments",
            recording=recording,
            items=tuple(
                msgspec.structs.replace(segment, id=segment_id(recording, index))
                for index, segment in enumerate(given[path.stem])
            ),
            provenance=Provenance(stage="given", version="1"),
        )
        corpus.add_layer(recording, layer)
    return recording


def _read_transcripts(path: Path, paths: Sequence[Path], language: str) -> Transcripts:
    """Read transcripts by stem of the recording; a single one needs no matching name."""
    found = _read_list(path) or read_segments(path)
    if len(found) == 1 and len(set(paths)) == 1:
        found = {paths[0].stem: next(iter(found.values()))}
    ready = {name: tuple(_ready(s, language) for s in items) for name, items in found.items()}
    if any(not segment.language for items in ready.values() for segment in items):
        raise UsageError(f"{path} does not say in which language it is; give --language")
    return ready


def _read_list(path: Path) -> dict[str, tuple[Segment, ...]] | None:
    """Read a JSON list of segments; None where the file is something else."""
    if path.suffix.lower() != ".json" or path.name.lower().endswith(".seglst.json"):
        return None
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    if not data.lstrip().startswith(b"["):
        return None
    try:
        return {path.stem: msgspec.json.decode(data, type=tuple[Segment, ...])}
    except msgspec.MsgspecError as error:
        raise InputError(f"{path}: not a list of segments ({error})") from error


def _ready(segment: Segment, language: str) -> Segment:
    """Give a segment a language, and words where it has none: spread evenly, to be aligned."""
    segment = msgspec.structs.replace(segment, language=language or segment.language)
    if segment.words:
        return segment
    return msgspec.structs.replace(segment, words=evenly_timed_words(segment))


def _copy(corpus: Corpus, recording: str) -> RedactedCopy:
    layer = corpus.layer(corpus.session(recording), "redacted")
    if layer is None:
        raise SpeechkitError(f"{recording}: the run left no redacted copy; run again")
    copy: RedactedCopy = layer.items[0]
    return copy


def _write(corpus: Corpus, recording: str, copy: RedactedCopy | None, output_dir: Path) -> None:
    """Write what passed its check; what did not leaves nothing, not even an older copy."""
    for suffix in (".flac", ".wav", ".json"):
        if copy is None or copy.verdict != "clean" or not copy.audio.uri.endswith(suffix):
            (output_dir / f"{recording}{suffix}").unlink(missing_ok=True)
    if copy is None or copy.verdict != "clean":
        return
    source = corpus.root / copy.audio.uri
    with atomic_path(output_dir / f"{recording}{source.suffix}") as temporary:
        shutil.copyfile(source, temporary)
    text = format_segments("json", recording, copy.segments)
    write_bytes(output_dir / f"{recording}.json", text.encode())


def _row(recording: str, copy: RedactedCopy) -> dict[str, Any]:
    clean = copy.verdict == "clean"
    return {
        "recording": recording,
        "audio": f"{recording}{Path(copy.audio.uri).suffix}" if clean else None,
        "sha256": copy.audio.sha256 if clean else None,
        "duration": round_ms(copy.audio.duration),
        "verdict": copy.verdict,
        "rounds": copy.rounds,
        "heard": copy.heard,
        "checked_by": copy.checked_by,
        "redactions": [msgspec.to_builtins(redaction) for redaction in copy.redactions],
    }


def _result(
    path: Path,
    ids: Mapping[Path, str],
    reasons: Mapping[Path, str],
    copies: Mapping[str, RedactedCopy],
    output_dir: Path,
) -> DeidentifiedFile:
    recording = ids.get(path, "")
    if path in reasons:
        return DeidentifiedFile(path=path, recording=recording, reason=reasons[path])
    copy = copies[recording]
    if copy.verdict != "clean":
        return DeidentifiedFile(
            path=path,
            recording=recording,
            verdict=copy.verdict,
            redactions=len(copy.redactions),
            reason=_refusal(copy),
        )
    return DeidentifiedFile(
        path=path,
        recording=recording,
        audio_path=output_dir / f"{recording}{Path(copy.audio.uri).suffix}",
        transcript_path=output_dir / f"{recording}.json",
        verdict=copy.verdict,
        redactions=len(copy.redactions),
    )


def _refusal(copy: RedactedCopy) -> str:
    if copy.verdict == "doubtful":
        return (
            f"{why_doubtful(copy)}, so that identifiers may have been missed; not written. "
            "Give a corrected --transcript, or --set transcribe.engine= one that knows the speech better"
        )
    return (
        "something that was removed can still be heard or read; not written. "
        "Give a corrected --transcript, or a wider margin (--set redact.extra_margin=0.3)"
    )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot write to {folder}: {error.strerror or error}") from error
