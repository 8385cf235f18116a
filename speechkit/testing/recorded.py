"""What transcribers promise that look up what was written elsewhere (`RecordedTranscriber`)."""

from __future__ import annotations

from collections.abc import Iterator

from speechkit.core.engines import SAMPLE_RATE, Transcript
from speechkit.core.errors import InputError
from speechkit.core.types import Audio, Recording
from speechkit.testing.checks import Check, ContractError, NotChecked, expect, expect_refused
from speechkit.testing.subject import COMMON, Opened, same_twice
from speechkit.testing.transcribers import check_transcript, check_words

Subject = Opened[object]
_MOST = 20  # recordings that are looked at
_SECONDS = 24 * 3600.0  # longer than any recording: what is wrong is not the sound


def every_result_can_be_read(subject: Subject) -> None:
    """Each recording has a transcript: times in order, words that are the text."""
    for _, heard in _recalled(subject):
        check_transcript(heard, _SECONDS)
        check_words(heard)


def keeps_the_language(subject: Subject) -> None:
    """The language given is the transcript's."""
    for name, heard in _recalled(subject, "en-XX"):
        expect(heard.language == "en", f"{name}: the language that was given is not kept")


def the_same_each_time(subject: Subject) -> None:
    """A result is read the same way twice."""
    same_twice(lambda: list(_recalled(subject)))


def nothing_written_is_no_silence(subject: Subject) -> None:
    """A recording without a result is refused, not taken for one in which nobody speaks."""
    unknown = next(n for n in map(_id, range(_MOST)) if n not in subject.engine.recorded)
    expect_refused(
        "a recording without a result", lambda: subject.engine.recall(_recording(unknown), None)
    )


RECORDED_CHECKS: tuple[Check[Subject], ...] = (
    *COMMON,
    Check(every_result_can_be_read),
    Check(keeps_the_language),
    Check(the_same_each_time),
    Check(nothing_written_is_no_silence),
)


def _recalled(subject: Subject, language: str | None = None) -> Iterator[tuple[str, Transcript]]:
    names = subject.engine.recorded[:_MOST]
    if not names:
        raise NotChecked("nothing is recorded")
    for name in names:
        try:
            yield name, subject.engine.recall(_recording(name), language)
        except InputError as error:
            raise ContractError(str(error)) from error


def _id(number: int) -> str:
    return f"rec-{number:016x}"


def _recording(name: str) -> Recording:
    audio = Audio(
        sha256="0" * 64,
        uri="none",
        sample_rate=SAMPLE_RATE,
        num_samples=int(_SECONDS * SAMPLE_RATE),
        num_channels=1,
        codec="pcm_s16le",
    )
    return Recording(id=name, audio=audio)
