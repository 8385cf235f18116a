"""The engine `faster-whisper:<model>`: Whisper on CTranslate2, the default.

int8 on a CPU, float16 on a GPU. Decoded sequentially by beam search at temperature 0; what is
sampled where speech got no words is sampled from a seed, so the same samples give the same text.
(The batched mode halves the CPU time and silently loses words of long recordings with gaps; it is
not used.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from speechkit.core.digest import digest_file
from speechkit.core.engine_base import EngineBase
from speechkit.core.engines import Calibration, EngineInfo, Transcribe
from speechkit.core.errors import ModelError, UsageError, did_you_mean
from speechkit.core.stage import Resources
from speechkit.core.vocabulary import as_prompt
from speechkit.storage import models
from speechkit.transcription import whisper as front_end
from speechkit.transcription.language_detection import LANGUAGES
from speechkit.transcription.model_folder import ModelFolder, find_folder
from speechkit.transcription.postprocess import DecodedSegment, DecodedWord

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

DEFAULT_MODEL = "base"
_SEED = 1  # of what is sampled at a temperature above 0
FOLDER_FILES = ("model.bin", "config.json", "tokenizer.json")
_PATTERNS = (*FOLDER_FILES, "preprocessor_config.json", "vocabulary.*")
_COMPUTE_TYPES = ("auto", "int8", "int8_float32", "int8_float16", "float16", "float32", "bfloat16")


class FasterWhisperOptions(
    front_end.WhisperOptions, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """`compute_type` as CTranslate2 names it; `auto` is int8 on a CPU and float16 on a GPU."""

    compute_type: str = "auto"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.compute_type not in _COMPUTE_TYPES:
            hint = did_you_mean(self.compute_type, _COMPUTE_TYPES)
            raise UsageError(f"no compute_type {self.compute_type!r}; {hint}")


class FasterWhisper(EngineBase[FasterWhisperOptions]):
    """The engine, for a pinned model (`base`, `tiny.en`), another of the library's, or a folder.

    Making it is cheap; `open` loads the weights.
    """

    name = "faster-whisper"
    options_type = FasterWhisperOptions
    packages = ("faster_whisper",)
    extra = "transcribe"
    has_models = True
    info = EngineInfo(
        languages=LANGUAGES,
        word_times=True,
        vocabulary=True,
        devices=("cpu", "cuda"),
        # `python -m benchmarks.confidence` prints both.
        calibration=Calibration(intercept=-0.864, slope=1.426),
    )

    def __init__(self, model: str = "", options: Mapping[str, Any] = {}) -> None:
        super().__init__(model or DEFAULT_MODEL, options)
        self._weights = find_weights(self.model)
        self.model = self._weights.label  # of a folder of the user's only its last part
        self.info = front_end.info_of(FasterWhisper.info, self.model)

    @property
    def revision(self) -> str:
        """Digest of the weights, the voice detector's included."""
        return front_end.revision(self._weights.revision, self.settings)

    def fetch(self) -> Path:
        """Download the weights; those that nobody pinned are held to what came the first time.

        Raises:
            ModelError: if no source has them.
        """
        return self._weights.fetch()

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Transcribe]:
        """Load the model; yield mono samples (n,) at 16 kHz and a language → transcript."""
        from faster_whisper import WhisperModel

        device, _, index = resources.device.partition(":")
        compute_type = self.settings.compute_type
        if compute_type == "auto":
            compute_type = "int8" if device == "cpu" else "float16"
        try:
            model = WhisperModel(
                str(self._weights.folder()),
                device=device,
                device_index=int(index or 0),
                compute_type=compute_type,
                cpu_threads=resources.threads,
            )
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"{self.spec} on {resources.device}: {error}") from error
        with front_end.open_front_end(_Decoder(model, self.settings), self, resources) as f:
            yield f


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """A folder with a CTranslate2 model: pinned by name, fetched from a repository, or a path."""

    label: str
    pinned: str = ""
    fetched: ModelFolder | None = None
    path: str = ""

    @property
    def revision(self) -> str:
        """Pinned digest, or the digest of the user's `model.bin`."""
        if self.pinned:
            return models.get_model(self.pinned).revision
        if self.fetched:
            return self.fetched.revision
        return _digest(str(self.folder() / "model.bin"))

    def folder(self) -> Path:
        """Return the folder.

        Raises:
            ModelError: if files are missing in it.
        """
        if self.pinned:
            return models.resolve(self.pinned)
        if self.fetched:
            return self.fetched.folder()
        folder = Path(self.path)
        for name in FOLDER_FILES:
            if not (folder / name).is_file():
                raise ModelError(
                    f"{folder} has no {name}; a CTranslate2 Whisper folder holds "
                    f"{', '.join(FOLDER_FILES)}"
                )
        return folder

    def fetch(self) -> Path:
        """Download the model, if it has a source.

        Raises:
            ModelError: if that does not have it.
        """
        if self.pinned:
            return models.fetch(self.pinned)
        return self.fetched.fetch() if self.fetched else self.folder()


