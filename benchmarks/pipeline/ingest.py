"""Ingest of a folder of mixed and faulty files, beside decoding them alone: `python -m benchmarks ingest`.

A real conversation, cut to clips and written as recorders, phones and call centers write it (WAV, FLAC, MP3,
AAC in M4A and MP4, Opus in Ogg and WebM, AMR, µ-law), each file with other bytes. One in twenty is not
what its name says, empty, cut off at its header, unfinished, a duplicate, an archive, a broken link or
without a header. Printed: how many faults have a row in the report, and what ingest takes beside decoding
the good files alone, one after the other: CPU time, and time on the clock.

    python -m benchmarks ingest [FILES [SECONDS]]
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.fixtures.containers import KINDS, copies_of, encoded
from speechkit.audio.decode import open_audio
from speechkit.ingestion.ingest import ingest_folder
from speechkit.storage.corpus import Corpus

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


def make_folder(folder: Path, num_files: int, seconds: float) -> tuple[list[Path], dict[str, str]]:
    """Write the files; return the good ones, and the kind of fault by name."""
    copies = {suffix: copies_of(suffix, data) for suffix, data in encoded(seconds).items()}
    good: list[Path] = []
    faults: dict[str, str] = {}
    sound = b""
    for number in range(num_files):
        path = folder / f"visit{number:05d}"
        if number % EVERY == EVERY - 1:
            kind = list(FAULTS)[number // EVERY % len(FAULTS)]
            faults[FAULTS[kind](path, sound).name] = kind
            continue
        suffix = list(KINDS)[number % len(KINDS)]
        good.append(path.with_name(path.name + suffix))
        good[-1].write_bytes(copies[suffix](number))
        if suffix == ".wav":
            sound = good[-1].read_bytes()
    return good, faults


def decode_all(paths: list[Path]) -> None:
    """Decode, and nothing else."""
    for path in paths:
        with open_audio(path) as stream:
            for _ in stream:
                pass


def main(num_files: int, seconds: float) -> int:
    """Print what was counted; return how many faults have no row, or good files have one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "in"
        folder.mkdir()
        good, faults = make_folder(folder, num_files, seconds)
        begun = time.process_time(), time.perf_counter()
        decode_all(good)
        alone = time.process_time() - begun[0], time.perf_counter() - begun[1]
        begun = time.process_time(), time.perf_counter()
        report = ingest_folder(folder, Corpus(Path(name) / "corpus"))
        taken = time.process_time() - begun[0], time.perf_counter() - begun[1]
    rows = {failure.item for failure in report.failures}
    print(f"{num_files} files of {seconds:g} s: {report.recordings} recordings, {len(rows)} rows")
    for kind in FAULTS:
        of_kind = [item for item, each in faults.items() if each == kind]
        print(f"  {kind:12} {sum(item in rows for item in of_kind):4} of {len(of_kind):4} named")
    for index, what in enumerate(("CPU time", f"time on {os.cpu_count()} cores")):
        ratio = taken[index] / alone[index]
        print(
            f"{what}: decoding {alone[index]:.1f} s, ingest {taken[index]:.1f} s, {ratio:.2f} times"
        )
    return len(faults.keys() ^ rows)


if __name__ == "__main__":
    num, length = ([*sys.argv[1:], "10000", "10"][i] for i in (0, 1))
    sys.exit(bool(main(int(num), float(length))))
