"""jiwer, meeteval and pyannote.metrics are the oracles, on random and on nasty input."""

from __future__ import annotations

import random

import jiwer
import pytest

from speechkit.benchmark.cpwer import cpwer
from speechkit.benchmark.der import diarization_errors
from speechkit.benchmark.errors import ErrorRate, align, character_distance, count, count_words
from speechkit.core.types import Turn

NASTY = [
    ("a", ""), ("a", "a"), ("a b", "b a b a"), ("a", "x y z"), ("one", "one one one"),
    ("a b c d", "d c b a"), ("na na na na", "na"), ("é", "e"),
]  # fmt: skip


def random_pairs(seed: int, number: int) -> list[tuple[str, str]]:
    chance = random.Random(seed)
    words = ["a", "b", "ab", "no", "pain", "mg", "5"]
    make = lambda low: " ".join(chance.choices(words, k=chance.randint(low, 20)))  # noqa: E731
    return [(make(1), make(0)) for _ in range(number)]


@pytest.mark.parametrize(("said", "wrote"), NASTY + random_pairs(3, 200))
def test_word_rates_equal_jiwer(said: str, wrote: str) -> None:
    expected = jiwer.process_words(said, wrote)
    found = count_words(said.split(), wrote.split())
    assert found.rate == pytest.approx(expected.wer)
    assert found.match_error_rate == pytest.approx(expected.mer)
    assert found.information_lost == pytest.approx(expected.wil)
    assert (found.hits, found.substitutions, found.deletions, found.insertions) == (
        expected.hits,
        expected.substitutions,
        expected.deletions,
        expected.insertions,
    )


@pytest.mark.parametrize(("said", "wrote"), NASTY + random_pairs(4, 200))
def test_character_distance_equals_jiwer(said: str, wrote: str) -> None:
    a, b = said.split(), wrote.split()
    for about in (None, 0, 1, 100):
        distance = character_distance(a, b, about=about)
        assert distance / len(said) == pytest.approx(jiwer.cer(said, wrote))


def test_empty_references_have_no_rate_but_are_not_lost() -> None:
    nothing = count_words([], [])
    assert (nothing.rate, nothing.match_error_rate, nothing.information_lost) == (0.0, 0.0, 0.0)
    made_up = count_words([], ["you", "you"])
    assert (made_up.rate, made_up.insertions, made_up.information_lost) == (None, 2, 1.0)
    # jiwer calls two insertions a WER of 200 %; summed over a corpus both count the same.
    assert (made_up + count_words(["a", "b"], ["a", "b"])).rate == 1.0


def test_rates_add_up_like_one_alignment_over_all() -> None:
    pairs = random_pairs(5, 50)
    total = sum((count_words(a.split(), b.split()) for a, b in pairs), ErrorRate.zero())
    expected = jiwer.process_words([a for a, _ in pairs], [b for _, b in pairs])
    assert total.rate == pytest.approx(expected.wer)


def test_alignment_covers_both_sides_in_order() -> None:
    for said, wrote in random_pairs(6, 50):
        a, b = said.split(), wrote.split()
        edits = align(a, b)
        assert [i for e in edits for i in range(e.reference_start, e.reference_end)] == [
            *range(len(a))
        ]
        assert [i for e in edits for i in range(e.hypothesis_start, e.hypothesis_end)] == [
            *range(len(b))
        ]
        for edit in edits:
            same = (
                a[edit.reference_start : edit.reference_end]
                == b[edit.hypothesis_start : edit.hypothesis_end]
            )
            assert same == (edit.kind == "equal")
        assert count(edits).length == len(a)


def test_cpwer_equals_meeteval() -> None:
    from meeteval.wer import cp_word_error_rate

    chance = random.Random(8)
    words = ["a", "b", "c", "no", "pain"]
    for _ in range(150):
        said = {
            f"r{n}": chance.choices(words, k=chance.randint(1, 9))
            for n in range(chance.randint(1, 4))
        }
        wrote = {
            f"h{n}": chance.choices(words, k=chance.randint(0, 9))
            for n in range(chance.randint(1, 5))
        }
        expected = cp_word_error_rate(
            {name: " ".join(part) for name, part in said.items()},
            {name: " ".join(part) for name, part in wrote.items()},
        )
        found = cpwer(said, wrote)
        assert (found.errors, found.length) == (expected.errors, expected.length)


def random_turns(chance: random.Random, speakers: str) -> tuple[Turn, ...]:
    turns = []
    for _ in range(chance.randint(1, 12)):
        start = round(chance.uniform(0, 25), 2)
        end = start + round(chance.uniform(0.1, 5), 2)
        turns.append(Turn(start=start, end=end, speaker=chance.choice(speakers)))
    return tuple(turns)


def test_der_equals_pyannote() -> None:
    from pyannote.core import Annotation, Segment, Timeline
    from pyannote.metrics.diarization import DiarizationErrorRate, JaccardErrorRate

    chance = random.Random(9)
    uem = Timeline([Segment(0, 30)])
    strict, lenient, jaccard = (
        DiarizationErrorRate(),
        DiarizationErrorRate(collar=0.5),
        JaccardErrorRate(),
    )
    found = []
    for _ in range(30):
        said, wrote = random_turns(chance, "ABC"), random_turns(chance, "xyz")
        sides = []
        for turns in (said, wrote):
            made = Annotation()
            for track, turn in enumerate(turns):
                made[Segment(turn.start, turn.end), track] = turn.speaker
            sides.append(made.support())  # turns of one speaker that overlap are one
        for metric in (strict, lenient, jaccard):
            metric(*sides, uem=uem)
        found.append(diarization_errors(said, wrote, duration=30.0))
    total = found[0]
    for more in found[1:]:
        total = total + more
    assert total.rate == pytest.approx(abs(strict))
    assert total.collar_rate == pytest.approx(abs(lenient))
    assert total.jaccard_rate == pytest.approx(abs(jaccard))


def test_der_by_hand() -> None:
    said = (Turn(start=0, end=6, speaker="A"), Turn(start=6, end=10, speaker="B"))
    wrote = (
        Turn(start=0, end=6, speaker="1"),
        Turn(start=6, end=8, speaker="1"),
        Turn(start=10, end=11, speaker="1"),
    )
    errors = diarization_errors(said, wrote, duration=12.0)
    assert (errors.confusion, errors.missed, errors.false_alarm, errors.total) == (2, 2, 1, 10)
    assert errors.rate == pytest.approx(0.5)
    # Without a duration both extents count, as pyannote has it; or only the reference's, as md-eval.
    assert diarization_errors(said, wrote).false_alarm == 1
    assert diarization_errors(said, wrote).scored_seconds == 11
    assert diarization_errors(said, wrote, extent="reference").false_alarm == 0


def test_exclusive_turns_do_not_count_twice_and_backchannels_are_recalled() -> None:
    said = (
        Turn(start=0, end=5, speaker="A"),
        Turn(start=2, end=2.5, speaker="B"),
        Turn(start=8, end=8.5, speaker="B"),
        Turn(start=0, end=5, speaker="A", exclusive=True),
    )
    errors = diarization_errors(said, said, duration=10.0)
    assert errors.total == pytest.approx(6.0)
    assert errors.rate == 0
    heard = diarization_errors(said, (Turn(start=0, end=5, speaker="1"),), duration=10.0)
    assert heard.short_turn_recall == 0.5
