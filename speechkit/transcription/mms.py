"""Aligner `mms`: `torchaudio.pipelines.MMS_FA`, 1,130 languages by their romanized letters.

Its weights (1.2 GB, CC-BY-NC 4.0) are not pinned by speechkit and never downloaded in a run: they
must lie in torch hub's cache. Pratap et al. 2023, "Scaling Speech Technology to 1,000+ Languages".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from speechkit.core.digest import digest_file
from speechkit.core.engine_base import EngineBase
from speechkit.core.engines import Align, EngineInfo, Sound
from speechkit.core.errors import ModelError
from speechkit.core.stage import Resources
from speechkit.core.types import Segment
from speechkit.transcription.align import Pronunciation
from speechkit.transcription.apply_alignment import align_segments
from speechkit.transcription.verbalize import spoken_forms

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

URL = "https://dl.fbaipublicfiles.com/mms/torchaudio/ctc_alignment_mling_uroman/model.pt"
POOR = -4.0  # mean log probability below which a text is taken not to fit; not measured


class MmsOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`widen`: move edges out to quiet."""

    widen: bool = True


class MmsAligner(EngineBase[MmsOptions]):
    """The engine; `open` loads the weights."""

    name = "mms"
    options_type = MmsOptions
    packages = ("torchaudio",)
    extra = "align"
    info = EngineInfo(
        devices=("cpu", "cuda", "mps"), word_margin=0.2
    )  # more than `ctc`: not measured

    @cached_property
    def revision(self) -> str:
        """Digest of the weights."""
        return digest_file(weights_path())

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Align]:
        """Load the weights onto the device.

        Raises:
            ModelError: if they are not in torch hub's cache.
        """
        acoustics = MmsAcoustics(weights_path(), resources.device)

        def align(
            samples: Sound, segments: Sequence[Segment], language: str
        ) -> tuple[Segment, ...]:
            return align_segments(
                samples,
                segments,
                language,
                acoustics,
                name=self.name,
                supported=(),
                poor=lambda code: POOR,  # noqa: ARG005
                widened=self.settings.widen,
            )

        yield align


class MmsAcoustics:
    """The model behind `align.Acoustics`; it reads the letters a-z and the apostrophe."""

    def __init__(self, weights: Path, device: str) -> None:
        import torch
        from torchaudio.pipelines import MMS_FA

        assert weights.parent == Path(torch.hub.get_dir()) / "checkpoints"
        self._device = device
        self._model: torch.nn.Module = MMS_FA.get_model(with_star=False).to(device).eval()
        self._index: dict[str, int] = MMS_FA.get_dict(star=None)
        self._romanize = _romanizer()

    def emissions(self, samples: Samples, language: str) -> NDArray[np.float32]:  # noqa: ARG002
        """Column 0 is blank, then letters."""
        import torch

        with torch.inference_mode():
            emission, _ = self._model(torch.from_numpy(samples)[None].to(self._device))
        return np.asarray(emission[0].float().cpu().numpy(), dtype=np.float32)

    def pronounce(self, word: str, language: str) -> tuple[Pronunciation, ...]:
        """Return the letters of the ways to say a word; () where nothing can be romanized."""
        found: list[Pronunciation] = []
        for form in spoken_forms(word, language):
            letters = [self._romanize(token.rstrip(".")) for token in form]
            said = tuple(
                tuple(self._index[char] for char in part if self._index.get(char, 0))
                for part in letters
            )
            said = tuple(part for part in said if part)
            if said and said not in found:
                found.append(said)
        return tuple(found)


def weights_path() -> Path:
    """Return where torch hub keeps the weights.

    Raises:
        ModelError: if they are not there; says how to download them.
    """
    import torch

    path = Path(torch.hub.get_dir()) / "checkpoints" / URL.rsplit("/", 1)[1]
    if not path.is_file():
        raise ModelError(
            f"the weights of MMS_FA are not on this machine ({path} is missing); download them with: "
            "python -c 'from torchaudio.pipelines import MMS_FA; MMS_FA.get_model()' "
            "(1.2 GB, CC-BY-NC 4.0), or align with ctc"
        )
    return path


def _romanizer() -> Callable[[str], str]:
    """Return uroman's function where it is installed; else accents go and scripts are not read."""
    if find_spec("uroman") is not None:
        reader = import_module("uroman").Uroman()
        return lambda text: str(reader.romanize_string(text)).lower()
    return lambda text: unicodedata.normalize("NFD", text.lower()).replace("ß", "ss")
