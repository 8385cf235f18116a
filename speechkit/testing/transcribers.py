"""What every transcriber promises."""

from __future__ import annotations

from speechkit.core.engines import SAMPLE_RATE, Transcribe, Transcript
from speechkit.core.errors import InputError
from speechkit.core.text import join_words, primary_subtag, word_offsets
from speechkit.core.types import Segment
from speechkit.testing.checks import Check, expect, expect_refused
from speechkit.testing.sounds import silence
from speechkit.testing.subject import COMMON, Opened, same_twice

Subject = Opened[Transcribe]


def segments_lie_in_the_sound(subject: Subject) -> None:
    """Times are in order and within the sound; ids are left to the stage."""
    samples = subject.clip()
    check_transcript(subject.run(samples, subject.spoken()), len(samples) / SAMPLE_RATE)


def words_make_up_the_text(subject: Subject) -> None:
    """Where there are words, they are the text, each with its time."""
    heard = subject.run(subject.clip(), subject.spoken())
    if subject.engine.info.word_times:
        named = all(segment.words for segment in heard.segments)
        expect(named, "info.word_times is set, but a segment has no words")
    check_words(heard)


def check_words(heard: Transcript) -> None:
    """Expect that the words of each segment that has any are its text."""
    for segment in heard.segments:
        if not segment.words:
            continue
        text = join_words([word.text for word in segment.words], segment.language)
        expect(segment.text == text, "the text of a segment is not its words, joined")
        try:
            word_offsets(segment)
        except InputError as error:
            expect(False, f"words are not found in the text: {error}")


def says_who_speaks(subject: Subject) -> None:
    """Where `info.speakers` is set, every word has a speaker; parts are in order, in the sound."""
    samples = subject.clip()
    heard = subject.run(samples, subject.spoken())
    if subject.engine.info.speakers:
        expect(all_named(heard), "info.speakers is set, but somebody speaks who has no name")
    before = 0.0
    for start, end in heard.parts:
        expect(before <= start < end, "parts are empty, overlap or are not in order")
        before = end
    expect(before <= len(samples) / SAMPLE_RATE, "a part ends after the sound")


def all_named(heard: Transcript) -> bool:
    """Tell whether every segment, or each of its words, has a speaker."""
    return all(
        segment.speaker or (segment.words and all(word.speaker for word in segment.words))
        for segment in heard.segments
    )


def says_the_language(subject: Subject) -> None:
    """The language given is kept, whatever its region; else one is found, and how surely."""
    samples, code = subject.clip(), subject.spoken()
    for given in (code, f"{code}-XX"):
        heard = subject.run(samples, given)
        expect(heard.language == code, "the language that was given is not the transcript's")
        expect(
            all(primary_subtag(segment.language) == code for segment in heard.segments),
            "the language that was given is not that of each segment",
        )
    found = subject.run(samples, None)
    expect(0 <= found.language_probability <= 1, "language_probability is not from 0 to 1")
    expect(
        not found.segments or found.language or found.language_probability == 0,
        "no language is named, but its probability is not 0",
    )


def refuses_languages_that_it_does_not_know(subject: Subject) -> None:
    """Where `info.languages` lists languages, another is refused."""
    if subject.engine.info.languages:
        samples = silence(1)
        expect_refused("a language that info does not list", lambda: subject.run(samples, "xx"))


def same_sound_same_text(subject: Subject) -> None:
    """Results depend on the sound and the options only."""
    samples = subject.clip()
    same_twice(lambda: subject.run(samples.copy(), subject.spoken()))


def silence_has_no_text(subject: Subject) -> None:
    """Nothing is heard in nothing, however long it is."""
    for language in (subject.spoken(), None):
        for seconds in (0.0, 1 / SAMPLE_RATE, 0.2, 5.0):
            heard = subject.run(silence(seconds), language)
            expect(heard.segments == (), f"something is heard in {seconds:g} s of silence")


def short_sounds_are_no_trouble(subject: Subject) -> None:
    """A fifth of a second of speech gives a transcript, if only an empty one."""
    clip = subject.clip()
    middle = len(clip) // 2
    short = clip[middle : middle + SAMPLE_RATE // 5]
    check_transcript(subject.run(short, subject.spoken()), 0.2)


TRANSCRIBER_CHECKS: tuple[Check[Subject], ...] = (
    *COMMON,
    Check(segments_lie_in_the_sound),
    Check(words_make_up_the_text),
    Check(says_who_speaks),
    Check(says_the_language),
    Check(refuses_languages_that_it_does_not_know),
    Check(same_sound_same_text),
    Check(silence_has_no_text),
    Check(short_sounds_are_no_trouble),
)


def check_transcript(heard: Transcript, duration: float) -> None:
    """Expect segments in order and within a sound of so many seconds, and no ids."""
    before = 0.0
    for segment in heard.segments:
        expect(segment.id == "", "a segment has an id; the stage gives it")
        expect(segment.text.strip(), "a segment has no text")
        expect(segment.start >= before, "segments are not in order")
        _check_times(segment, duration)
        before = segment.start
        sure = [segment.confidence, *(word.confidence for word in segment.words)]
        expect(all(each is None or 0 <= each <= 1 for each in sure), "a confidence is not 0 to 1")


def _check_times(segment: Segment, duration: float) -> None:
    inside = 0 <= segment.start <= segment.end <= duration
    expect(inside, "a segment lies outside of the sound, or ends before it starts")
    before = segment.start
    for word in segment.words:
        expect(before <= word.start, "words are not in order")
        expect(word.start <= word.end <= segment.end, "a word lies outside of its segment")
        before = word.start
