"""A meaning that is turned is flagged with its severity; what differs in form only is not."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from speechkit.benchmark.clinical import assess
from speechkit.benchmark.score import score
from speechkit.benchmark.types import Hypothesis, Reference, ScoreOptions, System
from speechkit.core.types import Segment
from speechkit.language.clinical.forms import plain, same_form

REWORDINGS = [
    line.split("\t")
    for line in Path(__file__).with_name("rewordings.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


def test_harmless_rewordings_pass_whoever_writes_them() -> None:
    harmless = [row for row in REWORDINGS if row[1] == "0"]
    flagged = Counter(row[0] for row in harmless if assess(row[2], row[3]).changes)
    written = Counter(row[0] for row in harmless)
    assert len(harmless) >= 130
    assert all(flagged[writer] <= 0.08 * written[writer] for writer in written), flagged


def test_what_hurts_is_flagged_whoever_writes_it() -> None:
    harmful = [row for row in REWORDINGS if row[1] == "2"]
    missed = Counter(row[0] for row in harmful if assess(row[2], row[3]).severity < 1)
    written = Counter(row[0] for row in harmful)
    assert len(harmful) >= 90
    assert all(missed[writer] <= 0.15 * written[writer] for writer in written), missed


@pytest.mark.parametrize(
    ("said", "wrote", "category", "severity"),
    [
        ("I do not have a fever", "I do have a fever", "negation", 2),
        ("she was never ill with it", "she was ill with it", "negation", 2),
        ("do you take any tablets? no", "do you take any tablets? yes", "answer", 2),
        (
            "is there any swelling? no. okay, thanks",
            "is there any swelling? okay, thanks",
            "answer",
            1,
        ),
        ("we will increase the dose", "we will reduce the dose", "opposite", 2),
        ("my mother had a stroke", "my brother had a stroke", "opposite", 2),
        ("the culture was positive", "the culture was negative", "opposite", 2),
        ("the wound is clean and stable", "the wound is clean and unstable", "opposite", 2),
        ("have half a tablet at night", "have a tablet at night", "number", 1),
        ("for the last three weeks", "for the last three days", "number", 2),
        ("has he been itching", "has she been itching", "opposite", 1),
        ("we gave adrenaline", "we gave noradrenaline", "drug", 2),
    ],
)
def test_turned_meanings(said: str, wrote: str, category: str, severity: int) -> None:
    found = assess(f"so then {said} I see", f"so then {wrote} I see")
    assert category in {change.category for change in found.changes}
    assert found.severity == severity


@pytest.mark.parametrize(
    ("said", "wrote"),
    [
        ("we gave adrenaline", "we gave epinephrine"),  # British and American
        ("she takes Tylenol", "she takes paracetamol"),  # a brand and its substance
        ("an oedema of the knees", "edema of the knee"),
        ("some blood work", "some bloodwork"),
        ("the non-tender side", "the nontender side"),
        ("an appendicectomy", "an appendectomy"),
        ("three times in a day", "three times daily"),
        ("both ankles, yes, both ankles hurt", "both ankles, yes, hurt"),
        ("do you, do you have a cough", "do you have a cough"),
        ("no. no. no rash", "no rash"),
        ("can you hear me? yes. okay, good", "can you hear me? okay, good"),
        ("I don't, I don't know what it is", "I don't know what it is"),
    ],
)
def test_form_is_not_flagged(said: str, wrote: str) -> None:
    assert assess(f"so then {said} I see", f"so then {wrote} I see").changes == ()


def test_two_terms_that_change_places_are_errors() -> None:
    said = "take two tablets in the morning and three tablets at night"
    wrote = "take three tablets in the morning and two tablets at night"
    assert assess(said, wrote).severity == 2


def test_risk_orders_what_rules_do_not_name() -> None:
    harmless = assess("and how is work these days", "and how's work these days")
    garbled = assess("the plumber walked the ladder slowly", "the number was a letter")
    assert harmless.severity == 0 < garbled.severity
    assert harmless.risk < garbled.risk
    assert "plumber" not in repr(garbled)


def test_spelling_and_number_have_one_form() -> None:
    assert plain("headaches") == plain("headache")
    assert plain("haemorrhages") == plain("hemorrhage")
    assert plain("shoe") != plain("she")
    assert not same_form(["able"], ["unable"])


def test_clinical_errors_do_not_depend_on_the_normalizer_of_words() -> None:
    said = "no, I'm not on any tablets, half a pill twice daily, that's all"
    wrote = "no, I'm on any tablets, a pill twice daily, that's all"
    reference = {"r": Reference(segments=(Segment(id="", start=0, end=1, text=said),))}
    hypothesis = {"r": Hypothesis(segments=(Segment(id="", start=0, end=1, text=wrote),))}
    systems = [System(name="s", hypotheses=hypothesis)]
    rows = [
        score(reference, systems, ScoreOptions(normalizer=name)).recordings[0]
        for name in ("en@1", "en@2", "en@3")
    ]
    assert rows[0].clinical == rows[1].clinical == rows[2].clinical
    assert {row.severities for row in rows} == {(1, 1)}
