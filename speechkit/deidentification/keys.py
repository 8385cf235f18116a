"""Secrets for surrogates and date shifts, one a patient, in a folder that can be destroyed.

With a key the same name always becomes the same other name; without it no person, the authors included, can
tell which. Destroying a key cuts the tie for good: no later run gives the same surrogates.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from speechkit.core.errors import StoreError

_SIZE = 32  # bytes


class KeyStore:
    """A folder of keys (mode 0700), named by digests: a patient's number must not be a file name."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __repr__(self) -> str:
        return "KeyStore()"

    def key(self, patient: str) -> bytes:
        """Return the key of a patient; a new one is drawn at first use.

        Raises:
            StoreError: if it cannot be read or written.
        """
        path = self._path(patient)
        try:
            self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                key = path.read_bytes()
            else:
                key = secrets.token_bytes(_SIZE)
                with os.fdopen(handle, "wb") as file:
                    file.write(key)
        except OSError as error:
            raise StoreError(f"cannot use keys in {self._root}: {error.strerror}") from error
        if len(key) != _SIZE:
            raise StoreError(f"{path} is not a key; delete it to draw a new one")
        return key

    def destroy(self, patient: str) -> bool:
        """Overwrite and delete the key of a patient; say whether there was one.

        Raises:
            StoreError: if it cannot be deleted.
        """
        path = self._path(patient)
        try:
            if not path.exists():
                return False
            with path.open("r+b") as file:
                file.write(bytes(_SIZE))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
        except OSError as error:
            raise StoreError(f"cannot destroy a key in {self._root}: {error.strerror}") from error
        return True

    def _path(self, patient: str) -> Path:
        return self._root / f"{hashlib.sha256(patient.encode()).hexdigest()[:32]}.key"
