"""Pseudonyms: the same person always has the same one, and without the key there is no way back."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from pathlib import Path

from speechkit.core.errors import StoreError, UsageError
from speechkit.storage.corpus import Corpus
from speechkit.storage.files import write_bytes
from speechkit.storage.lock import locked

KEY_NAME = "pseudonym.key"
_KEY_BYTES = 32


class Pseudonyms:
    """Turns names and numbers of people into `p-<12 hex digits>` (HMAC-SHA-256, cut to 48 bits).

    The key is read, or made, when the first name comes.
    """

    def __init__(self, corpus: Corpus, given: Path | None = None) -> None:
        self._corpus = corpus
        self._vault_key = corpus.root / "vault" / KEY_NAME
        self._given = given
        self._key: bytes | None = None

    def __call__(self, person: str) -> str:
        """Return a person's pseudonym; case and spacing make no difference."""
        if self._key is None:
            self._key = self._load()
        plain = unicodedata.normalize("NFKC", " ".join(person.split())).casefold()
        code = hmac.new(self._key, plain.encode("utf-8", "replace"), hashlib.sha256)
        return f"p-{code.hexdigest()[:12]}"

    def _load(self) -> bytes:
        """Return the key.

        Raises:
            UsageError: if another key is given than the corpus has: the same person would get two
                pseudonyms.
            StoreError: if a key cannot be read or written.
        """
        given = None if self._given is None else _read_key(self._given)
        if self._vault_key.exists():
            key = _read_key(self._vault_key)
            if given not in (None, key):
                raise UsageError(
                    f"{self._given}: this corpus has another pseudonym key already; leave "
                    "--pseudonym-key away, or begin a new corpus"
                )
            return key
        key = given or secrets.token_bytes(_KEY_BYTES)
        Corpus.create(self._corpus.root)
        with locked(self._corpus.root, "ingest"):
            if self._vault_key.exists():  # made by another process a moment ago
                return _read_key(self._vault_key)
            # Temporary files are made for their owner alone (0600), and stay so.
            write_bytes(self._vault_key, key.hex().encode() + b"\n")
        return key


def unnamed(recording: str, index: int) -> str:
    """Return an id for a person of whom only the role in one recording is known."""
    return f"p-{hashlib.sha256(f'{recording}/{index}'.encode()).hexdigest()[:12]}"


def _read_key(path: Path) -> bytes:
    try:
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{path}: cannot be read as a pseudonym key") from error
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise StoreError(
            f"{path}: not a pseudonym key (64 hex digits); restore it from a backup: without it "
            "people get new pseudonyms"
        )
    return bytes.fromhex(text)
