"""Azure Speech: batch transcription (`recognizedPhrases`) and fast transcription (`phrases`).

https://learn.microsoft.com/azure/ai-services/speech-service/batch-transcription-get,
https://learn.microsoft.com/azure/ai-services/speech-service/fast-transcription-create
Times are ticks of 100 ns, milliseconds, or ISO 8601 durations, by the version of the API.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.errors import InputError
from speechkit.core.types import Segment
from speechkit.formats.services.document import (
    language_of,
    note_unused,
    read_object,
    reading_of,
    seconds_of,
    shape_of,
    share_of,
    speaker_of,
)
from speechkit.formats.services.tokens import Token, segment_of
from speechkit.formats.transcript import Notes, Reading, TranscriptFormat


class _Timed(msgspec.Struct, frozen=True, rename="camel"):
    offset: Any = None
    duration: Any = None
    offset_in_ticks: float | None = None
    duration_in_ticks: float | None = None
    offset_milliseconds: float | None = None
    duration_milliseconds: float | None = None


class _Word(_Timed, frozen=True, rename="camel"):
    word: str = ""
    text: str = ""
    display_text: str = ""
    confidence: float | None = None


class _Guess(msgspec.Struct, frozen=True, rename="camel"):
    display: str = ""
    lexical: str = ""
    confidence: float | None = None
    words: list[_Word] = []
    display_words: list[_Word] = []
    display_phrase_elements: list[_Word] = []
    itn: str = ""  # the same words in other forms
    masked_itn: str = msgspec.field(default="", name="maskedITN")


class _Phrase(_Timed, frozen=True, rename="camel"):
    recognition_status: str = "Success"
    channel: int | None = None
    speaker: int | str | None = None
    locale: str | None = None
    n_best: list[_Guess] = []
    text: str = ""
    confidence: float | None = None
    words: list[_Word] = []


class _Combined(msgspec.Struct, frozen=True, rename="camel"):
    channel: int | None = None
    display: str = ""
    text: str = ""
    lexical: str = ""
    itn: str = ""
    masked_itn: str = msgspec.field(default="", name="maskedITN")


class _Document(msgspec.Struct, frozen=True, rename="camel"):
    recognized_phrases: list[_Phrase] = []
    phrases: list[_Phrase] = []
    combined_recognized_phrases: list[_Combined] = []
    combined_phrases: list[_Combined] = []
    locale: str | None = None


_FIGURES = frozenset(
    "source timestamp durationInTicks duration durationMilliseconds id self".split()
)


def is_azure_speech(text: str) -> bool:
    """Say whether a JSON text has the shape of Azure's batch or fast transcription."""
    names = {"recognizedPhrases", "combinedRecognizedPhrases", "combinedPhrases"}
    found = read_object(text)
    is_fast = "phrases" in found and bool(found.keys() & {"duration", "durationMilliseconds"})
    return is_fast or bool(found.keys() & names)


def parse_azure_speech(text: str, where: Path) -> Reading[Segment]:
    """Read one recording, which the file names.

    Raises:
        InputError: with file, place and reason.
    """
    if not is_azure_speech(text):
        raise InputError(f"{where}: not in the shape of {FORMAT.title}")
    notes = Notes()
    found = read_object(text)
    document = shape_of(found, _Document, where)
    note_unused(found, _Document, notes, _FIGURES)
    phrases = document.recognized_phrases or document.phrases
    combined = document.combined_recognized_phrases or document.combined_phrases
    channels = {e.channel for e in phrases} | {e.channel for e in combined}
    several = len(channels - {None}) > 1
    segments: list[Segment | None] = []
    others: list[Segment | None] = []
    for phrase in phrases:
        if phrase.recognition_status != "Success":
            notes.add(0, "a phrase that was not recognized")
            continue
        start, end = _times(phrase, where)
        whole = Token(
            text=phrase.text,
            start=start,
            end=end,
            speaker=speaker_of(phrase.speaker),
            channel=phrase.channel if several else None,
            language=language_of(phrase.locale or document.locale),
        )
        plain = _Guess(display=phrase.text, confidence=phrase.confidence, words=phrase.words)
        best, *rest = [_segment(e, whole, where, notes) for e in phrase.n_best or [plain]]
        segments.append(best)
        others += rest
    if not phrases:
        for each in combined:
            heard = Token(
                text=each.display or each.text or each.lexical,
                channel=each.channel if several else None,
                language=language_of(document.locale),
            )
            segments.append(segment_of(heard, (), notes))
    return reading_of(where, segments, notes, others)


def _segment(guess: _Guess, whole: Token, where: Path, notes: Notes) -> Segment | None:
    display = guess.display or guess.lexical
    whole = msgspec.structs.replace(whole, text=display, confidence=share_of(guess.confidence))
    words = guess.display_words or guess.display_phrase_elements or guess.words
    tokens = _tokens(words, where)
    shown = "".join(filter(str.isalnum, display.casefold()))
    if shown != "".join(filter(str.isalnum, "".join(t.text for t in tokens).casefold())):
        tokens = []  # words as spoken ("ten milligrams") beside a text as written ("10 mg")
        if words:
            notes.add(0, "times of words that are not the words of their text")
    elif "".join(display.split()).casefold() != "".join(t.text for t in tokens).casefold():
        tokens = _written(tokens, display)
    return segment_of(whole, tokens, notes)


def _written(tokens: Sequence[Token], display: str) -> list[Token]:
    """Give words as spoken the form and the marks that they have in the text, if they go together."""
    shown = display.split()
    plain = ["".join(filter(str.isalnum, each.casefold())) for each in shown]
    spoken = ["".join(filter(str.isalnum, each.text.casefold())) for each in tokens]
    if [each for each in plain if each] != spoken:
        return list(tokens)
    texts = [text for text, letters in zip(shown, plain, strict=True) if letters]
    return [
        msgspec.structs.replace(token, text=text) for token, text in zip(tokens, texts, strict=True)
    ]


def _tokens(words: Sequence[_Word], where: Path) -> list[Token]:
    tokens = []
    for word in words:
        start, end = _times(word, where)
        text = word.display_text or word.text or word.word
        mark = bool(text) and not any(char.isalnum() for char in text)
        tokens.append(
            Token(text=text, start=start, end=end, confidence=share_of(word.confidence), joins=mark)
        )
    return tokens


def _times(timed: _Timed, where: Path) -> tuple[float | None, float | None]:
    if timed.offset_in_ticks is not None:
        start, length = timed.offset_in_ticks / 1e7, (timed.duration_in_ticks or 0.0) / 1e7
    elif timed.offset_milliseconds is not None:
        start, length = timed.offset_milliseconds / 1e3, (timed.duration_milliseconds or 0.0) / 1e3
    elif isinstance(timed.offset, int | float):  # fast transcription before 2024-11-15
        given = timed.duration if isinstance(timed.duration, int | float) else 0.0
        start, length = timed.offset / 1e3, given / 1e3
    elif timed.offset is not None:
        start = seconds_of(timed.offset, where) or 0.0
        length = seconds_of(timed.duration, where) or 0.0
    else:
        return None, None
    return seconds_of(start, where), seconds_of(start + length, where)


FORMAT = TranscriptFormat(
    name="azure-speech",
    title="Azure Speech, batch and fast transcription",
    standard="Microsoft, https://learn.microsoft.com/azure/ai-services/speech-service/batch-transcription-get",
    suffixes=(".json",),
    parse=parse_azure_speech,
    one_recording=True,
    claims=is_azure_speech,
    passes_over=("source and time of the job", "lexical and masked forms beside the display form"),
)
