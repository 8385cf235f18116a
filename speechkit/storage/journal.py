"""A journal whose lines are chained: each holds the digest of the one before, and its own.

A line that was altered, dropped or moved no longer fits; a tail that was cut off shows only against
a checkpoint (`governance.audit`). Lines are canonical JSON (RFC 8785); digests are SHA-256.
"""

from __future__ import annotations

import getpass
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.digest import canonical_json, digest_bytes
from speechkit.core.version import VERSION
from speechkit.storage.files import append_made

_PIECE = 1 << 16


def stamped(event: str, **facts: Any) -> dict[str, Any]:
    """Return an event with when, by whom and by which speechkit. Never text."""
    return {
        "event": event,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "by": _user(),
        "speechkit": VERSION,
        **facts,
    }


def append_event(path: Path, event: dict[str, Any]) -> None:
    """Append an event as the next line of the chain; processes wait for each other.

    Raises:
        StoreError: if it cannot be written.
    """

    def make(handle: int) -> bytes:
        _lock(handle)  # until the file is closed
        return chained(event, _last_line(handle))

    append_made(path, make)


def chained(event: dict[str, Any], last: bytes) -> bytes:
    """Return an event as the line after `last`, without its end of line.

    >>> first = chained({"event": "run"}, b"")
    >>> b'"log_seq":1' in first, b'"log_seq":2' in chained({"event": "run"}, first)
    (True, True)
    """
    row = {**event, "log_seq": sequence(last) + 1, "log_prev": digest_bytes(last)}
    return canonical_json({**row, "log_hash": digest_bytes(canonical_json(row))})


def sequence(line: bytes) -> int:
    """Return a line's number in the chain; 0 for one that is not in it."""
    try:
        row = msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return 0
    number = row.get("log_seq") if isinstance(row, dict) else None
    return number if isinstance(number, int) else 0


def _last_line(handle: int) -> bytes:
    """Return a file's last line without its end."""
    size = os.fstat(handle).st_size
    data = b""
    at = size
    while at > 0 and b"\n" not in data[:-1]:
        at = max(0, at - _PIECE)
        data = os.pread(handle, size - at, at)
    return data.removesuffix(b"\n").rpartition(b"\n")[2]


def _lock(handle: int) -> None:
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
