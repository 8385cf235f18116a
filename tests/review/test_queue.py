"""What is expected to be wrong comes first, and is found first."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from speechkit.core.types import Layer, Provenance, Recording, Segment, Word
from speechkit.review.error_model import expect
from speechkit.review.load_drafts import SECOND
from speechkit.review.queue import ORDERS, REFERENCE, entries, ranked, simulate, word_errors
from speechkit.storage.corpus import Corpus


def segment(name: str, *words: tuple[str, float | None], start: float = 0.0) -> Segment:
    spoken = tuple(
        Word(text=text, start=start + i, end=start + i + 1, confidence=sure)
        for i, (text, sure) in enumerate(words)
    )
    return Segment(
        id=name, start=start, end=start + len(words), text=" ".join(w.text for w in spoken),
        words=spoken,
    )  # fmt: skip


def share(*words: tuple[str, float | None], second: str | None = None, weigh=None) -> float:
    other = None if second is None else [segment("o", *((w, None) for w in second.split()))]
    (found,) = expect([segment("s", *words)], other, weigh)
    return found.weighted if weigh else found.share


def test_doubt_raises_and_agreement_lowers_what_is_expected() -> None:
    sure, unsure = share(("a", 0.99), ("b", 0.99)), share(("a", 0.99), ("b", 0.3))
    assert sure < unsure
    assert share(("a", 0.9), second="a") < share(("a", 0.9)) < share(("a", 0.9), second="x")
    assert share(("a,", 0.9), second="A") == share(("a", 0.9), second="a")


def test_weights_multiply() -> None:
    plain = share(("a", 0.9), weigh=lambda words: [1.0] * len(words))
    assert share(("a", 0.9), weigh=lambda words: [3.0] * len(words)) == pytest.approx(3 * plain)


def test_errors_are_counted_where_they_lie() -> None:
    draft = [segment("1", ("a", 1), ("b", 1)), segment("2", ("c", 1), ("d", 1), start=2)]
    said = [Segment(id="r", start=0, end=4, text="a x c d e f")]
    assert word_errors(draft, said, str.split) == [[0, 1], [0, 2]]
    assert word_errors(draft, [Segment(id="r", start=0, end=4, text="y a b d")], str.split) == [
        [1, 0], [1, 0],
    ]  # fmt: skip


def test_words_that_only_the_second_has_raise_it_for_the_one_before() -> None:
    with_gap = expect(
        [segment("s", ("a", 0.9), ("b", 0.9))], [segment("o", *((w, None) for w in "axb"))]
    )
    without = expect(
        [segment("s", ("a", 0.9), ("b", 0.9))], [segment("o", ("a", None), ("b", None))]
    )
    assert with_gap[0].words[0] > without[0].words[0]


def test_simulate(corpus: Corpus, add: Callable[..., Recording]) -> None:
    add(corpus, 5)
    for number, session in enumerate(corpus.sessions()):
        draft = corpus.layer(session, "attributed")
        made = Provenance(stage="test", version="1")

        def layer(name: str, items) -> None:
            corpus.add_layer(
                session.recording.id,  # noqa: B023
                Layer(
                    name=name, kind="segments", recording=session.recording.id,  # noqa: B023
                    items=items, provenance=made,  # noqa: B023
                ),
            )  # fmt: skip

        said = tuple(
            Segment(id=s.id, start=s.start, end=s.end, text=s.text.replace("nane", "name"))
            for s in draft.items
        )
        layer(REFERENCE, said)
        if number == 0:
            layer(SECOND, said)  # another engine that got it right
    found = simulate(corpus, str.split)
    assert [one.order for one in found[:12:3]] == list(ORDERS)
    assert [one.unit for one in found] == ["segments"] * 12 + ["words"] * 12
    by_word = {one.order: one for one in found if one.unit == "words" and one.share == 0.1}
    # One word is wrong in each recording, of the two that the engine was least sure of.
    assert by_word["confidence"].errors_found == by_word["expected-error"].errors_found == 1.0
    assert by_word["random"].times_random == 1.0 < by_word["confidence"].times_random
    rows = entries(corpus)
    assert {e.segment for e in ranked(rows, "random")} == {e.segment for e in rows}
    assert ranked(rows, "random", 1) == ranked(rows, "random", 1)
