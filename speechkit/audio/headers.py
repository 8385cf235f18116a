"""Headers that tell of less than the file holds: a recorder that crashed never wrote the length.

Sources: RIFF (Microsoft/IBM 1991) and AIFF 1.3 chunks.
"""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import BinaryIO

_ENOUGH = 512  # bytes behind the announced end that are not padding
_LARGEST = 0x7FFFFFFF  # bytes: beyond, 32 bits hold no size and libsndfile takes what is there
_LOOKED_AT = 1 << 16


def sizes_behind(path: Path) -> dict[int, bytes] | None:
    """Return what a WAV or AIFF header should say (offset → bytes); None where it is right.

    It is wrong where sound lies behind the end it announces: neither chunks nor padding.
    """
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] == b"RIFF" and head[8:] == b"WAVE":
            return _corrected(file, b"data", "<I")
        if head[:4] == b"FORM" and head[8:11] == b"AIF":
            return _corrected(file, b"SSND", ">I")
    return None


def _corrected(file: BinaryIO, wanted: bytes, size_format: str) -> dict[int, bytes] | None:
    length = file.seek(0, 2)
    at = 12
    while at + 8 <= length:
        name, size = _chunk(file, at, size_format)
        if name == wanted:
            end = at + 8 + size
            if end >= length or not _is_sound(file, end, length, size_format):
                return None
            real = min(length - at - 8, _LARGEST)
            return {
                4: struct.pack(size_format, min(length - 8, _LARGEST)),
                at + 4: struct.pack(size_format, real),
            }
        at += 8 + size + size % 2
    return None


def _is_sound(file: BinaryIO, end: int, length: int, size_format: str) -> bool:
    """Say whether what follows the data is more of them: no chain of chunks, and no padding."""
    for at in (end, end + end % 2):
        here = at
        while here + 8 <= length:
            name, size = _chunk(file, here, size_format)
            if not all(0x20 <= byte < 0x7F for byte in name) or here + 8 + size > length + 1:
                break
            here += 8 + size + size % 2
        if here > at and length - here < _ENOUGH:
            return False
    if length - end < _ENOUGH:
        return False
    file.seek(end)
    return any(file.read(_LOOKED_AT))


def _chunk(file: BinaryIO, at: int, size_format: str) -> tuple[bytes, int]:
    file.seek(at)
    name, raw = struct.unpack("4s4s", file.read(8))
    return name, int(struct.unpack(size_format, raw)[0])


class Patched(io.RawIOBase):
    """A file in which some bytes read as others; for reading only."""

    def __init__(self, path: Path, patches: dict[int, bytes]) -> None:
        super().__init__()
        self._file = path.open("rb")
        self._patches = patches

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        at = self._file.tell()
        count = self._file.readinto(buffer)
        for start, new in self._patches.items():
            for index, byte in enumerate(new, start - at):
                if 0 <= index < count:
                    buffer[index : index + 1] = bytes([byte])
        return count

    def close(self) -> None:
        self._file.close()
        super().close()
