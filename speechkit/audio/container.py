"""What a file's container promises: is the file whole? Looked up in its bytes, not decoded.

libsndfile silently shortens a WAV or Ogg file that was cut off; these two checks notice. Sources:
RIFF (Microsoft/IBM 1991) chunks, AIFF 1.3 chunks, RFC 3533 (Ogg pages), the Xing header of LAME.
"""

from __future__ import annotations

import struct
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import BinaryIO

_TAIL = 128 * 1024  # an Ogg page holds at most 65,307 bytes
_OGG_HEADER = 27
_MP3_FRAME = 2 * 1441  # bytes of the longest one; padding may lie before the first
_SEVENS = (21, 14, 7, 0)
_OGG_BEGIN_OF_STREAM = 0x02
_OGG_END_OF_STREAM = 0x04
_FLAC_BEGINS = b"fLaC\x00\x00\x00\x22"  # and STREAMINFO, of 34 bytes, comes first
_UNKNOWN_SIZE = 0x7FFFF000  # recorders that stream write 0 or about 2³¹ or 2³² instead of a size
_MAGIC = (
    (0, b"RIFF"),
    (0, b"RF64"),
    (0, b"FORM"),
    (0, b"fLaC"),
    (0, b"OggS"),
    (0, b"ID3"),
    (0, b"\xff\xfb"),
    (0, b"\xff\xf3"),
    (0, b"\x1aE\xdf\xa3"),
    (4, b"ftyp"),
    (0, b".snd"),
    (0, b"caff"),
    (0, b"NIST_1A"),
    (0, b"#!AMR"),
    (0, b"wvPK"),
    (128, b"DICM"),
)


def looks_like_audio(path: Path) -> bool:
    """Say whether the first bytes are those of a known sound container."""
    try:
        with path.open("rb") as file:
            head = file.read(132)
    except OSError:
        return False
    return any(head[at : at + len(magic)] == magic for at, magic in _MAGIC)


def counts_frames(path: Path) -> bool:
    """Say whether an MP3 tells how many frames it has; else its length is guessed from the bitrate
    of the first ones."""
    with path.open("rb") as file:
        head = file.read(10)
        if head[:3] == b"ID3":  # ID3v2.4, 3.1: the size in four times seven bits
            file.seek(
                10 + sum(byte << shift for byte, shift in zip(head[6:], _SEVENS, strict=True))
            )
        else:
            file.seek(0)
        first = file.read(_MP3_FRAME)
    return any(tag in first for tag in (b"Xing", b"Info", b"VBRI"))


def is_joined(path: Path) -> bool:
    """Say whether a FLAC or Ogg file goes on with another one of its kind."""
    with path.open("rb") as file:
        head = file.read(4)
        if head == b"fLaC":
            with mmap(file.fileno(), 0, access=ACCESS_READ) as bytes_:
                return bytes_.find(_FLAC_BEGINS, 4) >= 0
        if head == b"OggS":
            return _begins_again(file)
    return False


def _begins_again(file: BinaryIO) -> bool:
    """Say whether a stream begins after pages that do not (RFC 3533, 4: chained streams)."""
    at, begun = 0, False
    while True:
        file.seek(at)
        page = file.read(_OGG_HEADER + 255)
        if len(page) < _OGG_HEADER or page[:4] != b"OggS":
            return False
        begins = bool(page[5] & _OGG_BEGIN_OF_STREAM)
        if begins and begun:
            return True
        begun = begun or not begins
        num_segments = page[26]
        at += _OGG_HEADER + num_segments + sum(page[_OGG_HEADER : _OGG_HEADER + num_segments])


def is_cut_off(path: Path) -> bool:
    """Say whether a RIFF, AIFF or Ogg file ends before its container says; False for others."""
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] == b"RIFF" and head[8:] == b"WAVE":
            return _misses_data(file, b"data", "<I")
        if head[:4] == b"FORM" and head[8:11] == b"AIF":
            return _misses_data(file, b"SSND", ">I")
        if head[:4] == b"OggS":
            return _misses_last_page(file)
    return False


def _misses_data(file: BinaryIO, wanted: bytes, size_format: str) -> bool:
    length = file.seek(0, 2)
    at = 12
    while at + 8 <= length:
        file.seek(at)
        name, raw = struct.unpack("4s4s", file.read(8))
        size: int = struct.unpack(size_format, raw)[0]
        if name == wanted:
            return 0 < size < _UNKNOWN_SIZE and at + 8 + size > length
        at += 8 + size + size % 2
    return False


def _misses_last_page(file: BinaryIO) -> bool:
    length = file.seek(0, 2)
    file.seek(max(0, length - _TAIL))
    tail = file.read()
    at = tail.rfind(b"OggS")
    page = tail[at:]
    if at < 0 or len(page) < _OGG_HEADER:
        return True
    num_segments = page[26]
    body = _OGG_HEADER + num_segments + sum(page[_OGG_HEADER : _OGG_HEADER + num_segments])
    return len(page) < body or not page[5] & _OGG_END_OF_STREAM
