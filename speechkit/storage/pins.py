"""Models that nobody pinned beforehand: fetched once from the hub, held to what came then.

`fetch` writes `pinned.json` beside the files: the repository, its commit, the digest of each file.
From then on the files are verified against it, and a file that is fetched again must be the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.digest import digest_file, digest_of
from speechkit.core.errors import ModelError, WrongDigestError
from speechkit.storage import models
from speechkit.storage.files import atomic_path

NAME = "pinned.json"


class Pin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was fetched: `files` are names and their sha256."""

    repository: str
    commit: str
    files: dict[str, str]

    @property
    def revision(self) -> str:
        """Digest over all file digests."""
        return digest_of(self.files)


def folder_of(repository: str) -> Path:
    """Return where a repository's files lie in the cache."""
    return models.cache_folder() / "hub" / repository.replace("/", "--")


def read_pin(repository: str, ask: str) -> Pin:
    """Return what is pinned of a repository.

    Args:
        repository: `OWNER/NAME`.
        ask: the command that fetches it, for the error.

    Raises:
        ModelError: if nothing was fetched, or the note of it cannot be read.
    """
    path = folder_of(repository) / NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=Pin)
    except FileNotFoundError as error:
        raise ModelError(f"{repository} is not on this machine; download it with: {ask}") from error
    except (OSError, msgspec.DecodeError) as error:
        raise ModelError(f"{path} cannot be read; delete its folder and run: {ask}") from error


def resolve(repository: str, ask: str) -> Path:
    """Return the folder with a repository's verified files. Downloads nothing.

    Raises:
        ModelError: as `read_pin`, or if a file is missing.
        WrongDigestError: if a file is not the one that was pinned.
    """
    pin, folder = read_pin(repository, ask), folder_of(repository)
    for name, sha256 in pin.files.items():
        if not (folder / name).is_file():
            raise ModelError(f"{folder / name} is missing; run: {ask}")
        if (found := models.digest_once(folder / name)) != sha256:
            raise WrongDigestError(
                f"{folder / name} has the wrong digest (sha256 {found[:12]}…, pinned "
                f"{sha256[:12]}…); delete it and run: {ask}"
            )
    return folder


def fetch(repository: str, patterns: Sequence[str]) -> Path:
    """Download the files of a repository that match and pin them; or those that were pinned.

    Raises:
        ModelError: if the hub cannot be reached, does not have it, or sends other files than once.
    """
    folder = folder_of(repository)
    pin = None
    if (folder / NAME).is_file():
        pin = read_pin(repository, "speechkit models fetch")
    commit = _download(repository, pin.commit if pin else "", patterns, folder)
    files = {
        path.relative_to(folder).as_posix(): digest_file(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != NAME and ".cache" not in path.parts[len(folder.parts) :]
    }
    if not files:
        raise ModelError(f"{repository} has none of the files of such a model")
    if pin is None:
        note = msgspec.json.format(
            msgspec.json.encode(Pin(repository=repository, commit=commit, files=files))
        )
        with atomic_path(folder / NAME) as temporary:
            temporary.write_bytes(note)
    return resolve(repository, f"speechkit models fetch {repository}")


def _download(repository: str, commit: str, patterns: Sequence[str], folder: Path) -> str:
    """Bring the files of a commit, by default the newest, into a folder; return the commit."""
    if not models.hub_answers():
        raise ModelError(f"the model hub cannot be reached; {repository} was not downloaded")
    try:
        hub: Any = _hub()
        commit = commit or str(hub.HfApi().model_info(repository).sha)
        hub.snapshot_download(
            repository, revision=commit, local_dir=folder, allow_patterns=list(patterns)
        )
    except ImportError as error:
        raise ModelError(
            "downloading needs huggingface_hub: pip install huggingface_hub"
        ) from error
    except (OSError, ValueError, RuntimeError) as error:
        reason = re.sub(r"\s+", " ", str(error))[:200]
        raise ModelError(f"{repository} was not downloaded: {reason}") from error
    return commit


def _hub() -> Any:
    import huggingface_hub

    return huggingface_hub
