"""Sounds for the contract tests: made ones, and a clip of speech where there is one."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from speechkit.audio.read import read_resampled
from speechkit.core.engines import SAMPLE_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_EXCERPT = (16, 22)  # seconds of pyannote's sample call with speech


def silence(seconds: float) -> Samples:
    """Return digital silence, mono at 16 kHz."""
    return np.zeros(round(seconds * SAMPLE_RATE), dtype=np.float32)


def noise(seconds: float, level: float = 0.05) -> Samples:
    """Return white noise of a given standard deviation, the same each time."""
    rng = np.random.default_rng(3)
    samples = level * rng.standard_normal(int(seconds * SAMPLE_RATE))
    return samples.astype(np.float32)


def read_clip(path: Path) -> Samples:
    """Return a recording as mono samples at 16 kHz."""
    mono: Samples = read_resampled(path, SAMPLE_RATE, mono=True)[0]
    return mono


def sample_speech() -> Samples | None:
    """Return 6 s of the English telephone call that comes with pyannote.audio; None without it."""
    spec = find_spec("pyannote") and find_spec("pyannote.audio")
    if not spec or not spec.submodule_search_locations:
        return None
    path = Path(spec.submodule_search_locations[0]) / "sample" / "sample.wav"
    if not path.is_file():
        return None
    start, end = (edge * SAMPLE_RATE for edge in _EXCERPT)
    return read_clip(path)[start:end]
