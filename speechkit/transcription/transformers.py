"""The engine `transformers:MODEL`: whatever the library's speech recognition pipeline can load.

MODEL is a folder as `save_pretrained` writes it, or a repository that was fetched
(`speechkit models fetch transformers:openai/whisper-small`). Code that comes with a model is not run.

Source: https://huggingface.co/docs/transformers/main_classes/pipelines
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from speechkit.core.engines import SAMPLE_RATE, EngineInfo
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources
from speechkit.core.vocabulary import as_prompt, parse_vocabulary
from speechkit.transcription.language_detection import ALIASES
from speechkit.transcription.library_engine import Heard, LibraryEngine, LibraryOptions, Recognize
from speechkit.transcription.postprocess import DecodedWord

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_DTYPES = ("auto", "float32", "float16", "bfloat16")


class TransformersOptions(LibraryOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes the result of a pipeline.

    `beam_size`: of models that write text token by token; 0: what the pipeline does by itself.
    `dtype`: of the weights; `auto` is float32 on a CPU and float16 elsewhere.
    `word_times`: of whisper models; they cost a second look at the attention.
    `vocabulary`: of whisper models: words to be expected, one a line; shown as a prompt.
    """

    beam_size: int = 0
    dtype: str = "auto"
    word_times: bool = True
    vocabulary: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        parse_vocabulary(self.vocabulary)
        if not 0 <= self.beam_size <= 20:
            raise UsageError(f"beam_size is a whole number from 0 to 20, not {self.beam_size}")
        if self.dtype not in _DTYPES:
            raise UsageError(f"no dtype {self.dtype!r}; there is: {', '.join(_DTYPES)}")


class Transformers(LibraryEngine[TransformersOptions]):
    """The engine, for a folder or a fetched repository."""

    name = "transformers"
    options_type = TransformersOptions
    packages = ("transformers", "torch")
    extra = "transformers"
    info = EngineInfo(needs_model=True, devices=("cpu", "cuda", "mps"), vocabulary=True)
    patterns = ("*.json", "*.txt", "*.model", "*.safetensors", "*.jinja")

    def __init__(self, model: str = "", options: Mapping[str, Any] = {}) -> None:
        """Find the model, and what it says of itself.

        Raises:
            UsageError: for a folder without a model, or a vocabulary that it cannot take.
        """
        super().__init__(model, options)
        config = self.weights.read_json("config.json")
        if self.weights.names() and not config:
            raise UsageError(f"{self.spec} has no config.json; save_pretrained writes such folders")
        self._is_whisper = config.get("model_type") == "whisper"
        self._is_ctc = any(str(n).endswith("ForCTC") for n in config.get("architectures") or ())
        if config and self.settings.vocabulary and not self._is_whisper:
            raise UsageError(f"{self.spec} takes no vocabulary: only whisper models are prompted")
        generation = self.weights.read_json("generation_config.json")
        self._tokens: dict[str, int] = dict(generation.get("lang_to_id") or {})
        languages = [code[2:-2] for code in self._tokens]
        if languages:
            languages += ALIASES
        elif self._is_whisper:
            languages = ["en"]
        self._times = self._word_times(generation)
        self.info = msgspec.structs.replace(
            self.info,
            languages=tuple(languages),
            word_times=self._times,
            vocabulary=self._is_whisper or not config,
        )

    def _word_times(self, generation: Mapping[str, Any]) -> bool:
        """Tell whether the pipeline can time words: by attention, or by CTC of characters."""
        if self._is_whisper:
            return bool(generation.get("alignment_heads")) and self.settings.word_times
        tokenizer = self.weights.read_json("tokenizer_config.json").get("tokenizer_class", "")
        return self._is_ctc and str(tokenizer).startswith("Wav2Vec2")

    @contextmanager
    def load(self, resources: Resources) -> Iterator[Recognize]:
        """Load the pipeline; yield what recognizes a batch."""
        import torch
        from transformers import pipeline
        from transformers.utils import logging

        before = torch.get_num_threads()
        if resources.threads:
            torch.set_num_threads(resources.threads)
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        folder = str(self.weights.folder())
        dtype = self.settings.dtype
        if dtype == "auto":
            dtype = "float32" if resources.device == "cpu" else "float16"
        try:
            pipe = pipeline(
                "automatic-speech-recognition",
                model=folder,
                device=resources.device,
                dtype=getattr(torch, dtype),
                trust_remote_code=False,
            )
            tokenizer: Any = pipe.tokenizer
            if tokenizer.pad_token_id is None:  # without one, nothing is done in batches
                tokenizer.pad_token = tokenizer.eos_token
            yield self._recognizer(pipe)
        finally:
            torch.set_num_threads(before)

    def _recognizer(self, pipe: Any) -> Recognize:
        settings: dict[str, Any] = {}
        codes = {v: k[2:-2] for k, v in self._tokens.items()}
        generate: dict[str, Any] = {}
        if self._times:
            settings["return_timestamps"] = "word"
        if self.settings.beam_size and not self._is_ctc:
            generate["num_beams"] = self.settings.beam_size
        if prompt := as_prompt(self.settings.vocabulary):
            shown = pipe.tokenizer.get_prompt_ids(prompt, return_tensors="pt")
            generate["prompt_ids"] = shown.to(pipe.device)

        def recognize(sounds: Sequence[Samples], language: str) -> list[Heard]:
            asked = dict(generate)
            languages = [language] * len(sounds)
            if self._is_whisper and codes:
                if not language:
                    languages = [codes[i] for i in _detect(pipe, sounds)]
                asked["language"] = [f"<|{ALIASES.get(each, each)}|>" for each in languages]
            given = {**settings, "batch_size": len(sounds)}
            if asked:
                given["generate_kwargs"] = asked
            found = pipe([{"raw": s, "sampling_rate": SAMPLE_RATE} for s in sounds], **given)
            return [self._heard(one, each) for one, each in zip(found, languages, strict=True)]

        return recognize

    def _heard(self, found: Mapping[str, Any], language: str) -> Heard:
        chunks: Sequence[Mapping[str, Any]] = (found.get("chunks") or ()) if self._times else ()
        pieces = tuple(_piece(chunk, spaced=self._is_ctc) for chunk in chunks)
        return Heard(text=str(found["text"]), pieces=pieces, language=language)


def _detect(pipe: Any, sounds: Sequence[Samples]) -> list[int]:
    """Return the token of the language that whisper hears in each sound."""
    given = pipe.feature_extractor(
        list(sounds), sampling_rate=SAMPLE_RATE, return_tensors="pt"
    ).input_features
    found = pipe.model.detect_language(given.to(pipe.device, pipe.model.dtype))
    return [int(each) for each in found]


def _piece(chunk: Mapping[str, Any], *, spaced: bool) -> DecodedWord:
    """Return a chunk as a piece of a word; those of CTC are whole words, without their space."""
    start, end = chunk["timestamp"]
    start = float(start or 0.0)
    text = str(chunk["text"])
    return DecodedWord(
        text=f" {text}" if spaced else text, start=start, end=start if end is None else float(end)
    )
