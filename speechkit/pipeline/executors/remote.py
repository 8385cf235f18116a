"""A corpus where workers see no common folder: files go through a store that `fsspec` reaches.

The store (`s3://bucket/corpus`, `file:///mnt/corpus`, …) holds the same files under the same paths
as the corpus folder. Recordings and layers are called by their content, so that a file that is there
is the right one, is never changed, and is checked by its digest when it comes. Who asks for the work
keeps the corpus, its index and its journal; workers keep what they need while they run.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from speechkit.core.digest import digest_file
from speechkit.core.engines import require
from speechkit.core.errors import DamagedError, SpeechkitError, StoreError, UsageError
from speechkit.core.stage import Stage, Work, cache_key
from speechkit.core.types import Layer, Recording, RedactedCopy
from speechkit.pipeline.jobs import Failed, Job, Stored, perform, state_of
from speechkit.storage.corpus import Corpus
from speechkit.storage.files import atomic_path, scratch_prefix, sweep

_FOLDER = "speechkit-mirrors"


class Store:
    """Files of one corpus, by their paths in the corpus folder."""

    def __init__(self, url: str) -> None:
        """Connect.

        Raises:
            UsageError: for an address that fsspec does not know.
            MissingExtraError: if fsspec or what it needs for this address is not installed.
        """
        require("fsspec", extra="s3")
        import fsspec

        if url.startswith("s3:"):
            require("s3fs", extra="s3")
        try:
            self._files, root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise UsageError(f"--store {url}: {error}") from error
        self.url = url
        self._root = str(root).rstrip("/")
        self._is_local = "file" in self._files.protocol

    def send(self, root: Path, paths: Iterable[str]) -> int:
        """Copy those files of the folder `root` that are not in the store; return how many.

        Raises:
            StoreError: if the store cannot be reached or written.
        """
        num_sent = 0
        with self._told("write"):
            for path in paths:
                target = f"{self._root}/{path}"
                if path.startswith("vault/sessions/") or not self._files.exists(target):
                    self._put(root / path, target)
                    num_sent += 1
        return num_sent

    def fetch(self, root: Path, paths: Iterable[str]) -> None:
        """Copy files of the store that are not in the folder `root` yet.

        Raises:
            DamagedError: if one is not there, or is not what its name says.
            StoreError: if the store cannot be reached, or the folder not be written.
        """
        for path in paths:
            target = root / path
            if target.exists():
                continue
            with atomic_path(target) as temporary, self._told("read"):
                try:
                    self._files.get_file(f"{self._root}/{path}", str(temporary))
                except FileNotFoundError as error:
                    raise DamagedError(f"{self.url} holds no {path}") from error
                if "/sha256/" in path and digest_file(temporary) != target.stem:
                    raise DamagedError(f"{self.url}/{path} was altered; delete it and run again")

    def _put(self, source: Path, target: str) -> None:
        """Write a file so that no reader sees half of it: object stores show only whole ones."""
        if not self._is_local:
            self._files.put_file(str(source), target)
            return
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(Path(target)) as temporary:
            self._files.put_file(str(source), str(temporary))

    @contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        """Say which store failed; what libraries raise is theirs, so any error is caught."""
        try:
            yield
        except SpeechkitError:
            raise
        except Exception as error:
            raise StoreError(
                f"cannot {doing} {self.url} ({type(error).__name__}); "
                "check the address, credentials and network"
            ) from error


class Mirror:
    """What one worker holds of a corpus: the files of the jobs it had."""

    def __init__(self, store: Store, root: Path) -> None:
        self._store = store
        self.corpus = Corpus.create(root)

    def perform(self, stage: Stage, work: Work, job: Job) -> Stored | Failed:
        """Fetch what the job needs, do it, and send the result.

        Raises:
            As `jobs.perform`.
        """
        root = self.corpus.root
        session = f"vault/sessions/{job.recording}.json"
        (root / session).unlink(missing_ok=True)  # the only file whose content may change
        try:
            self._store.fetch(root, [session])
            self._store.fetch(root, needed(self.corpus.session(job.recording).recording, job))
        except DamagedError as error:
            return Failed(recording=job.recording, reason=str(error))
        result = perform(stage, work, self.corpus, job)
        if isinstance(result, Stored):
            self._store.send(root, made(self.corpus.get_layer(result.layer), result.layer))
        return result


@contextmanager
def mirrored(url: str) -> Iterator[Mirror]:
    """Yield a worker's mirror in a private folder that is deleted at the end.

    What killed workers of this machine left is deleted at the beginning.
    """
    parent = Path(tempfile.gettempdir()) / _FOLDER
    parent.mkdir(mode=0o700, exist_ok=True)
    sweep(parent)
    with tempfile.TemporaryDirectory(prefix=scratch_prefix("mirroring"), dir=parent) as folder:
        yield Mirror(Store(url), Path(folder) / "corpus")


def send_jobs(store: Store, corpus: Corpus, jobs: Sequence[Job]) -> None:
    """Put what the jobs need into the store.

    Raises:
        StoreError: if that fails.
    """
    for job in jobs:
        recording = corpus.session(job.recording).recording
        store.send(corpus.root, [f"vault/sessions/{job.recording}.json", *needed(recording, job)])


def take_in(store: Store, corpus: Corpus, stage: Stage, job: Job, layer: str) -> None:
    """Copy a layer that a worker stored, and what belongs to it, into the corpus and its index.

    Raises:
        DamagedError, StoreError: as `Store.fetch`.
    """
    store.fetch(corpus.root, [_path(layer)])
    store.fetch(corpus.root, made(corpus.get_layer(layer), layer))
    corpus.remember(stage.name, cache_key(stage, state_of(corpus, job)), layer)


def needed(recording: Recording, job: Job) -> list[str]:
    """Paths of the files that a job reads, its session apart."""
    return [recording.audio.uri, *(_path(digest) for digest in sorted(job.layers.values()))]


def made(layer: Layer, digest: str) -> list[str]:
    """Paths of a layer's own file and of the redacted sound that it names."""
    copies: list[Any] = [item for item in layer.items if isinstance(item, RedactedCopy)]
    return [*(copy.audio.uri for copy in copies if copy.audio.uri), _path(digest)]


def _path(digest: str) -> str:
    return f"vault/layers/sha256/{digest[:2]}/{digest}.json"
