"""Long recordings lie on disk, and nobody can tell from the samples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from speechkit.audio import sound
from speechkit.audio.channels import mixed_evenly
from speechkit.audio.mask import Mask, Method, mask, masked
from speechkit.audio.read import read_resampled
from speechkit.audio.sound import Lazy, blocks, louder, open_sound


@pytest.fixture
def stereo(tmp_path: Path) -> Path:
    path = tmp_path / "in.flac"
    soundfile.write(path, np.random.default_rng(2).uniform(-0.5, 0.5, (70_000, 2)), 8_000)
    return path


@pytest.mark.parametrize("rate", [8_000, 16_000])
@pytest.mark.parametrize("mono", [False, True])
def test_on_disk_as_in_memory(
    tmp_path: Path, stereo: Path, monkeypatch: pytest.MonkeyPatch, rate: int, mono: bool
) -> None:
    whole = read_resampled(stereo, rate, mono=mono)
    with open_sound(stereo, rate, mono=mono, scratch=tmp_path) as held:
        assert all(isinstance(channel, np.ndarray) for channel in held)
        assert np.array_equal(np.stack(held), whole)
    monkeypatch.setattr(sound, "HELD", 40_000)
    with open_sound(stereo, rate, mono=mono, scratch=tmp_path) as spooled:
        assert all(isinstance(channel, Lazy) for channel in spooled)
        assert [len(channel) for channel in spooled] == [whole.shape[1]] * len(whole)
        assert np.array_equal(np.stack([channel[:] for channel in spooled]), whole)
        for part in (slice(5, 9), slice(-7, None), slice(60_000, 10**9), slice(9, 5)):
            assert np.array_equal(spooled[-1][part], whole[-1][part])
        assert {path.name for path in tmp_path.iterdir()} == {"in.flac"}, "it has no name"


def test_backwards_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="forwards"):
        Lazy(4, lambda a, b: np.zeros(b - a, dtype=np.float32))[::-1]


def test_blocks_and_what_is_made_of_sounds() -> None:
    channels = np.random.default_rng(3).normal(0, 0.1, (3, 1000)).astype(np.float32)
    starts = [start for start, _ in blocks(channels[0], 300)]
    assert starts == [0, 300, 600, 900]
    assert np.array_equal(np.concatenate([b for _, b in blocks(channels[0], 300)]), channels[0])
    even = mixed_evenly(list(channels))[100:900]
    assert np.array_equal(even, channels[:, 100:900].mean(axis=0, dtype=np.float32))
    assert np.array_equal(louder(channels[0], 2.0)[:], channels[0] * 2)


@pytest.mark.parametrize("method", ["silence", "tone", "noise"])
def test_masks_do_not_depend_on_where_blocks_end(method: Method) -> None:
    rate = 1000
    channels = np.random.default_rng(4).normal(0, 0.1, (2, 9 * rate)).astype(np.float32)
    masks = [Mask(0, 0.2), Mask(2, 2.5, 1), Mask(2.502, 3.1), Mask(8.9, 12)]
    whole = mask(channels, rate, masks, method)
    for size in (1, 7, 997, 2500):
        parts = [
            np.concatenate([part for _, part in blocks(channel, size)])
            for channel in masked(list(channels), rate, masks, method)
        ]
        assert np.array_equal(np.stack(parts), whole)
