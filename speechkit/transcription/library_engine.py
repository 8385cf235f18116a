"""What engines share that call a recognition library: options, and the way from sound to transcript.

The library is given stretches with speech that are short enough for its models, several at once.
What it heard goes back to its place: times in the recording, words that make up the text.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from speechkit.core.digest import digest_of
from speechkit.core.engine_base import EngineBase
from speechkit.core.engines import (
    SAMPLE_RATE,
    DetectVoice,
    Sound,
    Transcribe,
    Transcript,
    check_language,
)
from speechkit.core.errors import InputError, ModelError, SpeechkitError, UsageError, describe
from speechkit.core.stage import Resources
from speechkit.core.text import primary_subtag
from speechkit.core.time import Interval
from speechkit.core.types import Segment
from speechkit.transcription import chunks, repetition
from speechkit.transcription.language_detection import UNCERTAIN
from speechkit.transcription.model_folder import ModelFolder, find_folder
from speechkit.transcription.postprocess import DecodedSegment, DecodedWord, make_segments
from speechkit.transcription.voice import VoiceOptions, check_samples, open_voice, voice_detector

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]


class LibraryOptions(VoiceOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes the result, whatever the library.

    `chunk`: seconds of sound that the model is given at most; longer speech is cut in pauses.
    `batch`: how many such stretches of a recording it is given at once.
    """

    chunk: float = 30.0
    batch: int = 8

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= self.chunk <= chunks.MAX_CHUNK:
            raise UsageError(f"chunk is from 1 to {chunks.MAX_CHUNK:g} seconds, not {self.chunk:g}")
        if not 1 <= self.batch <= 1024:
            raise UsageError(f"batch is a whole number from 1 to 1024, not {self.batch}")


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What a library heard in one stretch.

    `pieces` are words or parts of words in order, with times from the start of the stretch; none
    where the library gives no times. `language` is a code, empty where it says none.
    """

    text: str
    pieces: tuple[DecodedWord, ...] = ()
    language: str = ""

    def __repr__(self) -> str:
        return f"Heard(<{len(self.text)}>, {len(self.pieces)} pieces, {self.language!r})"


Recognize = Callable[[Sequence["Samples"], str], Sequence[Heard]]
"""Stretches (n,) at 16 kHz and a language, empty to detect → what was heard in each."""

OptionsType = TypeVar("OptionsType", bound=LibraryOptions)


class LibraryEngine(EngineBase[OptionsType]):
    """An engine on a library's models, which lie in folders; a derived class says how they load.

    Attributes:
        repositories: the library's own names of models → where the hub has them.
        patterns: files of a model, as the hub is asked for them.
        assumed: language that a model writes in if it is told none, and cannot detect any.
    """

    has_models = True
    repositories: Mapping[str, str] = {}
    patterns: tuple[str, ...] = ()
    assumed: str = ""

    def __init__(self, model: str = "", options: Mapping[str, Any] = {}) -> None:
        """Find the model; nothing is loaded.

        Raises:
            UsageError: for a name that is neither a folder nor a model of the library.
        """
        super().__init__(model, options)
        self.weights: ModelFolder = find_folder(self.name, model, self.repositories, self.patterns)
        self.model = self.weights.label
        self.info = msgspec.structs.replace(self.info, batch=self.settings.batch)

    @property
    def revision(self) -> str:
        """Digest of the model's files, the voice detector's included.

        Raises:
            ModelError: if they are not on this machine.
        """
        weights = self.weights.revision
        if not self.settings.vad:
            return weights
        return digest_of({"model": weights, "voice": voice_detector(self.settings).revision})

    def fetch(self) -> Path:
        """Download the model; what came the first time is what it is held to.

        Raises:
            ModelError: if the hub does not have it, or has another one by now.
        """
        return self.weights.fetch()

    def load(self, resources: Resources) -> AbstractContextManager[Recognize]:
        """Load the model; yield what recognizes a batch. Whatever it raises is named by `open`."""
        raise NotImplementedError

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Transcribe]:
        """Load the model; yield mono samples (n,) at 16 kHz and a language → transcript.

        Raises:
            ModelError: if files are missing, or the library cannot load them.
            InputError: from the function, if the library fails on a recording.
        """
        with open_voice(self.settings, resources) as find_speech, self._loaded(resources) as found:
            yield self._transcriber(find_speech, found)

    @contextmanager
    def _loaded(self, resources: Resources) -> Iterator[Recognize]:
        context = self.load(resources)
        try:
            recognize = context.__enter__()
        except SpeechkitError:
            raise
        except Exception as error:  # of a library, which may raise anything
            reason = " ".join(str(error).split())[:300]
            raise ModelError(
                f"{self.spec} on {resources.device}: {type(error).__name__}: {reason}"
            ) from error
        try:
            yield recognize
        finally:
            context.__exit__(None, None, None)

    def _transcriber(self, find_speech: DetectVoice, recognize: Recognize) -> Transcribe:
        def transcribe(samples: Sound, language: str | None) -> Transcript:
            check_samples(samples)
            told = check_language(self, language) if language else ""
            parts = chunks.plan(find_speech(samples), samples, self.settings.chunk)
            heard = self._in_batches(parts, samples, recognize, told)
            spoken, sure, labels = self._language(told, heard)
            segments = [
                each
                for part, one in zip(parts, heard, strict=True)
                for each in _segments(one, part, len(samples), spoken, labels)
            ]
            return Transcript(segments=tuple(segments), language=spoken, language_probability=sure)

        return transcribe

    def _in_batches(
        self, parts: Sequence[Interval], samples: Sound, recognize: Recognize, language: str
    ) -> list[Heard]:
        """Recognize each part, those of about the same length together; silence says nothing."""
        heard = [Heard(text="")] * len(parts)
        order = sorted(range(len(parts)), key=lambda i: parts[i][0] - parts[i][1])
        for first in range(0, len(order), self.settings.batch):
            batch = {i: chunks.cut(samples, parts[i]) for i in order[first:][: self.settings.batch]}
            batch = {i: sound for i, sound in batch.items() if sound.any()}
            if not batch:
                continue
            try:
                found = recognize(list(batch.values()), language)
            except SpeechkitError:
                raise
            except Exception as error:  # of a library, which may raise anything
                raise InputError(f"{self.spec}: {describe(error)}") from error
            if len(found) != len(batch):
                raise InputError(f"{self.spec}: {len(found)} answers for {len(batch)} sounds")
            for index, one in zip(batch, found, strict=True):
                heard[index] = one
        return heard

    def _language(self, told: str, heard: Sequence[Heard]) -> tuple[str, float, tuple[str, ...]]:
        """Return the language of a recording, how sure it is, and labels for its segments."""
        if told:
            return told, 1.0, ()
        if len(self.info.languages) == 1:
            return self.info.languages[0], 1.0, ()
        detected = Counter[str]()
        for one in heard:
            if code := primary_subtag(one.language):
                detected[code] += len(one.text)
        if detected:
            return detected.most_common(1)[0][0], 0.0, ()
        return self.assumed, 0.0, (UNCERTAIN,) if self.assumed else ()


def _segments(
    heard: Heard, part: Interval, num_samples: int, language: str, labels: tuple[str, ...]
) -> tuple[Segment, ...]:
    """Return what was heard in a part as a segment, or nothing if no letter was."""
    code = language or primary_subtag(heard.language)
    if heard.pieces:
        decoded = DecodedSegment(words=heard.pieces, avg_logprob=0.0, no_speech_prob=0.0)
        made = make_segments([decoded], start=part[0], num_samples=num_samples, language=code)
        return tuple(msgspec.structs.replace(s, labels=s.labels + labels) for s in made)
    text = " ".join(heard.text.split())
    if not any(char.isalnum() for char in text):
        return ()
    limit = math.floor(num_samples * 1000 / SAMPLE_RATE) / 1000
    loop = ("loop",) if repetition.is_loop(text) else ()
    return (
        Segment(
            id="",
            start=min(part[0], limit),
            end=min(part[1], limit),
            text=text,
            language=code,
            labels=loop + labels,
        ),
    )
