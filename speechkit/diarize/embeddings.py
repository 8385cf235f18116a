"""Speaker embeddings in the form that pyannote's diarization pipeline asks for.

pyannote gives 10 s of sound and, for each speaker that it hears there, a mask of when that one
speaks; it wants back one vector each. Frames outside the mask are cut out before the network, so
that neither others nor silence colour the vector.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from speechkit.core import models
from speechkit.core.engines import SAMPLE_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

EmbeddingName = Literal["campplus", "ge2e"]


class MaskedEmbedding:
    """What pyannote calls a pretrained speaker embedding, over features and a network of ours.

    `features` turns samples (n,) into frames (frames, mels); `network` turns the frames of one
    speaker into a vector (dimension,). Fewer than `min_frames` give NaN, which pyannote leaves
    out of the clustering.
    """

    sample_rate = SAMPLE_RATE
    metric = "cosine"

    def __init__(
        self,
        features: Callable[[Tensor], Tensor],
        network: Callable[[Tensor], Tensor],
        *,
        dimension: int,
        min_frames: int,
        frame_shift: int,
    ) -> None:
        self.dimension = dimension
        self.min_num_samples = min_frames * frame_shift
        self._features = features
        self._network = network
        self._min_frames = min_frames

    def to(self, device: torch.device) -> MaskedEmbedding:  # noqa: ARG002
        """Stay on the CPU: a second of sound costs about 20 ms there."""
        return self

    @torch.inference_mode()
    def __call__(self, waveforms: Tensor, masks: Tensor) -> NDArray[np.float64]:
        """Waveforms (batch, 1, n) and masks (batch, frames) → embeddings (batch, dimension)."""
        out = np.full((len(waveforms), self.dimension), np.nan)
        features: Tensor | None = None
        for index, (waveform, mask) in enumerate(zip(waveforms.cpu(), masks.cpu(), strict=True)):
            # The speakers of one window come in a row with the same sound.
            if features is None or not torch.equal(waveform, waveforms[index - 1].cpu()):
                features = self._features(waveform[0])
            wanted = F.interpolate(mask[None, None], size=len(features), mode="nearest")[0, 0] > 0.5
            if int(wanted.sum()) >= self._min_frames:
                vector = self._network(features[wanted])
                out[index] = (vector / vector.norm()).numpy()
        return out


def load_embedding(name: EmbeddingName) -> MaskedEmbedding:
    """Load a pinned speaker embedding.

    Raises:
        ModelError: if its weights are not on this machine or are not the pinned ones.
    """
    folder = models.resolve(name)
    if name == "ge2e":
        from speechkit.diarize import ge2e

        return MaskedEmbedding(
            ge2e.features,
            ge2e.load(folder / "pretrained.pt"),
            dimension=ge2e.DIMENSION,
            min_frames=40,
            frame_shift=160,
        )
    from speechkit.diarize import campplus

    network = campplus.load(folder / "campplus_cn_en_common.pt")

    def embed(frames: Tensor) -> Tensor:
        vector: Tensor = network((frames - frames.mean(0))[None])[0]
        return vector

    return MaskedEmbedding(
        _filter_banks, embed, dimension=campplus.DIMENSION, min_frames=40, frame_shift=160
    )


def _filter_banks(samples: Tensor) -> Tensor:
    """80 log mel energies each 10 ms, as CAM++ was trained on (Kaldi's, no dither)."""
    from torchaudio.compliance import kaldi

    banks: Tensor = kaldi.fbank(
        samples[None], num_mel_bins=80, sample_frequency=SAMPLE_RATE, dither=0.0
    )
    return banks
