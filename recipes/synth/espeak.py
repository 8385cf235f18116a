"""The system's libespeak-ng, called in place: it tells when it begins each word."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from ctypes.util import find_library
from pathlib import Path

import numpy as np

from speechkit.core.errors import SpeechkitError, UsageError

from .voices import Speech

_WORKER = Path(__file__).with_name("espeak_worker.py")
_NO_VOICE = 3  # the worker's exit code
_TIMEOUT = 60  # seconds; a sentence takes a twentieth of one


class Espeak:
    """A voice of espeak-ng by its name, as `de` or `en-gb+f2`.

    Each sentence is said in a process of its own (see `espeak_worker.py`), so that it sounds the
    same whatever was said before.
    """

    def __init__(self, name: str) -> None:
        library = find_library("espeak-ng")
        if library is None:
            raise SpeechkitError(
                "espeak-ng is not installed; install it with: apt-get install espeak-ng"
            )
        self._library, self._name = library, name
        self("a")

    def __call__(self, text: str) -> Speech:
        """Speak a sentence."""
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(_WORKER)],
            input=json.dumps(
                {"library": self._library, "voice": self._name, "text": text}
            ).encode(),
            capture_output=True,
            timeout=_TIMEOUT,
            check=False,
        )
        if done.returncode == _NO_VOICE:
            raise UsageError(f"espeak-ng has no voice {self._name!r}; see espeak-ng --voices")
        if done.returncode:
            raise SpeechkitError("espeak-ng cannot be started; is espeak-ng-data installed?")
        head, _, sound = done.stdout.partition(b"\n")
        told = json.loads(head)
        samples = np.frombuffer(sound, np.int16).astype(np.float32) / 32768
        starts = [(position, at / 1000) for position, at in told["words"]]
        return Speech(
            samples=samples,
            sample_rate=told["rate"],
            words=_words(text, starts, samples.size / told["rate"]),
        )


def _words(
    text: str, starts: list[tuple[int, float]], length: float
) -> tuple[tuple[float, float], ...]:
    """Give each word of `text.split()` the first start within it; it ends when the next begins.

    Where espeak-ng runs two words into one, they share its time by their letters.
    """
    begun: list[tuple[float, int]] = []  # start of a group, and how many words it has
    sizes: list[int] = []
    at = 0
    for token in text.split():
        first = text.index(token, at)
        at = first + len(token)
        inside = [start for position, start in starts if first <= position < at]
        if inside or not begun:
            begun.append((inside[0] if inside else 0.0, 1))
        else:
            begun[-1] = (begun[-1][0], begun[-1][1] + 1)
        sizes.append(len(token))
    words, number = [], 0
    for index, (start, count) in enumerate(begun):
        end = begun[index + 1][0] if index + 1 < len(begun) else length
        share = np.cumsum([0, *sizes[number : number + count]]) / sum(
            sizes[number : number + count]
        )
        edges = start + share * (end - start)
        words += list(itertools.pairwise(edges.tolist()))
        number += count
    return tuple(words)
