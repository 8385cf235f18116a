"""Writing a release's folder: lines are spooled as they come and put in order at the end.

What is in memory are recordings, not segments: a million of those pass through a file.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Literal, TypedDict, Unpack

import msgspec

from speechkit.core.digest import canonical_json, digest_bytes, digest_file
from speechkit.core.errors import InputError, StoreError
from speechkit.core.types import Recording
from speechkit.core.version import VERSION
from speechkit.manifest.consistency import faulty_line
from speechkit.manifest.counts import Tally
from speechkit.manifest.documentation.documents import release_documents
from speechkit.manifest.lines import encode_line, write_lines
from speechkit.manifest.schema import (
    CUSTODY,
    RECORDINGS,
    REDACTIONS,
    RELEASE_JSON,
    RELEASE_SCHEMA_VERSION,
    SEGMENTS,
    SPLITS,
    SUMS,
    ConsentCheck,
    Custody,
    Parent,
    Policy,
    Release,
    ReleasedRedaction,
    ReleasedSegment,
    Split,
    Statement,
    Tool,
    Withdrawn,
    Withheld,
)


class ReleaseOrigin(TypedDict, total=False):
    """Fields of a `Release` that say where it comes from."""

    origin: Literal["pipeline", "imported"]
    consent: ConsentCheck | None
    withdrawn: tuple[Withdrawn, ...]
    deidentified_by: str


class Spool:
    """Lines of many recordings, in the order they come; read back in the order of recordings."""

    def __init__(self, folder: Path) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        self._place: dict[str, tuple[int, int]] = {}
        self._at = 0
        self.num_lines = 0

    def add(self, recording: str, rows: Iterable[msgspec.Struct]) -> str:
        """Append all lines of a recording; return their digest."""
        lines = [encode_line(row) for row in rows]
        data = b"".join(lines)
        self._file.write(data)
        self._place[recording] = (self._at, len(data))
        self._at += len(data)
        self.num_lines += len(lines)
        return digest_bytes(data)

    def lines(self) -> Iterator[bytes]:
        """Yield the lines by recording, sorted by its id."""
        for name in sorted(self._place):
            start, length = self._place[name]
            self._file.seek(start)
            yield from self._file.read(length).splitlines(keepends=True)

    def close(self) -> None:
        """Close the file; its lines are gone."""
        self._file.close()


class ReleaseWriter:
    """Takes recordings one by one in a hidden folder, then becomes a release in one step.

    Use as a context manager: left without `publish`, it leaves nothing behind.
    """

    def __init__(self, folder: Path, version: str) -> None:
        self.target = folder / version
        if self.target.exists():
            raise StoreError(
                f"{self.target} exists; a release is never changed: choose another version"
            )
        self._folder = folder
        self.tally = Tally()
        self.recordings: list[Recording] = []
        self._custody: dict[str, Custody] = {}

    def __enter__(self) -> ReleaseWriter:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._temporary = tempfile.TemporaryDirectory(
                dir=self._folder, prefix=f".writing-{self.target.name}-"
            )
            self._staging = Path(self._temporary.name)
            self._segments = Spool(self._staging)
            self._redactions = Spool(self._staging)
        except OSError as error:
            raise self._unwritable(error) from error
        return self

    def __exit__(self, *details: object) -> None:
        self._segments.close()
        self._redactions.close()
        self._temporary.cleanup()

    def add(
        self,
        recording: Recording,
        segments: Sequence[ReleasedSegment],
        redactions: Sequence[ReleasedRedaction],
        source: Path | None,
        custody: Custody | None = None,
    ) -> None:
        """Take a recording; `source` is its redacted audio, None where there is no audio.

        Without `custody`, it says no more than what is released.

        Raises:
            InputError: if `verify` would refuse one of its lines.
            StoreError: if the audio is gone, was altered, or the disk is full.
        """
        if reason := faulty_line(recording, segments, redactions):
            raise InputError(f"recording {recording.id}, {reason}; nothing was released")
        try:
            if source is not None:
                self._stage_audio(recording, source)
            self._custody[recording.id] = msgspec.structs.replace(
                custody or Custody(recording=recording.id, released=recording.audio.sha256),
                segments=self._segments.add(recording.id, segments),
                redactions=self._redactions.add(recording.id, redactions),
            )
        except OSError as error:
            raise self._unwritable(error) from error
        for segment in segments:
            self.tally.add_segment(segment)
        for redaction in redactions:
            self.tally.add_redaction(redaction)
        self.recordings.append(recording)

    def describe(
        self,
        *,
        policy: Policy,
        statement: Statement,
        splits: Sequence[Split],
        withheld: Iterable[Withheld] = (),
        parent: Parent | None = None,
        tools: Sequence[Tool] = (),
        **more: Unpack[ReleaseOrigin],
    ) -> Release:
        """Return release.json of what was added: counted, with the versions that made it."""
        return Release(
            schema_version=RELEASE_SCHEMA_VERSION,
            corpus=self._folder.name,
            version=self.target.name,
            speechkit=VERSION,
            counts=self.tally.counts(self.recordings, splits),
            policy=policy,
            statement=statement,
            withheld=tuple(withheld),
            parent=parent,
            tools=tuple(tools),
            **more,
        )

    def publish(self, release: Release, splits: Sequence[Split]) -> Path:
        """Write all files and move them into place; return the release's folder.

        Raises:
            StoreError: if that fails; then nothing was moved.
        """
        recordings = sorted(self.recordings, key=lambda recording: recording.id)
        try:
            draft = self._staging / "release"
            draft.mkdir()
            names = [
                *write_lines(draft, RECORDINGS, len(recordings), map(encode_line, recordings)),
                *write_lines(draft, SEGMENTS, self._segments.num_lines, self._segments.lines()),
                *write_lines(
                    draft, REDACTIONS, self._redactions.num_lines, self._redactions.lines()
                ),
                *write_lines(draft, SPLITS, len(splits), map(encode_line, splits)),
                *write_lines(
                    draft,
                    CUSTODY,
                    len(recordings),
                    (encode_line(self._custody[r.id]) for r in recordings),
                ),
            ]
            digests = {name: digest_file(draft / name) for name in names}
            whole = {
                RELEASE_JSON: canonical_json(release) + b"\n",
                **release_documents(release, recordings, digests, self._custody),
            }
            for name, data in whole.items():
                (draft / name).write_bytes(data)
                digests[name] = digest_bytes(data)
            _write_sums(draft, digests, recordings)
            self._move(draft)
        except OSError as error:
            raise self._unwritable(error) from error
        return self.target

    def _stage_audio(self, recording: Recording, source: Path) -> None:
        audio = recording.audio
        if (self._folder / audio.uri).is_file():
            copy = self._folder / audio.uri  # another version has it
        else:
            copy = self._staging / audio.uri
            copy.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copyfile(source, copy)
            except FileNotFoundError as error:
                raise StoreError(
                    f"redacted audio of {recording.derived_from} is gone; run the pipeline again"
                ) from error
        if digest_file(copy) != audio.sha256:
            raise StoreError(
                f"redacted audio of {recording.derived_from} was altered; delete {copy.name} "
                "and run the pipeline again"
            )

    def _move(self, draft: Path) -> None:
        """Move the audio, then the folder in one step; take back the audio if that fails."""
        moved: list[Path] = []
        try:
            for path in sorted(self._staging.glob("audio/**/*")):
                place = self._folder / path.relative_to(self._staging)
                if path.is_file() and not place.exists():
                    place.parent.mkdir(parents=True, exist_ok=True)
                    moved.append(place)
                    path.replace(place)
            draft.rename(self.target)
        except BaseException:
            for place in moved:
                place.unlink(missing_ok=True)
            raise

    def _unwritable(self, error: OSError) -> StoreError:
        return StoreError(
            f"cannot write {self.target}: {error.strerror or error}; "
            "free some space or check permissions"
        )


def _write_sums(draft: Path, digests: Mapping[str, str], recordings: Iterable[Recording]) -> None:
    """Write what `sha256sum -c` reads: the folder's files, then the audio beside it."""
    sums = dict(digests) | {
        f"../{r.audio.uri}": r.audio.sha256 for r in recordings if r.audio.sha256
    }
    lines = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))
    (draft / SUMS).write_bytes(lines.encode())
