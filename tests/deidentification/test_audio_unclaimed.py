"""Speech that no word claims is masked, near a mask as well as far from any word."""

from __future__ import annotations

import pytest

from speechkit.core.types import Identifier, PhiSpan, Segment, Word
from speechkit.deidentification.audio.placement import PlacedSpan, PlaceOptions
from speechkit.deidentification.audio.untranscribed import beside, uncovered

OPTIONS = PlaceOptions(cover_margin=0.5, min_uncovered=0.3)


def segment(*times: tuple[float, float], channel: int | None = None) -> Segment:
    words = tuple(Word(text=f"word{n}", start=s, end=e) for n, (s, e) in enumerate(times))
    text = " ".join(word.text for word in words)
    return Segment(
        id="s", start=times[0][0], end=times[-1][1], text=text, words=words, channel=channel
    )


def test_speech_without_words_is_uncovered_nearly_up_to_the_words_around() -> None:
    said = segment((10.0, 10.4), (10.5, 11.4))
    speech = [(0.0, 1.0), (2.0, 2.2), (9.0, 12.0), (30.0, 31.0)]
    # (2.0, 2.2) is too short; 11.4 to 12.0 is, further than half a second from the word, 0.1 s.
    found = uncovered(speech, [said], OPTIONS)
    assert found == (pytest.approx((0.0, 1.0)), pytest.approx((9.0, 9.85)), (30.0, 31.0))
    assert uncovered([], [said], OPTIONS) == ()


def test_a_segment_without_words_covers_its_time_and_only_its_channel() -> None:
    bare = Segment(id="t", start=0.0, end=1.0, text="hello")
    assert uncovered([(0.0, 1.0)], [bare], OPTIONS) == ()
    other = segment((10.0, 11.0), channel=0)
    assert uncovered([(10.0, 11.0)], [other], OPTIONS, channel=1) == ((10.0, 11.0),)
    assert uncovered([(10.0, 11.0)], [other], OPTIONS, channel=0) == ()


def test_words_beside_long_unwritten_speech_go_with_it() -> None:
    island = segment((5.0, 5.6))
    assert uncovered([(2.0, 9.0)], [island], OPTIONS) == ((0.5, 10.5),)
    sentence = segment(*((5.0 + n, 5.9 + n) for n in range(4)))
    found = uncovered([(2.0, 13.0)], [sentence], OPTIONS)
    assert found == (pytest.approx((0.5, 6.35)), pytest.approx((7.55, 14.5)))


def masked(start: float, end: float) -> PlacedSpan:
    span = PhiSpan(segment="s", start_char=0, end_char=5, identifier=Identifier.PHONE)
    return PlacedSpan(span=span, start=start, end=end, margin=0.1)


def test_the_rest_of_a_mention_is_masked_up_to_the_next_kept_word() -> None:
    kept = (Word(text="thanks", start=4.0, end=4.4),)
    (rest,) = beside(masked(2.0, 3.0), [(1.8, 5.0)], kept)
    assert (rest.start, rest.end) == (pytest.approx(1.8), pytest.approx(3.95))
    assert rest.identifier is Identifier.PHONE
    (far,) = beside(masked(2.0, 3.0), [(0.0, 9.0)], ())
    assert (far.start, far.end) == (pytest.approx(0.9), pytest.approx(4.1))
    assert beside(masked(2.0, 3.0), [(3.5, 5.0)], kept) == ()


def test_letters_with_pauses_between_are_one_stretch() -> None:
    letters = [(float(at), at + 0.4) for at in range(10)]  # nobody wrote them down
    doubtful = segment((9.6, 10.0))
    found = uncovered([*letters, (9.6, 10.0)], [doubtful], OPTIONS)
    # The letter at 8.0 is the last one half a second from the word; 1.5 s after it go as well.
    assert found == (pytest.approx((0.0, 9.9)),)
