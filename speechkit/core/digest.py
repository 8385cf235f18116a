"""Digests, ids and canonical JSON: the same content always has the same name.

Canonical JSON follows RFC 8785 (sorted keys, no spaces, numbers as ECMAScript prints them) for
what speechkit stores: ASCII keys, floats rounded to at most four decimals.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from pathlib import Path
from typing import Any

import msgspec

_CHUNK = 1 << 20


def digest_bytes(data: bytes) -> str:
    """Return the SHA-256 of `data` as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def digest_file(path: Path) -> str:
    """Return the SHA-256 of a file, read in pieces of 1 MiB."""
    state = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            state.update(chunk)
    return state.hexdigest()


def canonical_json(value: Any) -> bytes:
    """Return canonical JSON (RFC 8785) of structs, dicts, lists, numbers and strings.

    Raises:
        ValueError: for NaN and infinities, which JSON cannot hold.

    >>> canonical_json({"b": 1.0, "a": [0.25, None]})
    b'{"a":[0.25,null],"b":1}'
    """
    return msgspec.json.encode(_plain(msgspec.to_builtins(value)), order="deterministic")


def digest_of(value: Any) -> str:
    """Return the SHA-256 of a value's canonical JSON."""
    return digest_bytes(canonical_json(value))


def keyed_digest(key: str, digest: str) -> str:
    """Return a digest that only who knows `key` can tie to what it is of (HMAC-SHA256).

    `key` is the SHA-256 of a raw recording, which only a holder of the recording can compute.

    >>> keyed_digest("ab" * 32, "cd" * 32) == keyed_digest("ab" * 32, "ce" * 32)
    False
    """
    return hmac.new(bytes.fromhex(key), bytes.fromhex(digest), hashlib.sha256).hexdigest()


def recording_id(sha256: str) -> str:
    """Return a recording's id, made from the digest of its bytes (64 bits of it).

    >>> recording_id("ab" * 32)
    'rec-abababababababab'
    """
    return f"rec-{sha256[:16]}"


def segment_id(recording: str, index: int) -> str:
    """Return a segment's id within a recording, in the order of speech.

    >>> segment_id("rec-abababababababab", 7)
    'rec-abababababababab-0007'
    """
    return f"{recording}-{index:04d}"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("NaN and infinity have no place in canonical JSON")
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    return value
