"""One rule for the main language of a recording."""

from __future__ import annotations

import pytest

from speechkit.core.types import Segment
from speechkit.language import main_language, primary_subtag


def segments(*pairs: tuple[str, str]) -> list[Segment]:
    return [
        Segment(id=str(n), start=n, end=n + 1, text=text, language=language)
        for n, (language, text) in enumerate(pairs)
    ]


def test_the_language_with_most_characters_wins_not_the_one_with_most_segments() -> None:
    assert (
        main_language(segments(("es", "sí"), ("es", "no"), ("en", "a long answer")), ["es"]) == "en"
    )


def test_segments_without_text_or_language_have_no_vote() -> None:
    assert main_language(segments(("fr", ""), ("", "a long answer"), ("de", "ja"))) == "de"


def test_ties_are_decided_by_name_and_nothing_stated_by_the_recording() -> None:
    assert main_language(segments(("fr", "oui"), ("de", "nie"))) == "de"
    assert main_language(segments(("", "hello")), ["pt-BR", "en"]) == "pt-BR"
    assert main_language([]) == ""


@pytest.mark.parametrize(
    ("tag", "primary"), [("en_US", "en"), ("zh-Hant-TW", "zh"), ("FR", "fr"), ("", "")]
)
def test_the_primary_subtag_is_what_stands_before_the_first_mark(tag: str, primary: str) -> None:
    assert primary_subtag(tag) == primary
