"""What plain WER does not see, the clinical score does; harmless rewordings pass."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from speechkit.benchmark.clinical import judge, mentions
from speechkit.benchmark.clinical.lists import lexicon
from speechkit.benchmark.clinical.mentions import AHEAD, mentions_of_copy
from speechkit.benchmark.errors import align, count
from speechkit.benchmark.normalize import normalizer_for
from speechkit.benchmark.score import score
from speechkit.benchmark.types import Hypothesis, Reference, ScoreOptions, System
from speechkit.core.types import Segment

# Each sentence stands in a longer turn, so that WER moves by a word or two in some thirty.
AROUND = (
    "okay so thank you for coming in today let us go through this together {} "
    "does that make sense to you and is there anything else you would like to ask me"
)
LINES = Path(__file__).with_name("blind_spots.tsv").read_text("utf-8").splitlines()
PAIRS = [tuple(line.split("\t")) for line in LINES if not line.startswith("#")]
HARMFUL = [pair for pair in PAIRS if pair[0] != "harmless"]
HARMLESS = [pair for pair in PAIRS if pair[0] == "harmless"]


def compare(said: str, wrote: str) -> tuple[bool, float]:
    """Return whether anything clinical is flagged, and the WER."""
    tokens = normalizer_for("en").tokens
    a, b = tokens(AROUND.format(said)), tokens(AROUND.format(wrote))
    edits = align(a, b)
    counts = judge(a, b, edits, mentions(a)).counts
    rate = count(edits).rate
    assert rate is not None
    return any(one.lost or one.invented for one in counts.values()), rate


def found(text: str) -> list[tuple[str, str]]:
    return [(m.category, m.value) for m in mentions(normalizer_for("en").tokens(text)) if m.certain]


def test_the_suite_flags_what_hurts_and_wer_hardly_moves() -> None:
    assert len(HARMFUL) >= 200
    assert len({pair[1:] for pair in HARMFUL}) == len(HARMFUL)
    missed: Counter[str] = Counter()
    rates = []
    for kind, said, wrote in HARMFUL:
        flagged, rate = compare(said, wrote)
        missed[kind] += not flagged
        rates.append(rate)
    assert sum(missed.values()) <= 0.05 * len(HARMFUL), missed
    assert sum(rates) / len(rates) < 0.10


def test_the_suite_passes_harmless_rewordings() -> None:
    flagged = [said for _, said, wrote in HARMLESS if compare(said, wrote)[0]]
    assert len(flagged) < 0.05 * len(HARMLESS), flagged


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("five milligrams b.d.", [("dose", "5000 ug"), ("frequency", "2/day")]),
        ("0.005 g twice a day", [("dose", "5000 ug"), ("frequency", "2/day")]),
        ("twenty five percent", [("dose", "25 percent")]),
        ("right, okay, that one", []),
        ("on the right hand side", [("side", "right")]),
        ("my right knee", [("side", "right"), ("body", "knee")]),
        ("45 years old for 2 weeks", [("number", "45"), ("number", "2 week")]),
        # In no list: told by their endings. The last is no condition.
        (
            "secnidazole, haematuria, lobectomies, diagnosis",
            [("drug", "secnidazole"), ("condition", "hematuria"), ("condition", "lobectomy")],
        ),
        ("high blood pressure", [("condition", "high blood pressure")]),
        ("oh no no", [("negation", "not")]),
        (
            "no allergies, three days",
            [("negation", "not"), ("condition", "allergy"), ("number", "3 day")],
        ),
    ],
)
def test_terms_are_found_and_written_in_one_form(text: str, expected: list) -> None:
    assert found(text) == expected


def test_counts_said_lost_and_invented() -> None:
    said = "no chest pain , i take ramipril 5 mg and warfarin every morning with water"
    wrote = "chest pain , i take enalapril 5 mg and every morning with water for my asthma"
    reference = {"r": Reference(segments=(Segment(id="", start=0, end=1, text=said),))}
    hypothesis = {"r": Hypothesis(segments=(Segment(id="", start=0, end=1, text=wrote),))}
    systems = [System(name="s", hypotheses=hypothesis)]
    row = score(reference, systems).systems[0]
    drug = row.clinical["drug"]
    # enalapril stands where ramipril was: one error, not two
    assert (drug.said, drug.lost, drug.invented) == (2, 2, 0)
    assert (row.clinical["negation"].lost, row.clinical["condition"].invented) == (1, 1)
    assert row.clinical["dose"].lost == row.clinical["frequency"].lost == 0
    # said: no, chest pain, ramipril, dose, warfarin, morning: too few to make a headline of
    assert row.clinical_error is None
    ten = {f"r{index}": reference["r"] for index in range(10)}
    systems = [System(name="s", hypotheses=dict.fromkeys(ten, hypothesis["r"]))]
    assert score(ten, systems).systems[0].clinical_error == pytest.approx(4 / 6, abs=1e-6)


def test_contexts_only_when_asked() -> None:
    reference = {"r": Reference(segments=(Segment(id="", start=0, end=1, text="i take warfarin"),))}
    hypothesis = {"r": Hypothesis(segments=(Segment(id="", start=0, end=1, text="i take it"),))}
    systems = [System(name="s", hypotheses=hypothesis)]
    assert score(reference, systems).misses == ()
    misses = score(reference, systems, ScoreOptions(contexts=True)).misses
    assert [(m.category, m.reference, m.hypothesis) for m in misses] == [
        ("drug", "i take warfarin", "i take it")
    ]
    assert "warfarin" not in repr(misses)


def test_other_languages_are_not_judged() -> None:
    one = Segment(id="", start=0, end=1, text="no tengo fiebre")
    reference = {"r": Reference(segments=(one,), language="es")}
    systems = [System(name="s", hypotheses={"r": Hypothesis(segments=(one,))})]
    row = score(reference, systems).systems[0]
    assert row.clinical == {}
    assert row.clinical_error is None


def test_a_copy_has_the_terms_that_reading_all_of_it_finds() -> None:
    words = (
        "no no pain in the left knee since two weeks 500 mg of amoxicillin three times a day born in "
        "1960 chest infection not my back right ear so um and then the other thing that i said about"
    ).split()
    chance = random.Random(5)
    differing = 0
    for _ in range(200):
        said = chance.choices(words, k=200)
        wrote = list(said)
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(len(wrote))
            wrote[at : at + chance.randrange(3)] = chance.choices(words, k=chance.randrange(4))
        terms = mentions(said)
        copied = mentions_of_copy(wrote, align(said, wrote), terms)
        assert copied == mentions(wrote)
        differing += copied != terms
    assert differing > 150  # else nothing was asked


def test_no_term_is_longer_than_what_is_read_again() -> None:
    assert max(len(phrase) for rows in lexicon().phrases.values() for phrase, _ in rows) < AHEAD
