"""The engine `whisper:<model>`: openai-whisper, on the same pinned weights as faster-whisper.

`whisper:base` reads the pinned CTranslate2 file. A checkpoint that whisper itself downloaded
(`whisper:turbo`; `speechkit models fetch whisper:turbo` has it downloaded), or the path of one, works
too; nothing is downloaded in a run. Samples are passed as arrays, so no ffmpeg is needed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from speechkit.core.arithmetic import one_torch_thread
from speechkit.core.digest import digest_file
from speechkit.core.engine_base import EngineBase
from speechkit.core.engines import EngineInfo, Transcribe
from speechkit.core.errors import ModelError, UsageError, WrongDigestError, did_you_mean
from speechkit.core.stage import Resources
from speechkit.core.vocabulary import as_prompt
from speechkit.transcription import weights
from speechkit.transcription import whisper as front_end
from speechkit.transcription.faster_whisper import Weights, find_weights, pinned_models
from speechkit.transcription.language_detection import LANGUAGES
from speechkit.transcription.postprocess import DecodedSegment, DecodedWord

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

DEFAULT_MODEL = "base"
_SEED = 1  # of what is sampled at a temperature above 0


class OpenaiWhisper(EngineBase[front_end.WhisperOptions]):
    """The engine, for a pinned model, one of whisper's own names, or a path.

    Making it is cheap; `open` loads the weights.
    """

    name = "whisper"
    options_type = front_end.WhisperOptions
    packages = ("whisper",)
    extra = "transcribe"
    has_models = True
    info = EngineInfo(
        languages=LANGUAGES, word_times=True, devices=("cpu", "cuda"), vocabulary=True
    )

    def __init__(self, model: str = "", options: Mapping[str, Any] = {}) -> None:
        super().__init__(model or DEFAULT_MODEL, options)
        self._weights = _find(self.model)
        self.model = self._weights.label  # of a file of the user's only its name
        self.info = front_end.info_of(OpenaiWhisper.info, self.model)

    @property
    def revision(self) -> str:
        """Digest of the weights, the voice detector's included."""
        return front_end.revision(self._weights.revision, self.settings)

    def fetch(self) -> Path:
        """Download the weights and verify them.

        Raises:
            ModelError: if no source has them.
        """
        return self._weights.fetch()

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Transcribe]:
        """Load the model; yield mono samples (n,) at 16 kHz and a language → transcript."""
        import torch  # noqa: F401  before it is told how many threads to use

        with one_torch_thread():
            if isinstance(self._weights, Checkpoint):
                model = _load_checkpoint(self._weights)
            else:
                model = load_ctranslate2(self._weights.folder())
            decoder = _Decoder(_on_device(model, resources.device), self.settings)
            with front_end.open_front_end(decoder, self, resources) as transcribe:
                yield transcribe


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A file in openai-whisper's own format. `pinned` is the digest whisper publishes, if any, and
    `url` where."""

    label: str
    path: str
    pinned: str = ""
    url: str = ""

    @property
    def revision(self) -> str:
        """Digest of the file.

        Raises:
            ModelError: if it is not there, or not the one that whisper publishes.
        """
        if self.pinned:
            return self.pinned
        return digest_file(self.file())

    def file(self) -> Path:
        """Return the file, verified.

        Raises:
            ModelError: as `revision`.
        """
        path = Path(self.path)
        ask = f"speechkit models fetch whisper:{self.label}"
        if not path.is_file():
            raise ModelError(f"{path} is not there; download it once with: {ask}")
        if self.pinned and digest_file(path) != self.pinned:
            raise WrongDigestError(f"{path} has the wrong digest; delete it and run: {ask}")
        return path

    def fetch(self) -> Path:
        """Download the file, as whisper itself does, and verify it.

        Raises:
            ModelError: if it cannot be had.
        """
        if self.url and not Path(self.path).is_file():
            import whisper

            try:
                whisper._download(self.url, str(Path(self.path).parent), in_memory=False)
            except (OSError, RuntimeError) as error:
                raise ModelError(f"whisper:{self.label} was not downloaded: {error}") from error
        return self.file()


def load_ctranslate2(folder: Path) -> Any:
    """Return a `whisper.model.Whisper` in float32 with the weights of a CTranslate2 folder.

    Raises:
        ModelError: if the file cannot be read or is quantised.
    """
    import torch
    from whisper.model import ModelDimensions, Whisper

    tensors = weights.read_tensors(folder / "model.bin")
    model = Whisper(ModelDimensions(**weights.dimensions(tensors)))
    state = weights.to_openai(tensors)
    model.load_state_dict({k: torch.tensor(v, dtype=torch.float32) for k, v in state.items()})
    # Without these, word times come from half of all heads and are wrong.
    heads = torch.zeros(model.dims.n_text_layer, model.dims.n_text_head, dtype=torch.bool)
    for layer, head in weights.alignment_heads(folder):
        heads[layer, head] = True
    model.register_buffer("alignment_heads", heads.to_sparse(), persistent=False)
    return model.eval()


def _find(model: str) -> Weights | Checkpoint:
    if model.endswith(".pt"):
        if not Path(model).is_file():
            raise UsageError(f"no file {model}")
        return Checkpoint(label=Path(model).stem, path=model)
    if model in pinned_models() or "/" in model or "\\" in model or model.startswith("."):
        return find_weights(model)
    import whisper

    urls: dict[str, str] = whisper._MODELS
    if model not in urls:
        hint = did_you_mean(model, {*urls, *pinned_models()})
        raise UsageError(f"no whisper model {model!r}; {hint}")
    *_, digest, file = urls[model].split("/")
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "whisper"
    return Checkpoint(label=model, path=str(root / file), pinned=digest, url=urls[model])


def _load_checkpoint(checkpoint: Checkpoint) -> Any:
    import whisper

    model = whisper.load_model(str(checkpoint.file()), device="cpu")
    # whisper sets them only where it is given a name, which would let it download.
    if checkpoint.pinned:
        model.set_alignment_heads(whisper._ALIGNMENT_HEADS[checkpoint.label])
    return model.eval()


def _on_device(model: Any, device: str) -> Any:
    try:
        return model.to(device)
    except (RuntimeError, AssertionError) as error:
        raise ModelError(f"whisper on {device}: {error}") from error


def _told(vocabulary: str) -> dict[str, Any]:
    """Show terms to each 30 s; versions before June 2025 do not know how."""
    prompt = as_prompt(vocabulary)
    return {"initial_prompt": prompt, "carry_initial_prompt": True} if prompt else {}


class _Decoder:
    """`whisper.Decoder` on openai-whisper's `Whisper`."""

    def __init__(self, model: Any, options: front_end.WhisperOptions) -> None:
        from whisper.tokenizer import LANGUAGES

        self._model = model
        self._options = options
        count = model.num_languages if model.is_multilingual else 1
        self.languages: tuple[str, ...] = tuple(LANGUAGES)[:count]

    def detect(self, samples: Samples) -> dict[str, float]:
        import torch
        from whisper.audio import N_FRAMES, N_SAMPLES, log_mel_spectrogram, pad_or_trim

        mel = log_mel_spectrogram(samples, self._model.dims.n_mels, padding=N_SAMPLES)
        window = pad_or_trim(mel, N_FRAMES).to(self._model.device)
        with torch.inference_mode():
            _, probabilities = self._model.detect_language(window)
        return {code: float(probability) for code, probability in probabilities.items()}

    def decode(
        self, samples: Samples, language: str, temperature: float = 0.0
    ) -> tuple[DecodedSegment, ...]:
        import torch
        from whisper.transcribe import transcribe

        with torch.inference_mode(), torch.random.fork_rng():
            torch.manual_seed(_SEED)
            result = transcribe(
                self._model,
                samples,
                language=language,
                beam_size=self._options.beam_size,
                # One temperature and no thresholds: nothing is skipped.
                temperature=temperature,
                compression_ratio_threshold=None,
                logprob_threshold=None,
                no_speech_threshold=None,
                condition_on_previous_text=self._options.condition_on_previous_text,
                word_timestamps=True,
                **_told(self._options.vocabulary),
                fp16=self._model.device.type != "cpu",
                verbose=None,
            )
        return tuple(
            DecodedSegment(
                words=tuple(
                    DecodedWord(
                        text=word["word"],
                        start=float(word["start"]),
                        end=float(word["end"]),
                        probability=float(word["probability"]),
                    )
                    for word in segment["words"]
                ),
                avg_logprob=float(segment["avg_logprob"]),
                no_speech_prob=float(segment["no_speech_prob"]),
            )
            for segment in result["segments"]
            if segment["words"]
        )
