"""Foreign files through our readers and each format's own tool: `make bench-formats`.

Random files in the dialects that tools and people write (seeded), read by speechkit and by pysubs2,
praatio, pympi, meeteval, pyannote.database, lhotse and datasets; NeMo's manifests by its documented rules.
Printed for each format: files, rows (segments, words, turns, sounds), and how many files differ in
words, times, speakers or sound; the first that differs is shown as it was made (its words are invented).
A difference that speechkit notes in its reading is named, one that it does not is silent.

    python -m benchmarks formats [FILES [FORMAT ...]]
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from benchmarks.releases import foreign, foreign_corpora, foreign_folders, foreign_lines
from benchmarks.releases.foreign import Made, Row
from speechkit.audio.decode import probe
from speechkit.formats import parse_rttm, parse_uem, read_text, read_transcripts
from speechkit.manifest.export.registry import find_format


class Ours(msgspec.Struct, frozen=True):
    """What speechkit reads, and whether it noted anything."""

    rows: list[Row]
    noted: bool


def read_segments(path: Path) -> Ours:
    reading = read_transcripts(path)
    items = [s for each in reading.recordings.values() for s in each]
    return Ours([(s.start, s.end, s.speaker, s.text) for s in items], bool(reading.notes))


def read_words(path: Path) -> Ours:
    reading = read_transcripts(path)
    items = [s for each in reading.recordings.values() for s in each]
    rows = [(w.start, w.end, s.speaker, w.text) for s in items for w in s.words]
    return Ours(rows, bool(reading.notes))


def read_turns(path: Path) -> Ours:
    reading = parse_rttm(read_text(path), path)
    items = [t for each in reading.recordings.values() for t in each]
    return Ours([(t.start, t.end, t.speaker, "") for t in items], bool(reading.notes))


def read_parts(path: Path) -> Ours:
    parts = parse_uem(read_text(path), path)
    return Ours([(a, b, "", "") for each in parts.values() for a, b in each], noted=False)


def read_corpus(format_: str) -> Callable[[Path], Ours]:
    def read(path: Path) -> Ours:
        bundle = find_format(format_).read(path)  # type: ignore[misc]  # these are all read
        rows = [(s.start, s.end, f"{s.recording} {s.speaker}", s.text) for s in bundle.segments]
        for name, sound in bundle.sounds.items():
            info = probe(sound)
            length = info.num_samples / info.sample_rate
            rows.append((0.0, length, f"{name} sound", f"{info.num_channels}"))
        return Ours(rows, bool(bundle.notes))

    return read


MAKERS: dict[str, tuple[Callable[[random.Random], Made], Callable[[Path], Ours]]] = {
    "srt": (foreign.make_srt, read_segments),
    "vtt": (foreign.make_vtt, read_segments),
    "textgrid": (foreign.make_textgrid, read_segments),
    "eaf": (foreign.make_eaf, read_segments),
    "stm": (foreign_lines.make_stm, read_segments),
    "ctm": (foreign_lines.make_ctm, read_words),
    "seglst": (foreign_lines.make_seglst, read_segments),
    "rttm": (foreign_lines.make_rttm, read_turns),
    "uem": (foreign_lines.make_uem, read_parts),
    "nemo": (foreign_corpora.make_nemo, read_corpus("nemo")),
    "lhotse": (foreign_corpora.make_lhotse, read_corpus("lhotse")),
    "lhotse cuts": (foreign_corpora.make_cuts, read_corpus("lhotse")),
    "shar": (foreign_corpora.make_shar, read_corpus("shar")),
    "kaldi": (foreign_folders.make_kaldi, read_corpus("kaldi")),
    "audiofolder": (foreign_folders.make_audiofolder, read_corpus("audiofolder")),
}


def _same(ours: list[Row], theirs: list[Row]) -> bool:
    """Compare rows in order of time; a millisecond's rounding is no difference."""
    pairs = list(zip(sorted(map(_plain, ours)), sorted(map(_plain, theirs)), strict=False))
    return len(ours) == len(theirs) and all(
        abs(a[0] - b[0]) < 0.0015 and abs(a[1] - b[1]) < 0.0015 and a[2:] == b[2:] for a, b in pairs
    )


def _plain(row: Row) -> Row:
    return (round(row[0], 3), round(row[1], 3), row[2], row[3])


def main(num_files: int, names: list[str]) -> int:
    """Print a line a format; return how many files differ silently."""
    total = 0
    print(f"{'format':14} {'files':>6} {'rows':>9} {'differ':>7} {'named':>6} {'silent':>7}")
    for name in names or MAKERS:
        make, read = MAKERS[name]
        rows = named = silent = 0
        first = b""
        for seed in range(num_files):
            made = make(random.Random(f"{name} {seed}"))
            with tempfile.TemporaryDirectory() as folder:
                for inside, data in made.files.items():
                    (Path(folder) / inside).parent.mkdir(parents=True, exist_ok=True)
                    (Path(folder) / inside).write_bytes(data)
                alone = len(made.files) == 1
                path = Path(folder) / next(iter(made.files)) if alone else Path(folder)
                ours, theirs = read(path), made.oracle(path)
            rows += len(theirs)
            if not _same(ours.rows, theirs):
                named += ours.noted
                silent += not ours.noted
                first = first or b"\n".join(
                    data for inside, data in made.files.items() if "json" in inside or alone
                )
        total += silent
        print(f"{name:14} {num_files:6} {rows:9} {named + silent:7} {named:6} {silent:7}")
        if first:
            print(first.decode("utf-8", "replace"))
    return total


if __name__ == "__main__":
    asked = sys.argv[1:] or ["1000"]
    sys.exit(bool(main(int(asked[0]), asked[1:])))
