"""Reading every format, and refusing what is no recording."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from speechkit.audio.container import counts_frames
from speechkit.audio.decode import open_audio, probe, read_audio
from speechkit.core.errors import AudioError

RATE = 16_000


def tone(seconds: float = 2.0, rate: int = RATE, channels: int = 1) -> np.ndarray:
    """A 440 Hz sine at 0.3 with a little noise, shape (n, channels); a twin per channel."""
    time = np.arange(int(seconds * rate)) / rate
    noise = np.random.default_rng(1).normal(0, 0.01, len(time))
    wave = 0.3 * np.sin(2 * np.pi * 440 * time) + noise
    return np.stack([wave * (1 - 0.5 * c) for c in range(channels)], axis=1).astype(np.float32)


def encode_av(path: Path, codec: str, samples: np.ndarray, rate: int, options: dict) -> None:
    """Write mono samples (n,) with FFmpeg's encoders, which soundfile lacks."""
    import av

    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(
            np.round(samples[None] * 32767).astype(np.int16), format="s16", layout="mono"
        )
        frame.sample_rate = rate
        resampler = av.AudioResampler(
            format=stream.codec_context.format.name,
            layout="mono",
            rate=rate,
            frame_size=stream.codec_context.frame_size or 1024,
        )
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))


@pytest.mark.parametrize(
    ("suffix", "format_", "subtype", "tolerance"),
    [
        (".wav", "WAV", "PCM_U8", 2**-7),
        (".wav", "WAV", "PCM_16", 2**-14),
        (".wav", "WAV", "PCM_24", 2**-22),
        (".wav", "WAV", "PCM_32", 1e-6),
        (".wav", "WAV", "FLOAT", 0),
        (".wav", "WAV", "ULAW", 0.02),
        (".wav", "WAV", "ALAW", 0.02),
        (".flac", "FLAC", "PCM_16", 2**-14),
        (".flac", "FLAC", "PCM_24", 2**-22),
        (".aiff", "AIFF", "PCM_16", 2**-14),
    ],
)
@pytest.mark.parametrize("rate", [8_000, 44_100, 192_000])
def test_reads_pcm(
    tmp_path: Path, suffix: str, format_: str, subtype: str, tolerance: float, rate: int
) -> None:
    wave = tone(0.5, rate, channels=2)
    path = tmp_path / f"a{suffix}"
    soundfile.write(path, wave, rate, format=format_, subtype=subtype)
    samples, sample_rate = read_audio(path)
    assert sample_rate == rate
    assert samples.shape == (2, len(wave))
    assert np.abs(samples - wave.T).max() <= tolerance
    assert not probe(path).truncated


@pytest.mark.parametrize(
    ("name", "format_", "subtype"),
    [("a.mp3", "MP3", "MPEG_LAYER_III"), ("a.ogg", "OGG", "VORBIS"), ("a.opus", "OGG", "OPUS")],
)
def test_reads_lossy(tmp_path: Path, name: str, format_: str, subtype: str) -> None:
    wave = tone(2, 48_000)
    soundfile.write(tmp_path / name, wave, 48_000, format=format_, subtype=subtype)
    samples, rate = read_audio(tmp_path / name)
    assert abs(samples.shape[1] / rate - 2) < 0.1
    assert np.corrcoef(samples[0, 5000:80_000], wave[5000:80_000, 0])[0, 1] > 0.95
    assert not probe(tmp_path / name).truncated


@pytest.mark.parametrize(
    ("name", "codec", "options", "container"),
    [
        ("a.m4a", "aac", {}, "mov/aac"),
        ("b.m4a", "aac", {"movflags": "faststart"}, "mov/aac"),
        ("a.webm", "libopus", {}, "matroska/opus"),
    ],
)
def test_reads_what_soundfile_cannot(
    tmp_path: Path, name: str, codec: str, options: dict, container: str
) -> None:
    wave = tone(3, 48_000)[:, 0]
    encode_av(tmp_path / name, codec, wave, 48_000, options)
    samples, rate = read_audio(tmp_path / name)
    info = probe(tmp_path / name)
    assert (rate, info.codec, info.truncated) == (48_000, container, False)
    assert abs(samples.shape[1] / rate - 3) < 0.1
    assert 0.25 < np.abs(samples[0, 48_000:96_000]).max() < 0.45


def test_reads_amr_of_telephones(tmp_path: Path) -> None:
    wave = tone(3, 8_000)[:, 0]
    encode_av(tmp_path / "a.amr", "libopencore_amrnb", wave, 8_000, {})
    samples, rate = read_audio(tmp_path / "a.amr")
    info = probe(tmp_path / "a.amr")
    assert (rate, info.codec, info.num_channels) == (8_000, "amr/amrnb", 1)
    assert abs(samples.shape[1] / rate - 3) < 0.1
    spectrum = np.abs(np.fft.rfft(samples[0, 8_000:16_000]))
    assert spectrum.argmax() == np.abs(np.fft.rfft(wave[8_000:16_000])).argmax()


