"""The pure parts of alignment: spelling out, pronouncing, placing, widening."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from speechkit.core.types import Word
from speechkit.language.numerals import cardinal
from speechkit.transcription.align import add_wildcard, best_spans, place_words
from speechkit.transcription.edges import levels, widen
from speechkit.transcription.pronounce import BROAD, SUPPORTED, broad
from speechkit.transcription.verbalize import spoken_forms

SPELLED = [
    ("264", "en", "two hundred sixty four|two six four|two sixty four"),
    ("1962.", "en", "one thousand nine hundred sixty two|one nine six two|nineteen sixty two"),
    ("1905", "en", "nineteen oh five"),
    ("0173", "en", "zero one seven three|oh one seven three"),
    ("555-0123", "en", "five five five zero one two three"),
    ("$20", "en", "twenty dollars"),
    ("$2.50", "en", "two dollars five zero"),
    ("3.5", "en", "three point five"),
    ("80%", "en", "eighty percent"),
    ("2,500", "en", "two thousand five hundred"),
    ("21st", "en", "twenty first"),
    ("30th", "en", "thirtieth"),
    ("10mg", "en", "ten milligrams"),
    ("C-A-L-L-A", "en", "c. a. l. l. a."),
    ("J.R.", "en", "j. r."),
    ("MRI", "en", "m. r. i.|mri"),
    ("B12,", "en", "b. twelve|b. one two"),
    ("Dr.", "en", "doctor"),
    ("Diane’s", "en", "diane's"),
    ("mm-hmm", "en", "mm hmm"),
    ("...to", "en", "to"),
    ("jane.doe@mail.com", "en", "jane dot doe at mail dot com"),
    ("3,5", "es", "tres coma cinco"),
    ("75", "fr", "soixante quinze|sept cinq"),
    ("21", "de", "ein und zwanzig|zwei eins"),
    ("28", "it", "venti otto|due otto"),
    ("você", "pt", "você"),
]


@pytest.mark.parametrize(("word", "language", "ways"), SPELLED)
def test_written_words_are_spelled_out(word, language, ways) -> None:
    forms = {" ".join(form) for form in spoken_forms(word, language)}
    assert set(ways.split("|")) <= forms


@pytest.mark.parametrize("word", ["", "—", "...", "?!", "♪"])
def test_what_cannot_be_said_has_no_form(word: str) -> None:
    assert spoken_forms(word, "en") == ()


@pytest.mark.parametrize("language", ["en", "es", "fr", "de", "it"])
def test_every_number_has_words_and_they_differ(language: str) -> None:
    said = [cardinal(number, language) for number in range(2000)]
    assert all(said)
    assert all(said[i] != said[i - 1] for i in range(1, len(said)))
    if language != "it":  # "mille" and "mila" apart, all compounds are unique
        assert len(set(said)) == len(said)


@pytest.mark.parametrize("language", [each for each in SUPPORTED if each != "en"])
def test_letters_become_known_classes_without_repeats(language) -> None:
    for word in ("hôpital", "straße", "niño", "perché", "garçon", "b.", "w.", "über"):
        sounds = broad(word, language)
        assert sounds
        assert set(sounds) <= set(BROAD)
        assert all(a != b for a, b in itertools.pairwise(sounds))


def emissions(path: list[int], num_symbols: int = 5) -> np.ndarray:
    """Log probabilities of a model that is sure of `path`, a symbol a frame."""
    logits = np.full((len(path), num_symbols), -8.0, np.float32)
    logits[np.arange(len(path)), path] = -0.01
    return add_wildcard(logits)


def test_words_are_found_where_their_symbols_are() -> None:
    found = best_spans(
        emissions([0, 0, 1, 0, 2, 0, 0, 3, 3, 0]), [(((1, 2),),), (((3,),),)], [0, 0]
    )
    assert [span[:2] for span in found] == [(2, 5), (7, 9)]


def test_of_two_ways_to_say_a_word_the_better_one_wins() -> None:
    sound = emissions([0, 4, 0, 1, 0, 2, 0])
    two_ways = (((3,), (3,)), ((1,), (2,)))  # tokens 3 3, or tokens 1 2
    assert best_spans(sound, [two_ways], [False])[0][:2] == (3, 6)


def test_speech_that_no_word_explains_is_left_to_the_wildcard() -> None:
    sound = emissions([4, 4, 3, 4, 0, 1, 2, 0, 4, 3, 4])
    assert best_spans(sound, [(((1, 2),),)], [False])[0][:2] == (5, 7)


def test_a_word_without_sounds_is_not_placed_and_others_still_are() -> None:
    found = best_spans(emissions([0, 1, 0, 4, 4, 0, 2, 0]), [(((1,),),), (), (((2,),),)], [0, 0, 0])
    assert found[1] is None
    assert [found[0][:2], found[2][:2]] == [(1, 2), (6, 7)]


def test_more_symbols_than_frames_places_nothing() -> None:
    assert best_spans(emissions([0, 1, 0]), [(((1, 2, 3, 4),),)], [False]) == [None]


class Fake:
    """A model that hears symbol k where the samples are k/10, a frame each 320 samples."""

    def emissions(self, samples, language):
        return emissions([round(10 * float(x)) for x in samples[160::320]])[:, :-1]

    def pronounce(self, word, language):
        return ((tuple("·abcd".index(char) for char in word),),) if word.isascii() else ()


def sound(*parts: tuple[float, str]) -> np.ndarray:
    """Samples in which each letter lasts 0.1 s, starting at the given times, of 20 s."""
    out = np.zeros(20 * 16_000, np.float32)
    for start, letters in parts:
        for index, char in enumerate(letters):
            at = int((start + 0.1 * index) * 16_000)
            out[at : at + 1600] = "·abcd".index(char) / 10
    return out


def rough(text: str, start: float, end: float) -> list[Word]:
    edges = np.linspace(start, end, len(text.split()) + 1).tolist()
    return [Word(text=t, start=edges[i], end=edges[i + 1]) for i, t in enumerate(text.split())]


def test_draft_times_may_be_off_by_three_seconds() -> None:
    samples = sound((2.0, "ab"), (2.4, "cd"), (9.0, "ad"), (9.5, "bc"))
    # Whisper lets the second segment begin right after the first, 6 s too early.
    segments = [rough("ab cd", 1.2, 2.9), rough("ad bc", 3.0, 9.6)]
    placed = place_words(samples, segments, "en", Fake(), poor=-2)
    starts = [[round(word.start, 2) for word in each] for each in placed]
    assert starts == [[2.0, 2.4], [9.0, 9.5]]


def test_a_text_that_was_not_said_is_not_placed_and_does_not_push_others() -> None:
    samples = sound((2.0, "ab"), (6.0, "cd"))
    segments = [rough("ab", 1.9, 2.4), rough("dbdbdb acacac", 3.0, 5.0), rough("cd", 5.8, 6.3)]
    first, wrong, last = place_words(samples, segments, "en", Fake(), poor=-2)
    assert wrong == [None, None]
    assert (round(first[0].start, 2), round(last[0].start, 2)) == (2.0, 6.0)


def test_long_speech_without_a_pause_is_cut_into_runs() -> None:
    letters = [("ab", "cd")[index % 2] for index in range(60)]
    samples = sound(*[(0.1 + 0.3 * index, each) for index, each in enumerate(letters)])
    longest = []

    class Watching(Fake):
        def emissions(self, samples, language):
            longest.append(len(samples) / 16_000)
            return super().emissions(samples, language)

    many = np.tile(samples, 6)
    words = [w for k in range(6) for w in rough(" ".join(letters), 20 * k, 20 * k + 18.2)]
    placed = place_words(many, [words], "en", Watching(), poor=-2)[0]
    errors = [
        abs(found.start - (20 * (i // 60) + 0.1 + 0.3 * (i % 60))) for i, found in enumerate(placed)
    ]
    assert max(longest) <= 25 + 2 * 1.0 + 0.1
    assert np.median(errors) < 0.03


def test_edges_go_out_to_quiet_but_not_past_the_middle_of_a_neighbor() -> None:
    level = np.full(300, -20.0, np.float32)
    level[:20] = level[80:90] = level[150:] = -70
    # Quiet before 0.2 s, from 0.8 to 0.9 s and after 1.5 s; two words with loud between them.
    (start_a, end_a), (start_b, end_b) = widen([(0.3, 0.7), (1.0, 1.4)], level)
    assert (start_a, end_a) == (0.2, 0.8)
    assert (start_b, end_b) == (0.9, 1.5)
    (_, end_a), (start_b, _) = widen([(0.3, 0.5), (0.55, 0.75)], level)
    assert end_a <= 0.65  # the middle of the second word
    assert start_b >= 0.4


def test_without_quiet_close_words_meet_and_far_ones_stay() -> None:
    level = np.full(300, -20.0, np.float32)
    (_, end_a), (start_b, end_b) = widen([(0.5, 0.7), (0.8, 1.0)], level)
    assert end_a == 0.8
    assert start_b == 0.7
    assert end_b == 1.0 or end_b <= 1.25


def test_levels_of_nothing_and_of_a_tone() -> None:
    assert len(levels(np.zeros(0, np.float32))) == 1
    tone = np.full(16_000, 0.1, np.float32)
    assert levels(tone)[:-1] == pytest.approx(-20, abs=0.1)  # 20 log10 0.1


def test_the_best_path_is_found_where_scores_are_equal() -> None:
    # So sure a sound makes many partial paths equal, at which forced_align alone goes wrong.
    rng = np.random.default_rng(1)
    for _ in range(50):
        symbols = rng.integers(1, 5, 3).tolist()
        path = [0, 0, symbols[0], 0, symbols[1], 0, 0, symbols[2], symbols[2], 0, 0]
        found = best_spans(emissions(path), [((tuple(symbols),),)], [False])[0]
        assert found[:2] == (2, 9)
        assert found[2] == pytest.approx(-0.01, abs=1e-4)
