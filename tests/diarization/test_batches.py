"""Windows and runs computed together, as a GPU wants them: the same as alone; all on the device."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from speechkit.audio.read import read_resampled
from speechkit.core.engines import SAMPLE_RATE
from tests.weights import need_weights

torch = pytest.importorskip("torch")
pytest.importorskip("torchaudio")

from speechkit.diarization import campplus, ge2e  # noqa: E402  they bring torch
from speechkit.diarization.embeddings import Embedding, filter_banks, load_embedding  # noqa: E402

SECONDS = (0.5, 0.81, 1.0, 1.005, 1.37, 2.0, 2.9, 3.99, 4.0)  # of runs; 1 s is CAM++'s context


def frames(lengths: tuple[int, ...], num_mels: int) -> list[Any]:
    made = torch.Generator().manual_seed(0)
    return [torch.randn(length, num_mels, generator=made) for length in lengths]


def untrained(network: Any) -> Any:
    """Return a network whose every layer does something to what it is given, padding included."""
    torch.manual_seed(1)
    for name, values in network.state_dict().items():
        if "running_" in name:
            values.copy_(torch.rand_like(values) * 0.4 + (0.1 if "var" in name else -0.2))
        elif "lstm" in name:
            values.copy_(torch.rand_like(values) * 0.4 - 0.2)
        elif values.ndim == 1:
            values.copy_(torch.rand_like(values) + 0.2)
    return network.eval()


def moved(network: Any) -> Any:
    """Put a network on the GPU that there is not; `Module.to` cannot, of tensors that pretend."""
    for module in network.modules():
        for name, each in list(module.named_parameters(recurse=False)):
            empty = torch.empty(each.shape, device="cuda")
            setattr(module, name, torch.nn.Parameter(empty, requires_grad=False))
        for name, each in list(module.named_buffers(recurse=False)):
            setattr(module, name, torch.empty(each.shape, dtype=each.dtype, device="cuda"))
    return network


@pytest.mark.parametrize(
    ("runs", "num_mels"),
    [
        (lambda: campplus.Runs(untrained(campplus.CamPlusPlus())), campplus.NUM_MELS),
        (lambda: ge2e.Runs(untrained(ge2e.Network())), ge2e.NUM_MELS),
    ],
    ids=["campplus", "ge2e"],
)
def test_runs_of_any_length_are_embedded_together_as_alone(runs: Any, num_mels: int) -> None:
    network = runs()
    given = frames((400, 41, 100, 199, 200, 201, 202, 57, 160, 161), num_mels)
    with torch.inference_mode():
        together = network(given)
        alone = torch.cat([network([each]) for each in given])
    unit = torch.nn.functional.normalize
    assert (unit(together) - unit(alone)).abs().max() < 1e-5
    assert (unit(alone[0], dim=0) - unit(alone[1], dim=0)).abs().max() > 1e-3


@pytest.mark.models
def test_voices_in_batches_are_those_of_one_by_one(real_call: Path) -> None:
    need_weights("campplus")
    samples = torch.from_numpy(read_resampled(real_call, SAMPLE_RATE, mono=True)[0].copy())
    embedding = load_embedding("campplus")
    runs = [
        [samples[at * SAMPLE_RATE : round((at + seconds) * SAMPLE_RATE)]]
        for at, seconds in zip(range(7, 25, 2), SECONDS, strict=True)
    ]
    runs.append([samples[: SAMPLE_RATE // 10]])  # too short for a vector
    alone = np.array(embedding.of_each(runs))
    together = np.array(embedding.of_batch(runs))
    assert np.isnan(alone[-1]).all() and np.isnan(together[-1]).all()
    assert np.abs(together[:-1] - alone[:-1]).max() < 1e-5
    assert np.array_equal(embedding.of_each(runs[:-1], threads=2), alone[:-1])


@pytest.mark.models
def test_windows_side_by_side_are_those_that_pyannote_slides_over(real_call: Path) -> None:
    pytest.importorskip("pyannote.audio")
    need_weights("segmentation-3.0")
    from speechkit.diarization.local_pipeline import build, local_speakers
    from speechkit.storage.models import resolve

    samples = torch.from_numpy(read_resampled(real_call, SAMPLE_RATE, mono=True))
    settings = {"threshold": 0.75, "pair_threshold": 0.45, "min_run": 0.8, "min_speaker": 1.0}
    weights = resolve("segmentation-3.0") / "pytorch_model.bin"
    pipeline = build(weights, "campplus", **settings, min_pause=0.0, device="cpu")
    for seconds in (24.5, 22, 10, 3):  # windows and a rest, windows only, one, only a rest
        sound = samples[:, : round(seconds * SAMPLE_RATE)]
        theirs = pipeline._segmentation({"waveform": sound, "sample_rate": SAMPLE_RATE})
        ours = local_speakers(pipeline._segmentation, sound, threads=2)
        assert np.array_equal(ours.data, theirs.data)
        assert ours.sliding_window.step == theirs.sliding_window.step
        assert ours.sliding_window.duration == theirs.sliding_window.duration


def test_batches_go_to_the_device_whole_and_nothing_is_left_on_the_processor() -> None:
    """On a GPU that torch only pretends to have: it refuses to mix devices, and knows shapes."""
    from torch._subclasses.fake_tensor import FakeTensorMode
    from torch.utils._python_dispatch import TorchDispatchMode

    seen: list[str] = []

    class Noted(TorchDispatchMode):
        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None):
            out = func(*args, **(kwargs or {}))
            if isinstance(out, torch.Tensor) and out.numel() > 1:
                seen.append(f"{out.device.type} {func}")
            return out

    with FakeTensorMode(allow_non_fake_inputs=True):  # torchaudio holds a number of its own
        network = moved(campplus.Runs(campplus.CamPlusPlus()).eval())
        given = [torch.empty(n, campplus.NUM_MELS, device="cuda") for n in (400, 41, 200)]
        with Noted(), torch.no_grad():
            out = network(given)
        assert (out.device.type, out.shape) == ("cuda", (3, campplus.DIMENSION))
        sound = torch.empty(2 * SAMPLE_RATE, device="cuda")
        with Noted():
            banks = filter_banks(sound)
        assert banks.device.type == "cuda"
    strays = {each for each in seen if each.startswith("cpu")}
    strays -= {"cpu aten.lift_fresh.default"}  # Python's numbers on their way: the lengths
    assert len(seen) > 500 and not strays, strays


def test_runs_are_batched_by_length_and_come_back_in_their_order() -> None:
    """The batches that a GPU gets, without one: no more padded samples than are allowed for."""
    sizes: list[tuple[int, int]] = []

    def network(runs: Any) -> Any:
        sizes.append((len(runs), max(map(len, runs))))
        return torch.stack([torch.tensor([float(len(each)), 1.0]) for each in runs])

    network.to = lambda device: None  # type: ignore[attr-defined]
    embedding = Embedding(
        lambda piece: piece[::160, None], network, dimension=2, min_frames=1, frame_shift=160
    )
    lengths = [SAMPLE_RATE * (1 + n % 4) for n in range(150)]
    runs = [[torch.ones(length)] for length in lengths]
    found = embedding.in_batches(runs)
    assert [round(v[0] / v[1]) for v in found] == [length // 160 for length in lengths]
    assert len(sizes) > 1 and max(count * longest for count, longest in sizes) <= 240 * 100
