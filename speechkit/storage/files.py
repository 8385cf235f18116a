"""Writing so that a killed process leaves either the old file or the new one, never half of one."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import BinaryIO

from speechkit.core.errors import StoreError

_DAY = 86_400  # seconds


def scratch_prefix(doing: str) -> str:
    """Name what is only there while this process works, so that `sweep` knows whose it was."""
    return f".{doing}-{_host()}-{os.getpid()}-"


def sweep(root: Path) -> int:
    """Remove what killed processes left half done below `root`; return how many files and folders.

    Theirs are those of processes of this machine that are gone, and whatever is a day old.
    """
    removed = 0
    for folder, names, files in os.walk(root):
        for name in [*names, *files]:
            if name.startswith((".writing-", ".redacting-", ".mirroring-")) and _is_left(
                Path(folder) / name
            ):
                path = Path(folder) / name
                if name in names:
                    names.remove(name)
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)
                removed += 1
    return removed


def _is_left(path: Path) -> bool:
    fields = path.name.split("-")
    if len(fields) > 3 and fields[1] == _host() and fields[2].isdigit():
        return not _is_alive(int(fields[2]))
    try:
        return time.time() - path.stat().st_mtime > _DAY
    except OSError:
        return False


def _is_alive(process: int) -> bool:
    if os.name != "posix":
        return True  # there, signal 0 would end it
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


@cache
def _host() -> str:
    return f"{zlib.crc32(socket.gethostname().encode()):08x}"


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Yield a temporary path beside `target`; it replaces `target` if the block succeeds.

    Raises:
        StoreError: if the folder cannot be written or the disk is full.
    """
    with _temporary(target) as (handle, temporary):
        os.close(handle)
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())


@contextmanager
def atomic_file(target: Path) -> Iterator[BinaryIO]:
    """Yield a new file, opened for writing; it replaces `target` if the block succeeds.

    Raises:
        StoreError: as `atomic_path`, which is for writers that open a path themselves.
    """
    with _temporary(target) as (handle, _), os.fdopen(handle, "wb") as file:
        yield file
        file.flush()
        os.fsync(handle)


@contextmanager
def _temporary(target: Path) -> Iterator[tuple[int, Path]]:
    """Yield a new file beside `target`, opened, and its path; afterwards it replaces `target`."""
    temporary: Path | None = None
    try:
        handle, temporary = _made_beside(target)
        yield handle, temporary
        temporary.replace(target)
        temporary = None
    except OSError as error:
        raise StoreError(
            f"cannot write {target}: {error.strerror or error}; free space or check permissions"
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _made_beside(target: Path) -> tuple[int, Path]:
    def make() -> tuple[int, str]:
        return tempfile.mkstemp(
            dir=target.parent, prefix=scratch_prefix("writing"), suffix=target.suffix
        )

    try:
        handle, name = make()
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = make()
    return handle, Path(name)


def write_bytes(target: Path, data: bytes) -> None:
    """Write a whole file atomically."""
    with atomic_file(target) as file:
        file.write(data)


def append_line(target: Path, line: bytes) -> None:
    """Append one line in a single write, so that lines of several processes do not mix.

    After a line that a full disk cut short, the next begins on a line of its own.

    Raises:
        StoreError: if it cannot be written.
    """
    append_made(target, lambda _: line)


def append_made(target: Path, make: Callable[[int], bytes]) -> None:
    """Append the line that `make` returns when it is given the opened file, as `append_line` does.

    Raises:
        StoreError: if it cannot be written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(target, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            line = make(handle)
            size = os.fstat(handle).st_size
            whole = not size or os.pread(handle, 1, size - 1) == b"\n"
            data = (b"" if whole else b"\n") + line + b"\n"
            if os.write(handle, data) < len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finally:
            os.close(handle)
    except OSError as error:
        raise StoreError(f"cannot append to {target}: {error.strerror or error}") from error


def tail_lines(path: Path, size: int) -> list[bytes]:
    """Return the whole lines within the last `size` bytes of a file; none where it is not there."""
    try:
        with path.open("rb") as file:
            length = file.seek(0, os.SEEK_END)
            file.seek(max(0, length - size))
            lines = file.read().splitlines()
    except OSError:
        return []
    return lines[1:] if length > size else lines
