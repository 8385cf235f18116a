"""What both whisper engines share: options, and the way from samples to a transcript.

Voice is detected, the language decided, the speech cut into chunks, each chunk decoded by the
engine's own `Decoder`, and what it heard turned into segments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import msgspec

from speechkit.core.digest import digest_of
from speechkit.core.engines import DetectVoice, EngineInfo, Sound, Transcribe, Transcript
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources
from speechkit.core.time import Interval
from speechkit.core.types import Segment
from speechkit.core.vocabulary import parse_vocabulary
from speechkit.transcription import chunks
from speechkit.transcription import language_detection as languages
from speechkit.transcription.lost_speech import decode_again
from speechkit.transcription.postprocess import DecodedSegment, make_segments
from speechkit.transcription.voice import VoiceOptions, check_samples, open_voice, voice_detector

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]


class WhisperOptions(VoiceOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes the result of a whisper engine, beside what it is given to hear.

    `beam_size`: 1 is greedy, a third of the CPU and about two points of WER worse.
    `fallback_language`: taken where detection is unsure; empty: the best guess, labeled.
    `decode_again`: speech of more than a second that got no words is decoded again.
    `condition_on_previous_text`: each 30 s are shown the text before; steadier, but loops spread.
    `vocabulary`: words to be expected, one a line: shown to the model before each 30 s.
    """

    beam_size: int = 5
    fallback_language: str = ""
    decode_again: bool = True
    condition_on_previous_text: bool = False
    vocabulary: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        parse_vocabulary(self.vocabulary)
        if not 1 <= self.beam_size <= 20:
            raise UsageError(f"beam_size is a whole number from 1 to 20, not {self.beam_size}")


class Decoder(Protocol):
    """One loaded whisper model."""

    @property
    def languages(self) -> tuple[str, ...]:
        """Codes of the languages it knows."""
        ...

    def detect(self, samples: Samples) -> Mapping[str, float]:
        """At most 30 s of speech → language → probability."""
        ...

    def decode(
        self, samples: Samples, language: str, temperature: float = 0.0
    ) -> tuple[DecodedSegment, ...]:
        """One chunk → what was heard, times relative to the chunk; the same at each call."""
        ...


def revision(weights: str, options: WhisperOptions) -> str:
    """Return the digest of an engine's weights, the voice detector's included where it is used."""
    if not options.vad:
        return weights
    return digest_of({"whisper": weights, "voice": voice_detector(options).revision})


class WhisperEngine(Protocol):
    """What the front end asks of the engine that it works for."""

    @property
    def name(self) -> str: ...
    @property
    def info(self) -> EngineInfo: ...
    @property
    def settings(self) -> WhisperOptions: ...


def info_of(info: EngineInfo, model: str) -> EngineInfo:
    """Return what is to be known of a model: those called `.en` know English only."""
    return msgspec.structs.replace(info, languages=("en",)) if model.endswith(".en") else info


@contextmanager
def open_front_end(
    decoder: Decoder, engine: WhisperEngine, resources: Resources
) -> Iterator[Transcribe]:
    """Open the voice detector and yield the engine's function from samples to a transcript."""
    with open_voice(engine.settings, resources) as find_speech:
        yield _transcriber(decoder, engine, find_speech)


def _transcriber(decoder: Decoder, engine: WhisperEngine, find_speech: DetectVoice) -> Transcribe:
    fallback = engine.settings.fallback_language and languages.normalize(
        engine.settings.fallback_language, decoder.languages, engine.name
    )

    def transcribe(samples: Sound, language: str | None) -> Transcript:
        check_samples(samples)
        spoken = language and languages.normalize(language, decoder.languages, engine.name)
        speech = find_speech(samples)
        sure = 1.0
        label: tuple[str, ...] = ()
        if not spoken:
            spoken, sure, label = _decide(decoder, fallback, samples, speech)
        calibration = engine.info.calibration

        def decode(interval: Interval, temperature: float = 0.0) -> tuple[Segment, ...]:
            return make_segments(
                decoder.decode(chunks.cut(samples, interval), spoken, temperature),
                start=interval[0],
                num_samples=len(samples),
                language=spoken,
                calibration=calibration,
            )

        segments = [each for chunk in chunks.plan(speech, samples) for each in decode(chunk)]
        if engine.settings.vad and engine.settings.decode_again:
            segments = decode_again(speech, segments, decode, calibration)
        labeled = [_with_labels(segment, label) for segment in segments]
        return Transcript(segments=tuple(labeled), language=spoken, language_probability=sure)

    return transcribe


def _decide(
    decoder: Decoder, fallback: str, samples: Sound, speech: tuple[Interval, ...]
) -> tuple[str, float, tuple[str, ...]]:
    """Return the language to decode in, the probability of it, and labels for the segments."""
    if len(decoder.languages) == 1:
        return decoder.languages[0], 1.0, ()
    if not speech:
        return fallback, 0.0, ()
    best, sure = languages.detect(samples, speech, decoder.detect)
    if sure >= languages.SURE:
        return best, sure, ()
    return (fallback, sure, ()) if fallback else (best, sure, (languages.UNCERTAIN,))


def _with_labels(segment: Segment, labels: tuple[str, ...]) -> Segment:
    return msgspec.structs.replace(segment, labels=segment.labels + labels) if labels else segment
