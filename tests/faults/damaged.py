"""Makes about 300 damaged, hostile and strange files, the same ones each time."""

from __future__ import annotations

import io
import os
import random
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import av
import numpy as np
import soundfile

RATE = 16_000
Files = Iterator[tuple[bytes, bytes]]  # name, content


def tone(seconds: float = 1.0, channels: int = 1) -> np.ndarray:
    """A tone of varying loudness, (n, channels)."""
    t = np.arange(round(seconds * RATE)) / RATE
    one = 0.3 * np.sin(2 * np.pi * 440 * t) * np.sin(2 * np.pi * 3 * t)
    return np.repeat(one[:, None], channels, axis=1).astype(np.float32)


def encoded(kind: str, subtype: str | None = None, **options: object) -> bytes:
    """The tone in a format of libsndfile."""
    out = io.BytesIO()
    soundfile.write(out, tone(**options), RATE, format=kind, subtype=subtype)
    return out.getvalue()


def by_ffmpeg(container: str, codec: str, rate: int) -> bytes:
    """The tone in a format of FFmpeg."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as file:
        stream = file.add_stream(codec, rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(tone().T.copy(), format="flt", layout="mono")
        frame.sample_rate = RATE
        resampler = av.AudioResampler(
            format=stream.codec_context.format.name,
            layout="mono",
            rate=rate,
            frame_size=stream.codec_context.frame_size or 1024,
        )
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            file.mux(stream.encode(piece))
        file.mux(stream.encode(None))
    return out.getvalue()


@cache
def whole() -> dict[str, bytes]:
    """Sound files of ten formats, by suffix."""
    return {
        "wav": encoded("WAV", "PCM_16"),
        "float.wav": encoded("WAV", "FLOAT"),
        "ulaw.wav": encoded("WAV", "ULAW"),
        "flac": encoded("FLAC"),
        "ogg": encoded("OGG", "VORBIS"),
        "opus": encoded("OGG", "OPUS"),
        "mp3": encoded("MP3"),
        "aiff": encoded("AIFF"),
        "w64": encoded("W64"),
        "au": encoded("AU"),
        "m4a": by_ffmpeg("ipod", "aac", RATE),
        "webm": by_ffmpeg("webm", "libopus", 48_000),
        "mka": by_ffmpeg("matroska", "pcm_s16le", RATE),
    }


def truncated(rng: random.Random) -> Files:
    """Cut off after so many bytes."""
    for kind, data in whole().items():
        for share in (0.002, 0.01, 0.04, 0.5, 0.97):
            size = max(1, int(len(data) * share))
            yield f"cut {size}.{kind}".encode(), data[:size]


def flipped(rng: random.Random) -> Files:
    """Bytes changed: in the header, anywhere, or a hole of zeros."""
    for kind, data in whole().items():
        for n in range(4):
            damaged = bytearray(data)
            for _ in range(6):
                damaged[rng.randrange(min(len(data), 64))] = rng.randrange(256)
            yield f"header {n}.{kind}".encode(), bytes(damaged)
        for n in range(4):
            damaged = bytearray(data)
            for _ in range(40):
                damaged[rng.randrange(len(data))] = rng.randrange(256)
            yield f"noise {n}.{kind}".encode(), bytes(damaged)
        hole = bytearray(data)
        start = len(data) // 3
        hole[start : 2 * start] = bytes(start)
        yield f"hole.{kind}".encode(), bytes(hole)


def wav_header(channels: int, rate: int, bits: int, size: int, tag: int = 1) -> bytes:
    """A canonical WAV header that claims what it is told."""
    align = max(1, channels * bits // 8) & 0xFFFF
    fmt = struct.pack("<HHIIHH", tag, channels, rate, (rate * align) & 0xFFFFFFFF, align, bits)
    return b"RIFF" + struct.pack("<I", (size + 36) & 0xFFFFFFFF) + b"WAVEfmt " + struct.pack(
        "<I", 16
    ) + fmt + b"data" + struct.pack("<I", size)  # fmt: skip


def lying(rng: random.Random) -> Files:
    """Headers that promise what is not there."""
    body = (tone() * 32767).astype("<i2").tobytes()
    for channels in (0, 3, 200, 1024, 65_535):
        yield f"channels {channels}.wav".encode(), wav_header(channels, RATE, 16, len(body)) + body
    for rate in (0, 1, 7, 3_999, 400_000, 2**31, 2**32 - 1):
        yield f"rate {rate}.wav".encode(), wav_header(1, rate, 16, len(body)) + body
    for bits in (0, 1, 3, 7, 64, 255, 65_535):
        yield f"bits {bits}.wav".encode(), wav_header(1, RATE, bits, len(body)) + body
    for size in (0, 1, 2**31, 2**32 - 1):
        yield f"size {size}.wav".encode(), wav_header(1, RATE, 16, size) + body
    for tag in (0, 2, 17, 80, 85, 0xFFFE, 0xFFFF):
        yield f"codec {tag}.wav".encode(), wav_header(1, RATE, 16, len(body), tag) + body
    for kind, data in whole().items():
        for other in ("wav", "mp3", "flac"):
            if not kind.endswith(other):
                yield f"really {kind} as.{other}".encode(), data
    huge = struct.pack(">I", 0x7FFFFFFF)
    yield b"huge atom.m4a", huge + b"ftypM4A " + huge * 64
    yield b"huge tag.mp3", b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + b"\0" * 256
    yield b"huge aiff.aiff", b"FORM" + huge + b"AIFFCOMM" + huge + b"\0" * 256
    yield b"huge element.webm", b"\x1aE\xdf\xa3\x01\xff\xff\xff\xff\xff\xff\xff" + b"\0" * 256
    yield b"flac of nothing.flac", b"fLaC\x80\x00\x00\x22" + b"\xff" * 34
    yield b"endless ogg.ogg", b"OggS" * 4_000


def strange(rng: random.Random) -> Files:
    """Real sound that is hardly any, and things that are none."""
    yield b"empty.wav", b""
    yield b"one byte.wav", b"R"
    yield b"text.wav", b"The patient said that all is well. " * 50
    yield b"zeros.wav", bytes(100_000)
    for size in (1, 10, 100, 1_000, 100_000):
        for suffix in ("wav", "mp3", "flac", "ogg", "m4a"):
            yield f"random {size}.{suffix}".encode(), rng.randbytes(size)
    for samples in (1, 2, 100, 1_599):
        out = io.BytesIO()
        soundfile.write(out, np.zeros(samples), RATE, format="WAV")
        yield f"samples {samples}.wav".encode(), out.getvalue()
    for name, value in (("nan", np.nan), ("inf", np.inf), ("huge", 1e38), ("tiny", 1e-42)):
        for first in (0, RATE // 2):
            sound = tone()
            sound[first:] = value
            out = io.BytesIO()
            soundfile.write(out, sound, RATE, format="WAV", subtype="FLOAT")
            yield f"{name} from {first}.wav".encode(), out.getvalue()
    for channels in (2, 6, 64, 200):
        yield f"{channels} channels.wav".encode(), encoded("WAV", channels=channels)
    silence = io.BytesIO()
    block = np.zeros((RATE * 60, 1), dtype=np.int16)
    with soundfile.SoundFile(silence, "w", 8_000, 1, format="FLAC") as file:
        for _ in range(90):
            file.write(block)  # 90 blocks of 2 min at 8 kHz are 3 h
    yield b"3 h of silence.flac", silence.getvalue()


def polyglots(rng: random.Random) -> Files:
    """Two things at once, playlists, scripts and archives under sound's names."""
    sound = whole()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../escaped.txt", "out")
        archive.writestr("bomb.wav", bytes(20_000_000))
    tarred = io.BytesIO()
    with tarfile.open(fileobj=tarred, mode="w:gz") as tar:
        entry = tarfile.TarInfo("../../escaped.wav")
        entry.size = len(sound["wav"])
        tar.addfile(entry, io.BytesIO(sound["wav"]))
    for name, data in (("zip", packed.getvalue()), ("tar.gz", tarred.getvalue())):
        yield f"archive as.{name}.wav".encode(), data
        yield f"archive.{name}".encode(), data
        yield f"sound then {name}.wav".encode(), sound["wav"] + data
        yield f"{name} then sound.wav".encode(), data + sound["wav"]
    url = b"http://192.0.2.1/secret.wav"
    yield b"playlist.wav", b"#EXTM3U\n#EXTINF:1,\n" + url + b"\n"
    yield b"concat.wav", b"ffconcat version 1.0\nfile /etc/passwd\n"
    yield b"hls file.mp3", b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n"
    yield b"sdp.m4a", b"v=0\no=- 0 0 IN IP4 192.0.2.1\nm=audio 5004 RTP/AVP 0\n"
    yield b"script.wav", b"#!/bin/sh\ntouch escaped\n"
    yield b"page.ogg", b"<html><script>alert(1)</script></html>"
    yield b"elf.wav", b"\x7fELF\x02\x01\x01" + bytes(200)
    yield b"picture.wav", b"\x89PNG\r\n\x1a\n" + rng.randbytes(500)
    yield b"wav in id3.mp3", b"ID3\x04\0\0\0\0\0\x0a" + bytes(10) + sound["wav"]
    yield b"two wavs.wav", sound["wav"] * 2
    yield b"pdf.wav", b"%PDF-1.7\n" + sound["wav"]


