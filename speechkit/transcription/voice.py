"""What an engine is given to hear: stretches with speech, or everything; and sound that is sound."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import numpy as np

from speechkit.audio.sound import blocks
from speechkit.core.engines import SAMPLE_RATE, DetectVoice, Sound, VoiceDetector, make_engine
from speechkit.core.errors import InputError, UsageError
from speechkit.core.stage import Resources
from speechkit.core.time import Interval, round_ms


class VoiceOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an engine is given to hear.

    `vad`: only what `voice_detector` calls speech, from `vad_threshold` on; it is low, since words
    that are never heard are lost, and false alarms can be seen.
    """

    vad: bool = True
    voice_detector: str = "silero"
    vad_threshold: float = 0.35

    def __post_init__(self) -> None:
        if not 0 < self.vad_threshold < 1:
            raise UsageError(f"vad_threshold lies between 0 and 1, not {self.vad_threshold}")


def voice_detector(options: VoiceOptions) -> VoiceDetector:
    """Return the voice detector, to be opened, with no padding: chunks are padded."""
    asked = {"threshold": str(options.vad_threshold), "min_speech": "0.1", "pad": "0"}
    return make_engine("voice-detector", options.voice_detector, asked)


@contextmanager
def open_voice(options: VoiceOptions, resources: Resources) -> Iterator[DetectVoice]:
    """Open the voice detector; where it is switched off, everything counts as speech."""
    if not options.vad:
        yield _everything
        return
    with voice_detector(options).open(resources) as find_speech:
        yield find_speech


def check_samples(samples: Sound) -> None:
    """Check that samples are what every engine is given.

    Raises:
        InputError: if they are not float32 of shape (n,), or not all finite.
    """
    part = samples[:1]
    if part.dtype != np.float32 or part.ndim != 1:
        raise InputError(
            f"samples must be float32 of shape (n,) at {SAMPLE_RATE} Hz, "
            f"not {part.dtype} of {part.ndim} dimensions"
        )
    if not all(np.isfinite(block).all() for _, block in blocks(samples)):
        raise InputError("samples hold numbers that are not finite; decode the recording again")


def _everything(samples: Sound) -> tuple[Interval, ...]:
    """Stand in for the voice detector where it is switched off."""
    return ((0.0, round_ms(len(samples) / SAMPLE_RATE)),) if len(samples) else ()
