"""Which language is spoken: codes whisper knows, and detection over a whole recording."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from speechkit.core.engines import SAMPLE_RATE, Sound
from speechkit.core.errors import UsageError, did_you_mean
from speechkit.core.text import primary_subtag
from speechkit.core.time import Interval
from speechkit.transcription.chunks import cut

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

SURE = 0.8  # from this probability on, detection was not seen to be wrong
UNCERTAIN = "language-uncertain"  # label of segments whose language is a guess
WINDOW = 30.0  # seconds: what whisper looks at
NUM_WINDOWS = 5
# Codes of the languages that the multilingual whisper models know.
_CODES = (
    "en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur "
    "hr bg lt la mi ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si "
    "km sn yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln "
    "ha ba jw su yue"
)
# ISO 639 codes of languages that whisper knows by another code.
ALIASES = {"nb": "no", "fil": "tl", "cmn": "zh", "iw": "he", "jv": "jw", "in": "id"}
LANGUAGES = (*_CODES.split(), *ALIASES)  # what a multilingual model may be asked for


def normalize(language: str, known: Iterable[str], engine: str) -> str:
    """Return whisper's code for a language tag (`en-US` → `en`).

    Raises:
        UsageError: if the model does not know the language; with close matches.
    """
    code = primary_subtag(language)
    code = ALIASES.get(code, code)
    codes = sorted(known)
    if code not in codes:
        raise UsageError(f"{engine} knows no language {language!r}; {did_you_mean(code, codes)}")
    return code


def detect(
    samples: Sound,
    speech: Sequence[Interval],
    probabilities: Callable[[Samples], Mapping[str, float]],
) -> tuple[str, float]:
    """Return the likeliest language and its probability, averaged over windows of speech.

    Args:
        samples: mono, 16 kHz.
        speech: where there is speech; pauses are left out, and at most five windows of 30 s,
            spread evenly, are looked at.
        probabilities: language → probability for one window.
    """
    heard = [probabilities(_spoken(samples, window)) for window in windows(speech)]
    codes = sorted({code for one in heard for code in one})
    means = {code: sum(one.get(code, 0.0) for one in heard) / len(heard) for code in codes}
    best = max(codes, key=lambda code: means[code])
    return best, round(min(means[best], 1.0), 4)


def windows(speech: Sequence[Interval]) -> list[list[Interval]]:
    """Deal intervals of speech out into windows of 30 s of speech; return at most five of them.

    A window is full when less than a millisecond is left of it, so that rounding cannot stall.

    >>> windows([(0, 20), (50, 70)])
    [[(0, 20), (50, 60.0)], [(60.0, 70)]]
    """
    dealt: list[list[Interval]] = [[]]
    room = WINDOW
    for start, end in speech:
        at = start
        while at < end:
            if room < 0.001:
                dealt.append([])
                room = WINDOW
            stop = min(end, at + room)
            dealt[-1].append((at, stop))
            room -= stop - at
            at = stop
    if len(dealt) <= NUM_WINDOWS:
        return dealt
    step = (len(dealt) - 1) / (NUM_WINDOWS - 1)
    return [dealt[round(index * step)] for index in range(NUM_WINDOWS)]


def _spoken(samples: Sound, window: Sequence[Interval]) -> Samples:
    found = [cut(samples, interval) for interval in window]
    return np.concatenate(found)[: round(WINDOW * SAMPLE_RATE)]