def names(rng: random.Random) -> Files:
    """Whole sound under names that mean something to a shell, a path or a terminal."""
    for number, name in enumerate(
        (
            b"..\\..\\escaped.wav",
            b"..%2f..%2fescaped.wav",
            b"....wav",
            b"-rf.wav",
            b"--output=escaped.wav",
            b"$(touch escaped).wav",
            b"`touch escaped`.wav",
            b"a;touch escaped;.wav",
            b"| touch escaped |.wav",
            b"line\nbreak.wav",
            b"tab\tand\rreturn.wav",
            b"red\x1b[31m.wav",
            b"not utf-8 \xff\xfe.wav",
            "right\u202eto left.wav".encode(),
            "composed é and e\u0301.wav".encode(),
            b"%s%n%x.wav",
            b"{0.__class__}.wav",
            b"[bold]rich.wav",
            b"[red.wav",
            b"CON.wav",
            b"file:.wav",
            b"http:host.wav",
            b"pipe:0.wav",
            b"n" * 251 + b".wav",
            b"quote'\".wav",
            b"space .wav ",
            b".wav.wav",
            b"x.WAV",
        )
    ):
        sound = tone() * (1 - number / 100)  # no two are the same
        out = io.BytesIO()
        soundfile.write(out, sound, RATE, format="WAV")
        yield name, out.getvalue()


KINDS: tuple[Callable[[random.Random], Files], ...] = (
    truncated,
    flipped,
    lying,
    strange,
    polyglots,
    names,
)


def make_all(folder: Path) -> list[bytes]:
    """Write all of them, and special files, below `folder`; return paths relative to it."""
    made = []
    for make in KINDS:
        below = folder / make.__name__
        below.mkdir(parents=True)
        for name, data in make(random.Random(make.__name__)):
            Path(os.fsdecode(os.fsencode(below) + b"/" + name)).write_bytes(data)
            made.append(make.__name__.encode() + b"/" + name)
    special = folder / "special"
    special.mkdir()
    os.mkfifo(special / "pipe.wav")
    (special / "out of here.wav").symlink_to("/etc/passwd")
    (special / "up.wav").symlink_to("../../../../etc/passwd")
    (special / "loop.wav").symlink_to("loop.wav")
    (special / "endless.wav").symlink_to("/dev/zero")
    (special / "nowhere.wav").symlink_to("absent.wav")
    (special / "folder.wav").mkdir()
    made += [b"special/" + path.name.encode() for path in special.iterdir() if not path.is_dir()]
    return made
