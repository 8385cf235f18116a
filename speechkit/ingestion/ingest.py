"""A folder of recordings and a table about them become sessions of a corpus.

Names of files stay outside: ids come from digests, people get pseudonyms, the vault calls audio by
digest. Only failure rows name files, so `failures.jsonl` is as private as the vault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path, PurePosixPath
from typing import Literal

import msgspec

from speechkit.core.digest import keyed_digest, recording_id
from speechkit.core.errors import InputError, SpeechkitError, describe, is_debugging
from speechkit.core.types import Audio, Participant, Quality, Recording, Session
from speechkit.ingestion import values
from speechkit.ingestion.ahead import ahead
from speechkit.ingestion.describe import Description
from speechkit.ingestion.folder import Failure, Folder, scan, shown
from speechkit.ingestion.people import Pseudonyms, unnamed
from speechkit.ingestion.plan import Entry, Plan, read_entries
from speechkit.ingestion.recording import decoded, digest_of_file, suffix_in
from speechkit.ingestion.references import (
    draft_layer,
    read_reference,
    segments_layer,
    text_layer,
    turns_layer,
)
from speechkit.storage.corpus import Corpus
from speechkit.storage.files import sweep
from speechkit.storage.lock import locked

Progress = Callable[[int, int], None]
# A file's SHA-256, and what its sound is; None where another file of the same bytes came before.
Heard = tuple[str, tuple[Audio, Quality] | None]
_WRITERS = 8  # threads that wait for the disk, most of the time


class IngestOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a folder is read.

    `columns` maps fields to columns of the table where the guess by name is wrong; `keep` names
    columns whose text goes into `Context.tags` as it is; `language` and `consent` hold where the
    table says nothing; `pseudonym_key` is a file with the key of another corpus, so that the same
    people have the same pseudonyms; `fill_merged` uses the value of a spreadsheet's merged cell
    for all of its rows; `tracks` says what becomes of audio tracks after the first: `first` leaves
    them out, flagged, `channels` makes channels of them.
    """

    metadata: Path | None = None
    columns: dict[str, str] = {}
    keep: tuple[str, ...] = ()
    only_listed: bool = False
    language: str = ""
    consent: str = ""
    pseudonym_key: Path | None = None
    fill_merged: bool = False
    tracks: Literal["first", "channels"] = "first"


class IngestReport(msgspec.Struct, frozen=True, kw_only=True):
    """What came in. Counts are recordings; `ignored` counts files that are not audio; `flags` holds
    the number of recordings a flag; `columns` what each column of the table was taken for;
    `warnings` what in the table to look at."""

    recordings: int
    added: int
    updated: int
    unchanged: int
    seconds: float
    ignored: int
    flags: dict[str, int]
    columns: dict[str, str]
    failures: tuple[Failure, ...]
    warnings: tuple[str, ...] = ()


def ingest_folder(
    folder: Path,
    corpus: Corpus,
    options: IngestOptions = IngestOptions(),  # noqa: B008 (frozen)
    progress: Progress | None = None,
) -> IngestReport:
    """Ingest the recordings of a folder into a corpus.

    What cannot be read becomes a failure, the others go on. Doing it again writes nothing new;
    another table changes what is known about a recording, and keeps its layers.

    Args:
        folder: where the recordings lie; its subfolders count.
        corpus: where they go; made if its folder is not there.
        options: how to read the table.
        progress: called with how many files are done, of how many.

    Raises:
        UsageError: if there is no such folder, table or column.
        InputError: if the folder holds no recording, or the table is malformed.
        StoreError: if the corpus cannot be written, the disk is full, or another process works
            on the corpus.
    """
    files = scan(folder)
    pseudonyms = Pseudonyms(corpus, options.pseudonym_key)
    plan = read_entries(
        files,
        options.metadata,
        options.columns,
        options.keep,
        pseudonyms,
        options.only_listed,
        options.fill_merged,
    )
    if not plan.entries and not plan.failures:
        raise InputError(
            f"{folder}: no recordings in it ({len(files.others)} files of other kinds)"
        )
    Corpus.create(corpus.root)
    with locked(corpus.root, "ingest"):
        sweep(corpus.root)
        return _take_all(_Run(files, corpus, options), plan, progress)


