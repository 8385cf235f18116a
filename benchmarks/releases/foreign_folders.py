"""Kaldi data directories and Hugging Face audiofolders, drawn at random, with what lhotse and
`datasets` read of them."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import sys
import tempfile
import wave
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import datasets
from lhotse.kaldi import load_kaldi_data_dir

from benchmarks.releases.foreign import SPEAKERS, WORDS, Made, Row, draw_rows
from benchmarks.releases.foreign_corpora import RATE, files_in, write_wave


def make_kaldi(rng: random.Random) -> Made:
    """`wav.scp`, `segments`, `text`, `utt2spk`, with tabs or several blanks as people type them."""
    tables: dict[str, list[str]] = {name: [] for name in ("wav.scp", "segments", "text", "utt2spk")}
    tables["reco2dur"] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(rng.randint(1, 3)):
            blank = rng.choice([" ", " ", "\t", "  "])
            recording = rng.choice(["visit", "2024.01", "Dr_Kay"]) + f"-{number}"
            rows = draw_rows(rng, overlap=True)
            frames = round(max(stop for _, stop, _, _ in rows) * RATE) + 1
            write_wave(folder / f"wav/{recording}.wav", 1, frames)
            tables["wav.scp"].append(f"{recording}{blank}wav/{recording}.wav")
            tables["reco2dur"].append(f"{recording} {frames / RATE}")
            for index, (start, stop, who, words) in enumerate(rows):
                utterance = f"{who}-{recording}-{index:03}"
                times = f"{start:.3f}{blank}{stop:.3f}"
                tables["segments"].append(f"{utterance}{blank}{recording}{blank}{times}")
                tables["text"].append(f"{utterance}{blank}{words}")
                tables["utt2spk"].append(f"{utterance}{blank}{who}")
        for file, lines in tables.items():
            end = rng.choice(["", "\n", "\n\n"]) if file != "segments" else "\n"
            (folder / file).write_text("\n".join(sorted(lines)) + end, "utf-8")
        return Made(files_in(folder), _kaldi)


def _kaldi(folder: Path) -> list[Row]:
    for file in (
        "wav.scp",
        "text",
        "utt2spk",
        "reco2dur",
    ):  # lhotse knows one blank; Kaldi itself any
        lines = (folder / file).read_text("utf-8").splitlines()
        reduced = (" ".join(line.split()) for line in lines if line.strip())
        (folder / file).write_text("".join(f"{line}\n" for line in reduced), "utf-8")
    before = Path.cwd()
    os.chdir(folder)  # lhotse looks for sound from where it runs
    try:
        recordings, supervisions, _ = load_kaldi_data_dir(folder, RATE)
        rows = [(0.0, each.duration, f"{each.id} sound", "1") for each in recordings]
    finally:
        os.chdir(before)
    assert supervisions is not None
    return rows + [
        (s.start, s.end, f"{s.recording_id} {s.speaker}", " ".join(s.text.split()))
        for s in supervisions
    ]


def make_audiofolder(rng: random.Random) -> Made:
    """Sound with `metadata.csv` or `.jsonl`: in one folder, or in one for each split."""
    suffix = rng.choice(["csv", "jsonl"])
    splits = rng.choice([[""], ["train", "test"], ["train", "validation"]])
    together = splits == [""]  # `datasets` finds no table above the folders of splits
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tables: dict[str, list[dict[str, str]]] = {}
        text = rng.choice(["transcription", "text", "sentence"])
        extra = rng.choice([[], ["speaker"], ["speaker", "rating"]])
        for split in splits:
            for number in range(rng.randint(1, 4)):
                inside = rng.choice(["", "audio/"]) + f"{number}.wav"
                write_wave(folder / split / inside, rng.choice([1, 2]), rng.randint(800, 9000))
                place = "" if together else split
                said = inside if place == split else f"{split}/{inside}"
                # `datasets` takes a column of digits for numbers: a word goes first.
                words = ["doctor", *rng.choices(WORDS, k=rng.randint(0, 4))]
                row = {"file_name": said, text: ", ".join(words)}
                row |= {key: rng.choice(SPEAKERS) for key in extra}
                tables.setdefault(place, []).append(row)
        for place, rows in tables.items():
            file = folder / place / f"metadata.{suffix}"
            file.write_text(_csv(rows) if suffix == "csv" else _json_lines(rows), "utf-8")
        return Made(files_in(folder), _audiofolder)


def _csv(rows: list[dict[str, str]]) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def _json_lines(rows: list[dict[str, str]]) -> str:
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def _hide_torchcodec() -> None:
    """Let `datasets` name sound without decoding it: it imports torchcodec, which needs FFmpeg's
    libraries, even where nothing is decoded."""
    bare = ModuleType("torchcodec")
    bare.__spec__ = ModuleSpec("torchcodec", None)
    sys.modules.setdefault("torchcodec", bare)
    for part, names in {
        "decoders": ("AudioDecoder", "VideoDecoder"),
        "encoders": ("AudioEncoder",),
    }.items():
        module = ModuleType(f"torchcodec.{part}")
        for name in names:
            setattr(module, name, type(name, (), {}))
        sys.modules.setdefault(f"torchcodec.{part}", module)


def _audiofolder(folder: Path) -> list[Row]:
    _hide_torchcodec()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as cache:
        found = datasets.load_dataset(
            "audiofolder", data_dir=str(folder), cache_dir=cache, streaming=True
        )
        for split in found.values():
            for item in split.cast_column("audio", datasets.Audio(decode=False)):
                path = Path(item["audio"]["path"])
                said = path.relative_to(folder).as_posix()
                with wave.open(str(path)) as file:
                    length, channels = file.getnframes() / RATE, file.getnchannels()
                text = next(item[k] for k in ("transcription", "text", "sentence") if k in item)
                rows.append((0.0, length, f"{said} sound", f"{channels}"))
                rows.append((0.0, length, f"{said} {item.get('speaker') or ''}", text))
    return rows
