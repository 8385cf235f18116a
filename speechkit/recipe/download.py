"""Downloads what a recipe names: archives are unpacked, each checked where its digest is known."""

from __future__ import annotations

import shutil
import tarfile
import urllib.error
import urllib.request
import zipfile
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from speechkit.core.digest import digest_file
from speechkit.core.errors import InputError, UsageError
from speechkit.recipe.contract import Download
from speechkit.recipe.discovery import LoadedRecipe
from speechkit.storage.files import atomic_path

_TIMEOUT = 60  # seconds without a byte


def download_recipe(recipe: LoadedRecipe, dest: Path) -> Path:
    """Download a recipe's files into `dest`; what is there already is not downloaded again.

    Raises:
        UsageError: if the corpus must be fetched by hand; says how.
        InputError: if a file cannot be downloaded, or is not the one that was meant.
    """
    own = getattr(recipe.module, "download", None)
    if own is not None:
        path: Path = own(dest)
        return path
    if not recipe.contract.download:
        raise UsageError(
            f"recipe {recipe.name} cannot be downloaded for you; {recipe.contract.how}"
        )
    for item in recipe.contract.download:
        _fetch(item, dest)
    return dest


def _fetch(item: Download, dest: Path) -> None:
    done = dest / f".{_name(item.url)}.done"
    if done.exists() and done.read_text() == item.url:
        return
    archive = dest / _name(item.url)
    try:
        with (
            urllib.request.urlopen(item.url, timeout=_TIMEOUT) as answer,  # noqa: S310 (ours)
            atomic_path(archive) as temporary,
            temporary.open("wb") as file,
        ):
            shutil.copyfileobj(answer, file)
    except (urllib.error.URLError, TimeoutError) as error:
        raise InputError(
            f"cannot download {item.url}: {error}; try again, or download it by hand"
        ) from error
    if item.sha256 and digest_file(archive) != item.sha256:
        archive.unlink()
        raise InputError(f"{item.url}: not the expected file (its digest differs)")
    _unpack(archive, dest)
    done.write_text(item.url)


def _unpack(archive: Path, dest: Path) -> None:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as zipped:
            for name in zipped.namelist():
                if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
                    raise InputError(f"{archive}: holds a path that leads out of the folder")
            zipped.extractall(dest)  # noqa: S202 (checked)
    elif tarfile.is_tarfile(archive):
        with tarfile.open(archive) as packed:
            try:
                packed.extractall(dest, filter="data")
            except tarfile.FilterError as error:
                raise InputError(f"{archive}: holds a path that leads out of the folder") from error
    else:
        return
    archive.unlink()


def _name(url: str) -> str:
    return PurePosixPath(urlsplit(url).path).name
