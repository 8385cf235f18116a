"""CAM++: who speaks, as a vector of 192 numbers.

Source: Wang et al., "CAM++: A Fast and Efficient Network for Speaker Verification Using
Context-Aware Masking", Interspeech 2023; weights `campplus` of 3D-Speaker (Apache-2.0), trained on
Mandarin and English. A small 2-D convolution front looks at the spectrogram, then three densely
connected blocks of dilated convolutions over time, whose outputs are weighted by what the whole
stretch and its surroundings of a second sound like. Names of modules are those of the weights.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

NUM_MELS = 80
DIMENSION = 192
_BLOCKS = ((12, 1), (24, 2), (16, 2))  # layers and dilation of each dense block
_GROWTH = 32  # channels that each layer adds
_NEARBY = 100  # frames of local context: 2 s, as the network halves the frame rate


def load(path: Path) -> CamPlusPlus:
    """Return the network with the weights of a plain state dict, ready for inference."""
    network = CamPlusPlus()
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return network.eval()


class Runs(nn.Module):
    """Mel filter banks of runs, (frames, 80) each → embeddings (runs, 192)."""

    def __init__(self, network: CamPlusPlus) -> None:
        super().__init__()
        self.network = network

    def forward(self, runs: Sequence[Tensor]) -> Tensor:
        centered = [frames - frames.mean(0) for frames in runs]
        lengths = [len(frames) for frames in centered]
        padded = nn.utils.rnn.pad_sequence(centered, batch_first=True)
        uneven = len(set(lengths)) > 1
        inside = torch.tensor(lengths, device=padded.device) if uneven else None
        embeddings: Tensor = self.network(padded, inside)
        return embeddings


class CamPlusPlus(nn.Module):
    """Mel filter banks (batch, frames, 80), mean removed over time → embeddings (batch, 192).

    `lengths`, (batch,): how many frames of each are sound and not padding, where that differs. What
    is padding is held at zero wherever a layer looks at its neighbors, as if the sound ended there.
    """

    def __init__(self) -> None:
        super().__init__()
        self.head = _Front()
        channels = 128
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        layers["tdnn"] = _named(
            linear=nn.Conv1d(self.head.channels, channels, 5, stride=2, padding=2, bias=False),
            nonlinear=_normalized(channels),
        )
        for index, (num_layers, dilation) in enumerate(_BLOCKS, start=1):
            layers[f"block{index}"] = _DenseBlock(channels, num_layers, dilation)
            channels += num_layers * _GROWTH
            layers[f"transit{index}"] = _named(
                nonlinear=_normalized(channels),
                linear=nn.Conv1d(channels, channels // 2, 1, bias=False),
            )
            channels //= 2
        layers["out_nonlinear"] = _normalized(channels)
        layers["stats"] = _Statistics()
        layers["dense"] = _named(
            linear=nn.Conv1d(2 * channels, DIMENSION, 1, bias=False),
            nonlinear=_named(batchnorm=nn.BatchNorm1d(DIMENSION, affine=False)),
        )
        self.xvector = nn.Sequential(layers)

    def forward(self, features: Tensor, lengths: Tensor | None = None) -> Tensor:
        inside = None if lengths is None else _inside(lengths, features.shape[1])
        frames: Tensor = self.head(features.transpose(1, 2), inside)
        if lengths is not None:
            inside = _inside((lengths + 1) // 2, (features.shape[1] + 1) // 2)
        for layer in self.xvector.children():
            over_time = isinstance(layer, _DenseBlock | _Statistics)
            frames = layer(frames, inside) if over_time else layer(frames)
        return frames.squeeze(-1)


class _Front(nn.Module):
    """2-D convolutions that divide the frequency axis by 8 and leave time alone."""

    channels = 32 * NUM_MELS // 8

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(32)
        self.layer1 = nn.Sequential(_Residual(2), _Residual(1))
        self.layer2 = nn.Sequential(_Residual(2), _Residual(1))
        self.conv2 = nn.Conv2d(32, 32, 3, stride=(2, 1), padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(32)

    def forward(self, features: Tensor, inside: Tensor | None) -> Tensor:
        maps = _held(F.relu(self.bn1(self.conv1(features.unsqueeze(1)))), inside)
        for layer in (*self.layer1, *self.layer2):
            maps = layer(maps, inside)
        return _held(F.relu(self.bn2(self.conv2(maps))), inside).flatten(1, 2)


class _Residual(nn.Module):
    def __init__(self, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(32, 32, 3, stride=(stride, 1), padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(32)
        self.conv2 = nn.Conv2d(32, 32, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(32)
        self.shortcut = nn.Sequential()
        if stride != 1:
            self.shortcut = nn.Sequential(
                nn.Conv2d(32, 32, 1, stride=(stride, 1), bias=False), nn.BatchNorm2d(32)
            )

    def forward(self, maps: Tensor, inside: Tensor | None) -> Tensor:
        inner = self.bn2(self.conv2(_held(F.relu(self.bn1(self.conv1(maps))), inside)))
        return _held(F.relu(inner + self.shortcut(maps)), inside)


class _DenseBlock(nn.Module):
    """Each layer sees what all layers before it made."""

    def __init__(self, channels: int, num_layers: int, dilation: int) -> None:
        super().__init__()
        for index in range(num_layers):
            layer = _ContextLayer(
                nonlinear1=_normalized(channels + index * _GROWTH),
                linear1=nn.Conv1d(channels + index * _GROWTH, 4 * _GROWTH, 1, bias=False),
                nonlinear2=_normalized(4 * _GROWTH),
                cam_layer=_ContextMask(4 * _GROWTH, dilation),
            )
            self.add_module(f"tdnnd{index + 1}", layer)

    def forward(self, frames: Tensor, inside: Tensor | None) -> Tensor:
        for layer in self.children():
            frames = torch.cat([frames, layer(frames, inside)], dim=1)
        return frames


class _ContextLayer(nn.Module):
    def __init__(self, **modules: nn.Module) -> None:
        super().__init__()
        for name, module in modules.items():
            self.add_module(name, module)

    def forward(self, frames: Tensor, inside: Tensor | None) -> Tensor:
        *narrowing, cam_layer = self.children()
        for module in narrowing:
            frames = module(frames)
        masked: Tensor = cam_layer(_held(frames, inside), inside)
        return masked


class _ContextMask(nn.Module):
    """A dilated convolution, each channel weighted by its global and nearby mean (section 2.2)."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.linear_local = nn.Conv1d(
            channels, _GROWTH, 3, padding=dilation, dilation=dilation, bias=False
        )
        self.linear1 = nn.Conv1d(channels, channels // 2, 1)
        self.linear2 = nn.Conv1d(channels // 2, _GROWTH, 1)

    def forward(self, frames: Tensor, inside: Tensor | None) -> Tensor:
        context = _mean(frames, inside) + _nearby_mean(frames, inside)
        weights = torch.sigmoid(self.linear2(F.relu(self.linear1(context))))
        masked: Tensor = self.linear_local(frames) * weights
        return masked


class _Statistics(nn.Module):
    """Mean and standard deviation over time, as one column."""

    def forward(self, frames: Tensor, inside: Tensor | None) -> Tensor:
        if inside is None:
            return torch.cat([frames.mean(-1), frames.std(-1)], dim=-1).unsqueeze(-1)
        mean = _mean(_held(frames, inside), inside)
        squares = _held(frames - mean, inside).square().sum(-1)
        deviation = (squares / (inside.sum(-1) - 1)).sqrt()
        return torch.cat([mean.squeeze(-1), deviation], dim=-1).unsqueeze(-1)


def _inside(lengths: Tensor, num_frames: int) -> Tensor:
    """Return (batch, 1, num_frames): 1 where there is sound, 0 where there is padding."""
    frames = torch.arange(num_frames, device=lengths.device)
    return (frames < lengths[:, None]).float()[:, None]


def _held(values: Tensor, inside: Tensor | None) -> Tensor:
    """Hold padding at zero: of frames (batch, channels, time), or maps with mels before the time."""
    if inside is None:
        return values
    return values * (inside if values.ndim == 3 else inside[:, :, None])


def _mean(frames: Tensor, inside: Tensor | None) -> Tensor:
    """Mean over time, (batch, channels, 1), of frames whose padding is zero."""
    if inside is None:
        return frames.mean(-1, keepdim=True)
    return frames.sum(-1, keepdim=True) / inside.sum(-1, keepdim=True)


def _nearby_mean(frames: Tensor, inside: Tensor | None) -> Tensor:
    """Mean of each piece of `_NEARBY` frames, held over the piece."""
    means = F.avg_pool1d(frames, _NEARBY, stride=_NEARBY, ceil_mode=True)
    if inside is not None:
        sound = F.avg_pool1d(inside, _NEARBY, stride=_NEARBY, ceil_mode=True)
        means = means / sound.clamp(min=1 / _NEARBY)  # less than a frame is none
    return means.repeat_interleave(_NEARBY, dim=-1)[..., : frames.shape[-1]]


def _normalized(channels: int) -> nn.Sequential:
    return _named(batchnorm=nn.BatchNorm1d(channels), relu=nn.ReLU())


def _named(**modules: nn.Module) -> nn.Sequential:
    return nn.Sequential(OrderedDict(modules))
