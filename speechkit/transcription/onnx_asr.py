"""The engine `onnx-asr:MODEL`: Parakeet, Canary, GigaAM, Vosk and others on onnxruntime alone.

MODEL is a name that the library onnx-asr knows (`nemo-parakeet-tdt-0.6b-v3`), or a folder with the
files that it expects, whose `config.json` names the `model_type`. A time is known for the start of
each token (`tokens.py`).

Source: https://istupakov.github.io/onnx-asr/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from speechkit.core.engines import SAMPLE_RATE, EngineInfo
from speechkit.core.errors import ModelError, UsageError, did_you_mean
from speechkit.core.stage import Resources
from speechkit.transcription.library_engine import Heard, LibraryEngine, LibraryOptions, Recognize
from speechkit.transcription.tokens import timed_pieces

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_LANGUAGE = re.compile(r"<\|([a-z]{2,3})\|>")
_NO_LANGUAGE = ("pnc", "itn")  # tokens of Canary that look like one
# Types that are told their language, and the file with the tokens for it.
_TOLD = {
    "nemo-conformer-aed": "vocab.txt",
    "whisper": "added_tokens.json",
    "whisper-ort": "added_tokens.json",
}
_EUROPEAN = tuple(
    "bg hr cs da nl en et fi fr de el hu it lv lt mt pl pt ro sk sl es sv ru uk".split()
)
# What is known of the library's own models: their type, and their languages as published.
_MODELS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "gigaam-v2-ctc": ("gigaam-v2-ctc", ("ru",)),
    "gigaam-v2-rnnt": ("gigaam-v2-rnnt", ("ru",)),
    "gigaam-v3-ctc": ("gigaam-v3-ctc", ("ru",)),
    "gigaam-v3-rnnt": ("gigaam-v3-rnnt", ("ru",)),
    "gigaam-v3-e2e-ctc": ("gigaam-v3-e2e-ctc", ("ru",)),
    "gigaam-v3-e2e-rnnt": ("gigaam-v3-e2e-rnnt", ("ru",)),
    "nemo-fastconformer-ru-ctc": ("nemo-conformer-ctc", ("ru",)),
    "nemo-fastconformer-ru-rnnt": ("nemo-conformer-rnnt", ("ru",)),
    "nemo-parakeet-ctc-0.6b": ("nemo-conformer-ctc", ("en",)),
    "nemo-parakeet-rnnt-0.6b": ("nemo-conformer-rnnt", ("en",)),
    "nemo-parakeet-tdt-0.6b-v2": ("nemo-conformer-tdt", ("en",)),
    "nemo-parakeet-tdt-0.6b-v3": ("nemo-conformer-tdt", _EUROPEAN),
    "nemo-canary-1b-v2": ("nemo-conformer-aed", _EUROPEAN),
    "whisper-base": ("whisper-ort", ()),
}


class OnnxAsrOptions(LibraryOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`quantization`: as in the names of the files (`int8`); empty: the unquantized ones.
    `model_type`: of a folder whose `config.json` does not name it (`nemo-conformer-tdt`)."""

    quantization: str = ""
    model_type: str = ""


class OnnxAsr(LibraryEngine[OnnxAsrOptions]):
    """The engine, for one of the library's models or a folder."""

    name = "onnx-asr"
    options_type = OnnxAsrOptions
    packages = ("onnx_asr", "onnxruntime")
    extra = "onnx-asr"
    info = EngineInfo(needs_model=True, devices=("cpu", "cuda"))
    patterns = ("*.json", "*.yaml", "*.txt", "*.onnx", "*.onnx.data", "*.onnx_data")

    def __init__(self, model: str = "", options: Mapping[str, Any] = {}) -> None:
        """Find the model, and what kind it is.

        Raises:
            UsageError: for a model or a kind that the library does not know.
        """
        from onnx_asr.resolver import model_repos

        self.repositories = {name: model_repos[name] for name in _MODELS if name in model_repos}
        super().__init__(model, options)
        self._type, languages = _kind(self, model)
        if self._type in _TOLD and not languages:
            languages = _languages(self, _TOLD[self._type])
        self.assumed = "en" if self._type == "nemo-conformer-aed" else ""
        self.info = msgspec.structs.replace(
            self.info, languages=languages, word_times=self._type not in _TOLD
        )

    @contextmanager
    def load(self, resources: Resources) -> Iterator[Recognize]:
        """Load the sessions; yield what recognizes a batch."""
        import onnx_asr
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = resources.threads
        model = onnx_asr.load_model(
            self._type,
            self.weights.folder(),
            quantization=self.settings.quantization or None,
            sess_options=options,
            providers=providers(resources.device),
        )
        # Scores of tokens come with their times only.
        timed = model.with_timestamps() if self.info.word_times else None

        def recognize(sounds: Sequence[Samples], language: str) -> list[Heard]:
            told: dict[str, Any] = {"language": language} if language else {}
            if timed is None:
                return [Heard(text=text) for text in model.recognize(list(sounds), **told)]
            found = timed.recognize(list(sounds))
            return [_heard(one, len(sound)) for one, sound in zip(found, sounds, strict=True)]

        yield recognize


def providers(device: str) -> list[Any]:
    """Return onnxruntime's names for a device.

    Raises:
        ModelError: if the installed onnxruntime cannot use it.
    """
    import onnxruntime

    kind, _, index = device.partition(":")
    if kind == "cpu":
        return ["CPUExecutionProvider"]
    if kind != "cuda" or "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
        raise ModelError(
            f"the installed onnxruntime does not run on {device}; for cuda install onnxruntime-gpu"
        )
    return [("CUDAExecutionProvider", {"device_id": int(index or 0)}), "CPUExecutionProvider"]


def _heard(found: Any, num_samples: int) -> Heard:
    """Return tokens, of which the library knows where they start, as pieces of words."""
    pieces = timed_pieces(
        found.tokens or (), found.timestamps or (), found.logprobs, num_samples / SAMPLE_RATE
    )
    return Heard(text=found.text, pieces=pieces)


def _kind(engine: OnnxAsr, model: str) -> tuple[str, tuple[str, ...]]:
    """Return the library's name for the type of a model, and its languages if they are known."""
    from typing import get_args

    from onnx_asr.loader import AsrNames, AsrTypeNames

    known = {*get_args(AsrTypeNames), *(n for n in get_args(AsrNames) if "/" not in n)}
    if model in _MODELS and engine.weights.repository:
        return _MODELS[model]
    named = engine.settings.model_type or str(
        engine.weights.read_json("config.json").get("model_type", "")
    )
    if not named and engine.weights.label in _MODELS:  # a folder called as the library calls it
        return _MODELS[engine.weights.label]
    if not named and not engine.weights.names():
        return "", ()  # not fetched yet: `open` says so
    if named not in known:
        said = f"no model_type {named!r}" if named else "its config.json names no model_type"
        raise UsageError(
            f"{engine.spec}: {said}; {did_you_mean(named, known)}; --set model_type=… names it"
        )
    return _MODELS.get(named, (named, ()))[0], _MODELS.get(named, (named, ()))[1]


def _languages(engine: OnnxAsr, name: str) -> tuple[str, ...]:
    """Return the languages that a model has tokens for."""
    if name not in engine.weights.names():
        return ()
    text = (engine.weights.folder() / name).read_text(encoding="utf-8")
    return tuple(sorted({*_LANGUAGE.findall(text)}.difference(_NO_LANGUAGE)))
