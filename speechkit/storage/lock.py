"""One writer a corpus: two runs at once would undo each other's sessions.

The lock is the kernel's, not the file's: it ends with the process that holds it, however that dies.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from speechkit.core.errors import BusyError, StoreError

_CANNOT_LOCK = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


@contextmanager
def locked(root: Path, doing: str) -> Iterator[None]:
    """Hold a corpus while the block runs. File systems without locks let everybody in.

    Raises:
        BusyError: if another process holds it; says which.
        StoreError: if the folder cannot be written.
    """
    if sys.platform == "win32":
        yield
        return
    import fcntl

    path = root / ".lock"
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(
            f"cannot write in {root}: {error.strerror}; check permissions, or that it is not "
            "mounted read-only"
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in _CANNOT_LOCK:
                holder = os.pread(handle, 200, 0).decode("utf-8", "replace").strip()
                raise BusyError(
                    f"{root} is in use by {holder or 'another speechkit'}; "
                    "wait until it has ended, or stop it: what it did is kept"
                ) from error
        who = f"speechkit {doing}, process {os.getpid()} on {socket.gethostname()}\n"
        _put(handle, who.encode())
        yield
    finally:
        # Emptied, not deleted: whoever waits for a deleted file's lock holds nothing.
        _put(handle, b"", only_mine=True)
        os.close(handle)


def _put(handle: int, text: bytes, *, only_mine: bool = False) -> None:
    """Write who holds the lock; a full disk must not keep anybody from working."""
    mine = f"process {os.getpid()} on ".encode()
    if only_mine and mine not in os.pread(handle, 200, 0):
        return
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, text, 0)
    except OSError:
        return
