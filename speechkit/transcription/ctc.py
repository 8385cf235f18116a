"""Aligner `ctc`: phoneme CTC of the `hama` package with forced alignment on the known text.

The model hears English phonemes at 50 frames a second. English words are placed by phonemes;
Spanish, French, German and Italian by broad sound classes (`pronounce.py`); segments in other
languages keep their draft times, widened (`attention.py`). Figures: docs/align.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from speechkit.core.engine_base import EngineBase
from speechkit.core.engines import Align, EngineInfo, Sound
from speechkit.core.stage import Resources
from speechkit.core.types import Segment
from speechkit.storage.models import get_model, resolve
from speechkit.transcription.align import Pronunciation, Symbols
from speechkit.transcription.apply_alignment import align_segments
from speechkit.transcription.pronounce import BROAD, SUPPORTED, broad, english
from speechkit.transcription.verbalize import spoken_forms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

MODEL = "hama-asr"
# Mean log probability of a segment's symbols below which its text does not fit its sound: all right
# texts of the benchmark lie above, in English nine wrong ones of ten below, in French half of them.
POOR = {"en": -2.5}
POOR_BROAD = -2.3
_MAX_FORMS = 8


class CtcOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`widen`: move edges out to quiet."""

    widen: bool = True


class CtcAligner(EngineBase[CtcOptions]):
    """The engine; `open` loads the weights."""

    name = "ctc"
    options_type = CtcOptions
    packages = ("hama", "torchaudio")
    extra = "align"
    # Padding that covers 99 % of the word audio at 10 dB SNR, in the language where it needs most
    # among those that can be de-identified.
    info = EngineInfo(languages=SUPPORTED, word_margin=0.16)

    @property
    def revision(self) -> str:
        """Digest of the weights."""
        return get_model(MODEL).revision

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Align]:  # noqa: ARG002
        """Load the acoustic model and the G2P; both run on the CPU."""
        acoustics = HamaAcoustics()

        def align(
            samples: Sound, segments: Sequence[Segment], language: str
        ) -> tuple[Segment, ...]:
            return align_segments(
                samples,
                segments,
                language,
                acoustics,
                name=self.name,
                supported=SUPPORTED,
                poor=lambda code: POOR.get(code, POOR_BROAD),
                widened=self.settings.widen,
            )

        yield align


class HamaAcoustics:
    """hama's acoustic model and G2P behind `align.Acoustics`."""

    def __init__(self) -> None:
        from hama.asr import ASRModel
        from hama.inference import G2PModel

        self._model = ASRModel(model_path=resolve(MODEL) / "asr_waveform.hama")
        self._g2p = G2PModel()
        tokens = self._model.decoder_tokens
        self._index = {token: index for index, token in enumerate(tokens)}
        self._silent = [self._index["<blank>"], self._index["<wb>"]]
        self._classes = [[self._index[p] for p in phones] for phones in BROAD.values()]
        self._class_index = {name: index + 1 for index, name in enumerate(BROAD)}
        self.sounds = cache(self._sounds)

    def emissions(self, samples: Samples, language: str) -> NDArray[np.float32]:
        """Column 0 is blank or the end of a word; then phonemes (English) or broad classes."""
        wave = np.clip(np.ascontiguousarray(samples, dtype=np.float32), -1, 1)
        log_probs, lengths = self._model.session.run(
            ["log_probs", "out_lengths"],
            {"waveform": wave[None], "waveform_lengths": np.array([len(wave)])},
        )
        frames = log_probs[0][: int(lengths[0])]
        silent = np.logaddexp.reduce(frames[:, self._silent], axis=1)
        if language == "en":
            return np.column_stack([silent, frames])
        sums = [np.logaddexp.reduce(frames[:, phones], axis=1) for phones in self._classes]
        return np.column_stack([silent, *sums])

    def pronounce(self, word: str, language: str) -> tuple[Pronunciation, ...]:
        """Return the symbols of the ways to say a word, at most eight ways."""
        found: list[Pronunciation] = []
        for form in spoken_forms(word, language):
            ways: list[Pronunciation] = [()]
            for token in form:
                sounds = self.sounds(token, language)
                ways = [(*way, each) for way in ways for each in sounds][:_MAX_FORMS]
            found += [way for way in ways if way and way not in found]
        return tuple(found[:_MAX_FORMS])

    def _sounds(self, token: str, language: str) -> tuple[Symbols, ...]:
        if language == "en":
            ways = english(token, self._guess)
            return tuple(tuple(self._index[sound] + 1 for sound in way) for way in ways)
        classes = broad(token, language)
        return (tuple(self._class_index[name] for name in classes),) if classes else ()

    def _guess(self, word: str) -> list[str]:
        return [item.phoneme for item in self._g2p.predict(word).alignments]
