"""Two recordings for a first look, each with a reference: a real call and a synthetic consultation.

1. `call`: 30 s of a real two-party telephone call, the sample that the wheel of pyannote.audio
   carries (MIT), with its RTTM and STM. First names and a city are said in it.
2. `consultation`: a doctor and a patient, about three minutes, spoken by two neural voices from
   `script.toml`. Nobody in it exists. Marked synthetic wherever it goes.

The voices: en_US-joe-medium (data set under CC0, finetuned from the lessac voice) through
piper-tts (GPL-3.0: called to make the audio, no part of speechkit), and hibari "heart"
(Apache-2.0).
"""

from __future__ import annotations

from .build import build

__all__ = ["build"]
