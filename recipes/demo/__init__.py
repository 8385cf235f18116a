"""Two recordings for a first look, each with a reference: a real call and a made-up consultation.

1. `call`: 30 s of a real two-party telephone call, the sample that the wheel of pyannote.audio
   carries (MIT), with its RTTM and STM. First names and a city are said in it.
2. `consultation`: a doctor and a patient, about three minutes, spoken by two neural voices from
   `script.toml`. Nobody in it exists. Marked synthetic wherever it goes.

The voices: en_US-joe-medium (data set under CC0, finetuned from the lessac voice) through
piper-tts (GPL-3.0: called to make the audio, no part of speechkit), and hibari "heart"
(Apache-2.0).
"""

from __future__ import annotations

from speechkit.pipeline.recipes import Recipe

from .build import build

__all__ = ["RECIPE", "build"]

RECIPE = Recipe(
    name="demo",
    title="A real call and a made-up consultation",
    licence="call: MIT (pyannote.audio sample); consultation: Apache-2.0, made here",
    sources=("package:pyannote.audio/sample", "script.toml"),
    expect={
        "call": "2 speakers, 30 s; the names Diane and Sheila and the city are removed",
        "consultation": "2 speakers, under 3 minutes; everything marked in the script is removed, "
        "drugs, doses and values stay",
    },
)
