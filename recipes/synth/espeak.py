"""The system's libespeak-ng, called in place: it tells when it begins each word."""

from __future__ import annotations

import ctypes
import itertools
from ctypes.util import find_library
from functools import cache
from typing import Any

import numpy as np

from speechkit.core.errors import SpeechkitError, UsageError

from .voices import Speech

_SYNCHRONOUS = 2  # AUDIO_OUTPUT_SYNCHRONOUS
_UTF8 = 1  # espeakCHARS_UTF8
_CHARACTERS = 1  # POS_CHARACTER
_RATE, _WORDS_A_MINUTE = 1, 165  # espeakRATE
_WORD, _LAST = 1, 0  # espeakEVENT_WORD, espeakEVENT_LIST_TERMINATED


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class Espeak:
    """A voice of espeak-ng by its name, as `de` or `en-gb+f2`."""

    def __init__(self, name: str) -> None:
        self._library, self._rate = _library()
        self._name = name
        if self._library.espeak_SetVoiceByName(name.encode()):
            raise UsageError(f"espeak-ng has no voice {name!r}; see espeak-ng --voices")

    def __call__(self, text: str) -> Speech:
        """Speak a sentence."""
        heard: list[Any] = []
        starts: list[tuple[int, float]] = []

        def take(samples: Any, count: int, events: Any) -> int:
            if samples and count:
                heard.append(np.ctypeslib.as_array(samples, (count,)).copy())
            index = 0
            while events[index].type != _LAST:
                if events[index].type == _WORD:
                    event = events[index]
                    starts.append((event.text_position - 1, event.audio_position / 1000))
                index += 1
            return 0

        callback = _Callback(take)
        self._library.espeak_SetSynthCallback(callback)
        self._library.espeak_SetVoiceByName(self._name.encode())
        self._library.espeak_SetParameter(_RATE, _WORDS_A_MINUTE, 0)
        data = text.encode()
        self._library.espeak_Synth(data, len(data) + 1, 0, _CHARACTERS, 0, _UTF8, None, None)
        self._library.espeak_Synchronize()
        samples = np.concatenate(heard).astype(np.float32) / 32768
        return Speech(
            samples=samples,
            sample_rate=self._rate,
            words=_words(text, starts, samples.size / self._rate),
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


@cache
def _library() -> tuple[Any, int]:
    name = find_library("espeak-ng")
    if name is None:
        raise SpeechkitError("espeak-ng is not installed; bring it with: apt-get install espeak-ng")
    library = ctypes.CDLL(name)
    rate = library.espeak_Initialize(_SYNCHRONOUS, 0, None, 0)
    if rate <= 0:
        raise SpeechkitError("espeak-ng cannot be started; is espeak-ng-data installed?")
    return library, rate
