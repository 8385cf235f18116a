"""Words to speakers: by time, none lost."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from speechkit.core.types import Segment, Turn, Word
from speechkit.transcription.attribute import attribute


def words(*spans: tuple[str, float, float]) -> tuple[Word, ...]:
    return tuple(
        Word(text=text, start=start, end=end, confidence=0.9) for text, start, end in spans
    )


def segment(*spans: tuple[str, float, float], **fields) -> Segment:
    said = words(*spans)
    given = {"id": "draft", "language": "en", "confidence": 0.8, **fields}
    text = " ".join(word.text for word in said)
    return Segment(start=said[0].start, end=said[-1].end, text=text, words=said, **given)


def turn(speaker: str, start: float, end: float, *, exclusive: bool = True, channel=None) -> Turn:
    return Turn(start=start, end=end, speaker=speaker, exclusive=exclusive, channel=channel)


def summary(segments) -> list[tuple[str, str]]:
    return [(each.speaker, each.text) for each in segments]


def test_a_segment_is_cut_where_the_speaker_changes() -> None:
    draft = segment(("How", 0, 0.3), ("are", 0.3, 0.5), ("you?", 0.5, 0.9), ("Fine.", 1.1, 1.6))
    out = attribute("rec-a", [draft], [turn("A", 0, 1), turn("B", 1, 2)])
    assert summary(out) == [("A", "How are you?"), ("B", "Fine.")]
    assert [each.id for each in out] == ["rec-a-0000", "rec-a-0001"]
    assert [(each.start, each.end) for each in out] == [(0, 0.9), (1.1, 1.6)]
    assert [each.confidence for each in out] == [0.8, 0.8]
    assert [word.speaker for each in out for word in each.words] == ["A", "A", "A", "B"]


def test_a_backchannel_of_a_third_of_a_second_is_kept() -> None:
    draft = segment(("It", 0, 0.3), ("hurts", 0.3, 0.8), ("mhm", 0.85, 1.15), ("here", 1.2, 1.5))
    out = attribute(
        "rec-a", [draft], [turn("A", 0, 0.84), turn("B", 0.84, 1.18), turn("A", 1.18, 2)]
    )
    assert summary(out) == [("A", "It hurts"), ("B", "mhm"), ("A", "here")]


def test_a_lone_word_that_its_turn_hardly_covers_stays_in_the_phrase() -> None:
    draft = segment(("It", 0, 0.3), ("really", 0.3, 0.8), ("hurts", 0.85, 1.2))
    # B's turn covers 0.2 s of the 0.5 s of "really"; nobody's covers the rest.
    out = attribute("rec-a", [draft], [turn("A", 0, 0.3), turn("B", 0.5, 0.7), turn("A", 0.8, 2)])
    assert summary(out) == [("A", "It really hurts")]


def test_a_word_outside_all_turns_goes_to_the_nearest_then_to_the_word_before() -> None:
    draft = segment(("yes", 1.2, 1.5), ("well", 4.0, 4.2))
    out = attribute("rec-a", [draft], [turn("A", 0, 1), turn("B", 5, 6)])
    assert summary(out) == [("A", "yes"), ("A", "well")]  # 0.2 s from A; 0.8 s from B is too far


def test_overlapping_turns_mark_the_segment_and_exclusive_ones_decide() -> None:
    turns = [
        turn("A", 0, 2), turn("B", 2, 3),
        turn("A", 0, 2.6, exclusive=False), turn("B", 1.4, 3, exclusive=False),
    ]  # fmt: skip
    draft = segment(("one", 0.1, 0.5), ("two", 1.5, 1.9), ("three", 2.7, 2.9))
    first, second = attribute("rec-a", [draft], turns)
    assert (first.speaker, first.text, first.labels) == ("A", "one two", ("overlap",))
    assert (second.speaker, second.labels) == ("B", ())


def test_segments_end_at_pauses_and_when_long_at_sentences() -> None:
    spans = [(f"word{'.' if i in (9, 19) else ''}", i * 1.0, i * 1.0 + 0.9) for i in range(25)]
    out = attribute("rec-a", [segment(*spans), segment(("later", 27, 27.5))], [turn("A", 0, 30)])
    # 10 s is not long yet, so the first full stop does not cut; the one at 20 s does.
    assert [len(each.words) for each in out] == [20, 5, 1]


def test_labels_stay_with_the_words_they_were_given_to() -> None:
    drafts = [segment(("a", 0, 0.4), labels=("loop",)), segment(("b", 0.5, 0.9))]
    out = attribute("rec-a", drafts, [turn("A", 0, 1)])
    assert [(each.text, each.labels) for each in out] == [("a", ("loop",)), ("b", ())]


def test_each_channel_follows_its_own_turns() -> None:
    turns = [turn("L", 0, 2, channel=0), turn("R", 0, 2, channel=1)]
    drafts = [segment(("left", 0.5, 1), channel=0), segment(("right", 0.4, 1), channel=1)]
    assert summary(attribute("rec-a", drafts, turns)) == [("R", "right"), ("L", "left")]


def test_without_turns_all_is_said_by_one_and_without_words_nothing_is_said() -> None:
    out = attribute("rec-a", [segment(("hello", 0, 1))], [])
    assert summary(out) == [("SPEAKER_00", "hello")]
    assert attribute("rec-a", [], [turn("A", 0, 1)]) == ()


def test_text_without_word_times_is_not_lost() -> None:
    draft = Segment(id="d", start=0, end=2, text="good morning", language="en")
    assert summary(attribute("rec-a", [draft], [turn("A", 0, 2)])) == [("A", "good morning")]


_times = st.floats(0, 60, allow_nan=False).map(lambda value: round(value, 3))
_turns = st.lists(st.tuples(_times, _times, st.sampled_from("ABC"), st.booleans()), max_size=12)
_words = st.lists(st.tuples(st.sampled_from(["a", "b.", "c"]), _times, _times), max_size=30)


@given(_words, _turns)
def test_no_word_is_lost_added_or_changed(spans, spoken) -> None:
    drafts = [
        segment((text, min(a, b), max(a, b)), channel=index % 2 or None)
        for index, (text, a, b) in enumerate(spans)
    ]
    turns = [turn(s, min(a, b), max(a, b), exclusive=e) for a, b, s, e in spoken]
    out = attribute("rec-a", drafts, turns)
    assert Counter((w.text, w.start, w.end) for d in drafts for w in d.words) == Counter(
        (w.text, w.start, w.end) for each in out for w in each.words
    )
    assert all({w.speaker for w in each.words} == {each.speaker} for each in out)
    assert all(each.text == " ".join(w.text for w in each.words) for each in out)
    assert [each.start for each in out] == sorted(each.start for each in out)
