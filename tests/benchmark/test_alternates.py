"""Of several wordings the closest is taken; trying all combinations is the oracle."""

from __future__ import annotations

import random
from itertools import product

import pytest

from speechkit.benchmark.alternates import parse_alternates, resolve
from speechkit.benchmark.errors import count_words
from speechkit.benchmark.score import score
from speechkit.benchmark.types import Hypothesis, Reference, ScoreOptions, System
from speechkit.core.types import Segment


def segment(text: str) -> Segment:
    return Segment(id="", start=0.0, end=1.0, text=text)


def wer(said: str, wrote: str, **options: object) -> float | None:
    system = System(name="s", hypotheses={"r": Hypothesis(segments=(segment(wrote),))})
    reference = Reference(segments=(segment(said),))
    options = {"draws": 0, **options}
    return score({"r": reference}, [system], ScoreOptions(**options)).systems[0].wer  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "wrote", "errors", "words"),
    [
        ("well {five milligrams / a small dose} daily", "well a small dose daily", 0, 5),
        ("well {five milligrams / a small dose} daily", "well 5 mg daily", 1, 4),
        ("it {really / @} hurts", "it hurts", 0, 2),
        ("it {really / @} hurts", "it really hurts", 0, 3),
        ("(actually) i feel fine", "i feel fine", 0, 3),
        ("(actually) i feel fine", "actually i feel fine", 0, 4),
        ("i take <UNSURE>ramipril</UNSURE> daily", "i take daily", 0, 3),
        ("i take <UNSURE>ramipril</UNSURE> daily", "i take enalapril daily", 1, 4),
        ("my <UNIN/> hurts", "my left knee hurts", 0, 4),
        ("my <INAUDIBLE_SPEECH/> hurts", "my hurts", 0, 2),
        # Nine words are no longer what somebody mumbled.
        ("my <UNIN/> hurts", "my " + "so " * 9 + "hurts", 9, 2),
        # Nothing to choose from: a note about noise, a slash.
        ("he {coughs} said and/or", "he coughs said and or", 0, 5),
    ],
)  # fmt: skip
def test_by_hand(said: str, wrote: str, errors: int, words: int) -> None:
    assert wer(said, wrote, normalizer="en@1") == pytest.approx(errors / words, abs=1e-6)


def test_it_can_be_switched_off() -> None:
    assert wer("it {really / @} hurts", "it hurts", alternates=False) == pytest.approx(1 / 3)


def test_nothing_in_the_braces_is_nothing() -> None:
    assert [part.options for part in parse_alternates("{ / } a")] == [("", ""), ("a",)]


def test_each_system_gets_its_own_wording() -> None:
    reference = Reference(segments=(segment("{one two three / four} end"),))
    systems = [
        System(name=name, hypotheses={"r": Hypothesis(segments=(segment(text),))})
        for name, text in (("long", "one two three end"), ("short", "four end"))
    ]
    rows = score({"r": reference}, systems, ScoreOptions(normalizer="basic")).systems
    assert {row.system: (row.wer, row.num_words) for row in rows} == {
        "long": (0.0, 4),
        "short": (0.0, 2),
    }


def test_close_to_the_best_of_all_combinations() -> None:
    chance = random.Random(4)
    words = ["a", "b", "c", "d", "e"]
    some = lambda low, high: " ".join(chance.choices(words, k=chance.randint(low, high)))  # noqa: E731
    best_found = 0
    rounds = 400
    for _ in range(rounds):
        parts = [(some(1, 4),) if i % 2 else (some(1, 3), some(0, 3)) for i in range(5)]
        text = " ".join(p[0] if len(p) == 1 else f"{{{p[0]} / {p[1] or '@'}}}" for p in parts)
        truth = " ".join(chance.choice(p) for p in parts).split()
        wrote = [chance.choice(words) if chance.random() < 0.2 else w for w in truth]
        least = min(
            count_words(" ".join(choice).split(), wrote).errors for choice in product(*parts)
        )
        (resolved,) = resolve((segment(text),), wrote, str.split)
        found = count_words(resolved.text.split(), wrote).errors
        assert found >= least
        best_found += found == least
    assert best_found / rounds > 0.95, best_found


def test_spellings_of_an_indic_script_count_as_one_where_the_reference_lists_them() -> None:
    """Orthographically informed WER: the hypothesis against all permissible spellings."""
    said = "वह {डॉक्टर / डाक्टर / doctor} के {पास गया / पासगया} था"

    for wrote in ("वह डॉक्टर के पास गया था", "वह डाक्टर के पासगया था", "वह doctor के पास गया था"):
        assert wer(said, wrote, language="hi") == 0.0
    assert wer(said, "वह मास्टर के पास गया था", language="hi") == pytest.approx(1 / 6, abs=1e-6)
    unresolved = wer(said, "वह डाक्टर के पासगया था", language="hi", alternates=False)
    assert unresolved is not None
    assert unresolved > 0
