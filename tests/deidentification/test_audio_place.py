"""Spans find their place in time, and where they do not, the whole segment goes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speechkit.core.errors import InputError
from speechkit.core.margins import WIDEST, word_margin
from speechkit.core.types import Identifier, PhiSpan, Redaction, Segment, Word
from speechkit.deidentification.audio.masked_words import covered_words, kept_words
from speechkit.deidentification.audio.placement import (
    MaskRequest,
    PlaceOptions,
    place,
    redactions,
    whole_runs,
)

NAME, PHONE, MRN = Identifier.NAME, Identifier.PHONE, Identifier.MRN
UNCERTAIN = Identifier.UNCERTAIN


def segment(
    text: str,
    start: float = 0.0,
    *,
    step: float = 0.5,
    labels: tuple[str, ...] = ("aligned:ctc",),
    channel: int | None = None,
    id: str = "s",
) -> Segment:
    """A word every `step` seconds, each 0.1 s shorter than that."""
    words = tuple(
        Word(
            text=word, start=round(start + i * step, 3), end=round(start + i * step + step - 0.1, 3)
        )
        for i, word in enumerate(text.split())
    )
    return Segment(
        id=id,
        start=start,
        end=start + len(words) * step,
        text=text,
        words=words,
        labels=labels,
        language="en",
        channel=channel,
    )


def span(seg: Segment, surface: str, identifier: Identifier = NAME) -> PhiSpan:
    at = seg.text.index(surface)
    return PhiSpan(segment=seg.id, start_char=at, end_char=at + len(surface), identifier=identifier)


def test_words_are_masked_with_the_aligners_margin_and_the_extra_one() -> None:
    seg = segment("This is Ada Byron in London", 10.0)
    (placed,) = place([seg], [span(seg, "Ada Byron")], PlaceOptions(extra_margin=0.05))
    margin = word_margin(["aligned:ctc"]) + 0.05
    assert (placed.start, placed.end, placed.whole) == (11.0, 11.9, False)
    assert placed.margin == pytest.approx(margin)
    assert placed.request.start == pytest.approx(11.0 - margin)
    assert placed.request.end == pytest.approx(11.9 + margin)


def test_an_unknown_aligner_gets_the_widest_margin() -> None:
    seg = segment("This is Ada", labels=())
    (placed,) = place([seg], [span(seg, "Ada")])
    assert placed.margin >= WIDEST


@pytest.mark.parametrize("label", ["unaligned", "loop", "no-speech"])
def test_a_doubtful_segment_goes_whole(label: str) -> None:
    seg = segment("This is Ada", 3.0, labels=("aligned:ctc", label))
    (placed,) = place([seg], [span(seg, "Ada")])
    assert placed.whole and (placed.start, placed.end) == (3.0, 4.5)


@pytest.mark.parametrize(
    ("start", "end"),
    [(1.0, 1.0), (1.0, 0.5), (1.0, 1.02), (1.0, 9.0), (40.0, 40.4), (-3.0, -2.6)],
    ids=["no length", "backwards", "too fast", "too slow", "far after", "far before"],
)
def test_times_nobody_can_speak_in_take_the_segment(start: float, end: float) -> None:
    seg = segment("This is Featherstonehaugh here")
    words = (*seg.words[:2], Word(text="Featherstonehaugh", start=start, end=end), seg.words[3])
    seg = Segment(id="s", start=0.0, end=2.0, text=seg.text, words=words, labels=seg.labels)
    (placed,) = place([seg], [span(seg, "Featherstonehaugh")])
    assert placed.whole
    assert placed.start <= min(0.0, start) and placed.end >= max(2.0, end)


def test_no_words_or_words_that_do_not_match_take_the_segment() -> None:
    bare = Segment(id="s", start=2.0, end=5.0, text="This is Ada")
    wrong = Segment(
        id="s", start=2.0, end=5.0, text="This is Ada", words=(Word(text="other", start=2, end=3),)
    )
    for seg in (bare, wrong):
        (placed,) = place([seg], [span(seg, "Ada")])
        assert placed.whole and (placed.start, placed.end) == (2.0, 5.0)
        assert whole_runs([seg], [span(seg, "Ada")]) == (span(seg, "Ada"),)


def test_an_empty_span_takes_the_segment_and_an_unknown_one_is_refused() -> None:
    seg = segment("This is Ada")
    beyond = PhiSpan(segment="s", start_char=90, end_char=95, identifier=NAME)
    assert place([seg], [beyond])[0].whole
    with pytest.raises(InputError, match="not among the segments"):
        place([seg], [PhiSpan(segment="t", start_char=0, end_char=2, identifier=NAME)])


@pytest.mark.parametrize(
    ("text", "found", "identifier", "whole"),
    [
        ("call five five oh, two nine please", "five oh", PHONE, "five five oh, two nine"),
        ("call 555 1234 now", "1234", PHONE, "555 1234"),
        ("record A B one two end", "B one", MRN, "A B one two"),
        ("spelled C A L L A yes", "L L", NAME, "C A L L A"),
        ("five five oh. Two pills", "five oh.", PHONE, "five five oh."),
        ("Ada took two pills", "Ada", NAME, "Ada"),
        ("born 3 May 1975 5 mg", "3 May 1975", Identifier.DATE, "3 May 1975"),
        ("dear Callahan's son", "Callahan", NAME, "Callahan's"),
    ],
)
def test_runs_are_taken_whole(text: str, found: str, identifier: Identifier, whole: str) -> None:
    seg = segment(text)
    (widened,) = whole_runs([seg], [span(seg, found, identifier)])
    assert text[widened.start_char : widened.end_char] == whole


def test_crosstalk_masks_all_channels_unless_told_otherwise() -> None:
    seg = segment("This is Ada", channel=1)
    assert place([seg], [span(seg, "Ada")])[0].channel is None
    assert place([seg], [span(seg, "Ada")], PlaceOptions(crosstalk=False))[0].channel == 1


def test_neighbors_are_joined_and_kinds_stay_countable() -> None:
    found = redactions(
        [
            MaskRequest(start=1.0, end=2.0, identifier=NAME, margin=0.1),
            MaskRequest(start=2.2, end=3.0, identifier=NAME, margin=0.2),
            MaskRequest(start=3.1, end=4.0, identifier=PHONE),
            MaskRequest(start=4.5, end=9.0),
            MaskRequest(start=-1.0, end=0.2, identifier=NAME),
            MaskRequest(start=1.0, end=1.1, identifier=NAME, channel=1),
            MaskRequest(start=12.0, end=13.0, identifier=NAME),
        ],
        8.0,
    )
    assert [(r.start, r.end, r.identifier, r.margin, r.channel) for r in found] == [
        (0.0, 0.2, NAME, 0.0, None),
        (1.0, 1.1, NAME, 0.0, 1),
        (1.0, 3.1, NAME, 0.2, None),
        (3.1, 4.0, PHONE, 0.0, None),
        (4.5, 8.0, UNCERTAIN, 0.0, None),
    ]


moments = st.integers(-2000, 12000).map(lambda ms: ms / 1000)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.builds(
            lambda a, b, identifier, channel: MaskRequest(
                start=min(a, b), end=max(a, b), identifier=identifier, channel=channel
            ),
            moments,
            moments,
            st.sampled_from([NAME, PHONE, UNCERTAIN]),
            st.sampled_from([None, 0, 1]),
        ),
        max_size=8,
    )
)
def test_redactions_cover_all_stretches_and_stay_within_the_recording(
    stretches: list[MaskRequest],
) -> None:
    found = redactions(stretches, 10.0)
    assert all(0 <= r.start < r.end <= 10 for r in found)
    for stretch in stretches:
        step = 0.001
        at = max(0.0, stretch.start)
        for moment in (at, (at + min(10.0, stretch.end)) / 2, min(10.0, stretch.end) - step):
            if at <= moment < min(10.0, stretch.end):
                assert any(
                    r.channel == stretch.channel and r.start <= moment + 1e-9 and moment < r.end
                    for r in found
                )


def test_words_under_masks_leave_the_text() -> None:
    seg = segment("This is Ada in London now", 0.0)
    spans = [span(seg, "Ada")]
    # Of "is" (0.5–0.9) 0.15 s are masked, of "in" (1.5–1.9) all, of "London" (2.0–2.4) 0.21 s.
    mask = Redaction(start=0.75, end=2.21, identifier=NAME)
    found = covered_words([seg], spans, [mask])
    assert [seg.text[s.start_char : s.end_char] for s in found] == ["in London"]
    assert {s.identifier for s in found} == {UNCERTAIN}
    kept = kept_words([seg], [*spans, *found])
    assert [word.text for word in kept] == ["This", "is", "now"]


def test_masks_of_another_channel_take_no_words() -> None:
    seg = segment("This is Ada", channel=0)
    assert covered_words([seg], [], [Redaction(start=0, end=9, identifier=NAME, channel=1)]) == ()
    assert covered_words([seg], [], [Redaction(start=0, end=9, identifier=NAME, channel=0)]) != ()


def test_a_masked_segment_without_words_loses_what_no_tag_covers() -> None:
    bare = Segment(id="s", start=2.0, end=5.0, text="This is Ada here.")
    found = covered_words([bare], [span(bare, "Ada")], [Redaction(start=2, end=5, identifier=NAME)])
    assert [bare.text[s.start_char : s.end_char] for s in found] == ["This is ", " here."]
