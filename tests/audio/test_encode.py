"""What is written is what was read, bit for bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from speechkit.audio.decode import probe, read_audio
from speechkit.audio.encode import bits_of, quantize, write_audio
from speechkit.core.errors import AudioError, StoreError


@given(st.integers(-(2**23), 2**23 - 1))
def test_float32_holds_24_bits(value: int) -> None:
    sample = np.array([[value / 2**23]], dtype=np.float32)
    assert quantize(sample, 24)[0, 0] >> 8 == value


def full_range(bits: int, num: int = 50_000) -> np.ndarray:
    """Random integers with both ends of the range among them, shape (n, 2)."""
    low, high = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    values = np.random.default_rng(bits).integers(low, high + 1, (num, 2))
    values[:3] = [[low, high], [0, -1], [high, low]]
    return values


@pytest.mark.parametrize("suffix", [".flac", ".wav"])
@pytest.mark.parametrize(("bits", "rate"), [(16, 8_000), (16, 44_100), (24, 48_000), (24, 96_000)])
def test_samples_outside_a_mask_stay_bit_identical(
    tmp_path: Path, suffix: str, bits: int, rate: int
) -> None:
    values = full_range(bits)
    data = values.astype(np.int16) if bits == 16 else (values << 8).astype(np.int32)
    source, target = tmp_path / "source.wav", tmp_path / f"masked{suffix}"
    soundfile.write(source, data, rate, subtype=f"PCM_{bits}")

    samples, sample_rate = read_audio(source)
    samples[:, 10_000:20_000] = 0
    write_audio(target, samples, sample_rate, bits=bits_of(probe(source).codec))

    info = soundfile.info(target)
    assert (info.samplerate, info.channels, info.frames) == (rate, 2, len(values))
    assert info.subtype == f"PCM_{bits}"
    written, _ = soundfile.read(target, dtype=data.dtype)
    expected = data.copy()
    expected[10_000:20_000] = 0
    assert np.array_equal(written, expected)


@pytest.mark.parametrize("subtype", ["PCM_U8", "ULAW", "ALAW"])
def test_shallow_sources_fit_into_16_bits(tmp_path: Path, subtype: str) -> None:
    values = full_range(16).astype(np.int16)
    soundfile.write(tmp_path / "a.wav", values, 8_000, subtype=subtype)
    samples, rate = read_audio(tmp_path / "a.wav")
    assert bits_of(probe(tmp_path / "a.wav").codec) == 16
    write_audio(tmp_path / "a.flac", samples, rate)
    assert np.array_equal(read_audio(tmp_path / "a.flac")[0], samples)


@pytest.mark.parametrize(
    ("codec", "bits"),
    [
        ("wav/pcm_16", 16),
        ("wav/pcm_u8", 16),
        ("wav/pcm_24", 24),
        ("wav/pcm_32", 24),
        ("wav/float", 24),
        ("wav/pcm_s24le", 24),
        ("wav/pcm_s16le", 16),
        ("wav/pcm_f32le", 24),
        ("ogg/opus", 16),
        ("mp3/mpeg_layer_iii", 16),
        ("wav/ulaw", 16),
    ],
)
def test_bit_depths(codec: str, bits: int) -> None:
    assert bits_of(codec) == bits


def test_the_same_samples_give_the_same_bytes_without_metadata(tmp_path: Path) -> None:
    samples = np.random.default_rng(0).normal(0, 0.1, (1, 600_000)).astype(np.float32)
    for name in ("a.flac", "b.flac", "a.wav", "b.wav"):
        write_audio(tmp_path / name, samples, 16_000)
    assert (tmp_path / "a.flac").read_bytes() == (tmp_path / "b.flac").read_bytes()
    wav = (tmp_path / "a.wav").read_bytes()
    assert wav == (tmp_path / "b.wav").read_bytes()
    assert len(wav) == 44 + 2 * 600_000  # the shortest header there is: no other chunk
    with soundfile.SoundFile(tmp_path / "a.flac") as file:
        assert {k: v for k, v in file.copy_metadata().items() if v} == {}


def test_loud_samples_are_clipped(tmp_path: Path) -> None:
    write_audio(tmp_path / "a.wav", np.array([[2.0, -2.0, 0.5]] * 1, dtype=np.float32), 8_000)
    assert soundfile.read(tmp_path / "a.wav", dtype="int16")[0].tolist() == [32767, -32768, 16384]


@pytest.mark.parametrize(
    ("name", "samples", "says"),
    [
        ("a.mp3", np.zeros((1, 10)), "use .flac"),
        ("a.flac", np.zeros((1, 0)), "nothing to write"),
        ("a.flac", np.full((1, 10), np.nan), "NaN"),
        ("a.flac", np.zeros((9, 10)), "8 channels"),
    ],
)
def test_refuses(tmp_path: Path, name: str, samples: np.ndarray, says: str) -> None:
    with pytest.raises(AudioError, match=says):
        write_audio(tmp_path / name, samples.astype(np.float32), 16_000)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    (tmp_path / "taken").write_bytes(b"a file where a folder is needed")
    with pytest.raises(StoreError, match="cannot write"):
        write_audio(tmp_path / "taken" / "a.flac", np.zeros((1, 10), np.float32), 16_000)
    assert [p.name for p in tmp_path.iterdir()] == ["taken"]
