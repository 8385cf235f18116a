"""A corpus folder: raw audio, layers and sessions, all found by digest.

    corpus.json                         what this folder is
    vault/audio/sha256/ab/abcd….wav     recordings as they came (PHI)
    vault/layers/sha256/ab/abcd….json   layers (PHI)
    vault/sessions/rec-….json           a recording and its layers, by digest
    vault/index/<stage>/<key>           which layer a stage wrote for which inputs: the cache
    redacted/audio/sha256/ab/….flac     masked audio
    failures.jsonl  journal.jsonl       what did not work; what was done, when and by whom

Everything under `vault/` may hold what patients said; only its owner may read it (mode 0700).
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.digest import canonical_json, digest_bytes
from speechkit.core.errors import DamagedError, StoreError
from speechkit.core.types import (
    ITEM_TYPES,
    SCHEMA_VERSION,
    Kind,
    Layer,
    Provenance,
    Recording,
    Session,
)
from speechkit.storage.files import atomic_path, write_bytes
from speechkit.storage.journal import append_event, stamped


class _Made(msgspec.Struct):
    provenance: Provenance


class _Stored(msgspec.Struct, forbid_unknown_fields=True):
    """A layer whose items are still JSON: which type they have, its kind says."""

    name: str
    kind: Kind
    recording: str
    items: msgspec.Raw
    provenance: Provenance


_LAYER = msgspec.json.Decoder(_Stored)
_ITEMS: dict[str, msgspec.json.Decoder[tuple[Any, ...]]] = {
    kind: msgspec.json.Decoder(tuple[type_, ...])  # type: ignore[valid-type]
    for kind, type_ in ITEM_TYPES.items()
}


class Corpus:
    """Access to one corpus folder. Cheap to make; holds no file open."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def create(cls, root: Path) -> Corpus:
        """Make the folder if it is not there yet, and return it."""
        corpus = cls(root)
        if not (root / "corpus.json").exists():
            try:
                (root / "vault").mkdir(parents=True, exist_ok=True)
                (root / "vault").chmod(0o700)
            except OSError as error:
                raise StoreError(f"cannot make {root}: {error.strerror}") from error
            write_bytes(
                root / "corpus.json",
                canonical_json({"schema_version": SCHEMA_VERSION, "corpus": root.resolve().name})
                + b"\n",
            )
        return corpus

    @classmethod
    def open(cls, root: Path) -> Corpus:
        """Return an existing corpus.

        Raises:
            StoreError: if the folder is not a corpus.
        """
        if not (root / "corpus.json").is_file():
            raise StoreError(
                f"{root} is not a corpus (no corpus.json); make one with: "
                f"speechkit ingest DIR --corpus {root}"
            )
        return cls(root)

    @property
    def name(self) -> str:
        """The corpus's name, as releases carry it."""
        return str(msgspec.json.decode((self.root / "corpus.json").read_bytes())["corpus"])

    @property
    def scratch(self) -> Path:
        """Where samples may lie while a process works on them: as private as the recordings."""
        return self.root / "vault"

    # ---- sessions

    def sessions(self) -> tuple[Session, ...]:
        """All sessions, sorted by recording id."""
        folder = self.root / "vault" / "sessions"
        return tuple(self._read_session(path) for path in sorted(folder.glob("rec-*.json")))

    def session(self, recording: str) -> Session:
        """One session by its recording's id."""
        path = self._session_path(recording)
        if not path.is_file():
            raise StoreError(f"no recording {recording} in {self.root}")
        return self._read_session(path)

    def put_session(self, session: Session) -> None:
        """Write a session; an earlier state of it is replaced."""
        write_bytes(
            self._session_path(session.recording.id), msgspec.json.encode(session, order="sorted")
        )

    def add_layer(self, recording: str, layer: Layer) -> str:
        """Store a layer and name it in its session; return its digest."""
        digest = self.put_layer(layer)
        session = self.session(recording)
        if session.layers.get(layer.name) != digest:
            layers = {**session.layers, layer.name: digest}
            self.put_session(msgspec.structs.replace(session, layers=layers))
        return digest

    # ---- layers

    def put_layer(self, layer: Layer) -> str:
        """Store a layer under its digest and return that."""
        data = canonical_json(layer)
        digest = digest_bytes(data)
        path = self._layer_path(digest)
        if not path.exists():
            write_bytes(path, data)
        return digest

    def get_layer(self, digest: str) -> Layer:
        """Read a layer by digest; its items come back typed.

        Raises:
            StoreError: if it is gone or its bytes do not match its digest.
        """
        path = self._layer_path(digest)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise DamagedError(f"layer {digest[:12]}… is gone from {self.root}") from error
        if digest_bytes(data) != digest:
            raise DamagedError(
                f"layer {digest[:12]}… in {self.root} was altered; delete {path} and run again"
            )
        stored = _LAYER.decode(data)
        return Layer(
            name=stored.name,
            kind=stored.kind,
            recording=stored.recording,
            items=_ITEMS[stored.kind].decode(stored.items),
            provenance=stored.provenance,
        )

    def layer_provenance(self, digest: str) -> Provenance:
        """Say how a layer came about without reading its items, which is much faster.

        Raises:
            StoreError: if the layer is gone or is none.
        """
        try:
            return msgspec.json.decode(self._layer_path(digest).read_bytes(), type=_Made).provenance
        except (OSError, msgspec.MsgspecError) as error:
            raise DamagedError(f"layer {digest[:12]}… is gone from {self.root}") from error

    def layer(self, session: Session, name: str) -> Layer | None:
        """Return a session's layer by name, or None."""
        digest = session.layers.get(name)
        return None if digest is None else self.get_layer(digest)

    # ---- audio

    def audio_path(self, recording: Recording) -> Path:
        """Where a recording's bytes lie."""
        return self.root / recording.audio.uri

    def put_audio(
        self, source: Path, sha256: str, *, area: str = "vault", suffix: str | None = None
    ) -> str:
        """Copy a file into `area` (`vault` or `redacted`) under its digest; return its uri.

        `suffix` replaces that of `source`, which may be part of a name ("Dr. Smith").
        """
        suffix = source.suffix.lower() if suffix is None else suffix
        uri = f"{area}/audio/sha256/{sha256[:2]}/{sha256}{suffix}"
        target = self.root / uri
        if not target.exists():
            with atomic_path(target) as temporary:
                shutil.copyfile(source, temporary)
        return uri

    # ---- the cache

    def cached(self, stage: str, key: str) -> str | None:
        """Return the digest of the layer written for `key`, if that layer is still there."""
        path = self.root / "vault" / "index" / stage / key
        try:
            digest = path.read_text().strip()
        except OSError:
            return None
        return digest if self._layer_path(digest).exists() else None

    def remember(self, stage: str, key: str, digest: str) -> None:
        """Note that `stage` wrote the layer `digest` for `key`."""
        write_bytes(self.root / "vault" / "index" / stage / key, digest.encode())

    # ---- failures and journal

    def record_failures(self, run: str, rows: list[dict[str, Any]]) -> None:
        """Replace the failures of earlier `run`s of that name ('ingest', 'run') by these rows."""
        path = self.root / "failures.jsonl"
        kept = [row for row in self.failures() if row.get("run") != run]
        lines = [canonical_json(row) for row in kept + [{"run": run, **row} for row in rows]]
        if lines:
            write_bytes(path, b"\n".join(lines) + b"\n")
        else:
            path.unlink(missing_ok=True)

    def failures(self) -> list[dict[str, Any]]:
        """What did not work in the latest runs, one row each."""
        path = self.root / "failures.jsonl"
        if not path.exists():
            return []
        return [msgspec.json.decode(line) for line in path.read_bytes().splitlines() if line]

    def note(self, event: str, **facts: Any) -> None:
        """Append an event to the journal: what, when, by whom, by which speechkit. Never text."""
        append_event(self.root / "journal.jsonl", stamped(event, **facts))

    # ---- paths

    def _session_path(self, recording: str) -> Path:
        return self.root / "vault" / "sessions" / f"{recording}.json"

    def _layer_path(self, digest: str) -> Path:
        return self.root / "vault" / "layers" / "sha256" / digest[:2] / f"{digest}.json"

    def _read_session(self, path: Path) -> Session:
        try:
            return msgspec.json.decode(path.read_bytes(), type=Session)
        except (OSError, msgspec.DecodeError) as error:
            raise StoreError(f"cannot read session {path}: {error}") from error
