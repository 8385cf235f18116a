"""What every aligner must do, whatever its model."""

from __future__ import annotations

import numpy as np
import pytest

from speechkit.core.engines import SAMPLE_RATE, make_engine
from speechkit.core.errors import ModelError, UsageError
from speechkit.core.margins import WIDEST, word_margin
from speechkit.core.stage import Resources
from speechkit.core.types import Segment, Word

ALIGNERS = ["attention", pytest.param("ctc", marks=pytest.mark.models)]


def draft(text: str, start: float, end: float, *, language: str = "en", **fields) -> Segment:
    edges = np.linspace(start, end, len(text.split()) + 1).round(3).tolist()
    words = tuple(
        Word(text=each, start=edges[i], end=edges[i + 1], confidence=0.5)
        for i, each in enumerate(text.split())
    )
    return Segment(
        id=f"d-{start}", start=start, end=end, text=text, language=language, words=words, **fields
    )


SEGMENTS = (
    draft("Good morning, I am 264 — Dr. C-A-L-L-A.", 0.5, 3.0, confidence=0.7),
    draft("привет 你好", 3.2, 4.0, labels=("loop", "aligned:attention")),
    draft("buenos días señora", 4.1, 5.5, language="es"),
    draft("no words at all", 5.6, 5.7, language="xx", channel=1),
)


@pytest.fixture(scope="module", params=ALIGNERS)
def aligner(request):
    with make_engine("aligner", request.param).open(Resources()) as align:
        align.name = request.param
        yield align


def noise(seconds: float, level: float = 0.05) -> np.ndarray:
    rng = np.random.default_rng(3)
    return (level * rng.standard_normal(int(seconds * SAMPLE_RATE))).astype(np.float32)


@pytest.mark.parametrize("seconds", [0.0, 0.01, 1.0, 7.0])
@pytest.mark.parametrize("level", [0.0, 0.05])
def test_only_times_and_labels_change_and_times_are_in_order(aligner, seconds, level):
    before = SEGMENTS
    after = aligner(noise(seconds, level), before, "en")
    assert [each.id for each in after] == [each.id for each in before]
    for old, new in zip(before, after, strict=True):
        assert (new.text, new.language, new.channel, new.confidence) == (
            old.text, old.language, old.channel, old.confidence,
        )  # fmt: skip
        assert [(w.text, w.confidence) for w in new.words] == [
            (w.text, w.confidence) for w in old.words
        ]
        assert all(0 <= w.start <= w.end <= seconds for w in new.words)
        assert new.start == min(w.start for w in new.words)
        assert new.end == max(w.end for w in new.words)
        assert all(round(t, 3) == t for w in new.words for t in (w.start, w.end))


def test_a_segment_says_who_placed_its_words(aligner):
    for old, new in zip(SEGMENTS, aligner(noise(7), SEGMENTS, "en"), strict=True):
        by = [label for label in new.labels if label.startswith("aligned:")]
        assert len(by) == 1
        assert by[0].removeprefix("aligned:") in (aligner.name, "attention")
        assert set(old.labels) - {"aligned:attention"} <= set(new.labels)


def test_what_does_not_sound_like_its_text_gets_the_widest_margin(aligner):
    for each in aligner(np.zeros(7 * SAMPLE_RATE, np.float32), SEGMENTS, "en"):
        assert word_margin(each.labels) == WIDEST


def test_same_input_same_result(aligner):
    samples = noise(7)
    assert aligner(samples, SEGMENTS, "en") == aligner(samples.copy(), SEGMENTS, "en")


def test_no_segments_no_result(aligner):
    assert aligner(noise(1), (), "en") == ()


@pytest.mark.parametrize("name", ["ctc", "attention", "mms"])
def test_unknown_models_and_options_are_refused(name):
    with pytest.raises(UsageError, match=name):
        make_engine("aligner", f"{name}:large")
    with pytest.raises(UsageError, match="did you mean widen"):
        make_engine("aligner", name, {"widne": "true"})


def test_mms_without_weights_says_how_to_get_them(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(ModelError, match="MMS_FA"), make_engine("aligner", "mms").open(Resources()):
        pass
