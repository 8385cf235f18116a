"""Reading release.json, whatever speechkit wrote it: schema versions, and what each had."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.digest import digest_file
from speechkit.core.errors import InputError, StoreError
from speechkit.manifest.lines import reason_of
from speechkit.manifest.schema import (
    CUSTODY,
    DOCUMENTS,
    LINE_TYPES,
    RELEASE_JSON,
    RELEASE_SCHEMA_VERSION,
    SUMS,
    Release,
)

# What stands in every release beside its line files, by schema version.
WHOLE_FILES: dict[int, tuple[str, ...]] = {
    1: (RELEASE_JSON, "README.md", "LICENSE.txt", "DUA.txt"),
    2: (RELEASE_JSON, *DOCUMENTS[:-1]),
    3: (RELEASE_JSON, *DOCUMENTS),
}
# Line files that a release of an older schema version does not have.
LINE_FILES_SINCE = {CUSTODY: 3}


def _from_1(old: dict[str, Any]) -> dict[str, Any]:
    # Version 2 added fields, all of which have the defaults that were the rule before.
    return {**old, "schema_version": 2}


def _from_2(old: dict[str, Any]) -> dict[str, Any]:
    # Version 3 added files beside release.json, and nothing in it.
    return {**old, "schema_version": 3}


MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _from_1, 2: _from_2}


def migrated(document: Any) -> Any:
    """Return what an older release.json holds in the form of the present schema version.

    >>> migrated({"schema_version": 1, "corpus": "c"})
    {'schema_version': 3, 'corpus': 'c'}
    """
    while isinstance(document, dict) and document.get("schema_version") in MIGRATIONS:
        document = MIGRATIONS[document["schema_version"]](document)
    return document


def written_version(path: Path) -> int:
    """Return the schema version that a release was written in; 0 where it does not say."""
    try:
        document = msgspec.json.decode((path / RELEASE_JSON).read_bytes())
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return 0
    version = document.get("schema_version") if isinstance(document, dict) else None
    return version if isinstance(version, int) else 0


def line_names(path: Path) -> tuple[str, ...]:
    """Return the names of the line files that a release of its schema version has."""
    version = written_version(path) or RELEASE_SCHEMA_VERSION
    return tuple(name for name in LINE_TYPES if LINE_FILES_SINCE.get(name, 1) <= version)


def read_release(path: Path) -> Release:
    """Read release.json of a release's folder.

    Raises:
        StoreError: if the folder is not a release.
        InputError: if the file does not have the form of this schema version.
    """
    file = path / RELEASE_JSON
    if not file.is_file():
        raise StoreError(
            f"{path} is not a release (no {RELEASE_JSON}); make one with: "
            "speechkit release create CORPUS --version X.Y.Z"
        )
    try:
        return msgspec.convert(migrated(msgspec.json.decode(file.read_bytes())), type=Release)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: {reason_of(error)}") from error


def release_digest(path: Path) -> str:
    """Return a release's digest: that of its SHA256SUMS.txt, which holds all others.

    Raises:
        InputError: if it has none.
    """
    try:
        return digest_file(path / SUMS)
    except OSError as error:
        raise InputError(f"{path / SUMS}: {error.strerror or error}") from error