def find_weights(model: str) -> Weights:
    """Return the pinned weights `whisper-<model>`, those of the library, or those in a folder.

    Raises:
        UsageError: if it is neither.
    """
    if "/" in model or "\\" in model or model.startswith("."):
        if not Path(model).is_dir():
            raise UsageError(f"no folder {model}")
        return Weights(label=Path(model).resolve().name, path=model)
    if (name := f"whisper-{model}") in models.known_models():
        return Weights(label=model, pinned=name)
    from faster_whisper.utils import _MODELS

    known: dict[str, str] = _MODELS
    if model in known:
        return Weights(
            label=model,
            fetched=find_folder(FasterWhisper.name, model, known, _PATTERNS),
        )
    hint = did_you_mean(model, {*pinned_models(), *known})
    raise UsageError(f"no whisper model {model!r}; {hint}; or the path of a CTranslate2 folder")


def pinned_models() -> tuple[str, ...]:
    """Return the names of the pinned whisper models, without `whisper-`."""
    known = models.known_models()
    return tuple(sorted(n.removeprefix("whisper-") for n in known if n.startswith("whisper-")))


class _Decoder:
    """`whisper.Decoder` on faster-whisper's `WhisperModel`."""

    def __init__(self, model: Any, options: FasterWhisperOptions) -> None:
        self._model = model
        self._options = options
        self.languages: tuple[str, ...] = tuple(model.supported_languages)

    def detect(self, samples: Samples) -> dict[str, float]:
        _, _, probabilities = self._model.detect_language(samples)
        return {code: float(probability) for code, probability in probabilities}

    def decode(
        self, samples: Samples, language: str, temperature: float = 0.0
    ) -> tuple[DecodedSegment, ...]:
        import ctranslate2

        if temperature:
            ctranslate2.set_random_seed(_SEED)
        segments, _ = self._model.transcribe(
            samples,
            language=language,
            beam_size=self._options.beam_size,
            # One temperature and no thresholds: nothing is skipped.
            temperature=temperature,
            compression_ratio_threshold=None,
            log_prob_threshold=None,
            no_speech_threshold=None,
            condition_on_previous_text=self._options.condition_on_previous_text,
            word_timestamps=True,
            hotwords=as_prompt(self._options.vocabulary) or None,
        )
        return tuple(
            DecodedSegment(
                words=tuple(
                    DecodedWord(
                        text=word.word,
                        start=float(word.start),
                        end=float(word.end),
                        probability=float(word.probability),
                    )
                    for word in segment.words
                ),
                avg_logprob=float(segment.avg_logprob),
                no_speech_prob=float(segment.no_speech_prob),
            )
            for segment in segments
        )


@cache
def _digest(path: str) -> str:
    return digest_file(Path(path))
