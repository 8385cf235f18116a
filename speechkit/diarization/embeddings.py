"""Speaker embeddings of the runs of speech that pyannote's segmentation network finds.

pyannote would hand over 10 s of sound and a mask for each speaker in it, for windows that overlap
tenfold. Runs that several windows agree about, to a twentieth of a second, are embedded once here.
Frames outside of a run never reach the network, so that neither others nor silence color it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
from torch import Tensor

from speechkit.audio.intervals import stretches
from speechkit.core.engines import SAMPLE_RATE
from speechkit.core.time import Interval, duration
from speechkit.storage import models

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

EmbeddingName = Literal["campplus", "ge2e"]

_SAME = 0.05  # seconds by which the edges of runs may differ that count as one


class Embedding:
    """What stands for pyannote's pretrained speaker embedding, over features and a network of ours.

    `features` turns samples (n,) into frames (frames, mels); `network` turns the frames of one
    speaker into a vector (dimension,). Fewer than `min_frames` give NaN, which the clustering
    leaves out.
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

    def to(self, device: torch.device) -> Embedding:  # noqa: ARG002
        """Stay on the CPU: a second of sound costs about 40 ms there."""
        return self

    @torch.inference_mode()
    def of(self, pieces: Sequence[Tensor]) -> Floats:
        """Pieces of one speaker's sound, (n,) each at 16 kHz → unit vector (dimension,) or NaN."""
        long_enough = [piece for piece in pieces if len(piece) >= _SHORTEST_PIECE]
        if sum(map(len, long_enough)) < self.min_num_samples:
            return np.full(self.dimension, np.nan)
        vector = self._network(torch.cat([self._features(piece) for piece in long_enough]))
        return np.asarray((vector / vector.norm()).numpy(), dtype=np.float64)


_SHORTEST_PIECE = SAMPLE_RATE // 40  # 25 ms: one frame of the features


def embed_runs(
    samples: Tensor, active: Floats, *, window: float, step: float, embedding: Embedding
) -> Floats:
    """Embed each run alone: samples (n,), active (windows, frames, runs) → (windows, runs, dim).

    Window w begins at `w * step` seconds and lasts `window`. Frames in which another run of the
    window is active, too, are left out if enough of the run remains. Runs that are empty or too
    short are NaN.
    """
    num_windows, num_frames, num_runs = active.shape
    out = np.full((num_windows, num_runs, embedding.dimension), np.nan)
    frame = window / num_frames
    alone = active * (active.sum(axis=2, keepdims=True) < 2)
    fewest = np.ceil(embedding.min_num_samples / SAMPLE_RATE / frame)
    known: list[tuple[tuple[float, float, float], Floats]] = []
    for w in range(num_windows):
        begin = w * step
        # Later windows cannot share what ended before they begin.
        known = [entry for entry in known if entry[0][1] > begin - _SAME]
        for run in np.flatnonzero(active[w].any(axis=0)):
            mask = alone[w, :, run] if alone[w, :, run].sum() > fewest else active[w, :, run]
            parts = [(begin + a * frame, begin + b * frame) for a, b in stretches(mask > 0)]
            place = (parts[0][0], parts[-1][1], duration(parts))
            vector = next(
                (v for at, v in known if np.abs(np.subtract(at, place)).max() <= _SAME), None
            )
            if vector is None:
                vector = embedding.of([_cut(samples, part) for part in parts])
                known.append((place, vector))
            out[w, run] = vector
    return out


def _cut(samples: Tensor, part: Interval) -> Tensor:
    return samples[round(part[0] * SAMPLE_RATE) : round(part[1] * SAMPLE_RATE)]


def load_embedding(name: EmbeddingName) -> Embedding:
    """Load a pinned speaker embedding.

    Raises:
        ModelError: if its weights are not on this machine or are not the pinned ones.
    """
    folder = models.resolve(name)
    if name == "ge2e":
        from speechkit.diarization import ge2e

        return Embedding(
            ge2e.features,
            ge2e.load(folder / "pretrained.pt"),
            dimension=ge2e.DIMENSION,
            min_frames=40,
            frame_shift=160,
        )
    from speechkit.diarization import campplus

    network = campplus.load(folder / "campplus_cn_en_common.pt")

    def embed(frames: Tensor) -> Tensor:
        vector: Tensor = network((frames - frames.mean(0))[None])[0]
        return vector

    return Embedding(
        _filter_banks, embed, dimension=campplus.DIMENSION, min_frames=40, frame_shift=160
    )


def _filter_banks(samples: Tensor) -> Tensor:
    """80 log mel energies each 10 ms, as CAM++ was trained on (Kaldi's, no dither)."""
    from torchaudio.compliance import kaldi

    banks: Tensor = kaldi.fbank(
        samples[None], num_mel_bins=80, sample_frequency=SAMPLE_RATE, dither=0.0
    )
    return banks
