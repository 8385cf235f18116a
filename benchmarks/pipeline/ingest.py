"""Ingest of a folder of mixed and faulty files, beside decoding them alone: `python -m benchmarks ingest`.

Short files of noise (WAV, FLAC, Ogg, MP3), of which one in twenty is not what its name says, empty, cut off
at its header, unfinished, a duplicate, an archive, a broken link or without a header. Printed: how
many faults have a row in the report, and the CPU time of ingest beside that of decoding the others.

    python -m benchmarks ingest [FILES]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

from speechkit.audio.decode import open_audio
from speechkit.core.errors import SpeechkitError
from speechkit.ingestion.ingest import ingest_folder
from speechkit.storage.corpus import Corpus

RATE = 16_000
SECONDS = 2.0
SUFFIXES = (".wav", ".flac", ".ogg", ".mp3")
EVERY = 20  # one file in so many has a fault


def _broken_link(path: Path, _: bytes) -> Path:
    path.with_suffix(".wav").symlink_to("nowhere.wav")
    return path.with_suffix(".wav")


def _bytes(suffix: str, make: Callable[[bytes], bytes]) -> Callable[[Path, bytes], Path]:
    def write(path: Path, sound: bytes) -> Path:
        target = path.with_name(path.name + suffix)
        target.write_bytes(make(sound))
        return target

    return write


FAULTS: dict[str, Callable[[Path, bytes], Path]] = {
    "empty": _bytes(".wav", lambda _: b""),
    "header only": _bytes(".wav", lambda sound: sound[:20]),
    "text": _bytes(".mp3", lambda _: b"not found\n" * 20),
    "noise": _bytes(".ogg", lambda sound: sound[1000:3000]),
    "unfinished": _bytes(".wav.part", lambda sound: sound[:3000]),
    "duplicate": _bytes("-copy.wav", lambda sound: sound),
    "archive": _bytes(".zip", lambda sound: b"PK\x03\x04" + sound[:500]),
    "raw": _bytes(".raw", lambda sound: sound[44:]),
    "broken link": _broken_link,
}


def make_folder(folder: Path, num_files: int) -> tuple[list[Path], dict[str, str]]:
    """Write the files; return the good ones, and the kind of fault by name."""
    rng = np.random.default_rng(0)
    good: list[Path] = []
    faults: dict[str, str] = {}
    sound = b""
    for number in range(num_files):
        path = folder / f"visit{number:05d}"
        if number % EVERY == EVERY - 1:
            kind = list(FAULTS)[number // EVERY % len(FAULTS)]
            faults[FAULTS[kind](path, sound).name] = kind
            continue
        samples = rng.standard_normal(round(RATE * SECONDS)) * 0.1
        suffix = SUFFIXES[number % len(SUFFIXES)]
        good.append(path.with_suffix(suffix))
        soundfile.write(good[-1], samples, RATE)
        if suffix == ".wav":
            sound = good[-1].read_bytes()
    return good, faults


def decode_all(paths: list[Path]) -> float:
    """Return the CPU seconds of decoding, and of nothing else."""
    begun = time.process_time()
    for path in paths:
        try:
            with open_audio(path) as stream:
                for _ in stream:
                    pass
        except SpeechkitError:
            continue
    return time.process_time() - begun


def main(num_files: int) -> int:
    """Print what was counted; return how many faults have no row, or good files have one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "in"
        folder.mkdir()
        good, faults = make_folder(folder, num_files)
        alone = decode_all(good)
        begun = time.process_time()
        report = ingest_folder(folder, Corpus(Path(name) / "corpus"))
        taken = time.process_time() - begun
    rows = {failure.item for failure in report.failures}
    print(f"{num_files} files of {SECONDS:g} s: {report.recordings} recordings, {len(rows)} rows")
    for kind in FAULTS:
        of_kind = [item for item, each in faults.items() if each == kind]
        print(f"  {kind:12} {sum(item in rows for item in of_kind):4} of {len(of_kind):4} named")
    print(f"decoding {alone:.1f} s, ingest {taken:.1f} s of CPU time: {taken / alone:.2f} times")
    return len(faults.keys() ^ rows)


if __name__ == "__main__":
    sys.exit(bool(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)))
