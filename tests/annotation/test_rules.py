"""The engine `rules`: what is marked, with which attributes, on text as people and recognizers write it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from speechkit.annotation.rules import annotate
from speechkit.core.annotations import Annotations
from speechkit.core.text import evenly_timed_words
from speechkit.core.types import Segment
from speechkit.testing import demand_engine

ROLES = {"D": "doctor", "P": "patient"}
_MARK = re.compile(r"<([^|>]+)\|([^>]+)>")


def _talk(*turns: str) -> tuple[list[Segment], list[tuple[str, str, str]]]:
    """Read "D: any <fever|symptom,negated>" → segments, and (segment, words, marks) in order."""
    segments, expected = [], []
    for number, turn in enumerate(turns):
        speaker, _, marked = turn.partition(": ")
        expected += [(str(number), m[1], m[2]) for m in _MARK.finditer(marked)]
        text = _MARK.sub(r"\1", marked)
        segments.append(
            Segment(id=str(number), start=number, end=number + 1, text=text, speaker=speaker)
        )
    return segments, expected


def _marks(segments: list[Segment], found: Annotations) -> Iterator[tuple[str, str, str]]:
    texts = {segment.id: segment.text for segment in segments}
    for entity in found.entities:
        words = texts[entity.segment][entity.start_char : entity.end_char]
        yield entity.segment, words, ",".join((entity.type, *entity.attributes))


CASES = {
    "no to a closed question": (
        "D: Hello [NAME_1], any <fever|symptom,negated> or <chills|symptom,negated>?",
        "P: No, just this <cough|symptom> for about <three weeks|duration>.",
    ),
    "no without punctuation": (
        "D: have you had any <vomiting|symptom,negated> <diarrhea|symptom,negated> or "
        "<stomach cramps|symptom,negated>",
        "P: um no not really",
    ),
    "yes to a closed question": (
        "D: any <headaches|symptom>",
        "P: yes nearly <every week|frequency>",
    ),
    "a scope ends": (
        "P: i don't have <asthma|condition,negated> but i do have <eczema|condition>",
        "D: No <crackles|finding,negated>, <abdomen|body> <soft|finding>, <ankles|body> <swollen|finding>.",
    ),
    "not only is no denial": ("P: It's not only the <headache|symptom>.",),
    "family and past": (
        "P: my mum had <breast cancer|condition,family> and I used to get <migraines|condition,past>",
    ),
    "what may come": (
        "D: if you get <chest pain|symptom,hypothetical> or you're "
        "<short of breath|symptom,hypothetical> call us",
        "D: I think it might be <gastritis|condition,uncertain>.",
    ),
    "medication": (
        "D: take <metformin|drug> <500 mg|dose> <twice a day|frequency> <by mouth|route> and "
        "<amoxicillin|drug> <five hundred milligrams|dose> for <seven days|duration>",
        "P: I take <water tablets|drug> and <Zyptorin|drug> <20mg|dose> <at night|frequency>.",
    ),
    "readings": (
        "D: your <blood pressure|test> was <140 over 90|value> and your <hba1c|test> <48|value>",
    ),
    "allergies": (
        "P: I'm allergic to <penicillin|allergy> and <nuts|allergy>.",
        "D: any <allergies|allergy,negated>",
        "P: none that i know of",
    ),
    "what is in no list": (
        "P: They said <Addison's disease|condition>, and <type two diabetes|condition>.",
        "P: my <elbow pain|symptom> and <trouble swallowing|symptom>",
    ),
    "sides": ("P: Right, well, it's the <right|side> <knee|body>. I'll be right back.",),
    "a tag breaks what is said": ("D: Dr [NAME_2] at [LOCATION_1] gave you <ibuprofen|drug>?",),
}


@pytest.mark.parametrize("turns", CASES.values(), ids=CASES)
def test_what_is_marked(turns: tuple[str, ...]) -> None:
    segments, expected = _talk(*turns)
    assert list(_marks(segments, annotate(segments, ROLES, "en-GB"))) == expected


def test_doses_values_and_sides_find_what_they_belong_to() -> None:
    segments, _ = _talk(
        "D: metformin 500 mg and 5 mg of ramipril; blood pressure 140 over 90, left knee and right hip"
    )
    found = annotate(segments, ROLES, "en")
    text = segments[0].text
    named = [text[entity.start_char : entity.end_char] for entity in found.entities]
    assert {(r.kind, named[r.source], named[r.target]) for r in found.relations} == {
        ("dose-drug", "500 mg", "metformin"),
        ("dose-drug", "5 mg", "ramipril"),
        ("value-test", "140 over 90", "blood pressure"),
        ("side-site", "left", "knee"),
        ("side-site", "right", "hip"),
    }


def test_times_are_those_of_the_words() -> None:
    segment = Segment(id="a", start=0.0, end=4.0, text="my chest pain started")
    timed = Segment(
        id="a", start=0.0, end=4.0, text=segment.text, words=evenly_timed_words(segment)
    )
    (entity,) = annotate([timed], {}, "en").entities
    assert (entity.start, entity.end) == (1.0, 3.0)
    (entity,) = annotate([segment], {}, "en").entities
    assert (entity.start, entity.end) == (None, None)


@pytest.mark.parametrize("language", ["de", ""])
def test_a_language_without_lists_is_said(language: str) -> None:
    segments, _ = _talk("P: Ich habe Asthma.")
    found = annotate(segments, {}, language)
    assert found.entities == ()
    assert set(found.not_marked) == {"entities"}


def test_the_engine_keeps_its_contract() -> None:
    demand_engine("annotator", "rules")
