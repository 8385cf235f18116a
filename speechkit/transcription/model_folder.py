"""A model of a library: a folder of the user's, or one that was fetched and pinned by its name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.digest import digest_file, digest_of
from speechkit.core.errors import ModelError, UsageError, did_you_mean
from speechkit.storage import pins

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


class ModelFolder(msgspec.Struct, frozen=True, kw_only=True):
    """Where a model lies: at `path`, or in the cache as it was fetched from `repository`."""

    engine: str
    label: str
    path: str = ""
    repository: str = ""
    patterns: tuple[str, ...] = ()

    @property
    def revision(self) -> str:
        """Digest of the files: as pinned, or of all that lie in the user's folder.

        Raises:
            ModelError: if there are none.
        """
        if self.repository:
            return pins.read_pin(self.repository, self._ask()).revision
        return _digest(str(self.folder()))

    def folder(self) -> Path:
        """Return the folder with verified files. Downloads nothing.

        Raises:
            ModelError: if it is not there, or a file is not the one that was pinned.
        """
        if self.repository:
            return pins.resolve(self.repository, self._ask())
        return Path(self.path)

    def fetch(self) -> Path:
        """Download the model and pin it; one that is pinned is only completed and verified.

        Raises:
            ModelError: if the hub does not have it, or has another one by now.
        """
        if not self.repository:
            return self.folder()
        return pins.fetch(self.repository, self.patterns)

    def _ask(self) -> str:
        return f"speechkit models fetch {self.engine}:{self.label}"

    def names(self) -> frozenset[str]:
        """Return the names of the files, as far as they are here."""
        try:
            folder = self.folder()
        except ModelError:
            return frozenset()
        return frozenset(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())

    def read_json(self, name: str) -> dict[str, Any]:
        """Return what a JSON file of the model holds; nothing if it is not here.

        Raises:
            ModelError: if it is no JSON object.
        """
        if name not in self.names():
            return {}
        path = self.folder() / name
        try:
            return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        except (OSError, msgspec.DecodeError) as error:
            raise ModelError(f"{path} is not a JSON object") from error


def find_folder(
    engine: str, model: str, repositories: Mapping[str, str], patterns: tuple[str, ...]
) -> ModelFolder:
    """Return the model that a name stands for: a folder, a name of the library's, `OWNER/NAME`.

    Raises:
        UsageError: if it is none of them; with close matches.
    """
    if not model:
        known = f", or one of: {', '.join(sorted(repositories))}" if repositories else ""
        raise UsageError(f"{engine} needs a model: {engine}:FOLDER{known}")
    if Path(model).is_dir() or (f"*{Path(model).suffix}" in patterns and Path(model).is_file()):
        return ModelFolder(engine=engine, label=Path(model).resolve().name, path=model)
    repository = repositories.get(model, "")
    if not repository and _REPOSITORY.fullmatch(model) and patterns:
        repository = model
    if not repository:
        hint = did_you_mean(model, repositories) if repositories else "name a folder"
        raise UsageError(f"{engine}: no folder and no model {model!r}; {hint}")
    return ModelFolder(engine=engine, label=model, repository=repository, patterns=patterns)


@cache
def _digest(folder: str) -> str:
    if Path(folder).is_file():
        return digest_file(Path(folder))
    files = sorted(path for path in Path(folder).rglob("*") if path.is_file())
    return digest_of({p.relative_to(folder).as_posix(): digest_file(p) for p in files})
