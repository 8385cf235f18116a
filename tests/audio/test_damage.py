"""Less than a file holds is never taken without a word: damage, joined files, headers behind."""

from __future__ import annotations

import io
import struct
import wave
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from speechkit.audio.decode import probe, read_audio

RATE = 16_000
SOUND = np.random.default_rng(1).normal(0, 0.1, 6 * RATE).astype(np.float32)


def coded(path: Path, codec: str, sound: np.ndarray = SOUND, *, start: float = 0.0) -> Path:
    """Write mono sound with PyAV; `start`: when its time stamps begin, in seconds."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=RATE, layout="mono")
        form = stream.codec_context.codec.audio_formats[0].name
        size = 960 if codec == "libopus" else 1024
        resampler = av.AudioResampler(format=form, layout="mono", rate=RATE, frame_size=size)
        frame = av.AudioFrame.from_ndarray(sound[None], format="fltp", layout="mono")
        frame.sample_rate = RATE
        frame.pts = round(start * RATE)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return path


def zeroed(path: Path, *, share: float = 0.05) -> Path:
    """Lose a twentieth of a file in its middle."""
    data = bytearray(path.read_bytes())
    middle, length = len(data) // 2, round(len(data) * share)
    data[middle : middle + length] = bytes(length)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(("name", "codec"), [("a.m4a", "aac"), ("a.aac", "aac"), ("a.mp3", "mp3")])
def test_decoding_goes_on_after_damage(tmp_path: Path, name: str, codec: str) -> None:
    info = probe(zeroed(coded(tmp_path / name, codec)))
    assert info.duration == pytest.approx(6.0, abs=0.3)
    assert "damaged" in info.flags


def test_time_is_kept_where_flac_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    soundfile.write(path, SOUND, RATE)
    samples, _ = read_audio(zeroed(path))
    info = probe(path)
    assert info.duration == 6.0 and "damaged" in info.flags and not info.truncated
    whole = np.round(SOUND * 32768).clip(-32768, 32767) / 32768
    assert np.array_equal(samples[0][: 2 * RATE], whole[: 2 * RATE].astype(np.float32))
    assert np.array_equal(samples[0][5 * RATE :], whole[5 * RATE :].astype(np.float32))


def test_flac_that_is_damaged_near_its_beginning_keeps_time(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    soundfile.write(path, SOUND, RATE)
    data = bytearray(path.read_bytes())
    start, end = len(data) // 8, len(data) // 5
    data[start:end] = bytes(end - start)
    path.write_bytes(data)
    info = probe(path)
    assert (info.duration, info.flags) == (6.0, ("damaged",))
    samples, _ = read_audio(path)
    whole = (np.round(SOUND * 32768).clip(-32768, 32767) / 32768).astype(np.float32)
    assert np.array_equal(samples[0][3 * RATE :], whole[3 * RATE :])


@pytest.mark.parametrize("name", ["a.flac", "a.ogg", "a.opus"])
def test_joined_files_are_read_one_after_the_other(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "a.opus":
        coded(path, "libopus")
    else:
        soundfile.write(path, SOUND, RATE)
    path.write_bytes(path.read_bytes() * 3)
    info = probe(path)
    assert info.duration == pytest.approx(18.0, abs=0.1)
    assert info.flags == ("joined",)


@pytest.mark.parametrize("said", [0, RATE, 2 * RATE])
def test_a_header_behind_its_data(tmp_path: Path, said: int) -> None:
    """A recorder that crashed wrote the length of the first seconds, or none."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((SOUND * 32767).astype("<i2").tobytes())
    data = bytearray(buffer.getvalue())
    data[40:44] = struct.pack("<I", said * 2)
    data[4:8] = struct.pack("<I", 36 + said * 2)
    path = tmp_path / "a.wav"
    path.write_bytes(data)
    info = probe(path)
    assert (info.duration, info.flags) == (6.0, ("stale-header",))


def test_chunks_and_padding_behind_the_data_are_no_sound(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, SOUND, RATE)
    whole = path.read_bytes()
    for tail in (b"LIST" + struct.pack("<I", 2000) + b"x" * 2000, bytes(4096), b"odd"):
        path.write_bytes(whole + tail)
        info = probe(path)
        assert (info.duration, info.flags, info.truncated) == (6.0, (), False)


def test_a_late_start_is_silence(tmp_path: Path) -> None:
    info = probe(coded(tmp_path / "a.mka", "flac", start=2.0))
    samples, _ = read_audio(tmp_path / "a.mka")
    assert info.duration == pytest.approx(8.0, abs=0.1)
    assert not samples[0][: round(1.9 * RATE)].any()
    assert info.flags == ("gaps",)


def test_further_tracks_are_said(tmp_path: Path) -> None:
    path = tmp_path / "a.mka"
    with av.open(str(path), "w") as container:
        streams = [container.add_stream("pcm_s16le", rate=RATE, layout="mono") for _ in range(2)]
        for at in range(0, len(SOUND), RATE):
            part = (SOUND[None, at : at + RATE] * 32767).astype(np.int16)
            for stream in streams:
                frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
                frame.sample_rate, frame.pts = RATE, at
                container.mux(stream.encode(frame))
    assert "more-tracks" in probe(path).flags


@pytest.mark.parametrize("codec", ["aac"])
def test_whole_files_without_a_length_are_not_truncated(tmp_path: Path, codec: str) -> None:
    info = probe(coded(tmp_path / "a.aac", codec))
    assert not info.truncated and info.flags == ()
