"""An answer to a question for an identifier that the recognizer was not sure of goes whole."""

from __future__ import annotations

import pytest

from speechkit.core.types import Identifier, PhiSpan, Segment, Word
from speechkit.deidentification.text.doubtful_answers import with_doubtful_answers


def talk(*turns: tuple[str, str, float | None]) -> tuple[Segment, ...]:
    return tuple(
        Segment(
            id=f"s{n}",
            start=n,
            end=n + 1,
            speaker=speaker,
            text=text,
            words=tuple(
                Word(text=word, start=n, end=n + 0.1, confidence=sure) for word in text.split()
            ),
        )
        for n, (speaker, text, sure) in enumerate(turns)
    )


ASKED = {
    "en": ("And what's your surname?", "fair sewn"),
    "es": ("¿Cuál es su apellido?", "se echó cinco"),
    "fr": ("Quel est votre nom de famille ?", "la faire rond"),
    "de": ("Wie ist Ihr Nachname?", "brand wollt"),
}


@pytest.mark.parametrize("language", ASKED)
def test_a_doubtful_answer_goes_whole(language: str) -> None:
    question, answer = ASKED[language]
    segments = talk(("a", question, 0.95), ("b", answer, 0.4), ("a", "Thank you.", 0.4))
    (span,) = with_doubtful_answers(segments, (), language)
    assert (span.segment, span.start_char, span.end_char) == ("s1", 0, len(answer))
    assert span.identifier is Identifier.NAME


@pytest.mark.parametrize(
    ("question", "answer", "sure"),
    [
        ("What's your surname?", "fair sewn", 0.9),  # sure
        ("What's your surname?", "fair sewn", None),  # written by a person
        ("How is the pain today?", "bit sore", 0.4),  # nobody asked for an identifier
        ("Your surname is on the form. How are you?", "bit sore", 0.4),  # not at the end
        ("What's your surname?", "well " * 20 + "you see", 0.4),  # more than an answer
    ],
)
def test_others_stay(question: str, answer: str, sure: float | None) -> None:
    assert with_doubtful_answers(talk(("a", question, 0.9), ("b", answer, sure)), (), "en") == ()


def test_it_takes_the_place_of_what_lies_in_it() -> None:
    segments = talk(("a", "Your address?", 0.9), ("b", "nine orchid drive tot", 0.3))
    part = PhiSpan(
        segment="s1", start_char=0, end_char=4, identifier=Identifier.LOCATION, detector="streets"
    )
    other = PhiSpan(
        segment="s0", start_char=0, end_char=4, identifier=Identifier.NAME, detector="names"
    )
    spans = with_doubtful_answers(segments, (part, other), "en")
    assert [(span.segment, span.end_char) for span in spans] == [("s0", 4), ("s1", 21)]
    assert with_doubtful_answers(segments, (other,), "sw") == (other,)
