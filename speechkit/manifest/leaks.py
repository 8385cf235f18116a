"""Leakage between splits: conversations in two of them whose words, or sound, are nearly the same.

Words: sets of five-word runs, compared through their smallest hashes (Broder, 1997). Sound: whether
loudness rises or falls, ten times a second, which survives another codec or level.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from speechkit.audio.decode import open_audio
from speechkit.core.digest import digest_bytes
from speechkit.core.types import Recording
from speechkit.manifest.lines import read_lines
from speechkit.manifest.schema import RECORDINGS, SEGMENTS, SPLITS, Split

_RUN = 5  # words; a recording with fewer says too little to be told from another
_TAG = re.compile(r"\[[A-Z][A-Z_]*(?:_\d+)?\]")  # [PHONE_1]: what was removed is not what was said
_SKETCH = 128  # smallest hashes that are kept
_SAME_WORDS = 0.5  # share of runs in common
_RATE = 10  # loudness values a second
_SAME_SOUND = 0.9  # share of rises and falls in common; 0.5 is chance
_LEAST = 100  # values, so 10 s


class Leak(msgspec.Struct, frozen=True, kw_only=True):
    """Two recordings of different splits that are nearly the same; `share` is how much of them."""

    what: Literal["words", "sound"]
    one: str
    other: str
    splits: tuple[str, str]
    share: float


class _Said(msgspec.Struct):
    recording: str
    text: str


def find_leaks(path: Path, *, sound: bool = False) -> tuple[Leak, ...]:
    """Return pairs of recordings in different splits that share most of their words.

    With `sound`, the audio is decoded and compared too.
    """
    split_of = {row.recording: row.split for row in read_lines(path, SPLITS, Split)}
    leaks = list(_same_words(path, split_of))
    if sound:
        leaks += _same_sound(path, split_of)
    return tuple(leaks)


def _same_words(path: Path, split_of: Mapping[str, str]) -> Iterator[Leak]:
    sketches = dict(_sketches(read_lines(path, SEGMENTS, _Said)))
    holders: dict[int, list[str]] = defaultdict(list)
    for name, sketch in sketches.items():
        for value in sketch:
            holders[value].append(name)
    pairs = {
        pair
        for names in holders.values()
        if 1 < len(names) <= 100  # what everybody says is not a leak
        for pair in combinations(sorted(names), 2)
    }
    for one, other in sorted(pairs):
        if split_of.get(one) == split_of.get(other):
            continue
        a, b = sketches[one], sketches[other]
        smallest = set(sorted(a | b)[:_SKETCH])
        share = len(smallest & a & b) / len(smallest)
        if share >= _SAME_WORDS:
            yield _leak("words", one, other, split_of, share)


def _sketches(rows: Iterable[_Said]) -> Iterator[tuple[str, frozenset[int]]]:
    name = ""
    words: list[str] = []
    for row in rows:
        if row.recording != name:
            if len(words) >= _RUN:
                yield name, _sketch(words)
            name, words = row.recording, []
        words += _TAG.sub(" ", row.text).casefold().split()
    if len(words) >= _RUN:
        yield name, _sketch(words)


def _sketch(words: list[str]) -> frozenset[int]:
    runs = {" ".join(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1)}
    hashes = sorted(int(digest_bytes(run.encode())[:16], 16) for run in runs)
    return frozenset(hashes[:_SKETCH])


def _same_sound(path: Path, split_of: Mapping[str, str]) -> Iterator[Leak]:
    shapes = {
        recording.id: _shape(path.parent / recording.audio.uri)
        for recording in read_lines(path, RECORDINGS, Recording)
        if recording.audio.sha256
    }
    for one, other in combinations(sorted(shapes), 2):
        if split_of.get(one) == split_of.get(other):
            continue
        a, b = shapes[one], shapes[other]
        share = max((_agreement(a, b, shift) for shift in range(-_RATE, _RATE + 1)), default=0.0)
        if share >= _SAME_SOUND:
            yield _leak("sound", one, other, split_of, share)


def _shape(path: Path) -> NDArray[np.int8]:
    """Return whether loudness rises (1) or falls (-1) from one tenth of a second to the next."""
    found = []
    with open_audio(path) as stream:
        step = max(1, stream.sample_rate // _RATE)
        rest = np.zeros(0, dtype=np.float32)
        for block in stream:
            mono = np.concatenate([rest, block.mean(axis=0)])
            whole = len(mono) // step * step
            found.append(np.sqrt((mono[:whole].reshape(-1, step) ** 2).mean(axis=1)))
            rest = mono[whole:]
    loudness = np.concatenate(found)
    # In silence, which redaction leaves, nothing rises or falls: it must not make two alike.
    moves: NDArray[np.int8] = np.sign(np.diff(loudness)).astype(np.int8)
    moves[np.maximum(loudness[1:], loudness[:-1]) < 1e-3] = 0
    return moves


def _agreement(a: NDArray[np.int8], b: NDArray[np.int8], shift: int) -> float:
    a = a[max(0, shift) :]
    b = b[max(0, -shift) :]
    length = min(len(a), len(b))
    heard = (a[:length] != 0) & (b[:length] != 0)
    if heard.sum() < _LEAST or length < 0.8 * max(len(a), len(b)):
        return 0.0
    return float((a[:length][heard] == b[:length][heard]).mean())


def _leak(
    what: Literal["words", "sound"], one: str, other: str, split_of: Mapping[str, str], share: float
) -> Leak:
    splits = (split_of.get(one, ""), split_of.get(other, ""))
    return Leak(what=what, one=one, other=other, splits=splits, share=round(share, 3))
