"""Listening again finds what was removed, and lets innocent words be."""

from __future__ import annotations

import pytest

from speechkit.core.types import Identifier, PhiSpan, Segment, Word
from speechkit.deidentification.audio.placement import place
from speechkit.deidentification.check.comparison import listen
from speechkit.deidentification.check.leak_check import Leak, heard_again, rare_in, removed_tokens
from speechkit.deidentification.text.propagate import propagate

ID = {
    "N": Identifier.NAME,
    "L": Identifier.LOCATION,
    "P": Identifier.PHONE,
    "D": Identifier.DATE,
}


def say(text: str, start: float = 0.0) -> tuple[Word, ...]:
    """Two words a second."""
    return tuple(
        Word(text=word, start=start + i / 2, end=start + i / 2 + 0.4)
        for i, word in enumerate(text.split())
    )


def removal(marked: str) -> tuple[Segment, tuple[PhiSpan, ...]]:
    """A segment from 10 s on; `{N:Ada Byron}` marks a span."""
    text, spans = "", []
    for part in marked.replace("}", "{").split("{"):
        kind, colon, surface = part.partition(":")
        if colon and kind in ID:
            spans.append((len(text), len(text) + len(surface), ID[kind]))
            text += surface
        else:
            text += part
    words = say(text, 10.0)
    seg = Segment(
        id="s", start=10.0, end=words[-1].end, text=text, words=words, labels=("aligned:ctc",)
    )
    return seg, tuple(
        PhiSpan(segment="s", start_char=a, end_char=b, identifier=i) for a, b, i in spans
    )


def compare(marked: str, heard: str, at: float, language: str = "en") -> tuple[Leak, ...]:
    seg, spans = removal(marked)
    placed = place([seg], spans)
    removed = removed_tokens([seg], placed, language)
    kept = [
        word
        for word in seg.words
        if not any(p.start <= word.start and word.end <= p.end for p in placed)
    ]
    return heard_again(removed, listen(say(heard, at), language), listen(kept, language), language)


NEAR, FAR = 10.5, 60.0


@pytest.mark.parametrize(
    ("marked", "heard"),
    [
        ("this is {N:Sheila} here", "this is Sheila"),
        ("this is {N:Sheila} here", "SHEILA!"),
        ("this is {N:Sheila} here", "Sheila's"),
        ("from {L:Chicago} also", "chicago"),
        ("{N:José} came", "Jose"),
        ("{N:Müller} kam", "Muller"),
        ("call {P:555 1234 now}", "five five five"),
        ("call {P:five five five one two three four}", "555-1234"),
        ("call {P:555 1234}", "1234"),
        ("spelled {N:C-A-L-L-A-G-H-A-N} yes", "C A L L A G H A N"),
        ("spelled {N:C A L L A G H A N} yes", "callaghan"),
        ("her name {N:Callahan} is", "Callaghan"),
        ("her name {N:Callahan} is", "call a han"),
        ("born {D:May third 1975} yes", "nineteen seventy five"),
    ],
)
def test_heard_both_near_the_mask_and_far_from_it(marked: str, heard: str) -> None:
    assert compare(marked, heard, NEAR)
    if heard != "five five five":  # three digits are no proof far away
        assert compare(marked, heard, FAR)


@pytest.mark.parametrize(
    ("marked", "heard"),
    [
        ("this is {N:Sheila} here", "Shyla"),
        ("this is {N:Diane} here", "Diana"),
        ("{N:Jones} came", "bones"),
        ("this is {N:Grace} here", "grace"),
        ("at {L:12 New Street} yes", "street"),
        ("born in {D:May} yes", "May"),
        ("call {P:555 1234}", "34"),
        ("spelled {N:C-A-L-L-A} yes", "L L A"),
        ("aged {D:two} yes", "2"),
    ],
)
def test_parts_and_common_words_count_near_the_mask_only(marked: str, heard: str) -> None:
    found = compare(marked, heard, NEAR)
    assert found and all(item.near for item in found)
    assert not compare(marked, heard, FAR)


@pytest.mark.parametrize(
    ("marked", "heard"),
    [
        ("this is {N:Sheila} here", "this is here you"),
        ("from {L:The City of Oxford} yes", "the of"),
        ("{N:Diane} came", "dying down"),
        ("{N:Ann} came", "and an"),
        ("call {P:555 1234}", "call her at eight"),
        ("take one for {P:555 1234}", "take 1"),
        ("yes may be {D:May} yes", "may be"),
        ("{N:Texas Tom} came", "taxes"),
    ],
)
def test_innocent_words_are_let_be(marked: str, heard: str) -> None:
    assert not compare(marked, heard, FAR)
    if "taxes" not in heard:
        assert not compare(marked, heard, NEAR)


def test_what_is_heard_says_where_and_which_but_never_what() -> None:
    (found,) = compare("this is {N:Sheila} in {L:Texas} now", "Texas", FAR)
    assert (found.start, found.near, found.identifier) == (60.0, False, Identifier.LOCATION)
    seg, spans = removal("this is {N:Sheila}")
    removed = removed_tokens([seg], place([seg], spans), "en")
    assert "heila" not in repr(removed) and "heila" not in repr(listen(seg.words, "en"))


def test_a_name_that_is_a_word_of_this_conversation_counts_near_only() -> None:
    # "penrose" is no frequent word, but said in lower case here.
    marked = "The penrose stairs go up and up and down and down {N:Penrose} yes"
    assert compare(marked, "Penrose", 15.5)
    assert not compare(marked, "Penrose", FAR)


def test_uncertain_stretches_have_no_words_to_look_for() -> None:
    seg, _ = removal("this is Sheila")
    whole = PhiSpan(segment="s", start_char=0, end_char=14, identifier=Identifier.UNCERTAIN)
    assert removed_tokens([seg], place([seg], [whole]), "en") == ()


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("this is [NAME_1] here", True),
        ("this is Sheila here", False),
        ("SHEILA'S here", False),
        ("call 5 5 5 1 2 3 4", False),
        ("call five five five one two three four", False),
        ("take 20 of them", True),
    ],
)
def test_the_last_look_at_the_text(text: str, clean: bool) -> None:
    seg, spans = removal("this is {N:Sheila} at {P:555 1234}")
    removed = removed_tokens([seg], place([seg], spans), "en")
    released = Segment(id="r", start=0, end=1, text=text)
    assert rare_in([released], removed, "en") == ([] if clean else ["r"])
    in_words = Segment(id="r", start=0, end=1, text="", words=say(text))
    assert rare_in([in_words], removed, "en") == ([] if clean else ["r"])


def test_an_entity_found_once_is_removed_everywhere() -> None:
    seg, spans = removal("this is {N:Sheila Grace} and that is")
    other = Segment(
        id="t", start=90, end=99, text="", words=say("Dear sheila, grace be. Shiela", 90)
    )
    other = Segment(
        id="t", start=90, end=99, text=" ".join(w.text for w in other.words), words=other.words
    )
    bare = Segment(id="u", start=99, end=100, text="bye Sheila bye")
    removed = removed_tokens([seg], place([seg], spans), "en")
    found = propagate([seg, other, bare], spans, removed, "en")
    surfaces = {s.id: s.text for s in (other, bare)}
    assert [surfaces[s.segment][s.start_char : s.end_char] for s in found] == [
        "sheila,",
        "Shiela",
        "Sheila",
    ]