def _take_all(run: _Run, plan: Plan, progress: Progress | None) -> IngestReport:
    corpus = run.corpus
    failures = list(plan.failures)
    taken = (run.take(entry, heard) for entry, heard in ahead(run.hear, plan.entries))
    for number, (each, stored) in enumerate(ahead(run.store, taken, _WRITERS), start=1):
        failures.extend(run.count(each, stored.result()))
        if progress is not None:
            progress(number, len(plan.entries))
    failures.sort(key=lambda failure: (failure.item, failure.line))
    corpus.record_failures("ingest", [msgspec.to_builtins(failure) for failure in failures])
    if run.counts["added"] or run.counts["updated"]:
        corpus.note("ingest", **run.counts, failed=len(failures))
    return IngestReport(
        recordings=sum(run.counts.values()),
        added=run.counts["added"],
        updated=run.counts["updated"],
        unchanged=run.counts["unchanged"],
        seconds=round(run.seconds, 3),
        ignored=len(run.folder.others),
        flags=dict(sorted(run.flags.items())),
        columns=plan.columns,
        failures=tuple(failures),
        warnings=plan.warnings,
    )


class _Taken(msgspec.Struct, frozen=True):
    """What became of a file: a recording to store, or, where that is None, a failure."""

    entry: Entry
    recording: Recording | None
    failure: Failure


_Became = Literal["added", "updated", "unchanged"]


class _Stored(msgspec.Struct, frozen=True):
    """How a recording changed the corpus, and what of the table could not be stored with it."""

    became: _Became
    problems: list[str]


