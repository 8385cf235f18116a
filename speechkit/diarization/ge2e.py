"""GE2E: who speaks, as a vector of 256 numbers; smaller and older than CAM++.

Source: Wan et al., "Generalized End-to-End Loss for Speaker Verification", ICASSP 2018; weights
`ge2e` of Resemblyzer (Apache-2.0). Three LSTM layers over 1.6 s of mel energies, then a
projection; longer speech is embedded in windows that overlap by half, and averaged.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import librosa
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from speechkit.core.engines import SAMPLE_RATE

DIMENSION = 256
NUM_MELS = 40
_WINDOW = 160  # frames: 1.6 s
_LEVEL = 10 ** (-30 / 20)  # amplitude that it was trained on: -30 dBFS


class Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(NUM_MELS, DIMENSION, num_layers=3, batch_first=True)
        self.linear = nn.Linear(DIMENSION, DIMENSION)

    def forward(self, frames: Tensor) -> Tensor:
        """Mel energies (batch, frames, 40) → unit vectors (batch, 256)."""
        _, (hidden, _) = self.lstm(frames)
        return F.normalize(F.relu(self.linear(hidden[-1])), dim=-1)


class Runs(nn.Module):
    """Frames of runs, (n, 40) each → vectors (runs, 256)."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, runs: Sequence[Tensor]) -> Tensor:
        windows: dict[int, list[tuple[int, Tensor]]] = {}  # by length: only the short are shorter
        for run, frames in enumerate(runs):
            last = max(0, len(frames) - _WINDOW)
            for start in [*range(0, last, _WINDOW // 2), last]:
                window = frames[start : start + _WINDOW]
                windows.setdefault(len(window), []).append((run, window))
        vectors: list[list[Tensor]] = [[] for _ in runs]
        for each in windows.values():
            embedded = self.network(torch.stack([window for _, window in each]))
            for (run, _), vector in zip(each, embedded, strict=True):
                vectors[run].append(vector)
        return torch.stack([torch.stack(each).mean(0) for each in vectors])


def load(path: Path) -> Runs:
    """Return the network with the weights of Resemblyzer's checkpoint, ready for inference."""
    # The optimizer's state is kept beside the weights; of those, two belong to the training loss.
    state = torch.load(path, map_location="cpu", weights_only=True)["model_state"]
    network = Network()
    network.load_state_dict({k: v for k, v in state.items() if not k.startswith("similarity")})
    return Runs(network).eval()


def features(samples: Tensor) -> Tensor:
    """40 mel energies each 10 ms of samples (n,), at the level of the training data.

    librosa's, as in training: made on the processor, whatever the device.
    """
    level = float(samples.square().mean().sqrt())
    scaled = samples * (_LEVEL / level) if level > 0 else samples
    mels = librosa.feature.melspectrogram(
        y=scaled.cpu().numpy(), sr=SAMPLE_RATE, n_fft=400, hop_length=160, n_mels=NUM_MELS
    )
    return torch.from_numpy(mels.astype("float32").T).to(samples.device)
