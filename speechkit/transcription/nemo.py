"""The engine `nemo:MODEL`: NVIDIA NeMo's own models, in its own code.

MODEL is a `.nemo` file, a folder with one, or a repository that was fetched
(`speechkit models fetch nemo:nvidia/parakeet-tdt-0.6b-v2`). Loading such a file may run code that is
in it: load only what comes from somebody you trust.

Source: https://docs.nvidia.com/nemo-framework/user-guide/latest/nemotoolkit/asr/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from speechkit.core.engines import EngineInfo
from speechkit.core.errors import MissingExtraError, ModelError
from speechkit.core.stage import Resources
from speechkit.transcription.library_engine import Heard, LibraryEngine, LibraryOptions, Recognize
from speechkit.transcription.postprocess import DecodedWord

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]


class NemoOptions(LibraryOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`word_times`: models that write token by token without an alignment have none; say no then."""

    word_times: bool = True


class Nemo(LibraryEngine[NemoOptions]):
    """The engine, for a `.nemo` file."""

    name = "nemo"
    options_type = NemoOptions
    packages = ("nemo", "torch")
    info = EngineInfo(needs_model=True, devices=("cpu", "cuda"), word_times=True)
    patterns = ("*.nemo",)

    def __init__(self, model: str = "", options: Mapping[str, Any] = {}) -> None:
        """Find the model.

        Raises:
            UsageError: if there is none of that name.
            MissingExtraError: if NeMo is not installed.
        """
        try:
            super().__init__(model, options)
        except MissingExtraError as error:
            # No extra of ours: it asks for versions of its own.
            raise MissingExtraError("nemo", requirement="nemo-toolkit[asr]") from error
        self.info = msgspec.structs.replace(self.info, word_times=self.settings.word_times)

    @contextmanager
    def load(self, resources: Resources) -> Iterator[Recognize]:
        """Load the model; yield what recognizes a batch."""
        import torch
        from nemo.collections.asr.models import ASRModel

        before = torch.get_num_threads()
        if resources.threads:
            torch.set_num_threads(resources.threads)
        try:
            path = str(self._file())
            model: Any = ASRModel.restore_from(restore_path=path, map_location=resources.device)
            model.eval()
            told = "prompt_format" in getattr(model, "cfg", {})  # Canary: it writes English if not
            self.assumed = "en" if told else ""
            yield self._recognizer(model, told=told)
        finally:
            torch.set_num_threads(before)

    def _recognizer(self, model: Any, *, told: bool) -> Recognize:
        """Return what recognizes a batch; `told`: the model is told which language to expect."""

        def recognize(sounds: Sequence[Samples], language: str) -> list[Heard]:
            asked: dict[str, Any] = {}
            if told and language:
                asked = {"source_lang": language, "target_lang": language}
            found = model.transcribe(
                audio=list(sounds),
                batch_size=self.settings.batch,
                timestamps=self.settings.word_times,
                return_hypotheses=True,
                verbose=False,
                **asked,
            )
            # Transducers return the best hypotheses and all others beside them.
            best = found[0] if isinstance(found, tuple) else found
            return [_heard(one) for one in best]

        return recognize

    def _file(self) -> Path:
        place = self.weights.folder()
        files = [place] if place.is_file() else sorted(place.glob("*.nemo"))
        if len(files) != 1:
            raise ModelError(f"{place} holds {len(files)} files *.nemo; one is needed")
        return files[0]


def _heard(found: Any) -> Heard:
    times = getattr(found, "timestamp", None)
    words: Sequence[Mapping[str, Any]] = times.get("word", ()) if isinstance(times, dict) else ()
    pieces = tuple(
        DecodedWord(text=f" {word['word']}", start=float(word["start"]), end=float(word["end"]))
        for word in words
    )
    return Heard(text=str(found.text), pieces=pieces)
