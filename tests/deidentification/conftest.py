"""Fixtures for de-identification: sound with a name in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from speechkit.audio.encode import write_audio


@pytest.fixture(scope="session")
def sentence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up sentence with a name in it, in a neural voice."""
    hibari = pytest.importorskip("hibari")
    speech = hibari.Hibari(threads=1)(
        "Good morning. I would like to speak to Margaret Ellison about the new tablets.", seed=0
    )
    path = tmp_path_factory.mktemp("made") / "sentence.wav"
    write_audio(path, speech.astype(np.float32)[None], int(hibari.SAMPLE_RATE))
    return path
