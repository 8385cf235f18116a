"""What every transcript format promises."""

from __future__ import annotations

from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.core.text import join_words
from speechkit.core.types import Segment, Word
from speechkit.formats import TranscriptFormat, find_transcript_format
from speechkit.testing.checks import (
    Check,
    ContractError,
    NotChecked,
    Outcome,
    demand,
    expect,
    outcomes,
)

_QUOTE = "Quixotina"  # stands in what is read, and must stand in no error


def _segment(text: str, start: float, end: float) -> Segment:
    texts = text.split()
    step = (end - start) / len(texts)
    words = tuple(
        Word(text=each, start=round(start + i * step, 3), end=round(start + (i + 1) * step, 3))
        for i, each in enumerate(texts)
    )
    joined = join_words(texts, "en")
    return Segment(
        id="", start=start, end=end, text=joined, language="en", speaker="SPEAKER_00", words=words
    )


SEGMENTS = (
    _segment("Good morning, what brings you in today?", 0.5, 3.0),
    _segment("My knee hurts when I walk.", 4.0, 6.5),
)


def says_what_it_is(subject: TranscriptFormat) -> None:
    """Name, title, standard and suffixes are there; it reads or writes something."""
    expect(subject.title and subject.standard, "title or standard is empty")
    expect(subject.suffixes, "it has no suffix")
    expect(
        all(each.startswith(".") and each == each.lower() for each in subject.suffixes),
        "a suffix is not in lower case, or has no dot",
    )
    expect(subject.parse or subject.load or subject.write, "it neither reads nor writes")


def what_is_written_is_read(subject: TranscriptFormat) -> None:
    """Words come back in order; times too, but for what `drops` says."""
    if subject.write is None or subject.parse is None:
        raise NotChecked("it does not both read and write")
    where = Path(f"call{subject.suffixes[0]}")
    reading = subject.parse(subject.write({"call": SEGMENTS}), where)
    back = [segment for each in reading.recordings.values() for segment in each]
    words = " ".join(segment.text for segment in back).replace("SPEAKER_00:", "").split()
    expected = " ".join(segment.text for segment in SEGMENTS).split()
    expect(words == expected, "other words are read than were written")
    if not any("time" in each for each in subject.drops):
        expect(abs(back[0].start - SEGMENTS[0].start) < 1, "the first segment moved by a second")


def nonsense_is_refused_or_noted(subject: TranscriptFormat) -> None:
    """What is not of the format raises InputError or is noted, and no error quotes it."""
    if subject.parse is None:
        raise NotChecked("it reads no text")
    for text in (
        f"{{{_QUOTE} 1\n<{_QUOTE}\n",
        f'{{"nonsense": ["{_QUOTE}"]}}',
        f"\ufffd\t{_QUOTE}",
    ):
        try:
            reading = subject.parse(text, Path(f"call{subject.suffixes[0]}"))
        except InputError as error:
            expect(_QUOTE not in str(error), "an error quotes what was read")
        except Exception as error:
            raise ContractError(
                f"nonsense ends in a {type(error).__name__}; raise InputError or note it"
            ) from error
        else:
            used = any(reading.recordings.values())
            expect(used or reading.notes, "nothing was read, and nothing says so")
            quoted = any(_QUOTE in str(note) for note in reading.notes)
            expect(not quoted, "a note quotes what was read")


FORMAT_CHECKS: tuple[Check[TranscriptFormat], ...] = (
    Check(says_what_it_is),
    Check(what_is_written_is_read),
    Check(nonsense_is_refused_or_noted),
)


def check_format(name: str) -> tuple[Outcome, ...]:
    """Try all that a transcript format promises.

    Raises:
        UsageError: if there is no such format.
    """
    return outcomes(FORMAT_CHECKS, find_transcript_format(name))


def demand_format(name: str) -> None:
    """Do as `check_format`, and raise a ContractError that lists what is broken."""
    demand(check_format(name))