@pytest.mark.parametrize("container", ["wav", "au", "aiff"])
def test_reads_g711(tmp_path: Path, container: str) -> None:
    for law in ("ULAW", "ALAW"):
        path = tmp_path / f"{law}.{container}"
        wave = tone(0.5, 8_000, channels=2)
        soundfile.write(path, wave, 8_000, format=container.upper(), subtype=law)
        assert np.abs(read_audio(path)[0] - wave.T).max() < 0.02
        assert probe(path).codec == f"{container}/{law.lower()}"


def test_the_length_of_variable_bitrate_mp3_is_counted_not_estimated(tmp_path: Path) -> None:
    """Ten quiet seconds and ten loud ones; without its table of contents, a header's estimate from
    the first frames' bitrate is far off."""
    rng = np.random.default_rng(6)
    loud = rng.normal(0, 0.3, 10 * 44_100)
    wave = np.concatenate([np.zeros(10 * 44_100), loud])
    path = tmp_path / "vbr.mp3"
    with soundfile.SoundFile(
        path, "w", 44_100, 1, format="MP3", bitrate_mode="VARIABLE", compression_level=0.9
    ) as file:
        file.write(wave)
    with_table = path.read_bytes()
    (tmp_path / "whole.mp3").write_bytes(b"ID3\4\0\0\0\0\1\2" + b"\0" * 130 + with_table)
    at = max(with_table.find(tag) for tag in (b"Xing", b"Info"))
    assert at > 0
    path.write_bytes(with_table[:at] + b"\0" * 120 + with_table[at + 120 :])
    assert counts_frames(tmp_path / "whole.mp3") and not counts_frames(path)
    info = probe(path)
    assert abs(info.duration - 20) < 0.1 and not info.truncated
    samples = read_audio(path)[0][0]
    onset = np.flatnonzero(np.abs(samples) > 0.2)[0] / 44_100
    assert abs(onset - 10) < 0.06, "nothing drifts"


@pytest.mark.parametrize(
    ("interpretation", "subtype", "tolerance"),
    [("SS", "PCM_16", 2**-14), ("MB", "ULAW", 0.02), ("AB", "ALAW", 0.02), ("UB", "PCM_U8", 2**-7)],
)
def test_reads_sound_in_dicom(
    tmp_path: Path, interpretation: str, subtype: str, tolerance: float
) -> None:
    wave = tone(0.5, 8_000, channels=2)
    path = tmp_path / "a.dcm"
    write_dicom(path, wave, 8_000, interpretation, subtype)
    samples, rate = read_audio(path)
    assert (rate, probe(path).codec) == (8_000, f"dicom/{subtype.lower()}")
    assert samples.shape == (2, len(wave)) and np.abs(samples - wave.T).max() <= tolerance


def test_dicom_without_sound_or_pydicom_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.dcm"
    write_dicom(path, tone(0.5, 8_000), 8_000, "XX", "PCM_16")
    with pytest.raises(AudioError, match="encoding of sound is not known"):
        read_audio(path)
    write_dicom(path, None, 8_000, "SS", "PCM_16")
    with pytest.raises(AudioError, match="with no sound in it"):
        read_audio(path)
    path.write_bytes(path.read_bytes()[:140])
    with pytest.raises(AudioError, match="DICOM file"):
        read_audio(path)
    monkeypatch.setattr("speechkit.audio.dicom.find_spec", lambda _: None)
    with pytest.raises(AudioError, match=r"speechkit\[dicom\]"):
        read_audio(path)


def write_dicom(
    path: Path, wave: np.ndarray | None, rate: int, interpretation: str, subtype: str
) -> None:
    """Write samples (n, channels) as a Basic Voice Audio object; None: one without a waveform."""
    pydicom = pytest.importorskip("pydicom")
    from pydicom.dataset import Dataset, FileMetaDataset

    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    data.SOPClassUID = "1.2.840.10008.5.1.4.1.1.9.4.1"
    data.SOPInstanceUID = pydicom.uid.generate_uid(entropy_srcs=["speechkit"])
    if wave is not None:
        raw = io.BytesIO()
        soundfile.write(raw, wave, rate, format="RAW", subtype=subtype, endian="LITTLE")
        sound = Dataset()
        sound.NumberOfWaveformChannels = wave.shape[1]
        sound.NumberOfWaveformSamples = len(wave)
        sound.SamplingFrequency = str(rate)
        sound.WaveformBitsAllocated = 16 if interpretation == "SS" else 8
        sound.WaveformSampleInterpretation = interpretation
        sound.add_new("WaveformData", "OW" if interpretation == "SS" else "OB", raw.getvalue())
        data.WaveformSequence = [sound]
    data.save_as(path, enforce_file_format=True)


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.wav", {"format": "WAV", "subtype": "PCM_16"}),
        ("a.aiff", {"format": "AIFF", "subtype": "PCM_16"}),
        ("a.flac", {"format": "FLAC", "subtype": "PCM_16"}),
        ("a.mp3", {"format": "MP3"}),
        ("a.opus", {"format": "OGG", "subtype": "OPUS"}),
    ],
)
def test_a_file_cut_in_the_middle_is_read_and_flagged(
    tmp_path: Path, name: str, write: dict
) -> None:
    wave = np.random.default_rng(0).normal(0, 0.1, 48_000 * 4).astype(np.float32)
    path = tmp_path / name
    soundfile.write(path, wave, 48_000, **write)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 6 // 10])
    info = probe(path)
    assert info.truncated
    assert 1.5 < info.duration < 2.7