class _Run:
    """One pass over a folder: what was seen, and what became of it."""

    def __init__(self, folder: Folder, corpus: Corpus, options: IngestOptions) -> None:
        self.folder = folder
        self.corpus = corpus
        self._options = options
        self._all_tracks = options.tracks == "channels"
        self._languages = values.languages(options.language)
        self._consent = values.consent(options.consent) if options.consent else ""
        self._old = {s.recording.audio.sha256: s for s in corpus.sessions()}
        self._seen: dict[str, str] = {}
        self.counts = Counter(added=0, updated=0, unchanged=0)
        self.flags: Counter[str] = Counter()
        self.seconds = 0.0

    def hear(self, entry: Entry) -> Heard:
        """Decode and measure one file, unless its bytes are known; safe in several threads.

        Raises:
            InputError: if it cannot be read or decoded.
        """
        path = self.folder.root / entry.path
        sha256 = digest_of_file(path)
        if sha256 in self._seen:
            return sha256, None
        known = _known(self._old.get(sha256))
        if known is None:
            return sha256, decoded(path, sha256, all_tracks=self._all_tracks)
        if self._all_tracks and "more-tracks" in known[1].flags:
            raise InputError(
                "only its first track was taken when it was ingested before; ingest it into a new "
                "corpus to have the others"
            )
        return sha256, known

    def take(self, entry: Entry, heard: Future[Heard]) -> _Taken:
        """Decide what a file becomes as it was heard, one file after the other."""
        path = self.folder.root / entry.path
        failed = Failure(item=shown(entry.path), reason="", line=entry.line)
        try:
            sha256, measured = heard.result()
            if sha256 in self._seen or measured is None:
                reason = f"same audio as {recording_id(sha256)}, which came with another file"
                same_as = shown(self._seen[sha256])
                failed = msgspec.structs.replace(failed, reason=reason, same_as=same_as)
                return _Taken(entry, None, failed)
            recording = self._recording(*measured, entry.description, self._old.get(sha256))
        except InputError as error:
            reason = _without(path, error)
            return _Taken(entry, None, msgspec.structs.replace(failed, reason=reason))
        except SpeechkitError:
            raise
        except Exception as error:
            if is_debugging():
                raise
            # Decoders meet files that their authors never saw; the rest of the folder goes on.
            return _Taken(entry, None, msgspec.structs.replace(failed, reason=describe(error)))
        self._seen[sha256] = entry.path
        return _Taken(entry, recording, failed)

    def store(self, taken: _Taken) -> _Stored | None:
        """Write what a file became, and what the table names for it; safe in several threads.

        Raises:
            StoreError: if the corpus cannot be written.
        """
        recording, entry = taken.recording, taken.entry
        if recording is None:
            return None
        audio = recording.audio
        old = self._old.get(audio.sha256)
        path = self.folder.root / entry.path
        self.corpus.put_audio(path, audio.sha256, suffix=suffix_in(audio))
        layers, problems = self._layers(entry, recording)
        session = Session(recording=recording, layers={**(old.layers if old else {}), **layers})
        if old is None:
            # First the journal: a killed ingest leaves no session of which nothing is noted.
            digest = keyed_digest(audio.sha256, audio.sha256)
            device = recording.context.device
            self.corpus.note("received", recording=recording.id, device=device, audio=digest)
        if session != old:
            self.corpus.put_session(session)
        became: _Became = "added" if old is None else "updated" if session != old else "unchanged"
        return _Stored(became, problems)

    def count(self, taken: _Taken, stored: _Stored | None) -> list[Failure]:
        """Count what was stored, one file after the other; return what went wrong."""
        if taken.recording is None or stored is None:
            return [taken.failure]
        recording = taken.recording
        self.counts[stored.became] += 1
        self.flags.update(recording.quality.flags if recording.quality else ())
        self.seconds += recording.duration
        described = taken.entry.description
        problems = [*(described.problems if described else ()), *stored.problems]
        return [msgspec.structs.replace(taken.failure, reason=reason) for reason in problems]

    def _recording(
        self, audio: Audio, quality: Quality, description: Description | None, old: Session | None
    ) -> Recording:
        recording = (
            old.recording
            if old
            else Recording(id=recording_id(audio.sha256), audio=audio, quality=quality)
        )
        if description is not None:
            changes = {
                "context": msgspec.structs.replace(recording.context, **description.context),
                "participants": _identified(recording.id, description, audio.num_channels),
                "consent": description.consent,
                "synthetic": description.synthetic,
                "phi": description.phi,
            }
            known = {field: value for field, value in changes.items() if value is not None}
            recording = msgspec.structs.replace(recording, **known)
        if self._languages and not recording.context.languages:
            context = msgspec.structs.replace(recording.context, languages=self._languages)
            recording = msgspec.structs.replace(recording, context=context)
        if self._consent and not recording.consent:
            recording = msgspec.structs.replace(recording, consent=self._consent)
        return recording

    def _layers(self, entry: Entry, recording: Recording) -> tuple[dict[str, str], list[str]]:
        """Store what the table names; a reference or draft that does not fit costs no audio."""
        description = entry.description
        if description is None:
            return {}, []
        layers, problems = {}, []
        if description.texts:
            layers["reference"] = text_layer(recording, description.texts)
        for cell, make in (
            (description.reference_rttm, turns_layer),
            (description.reference_stm, segments_layer),
            (description.draft, draft_layer),
        ):
            if not cell:
                continue
            path = self._reference_path(cell)
            try:
                layer = make(recording, read_reference(path, PurePosixPath(entry.path)))
                layers[layer.name] = layer
            except InputError as error:
                what = "draft" if make is draft_layer else "reference"
                problems.append(f"{what} left out: {_without(path, error)}")
        return {name: self.corpus.put_layer(layer) for name, layer in layers.items()}, problems

    def _reference_path(self, cell: str) -> Path:
        """References lie beside the recordings or beside the table."""
        cell = cell.replace("\\", "/")
        here = self.folder.root / cell
        if here.exists() or self._options.metadata is None:
            return here
        return self._options.metadata.parent / cell


def _known(session: Session | None) -> tuple[Audio, Quality] | None:
    """What was measured of the same bytes before."""
    if session is None or session.recording.quality is None:
        return None
    return session.recording.audio, session.recording.quality


def _identified(
    recording: str, description: Description, num_channels: int
) -> tuple[Participant, ...] | None:
    if description.participants is None:
        return None
    people = []
    for index, person in enumerate(description.participants):
        if person.channel is not None and person.channel >= num_channels:
            raise InputError(
                f"channel {person.channel}: the recording has {num_channels}, counted from 0"
            )
        people.append(
            msgspec.structs.replace(
                person,
                id=person.id or unnamed(recording, index),
                channel=person.channel if num_channels > 1 else None,
            )
        )
    return tuple(people)


def _without(path: Path, error: InputError) -> str:
    """Return an error's message without the path: a failure row names the file once."""
    return str(error).replace(f"{path}: ", "").replace(f"{path}, ", "").replace(str(path), "file")
