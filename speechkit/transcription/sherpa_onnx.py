"""The engine `sherpa-onnx:FOLDER`: models in the form that the library sherpa-onnx publishes them.

What kind a model is shows in the names of its files, or in that of the folder
(`sherpa-onnx-nemo-ctc-en-…`); where neither says it, the option `layout` does.

Source: https://k2-fsa.github.io/sherpa/onnx/pretrained_models/
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from speechkit.core.engines import SAMPLE_RATE, EngineInfo
from speechkit.core.errors import ModelError, UsageError, did_you_mean
from speechkit.core.stage import Resources
from speechkit.core.vocabulary import parse_vocabulary
from speechkit.transcription.language_detection import ALIASES, LANGUAGES
from speechkit.transcription.library_engine import Heard, LibraryEngine, LibraryOptions, Recognize
from speechkit.transcription.tokens import timed_pieces

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

# Layout → the part that each file plays in the library's call, and how its name looks.
_FILES: Mapping[str, Mapping[str, str]] = {
    "transducer": {"encoder": "*encoder*", "decoder": "*decoder*", "joiner": "*joiner*"},
    "whisper": {"encoder": "*encoder*", "decoder": "*decoder*"},
    "nemo-ctc": {"model": "*model*"},
    "zipformer-ctc": {"model": "*model*"},
    "wenet-ctc": {"model": "*model*"},
    "medasr-ctc": {"model": "*model*"},
    "sense-voice": {"model": "*model*"},
    "moonshine": {
        "preprocessor": "preprocess*",
        "encoder": "encode*",
        "uncached_decoder": "uncached_decode*",
        "cached_decoder": "cached_decode*",
    },
}
_UNTIMED = ("whisper", "moonshine")
_LANGUAGES = {"sense-voice": ("zh", "en", "ja", "ko", "yue"), "medasr-ctc": ("en",)}  # as published
_BOOST = 1.5  # of a term of weight 1, a token: the library's own default
_LANGUAGE = re.compile(r"<\|([a-z]{2,3})\|>")


class SherpaOnnxOptions(LibraryOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes the result of a model.

    `layout`: `transducer`, `whisper`, `moonshine`, `nemo-ctc`, `zipformer-ctc`, `wenet-ctc`, `medasr-ctc`,
    `sense-voice`; empty: as the files say. `quantization`: `int8` where the folder holds both kinds;
    empty: the other kind.
    `vocabulary`: of transducers: words to be expected, one a line, boosted in a beam search; the
    folder needs the `bpe.vocab` of its tokens.
    """

    layout: str = ""
    quantization: str = ""
    vocabulary: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        parse_vocabulary(self.vocabulary)
        if self.layout and self.layout not in _FILES:
            raise UsageError(f"no layout {self.layout!r}; {did_you_mean(self.layout, _FILES)}")