def test_a_cut_m4a_is_flagged_and_one_without_its_index_refused(tmp_path: Path) -> None:
    wave = np.random.default_rng(0).normal(0, 0.1, 48_000 * 4).astype(np.float32)
    for name, options in [("front.m4a", {"movflags": "faststart"}), ("back.m4a", {})]:
        encode_av(tmp_path / name, "aac", wave, 48_000, options)
        whole = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(whole[: len(whole) * 6 // 10])
    assert probe(tmp_path / "front.m4a").truncated
    with pytest.raises(AudioError, match="not a sound file"):
        read_audio(tmp_path / "back.m4a")


def test_blocks_are_the_whole(tmp_path: Path) -> None:
    wave = tone(5, channels=2)
    soundfile.write(tmp_path / "a.wav", wave, RATE)
    with open_audio(tmp_path / "a.wav") as stream:
        blocks = list(stream)
    assert max(block.shape[1] for block in blocks) <= 16_384
    assert np.array_equal(np.concatenate(blocks, axis=1), read_audio(tmp_path / "a.wav")[0])
    assert stream.info.num_samples == 5 * RATE


def write_bad(folder: Path, kind: str) -> Path:
    path = folder / f"{kind}.wav"
    if kind == "empty":
        path.touch()
    elif kind == "text":
        path.write_text("Patient was seen on Monday.\n" * 50)
    elif kind == "playlist":
        path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n/etc/hostname\n")
    elif kind == "concat":
        path.write_text("ffconcat version 1.0\nfile 'good.wav'\n")
        soundfile.write(folder / "good.wav", tone(), RATE)
    elif kind == "noise":
        path.write_bytes(np.random.default_rng(3).bytes(40_000))
    elif kind == "header":
        soundfile.write(path, np.zeros((0, 1)), RATE)
    elif kind == "one-sample":
        soundfile.write(path, np.zeros(1), RATE)
    elif kind == "just-too-short":
        soundfile.write(path, np.zeros(RATE // 10 - 1), RATE)
    elif kind == "folder":
        path.mkdir()
    elif kind in ("nan", "infinite"):
        wave = tone(3)
        wave[40_000] = np.nan if kind == "nan" else np.inf
        soundfile.write(path, wave, RATE, subtype="FLOAT")
    return path


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("absent", "no such file"),
        ("empty", "empty"),
        ("text", "not a sound file"),
        ("playlist", "not a sound file"),
        ("concat", "not a sound file"),
        ("noise", "not a sound file|no audio"),
        ("header", "no samples"),
        ("one-sample", "too short"),
        ("just-too-short", "too short"),
        ("folder", "is a folder"),
        ("nan", "NaN"),
        ("infinite", "NaN"),
    ],
)
def test_refuses(tmp_path: Path, kind: str, says: str) -> None:
    path = write_bad(tmp_path, kind)
    with pytest.raises(AudioError, match=says):
        read_audio(path)
    with pytest.raises(AudioError, match=says):
        probe(path)


def test_a_tenth_of_a_second_is_enough(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(RATE // 10), RATE)
    assert read_audio(tmp_path / "a.wav")[0].shape == (1, RATE // 10)


def test_says_when_permission_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(), RATE)
    path.chmod(0)
    if os.access(path, os.R_OK):  # root may read everything

        def refuse(self: Path, *args: object, **options: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(AudioError, match="check permissions"):
        read_audio(path)


@pytest.mark.data
def test_every_shared_recording_decodes_whole(shared_data: Path) -> None:
    suffixes = {".wav", ".flac", ".mp3", ".opus"}
    paths = [p for p in sorted(shared_data.rglob("*")) if p.suffix in suffixes]
    assert len(paths) > 200
    assert [p.name for p in paths if probe(p).truncated] == []
