"""What both whisper engines do beyond the contract of transcribers (`speechkit.testing`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from speechkit.audio.read import read_resampled
from speechkit.core.engines import SAMPLE_RATE, Transcribe, Transcriber, make_engine
from speechkit.core.errors import InputError, UsageError
from speechkit.core.stage import Resources
from speechkit.core.text import is_unspaced, join_words, word_offsets

pytestmark = pytest.mark.models

ENGINES = ("faster-whisper:base", "whisper:base")
GREEDY = {"beam_size": "1"}  # what the contract asks does not hang on the beam


class Opened(NamedTuple):
    engine: Transcriber
    transcribe: Transcribe


@pytest.fixture(scope="module", params=ENGINES)
def opened(request: pytest.FixtureRequest) -> Iterator[Opened]:
    engine = make_engine("transcriber", request.param, GREEDY)
    with engine.open(Resources(threads=1)) as transcribe:
        yield Opened(engine, transcribe)


@pytest.fixture(scope="module")
def speech(real_call: Path) -> np.ndarray:
    """Six seconds of the real call."""
    whole = read_resampled(real_call, SAMPLE_RATE, mono=True)[0]
    return whole[16 * SAMPLE_RATE : 22 * SAMPLE_RATE]


def test_says_what_it_is(opened: Opened) -> None:
    assert opened.engine.spec in ENGINES
    assert len(opened.engine.revision) == 64
    assert opened.engine.options["beam_size"] == 1


def test_words_are_timed_and_make_up_the_text(opened: Opened, speech: np.ndarray) -> None:
    heard = opened.transcribe(speech, "en")
    assert heard.language == "en"
    assert heard.language_probability == 1
    assert sum(len(segment.words) for segment in heard.segments) > 10
    starts = []
    for segment in heard.segments:
        assert segment.id == ""
        assert segment.language == "en"
        assert segment.text == join_words([word.text for word in segment.words], "en")
        assert [segment.text[a:b] for a, b in word_offsets(segment)] == segment.text.split()
        assert segment.confidence is not None
        assert 0 < segment.confidence < 1
        for word in segment.words:
            assert segment.start <= word.start <= word.end <= segment.end <= 6
            assert word.confidence is not None
            assert 0 <= word.confidence <= 1
            starts.append(word.start)
    assert starts == sorted(starts)
    assert starts[0] >= 0


def test_same_input_same_output(opened: Opened, speech: np.ndarray) -> None:
    assert opened.transcribe(speech, None) == opened.transcribe(speech.copy(), None)


def test_language_is_detected(opened: Opened, speech: np.ndarray) -> None:
    heard = opened.transcribe(speech, None)
    assert heard.language == "en"
    assert 0.8 < heard.language_probability <= 1


def test_language_given_is_respected(opened: Opened, speech: np.ndarray) -> None:
    heard = opened.transcribe(speech, "ja")
    assert heard.language == "ja"
    assert {segment.language for segment in heard.segments} == {"ja"}
    assert is_unspaced("ja")
    for segment in heard.segments:
        assert segment.text == "".join(word.text for word in segment.words)
    assert opened.transcribe(speech[: 4 * SAMPLE_RATE], "en-US").language == "en"


def test_unknown_language(opened: Opened, speech: np.ndarray) -> None:
    with pytest.raises(UsageError, match="knows no language 'xx'"):
        opened.transcribe(speech, "xx")


@pytest.mark.parametrize("seconds", [0.0, 1 / SAMPLE_RATE, 0.2, 5.0])
@pytest.mark.parametrize("language", ["en", None])
def test_silence_has_no_text(opened: Opened, seconds: float, language: str | None) -> None:
    heard = opened.transcribe(np.zeros(round(seconds * SAMPLE_RATE), dtype=np.float32), language)
    assert heard.segments == ()


def test_short_speech(opened: Opened, speech: np.ndarray) -> None:
    short = speech[round(1.5 * SAMPLE_RATE) : round(1.7 * SAMPLE_RATE)]
    for segment in opened.transcribe(short, "en").segments:
        assert 0 <= segment.start <= segment.end <= 0.2


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(16_000),
        np.zeros((1, 16_000), dtype=np.float32),
        np.full(16_000, np.nan, dtype=np.float32),
    ],
)
def test_only_finite_mono_float32(opened: Opened, samples: np.ndarray) -> None:
    with pytest.raises(InputError, match="samples"):
        opened.transcribe(samples, "en")


@pytest.mark.parametrize("name", ["faster-whisper", "whisper"])
def test_misspelt_names(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean base"):
        make_engine("transcriber", f"{name}:bse")
    with pytest.raises(UsageError, match="did you mean beam_size"):
        make_engine("transcriber", name, {"beam_sise": "5"})
    with pytest.raises(UsageError, match="beam_size"):
        make_engine("transcriber", name, {"beam_size": "0"})
    with pytest.raises(UsageError, match="no folder"):
        make_engine("transcriber", f"{name}:{tmp_path}/none")


def test_options_are_part_of_what_is_cached() -> None:
    with_voice = make_engine("transcriber", "faster-whisper", {})
    without = make_engine("transcriber", "faster-whisper", {"vad": "false"})
    assert with_voice.options != without.options
    assert with_voice.revision != without.revision