class SherpaOnnx(LibraryEngine[SherpaOnnxOptions]):
    """The engine, for a folder."""

    name = "sherpa-onnx"
    options_type = SherpaOnnxOptions
    packages = ("sherpa_onnx",)
    extra = "sherpa-onnx"
    info = EngineInfo(needs_model=True, devices=("cpu", "cuda"), vocabulary=True)

    def __init__(self, model: str = "", options: Mapping[str, Any] = {}) -> None:
        """Find the files.

        Raises:
            UsageError: if they are not those of a known layout, or take no vocabulary.
        """
        super().__init__(model, options)
        names = self.weights.names()
        self._layout = self.settings.layout or _layout(self.spec, self.weights.label, names)
        wanted = {**_FILES[self._layout], "tokens": "*tokens.txt"}
        self._files = {
            part: _one(self.spec, names, pattern, self.settings.quantization)
            for part, pattern in wanted.items()
        }
        takes = self._layout == "transducer" and "bpe.vocab" in names
        if self.settings.vocabulary and not takes:
            raise UsageError(
                f"{self.spec} takes no vocabulary: only transducers with a file bpe.vocab do"
            )
        self.info = msgspec.structs.replace(
            self.info,
            languages=self._languages(),
            word_times=self._layout not in _UNTIMED,
            vocabulary=takes,
        )

    def _languages(self) -> tuple[str, ...]:
        if self._layout != "whisper":
            return _LANGUAGES.get(self._layout, ())
        if ".en" in self._files["encoder"]:
            return ("en",)
        return LANGUAGES

    @contextmanager
    def load(self, resources: Resources) -> Iterator[Recognize]:
        """Load the recognizer; yield what recognizes a batch.

        A model that is told its language when it is loaded is loaded once for each.
        """
        kind = resources.device.partition(":")[0]
        if kind not in self.info.devices:
            raise ModelError(f"{self.spec} does not run on {resources.device}")
        settings = {"num_threads": max(1, resources.threads), "provider": kind}
        told = self._layout in ("whisper", "sense-voice")
        loaded: dict[str, Any] = {}
        with tempfile.TemporaryDirectory() as scratch:  # private to this user
            settings |= self._boosted(Path(scratch))

            def recognizer(language: str) -> Any:
                if language not in loaded:
                    loaded[language] = self._make(
                        settings | ({"language": language} if told else {})
                    )
                return loaded[language]

            recognizer("")

            def recognize(sounds: Sequence[Samples], language: str) -> list[Heard]:
                model = recognizer(ALIASES.get(language, language) if told else "")
                streams = [model.create_stream() for _ in sounds]
                for stream, sound in zip(streams, sounds, strict=True):
                    stream.accept_waveform(SAMPLE_RATE, sound)
                model.decode_streams(streams)
                return [
                    _heard(stream.result, len(sound), timed=self.info.word_times)
                    for stream, sound in zip(streams, sounds, strict=True)
                ]

            yield recognize

    def _make(self, settings: Mapping[str, Any]) -> Any:
        import sherpa_onnx

        library: Any = sherpa_onnx.OfflineRecognizer
        make: Callable[..., Any] = getattr(library, f"from_{self._layout.replace('-', '_')}")
        folder = self.weights.folder()
        return make(**{part: str(folder / name) for part, name in self._files.items()}, **settings)

    def _boosted(self, scratch: Path) -> dict[str, Any]:
        """Return the settings of a transducer, the file of boosted terms included."""
        if self._layout != "transducer":
            return {}
        settings: dict[str, Any] = {"model_type": ""}  # NeMo's differ; the model itself says so
        terms = parse_vocabulary(self.settings.vocabulary)
        if not terms:
            return settings
        folder = self.weights.folder()
        tokens = (folder / self._files["tokens"]).read_text(encoding="utf-8")
        upper = not any(char.islower() for char in _LANGUAGE.sub("", _without_specials(tokens)))
        path = scratch / "hotwords.txt"
        path.write_text(
            "".join(
                f"{term.text.upper() if upper else term.text} :{term.weight * _BOOST:g}\n"
                for term in terms
            ),
            encoding="utf-8",
        )
        return settings | {
            "decoding_method": "modified_beam_search",
            "hotwords_file": str(path),
            "modeling_unit": "bpe",
            "bpe_vocab": str(folder / "bpe.vocab"),
        }


def _heard(result: Any, num_samples: int, *, timed: bool) -> Heard:
    language = str(result.lang).strip("<|>")
    pieces = (
        timed_pieces(
            result.tokens, result.timestamps, result.ys_log_probs, num_samples / SAMPLE_RATE
        )
        if timed
        else ()
    )
    return Heard(text=str(result.text), pieces=pieces, language=language)


def _layout(spec: str, label: str, names: frozenset[str]) -> str:
    """Return the layout that the names of a folder and its files show.

    Raises:
        UsageError: if they show none, or several.
    """

    def has(pattern: str) -> bool:
        return any(fnmatch(name, f"*{pattern}*.onnx") for name in names)

    if has("preprocess") and has("uncached_decode"):
        return "moonshine"
    if has("encoder") and has("decoder"):
        if has("joiner"):
            return "transducer"
        if any(fnmatch(name, "?*-encoder*.onnx") for name in names):  # base.en-encoder.onnx
            return "whisper"
    elif has("model"):
        named = [layout for layout in _FILES if layout in label.lower().replace("_", "-")]
        if len(named) == 1:
            return named[0]
    raise UsageError(
        f"{spec}: the files do not show what kind of model it is; "
        f"--set layout=… names it ({', '.join(_FILES)})"
    )


def _one(spec: str, names: frozenset[str], pattern: str, quantization: str) -> str:
    """Return the one file of a pattern, in the quantization that is asked for if there are two.

    Raises:
        UsageError: if there is none, or it is not clear which.
    """
    ending = "" if pattern.endswith(".txt") else ".onnx"
    found = sorted(name for name in names if fnmatch(name, pattern + ending))
    if len(found) > 1:
        found = [n for n in found if (".int8." in n) == (quantization == "int8")]
    if len(found) != 1:
        several = f"{len(found)} files" if found else "no file"
        raise UsageError(f"{spec}: {several} {pattern}{ending}, one is needed")
    return found[0]


def _without_specials(tokens: str) -> str:
    """Return the tokens of a `tokens.txt` without those in angle brackets."""
    return "".join(line.split(" ")[0] for line in tokens.splitlines() if not line.startswith("<"))
