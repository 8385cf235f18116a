"""Voice activity: nothing in silence, in a real call what its RTTM says; options are checked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.fixtures.clips import clips, gappy
from speechkit.audio.decode import read_audio, to_mono
from speechkit.core.engines import make_engine
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources
from speechkit.core.time import duration, subtract
from speechkit.diarization.silero import FRAME, SileroOptions, intervals


def test_hysteresis_bridges_what_is_shorter_than_min_silence() -> None:
    probabilities = np.array([0.9] * 10 + [0.0] * 2 + [0.9] * 10 + [0.0] * 20, dtype=np.float32)
    bridged = intervals(probabilities, 42 * FRAME, SileroOptions(min_silence=0.1, pad=0))
    cut = intervals(probabilities, 42 * FRAME, SileroOptions(min_silence=0.05, pad=0))
    assert bridged == ((0.0, 0.704),)
    assert cut == ((0.0, 0.32), (0.384, 0.704))


def test_padding_never_makes_neighbors_overlap_or_leave_the_recording() -> None:
    probabilities = np.array([0.9] * 10 + [0.0] * 4 + [0.9] * 10, dtype=np.float32)
    found = intervals(probabilities, 24 * FRAME, SileroOptions(pad=1.0))
    assert found == ((0.0, 0.384), (0.384, 0.768))


def test_an_unknown_option_or_model_is_refused_with_a_hint() -> None:
    with pytest.raises(UsageError, match="did you mean threshold"):
        make_engine("voice-detector", "silero", {"treshold": "0.4"})
    with pytest.raises(UsageError, match="between 0 and 1"):
        make_engine("voice-detector", "silero", {"threshold": "3"})
    with pytest.raises(UsageError, match="no model"):
        make_engine("voice-detector", "silero:v9")


@pytest.mark.models
def test_silence_noise_and_almost_nothing_hold_no_speech() -> None:
    noise = np.random.default_rng(1).normal(0, 0.05, 48_000).astype(np.float32)
    with make_engine("voice-detector", "silero").open(Resources()) as detect:
        assert detect(np.zeros(48_000, dtype=np.float32)) == ()
        assert detect(noise) == ()
        assert detect(np.zeros(1, dtype=np.float32)) == ()
        assert detect(np.zeros(0, dtype=np.float32)) == ()


@pytest.mark.models
def test_a_real_call_agrees_with_its_reference(real_call: Path) -> None:
    samples, sample_rate = read_audio(real_call)
    assert sample_rate == 16_000
    reference = []
    for line in real_call.with_suffix(".rttm").read_text().splitlines():
        start, length = map(float, line.split()[3:5])
        reference.append((start, start + length))
    with make_engine("voice-detector", "silero").open(Resources()) as detect:
        found = detect(to_mono(samples))
        assert detect(to_mono(samples)) == found
    missed = duration(subtract(reference, found)) / duration(reference)
    false_alarm = duration(subtract(found, reference)) / duration(reference)
    # Half a dozen pauses in 23 s of speech: 0.1 s off at each of their edges is about 5 %.
    assert missed < 0.06
    assert false_alarm < 0.06


def test_loads_without_torch() -> None:
    code = (
        "import sys; from speechkit.core.engines import make_engine; "
        "make_engine('voice-detector', 'silero'); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.models
@pytest.mark.data
def test_long_pauses_and_other_voices_do_not_make_it_deaf(shared_data: Path) -> None:
    """Each clip's speech is found amid others, half a minute apart, as it is found alone."""
    english = [clip for clip in clips(shared_data, every=6) if clip.language == "en"][:12]
    laid, spans = gappy(english, seed=1)
    with make_engine("voice-detector", "silero", {"threshold": "0.35"}).open(Resources()) as detect:
        together = detect(laid)
        for clip, (start, end) in zip(english, spans, strict=True):
            alone = duration(detect(clip.samples))
            amid = duration((a, b) for a, b in together if a < end and b > start)
            assert amid == pytest.approx(alone, abs=0.8), clip.name
