"""The engine `voice-linker.campplus`: people of several parts of a recording, known by their voices.

A recognizer that hears an hour in parts calls somebody A in one and B in the next. Each voice becomes
the mean of the speaker embeddings of what it says, as in `blockwise`, and voices are grouped by
average linkage under the same threshold as the diarizer's. Voices of one part stay apart: the
recognizer told them from each other with both in its ear.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from speechkit.core.digest import digest_of
from speechkit.core.engine_base import EngineBase
from speechkit.core.engines import SAMPLE_RATE, LinkVoices, Speakers, Voice, require
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources
from speechkit.core.time import Interval
from speechkit.diarization.blockwise import link
from speechkit.storage import models

if TYPE_CHECKING:
    from speechkit.diarization.embeddings import Embedding, Floats

MODEL: Final = "campplus"
_PIECE = 10.0  # seconds of sound in one embedding
_ENOUGH = 60.0  # seconds of a voice that are listened to: more hardly move the mean


class LinkerOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`threshold`: mean cosine distance up to which voices of two parts are one person's (0–2)."""

    threshold: float = 0.6

    def __post_init__(self) -> None:
        if not 0 < self.threshold < 2:
            raise UsageError(f"campplus: threshold lies between 0 and 2, not at {self.threshold}")


class CampplusLinker(EngineBase[LinkerOptions]):
    """Links voices by the embedding that diarization tells speakers apart with."""

    name = "campplus"
    options_type = LinkerOptions

    @property
    def revision(self) -> str:
        """Digest of the weights and of how much of a voice is listened to."""
        return digest_of([models.get_model(MODEL).revision, _PIECE, _ENOUGH])

    @contextmanager
    def open(self, resources: Resources) -> Iterator[LinkVoices]:  # noqa: ARG002
        """Load the embedding; yield voices and what is known of the number of people → a person each.

        A voice that is too short to be known is a person of its own.

        Raises:
            MissingExtraError: if torch is not installed.
            ModelError: if the weights are not here.
        """
        require("torch", extra="diarize")
        require("torchaudio", extra="diarize")
        from speechkit.diarization.embeddings import load_embedding  # loads torch

        embedding = load_embedding(MODEL)

        def link_voices(voices: Sequence[Voice], speakers: Speakers) -> tuple[int, ...]:
            means = [_mean(voice, embedding) for voice in voices]
            known = [index for index, mean in enumerate(means) if mean is not None]
            groups = link(
                np.array([means[index] for index in known]).reshape(-1, embedding.dimension),
                np.array([_seconds(voices[index].speech) for index in known]),
                self.settings.threshold,
                least=speakers.exactly or speakers.at_least or 1,
                most=speakers.exactly or speakers.at_most or len(voices),
                parts=[voices[index].part for index in known],
            )
            people = dict(zip(known, groups, strict=True))
            rest = (index for index in range(len(voices)) if index not in people)
            people |= {index: len(voices) + index for index in rest}
            numbers = {group: number for number, group in enumerate(sorted(set(people.values())))}
            return tuple(numbers[people[index]] for index in range(len(voices)))

        yield link_voices


def _mean(voice: Voice, embedding: Embedding) -> Floats | None:
    """Return the mean of the unit vectors of what a voice says, shape (dimension,)."""
    import torch  # slow to load

    vectors = []
    left = _ENOUGH
    for start, end in sorted(voice.speech, key=lambda part: part[0] - part[1]):
        for at in np.arange(start, min(end, start + left), _PIECE):
            stop = min(end, at + _PIECE)
            piece = voice.samples[round(at * SAMPLE_RATE) : round(stop * SAMPLE_RATE)]
            vectors.append(embedding.of([torch.from_numpy(np.ascontiguousarray(piece))]))
        left -= end - start
        if left <= 0:
            break
    heard = [vector for vector in vectors if not np.isnan(vector).any()]
    return np.mean(heard, axis=0) if heard else None


def _seconds(speech: Sequence[Interval]) -> float:
    return sum(end - start for start, end in speech)
