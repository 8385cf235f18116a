"""Speaker embeddings of the runs of speech that pyannote's segmentation network finds.

pyannote would hand over 10 s of sound and a mask for each speaker in it, for windows that overlap
tenfold. Runs that several windows agree about, to a twentieth of a second, are embedded once here.
Frames outside of a run never reach the network, so that neither others nor silence color it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
import torch
from torch import Tensor

from speechkit.audio.intervals import stretches
from speechkit.core.arithmetic import side_by_side
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

    `features` turns samples (n,) into frames (frames, mels); `network` turns the frames of several
    runs, of any lengths, into vectors (runs, dimension); alone or with others, a run's vector is
    the same to within 1e-5. Runs of fewer than `min_frames` give NaN, which the clustering leaves
    out.
    """

    sample_rate = SAMPLE_RATE
    metric = "cosine"

    def __init__(
        self,
        features: Callable[[Tensor], Tensor],
        network: BatchNetwork,
        *,
        dimension: int,
        min_frames: int,
        frame_shift: int,
    ) -> None:
        self.dimension = dimension
        self.min_num_samples = min_frames * frame_shift
        self._features = features
        self._network = network
        self._device = torch.device("cpu")

    def to(self, device: torch.device) -> Embedding:
        """Move the network to a device; features are made where the sound is moved to."""
        self._network.to(device)
        self._device = device
        return self

    def of(self, pieces: Sequence[Tensor]) -> Floats:
        """Pieces of one speaker's sound, (n,) each at 16 kHz → unit vector (dimension,) or NaN."""
        return self.of_batch([pieces])[0]

    def of_each(self, runs: Sequence[Sequence[Tensor]], threads: int = 1) -> list[Floats]:
        """Embed the pieces of each run, as `of`.

        On a processor one by one, `threads` of them side by side, so that no vector hangs on what
        it was computed beside; on other devices in batches of runs of like length.
        """
        if self._device.type == "cpu":
            return side_by_side(self.of, runs, threads)
        return self.in_batches(runs)

    def in_batches(self, runs: Sequence[Sequence[Tensor]]) -> list[Floats]:
        """Embed runs in batches of like length, each as large as a GPU's memory allows for."""
        lengths = [sum(map(len, pieces)) for pieces in runs]
        order = sorted(range(len(runs)), key=lambda run: -lengths[run])
        out: list[Floats] = [np.empty(0)] * len(runs)
        while order:
            size = max(1, _SAMPLES_AT_ONCE // max(1, lengths[order[0]]))
            batch, order = order[:size], order[size:]
            for run, vector in zip(batch, self.of_batch([runs[r] for r in batch]), strict=True):
                out[run] = vector
        return out

    @torch.inference_mode()
    def of_batch(self, runs: Sequence[Sequence[Tensor]]) -> list[Floats]:
        """Embed the pieces of each run, all in one call of the network."""
        heard = [[piece for piece in pieces if len(piece) >= _SHORTEST_PIECE] for pieces in runs]
        out = [np.full(self.dimension, np.nan) for _ in runs]
        enough = [n for n, run in enumerate(heard) if sum(map(len, run)) >= self.min_num_samples]
        if not enough:
            return out
        frames = [
            torch.cat([self._features(piece.to(self._device)) for piece in heard[n]])
            for n in enough
        ]
        vectors = self._network(frames)
        for n, vector in zip(enough, vectors, strict=True):
            out[n] = np.asarray((vector / vector.norm()).cpu().numpy(), dtype=np.float64)
        return out


class BatchNetwork(Protocol):
    """Frames (n, mels) of several runs → vectors (runs, dimension), on the device it is moved to."""

    def __call__(self, runs: Sequence[Tensor]) -> Tensor: ...
    def to(self, device: torch.device) -> Any: ...


_SHORTEST_PIECE = SAMPLE_RATE // 40  # 25 ms: one frame of the features
_SAMPLES_AT_ONCE = 240 * SAMPLE_RATE  # in a batch, padding included: about a GiB on a GPU


def embed_runs(
    samples: Tensor,
    active: Floats,
    *,
    window: float,
    step: float,
    embedding: Embedding,
    threads: int = 1,
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
    known: list[tuple[tuple[float, float, float], int]] = []
    found: list[list[Tensor]] = []  # each run once
    heard: list[tuple[int, int, int]] = []  # window, run in it, index in `found`
    for w in range(num_windows):
        begin = w * step
        # Later windows cannot share what ended before they begin.
        known = [entry for entry in known if entry[0][1] > begin - _SAME]
        for run in np.flatnonzero(active[w].any(axis=0)).tolist():
            mask = alone[w, :, run] if alone[w, :, run].sum() > fewest else active[w, :, run]
            parts = [(begin + a * frame, begin + b * frame) for a, b in stretches(mask > 0)]
            place = (parts[0][0], parts[-1][1], duration(parts))
            index = next(
                (n for at, n in known if np.abs(np.subtract(at, place)).max() <= _SAME), None
            )
            if index is None:
                index = len(found)
                found.append([_cut(samples, part) for part in parts])
                known.append((place, index))
            heard.append((w, run, index))
    vectors = embedding.of_each(found, threads)
    for w, run, index in heard:
        out[w, run] = vectors[index]
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

    return Embedding(
        filter_banks,
        campplus.Runs(campplus.load(folder / "campplus_cn_en_common.pt")),
        dimension=campplus.DIMENSION,
        min_frames=40,
        frame_shift=160,
    )


def filter_banks(samples: Tensor) -> Tensor:
    """80 log mel energies each 10 ms, as CAM++ was trained on (Kaldi's, no dither)."""
    from torchaudio.compliance import kaldi

    with samples.device:  # where torchaudio makes windows and filters, too
        banks: Tensor = kaldi.fbank(
            samples[None], num_mel_bins=80, sample_frequency=SAMPLE_RATE, dither=0.0
        )
    return banks
