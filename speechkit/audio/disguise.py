"""Voices moved in pitch, and their formants with it: harder for an ear to recognize.

This does not make anybody anonymous. Trying all shifts undoes it, and rhythm, accent and choice
of words stay. How methods hold against attackers is measured by the VoicePrivacy Initiative
(https://arxiv.org/abs/2005.01387).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from speechkit.audio.sound import Lazy
from speechkit.core.engines import Sound

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

LONGEST = 20.0  # seconds that are shifted at once
_CONTEXT = 0.25  # seconds around a piece that are shifted with it, so that its edges are whole
_FADE = 0.01  # seconds over which one piece passes into the next
# Window of the phase vocoder, in seconds. librosa's own (2048 samples: 128 ms at 16 kHz) smears
# speech until a recognizer reads next to nothing.
_WINDOW = 0.032
_LOW, _HIGH = 60.0, 400.0  # Hz: where voices lie
_BETWEEN = 165.0  # Hz: lower voices go up, higher ones down
_LEAST, _MOST = 3.0, 5.0  # semitones
HEARD = 10.0  # seconds of a voice from which its pitch is told


class Piece(NamedTuple):
    """A stretch in samples, and by how many semitones it moves."""

    start: int
    end: int
    semitones: float


def shift_of(voice: Samples, sample_rate: int, chance: float) -> float:
    """Return by how many semitones a voice is to move: 3 to 5, towards the other voices.

    Args:
        voice: samples (n,) in which it speaks.
        sample_rate: in Hz.
        chance: where between 3 and 5 (0–1).
    """
    import librosa

    amount = _LEAST + (_MOST - _LEAST) * chance
    voice = voice[: round(HEARD * sample_rate)]
    if len(voice) < sample_rate // 4 or not voice.any():
        return amount
    pitch = librosa.yin(voice, fmin=_LOW, fmax=_HIGH, sr=sample_rate)
    level = librosa.feature.rms(y=voice)[0][: len(pitch)]
    loud = pitch[: len(level)][level >= np.median(level)]
    return -amount if float(np.median(loud)) > _BETWEEN else amount


def disguised(sound: Sound, sample_rate: int, pieces: Sequence[Piece]) -> Sound:
    """Return a sound of the same length whose pieces are shifted; made as it is read.

    `pieces` follow each other from the first sample to the last.
    """
    context, fade = round(_CONTEXT * sample_rate), round(_FADE * sample_rate)
    parts = [part for piece in pieces for part in _parts(piece, round(LONGEST * sample_rate))]
    last = len(parts) - 1

    @lru_cache(maxsize=2)
    def shifted(index: int) -> tuple[int, Samples]:
        """Where it begins, and the part with what surrounds it."""
        part = parts[index]
        first, after = max(0, part.start - context), min(len(sound), part.end + context)
        return first, _shift(sound[first:after], sample_rate, part.semitones)

    def read(start: int, end: int) -> Samples:
        out = np.zeros(end - start, dtype=np.float32)
        for index, part in enumerate(parts):
            first, after = max(start, part.start - fade), min(end, part.end + fade)
            if first >= after:
                continue
            at = np.arange(first, after)
            weight = np.ones(len(at), dtype=np.float32)
            if index > 0:
                weight *= np.clip((at - part.start + fade) / (2 * fade), 0, 1)
            if index < last:
                weight *= np.clip((part.end + fade - at) / (2 * fade), 0, 1)
            begin, samples = shifted(index)
            out[first - start : after - start] += weight * samples[first - begin : after - begin]
        return out

    return Lazy(len(sound), read)


def _parts(piece: Piece, longest: int) -> list[Piece]:
    edges = [*range(piece.start, piece.end, longest), piece.end]
    if len(edges) > 2 and edges[-1] - edges[-2] < longest // 2:
        del edges[-2]
    return [Piece(a, b, piece.semitones) for a, b in pairwise(edges) if a < b]


def _shift(samples: Samples, sample_rate: int, semitones: float) -> Samples:
    import librosa

    if not samples.any():
        return samples
    window = 1 << round(np.log2(_WINDOW * sample_rate))
    moved = librosa.effects.pitch_shift(
        samples, sr=sample_rate, n_steps=semitones, n_fft=window, hop_length=window // 4
    )
    clipped: Samples = np.clip(moved, -1, 1).astype(np.float32)
    return clipped
