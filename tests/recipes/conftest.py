"""The corpora of the fixtures, made as they are published."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

CORPORA = Path(__file__).parent / "corpora"


@pytest.fixture(scope="session")
def raw_of() -> Callable[[str, Path], Path]:
    """(recipe, folder) → the folder of its fixture's corpus, made inside of `folder`."""
    return _raw_of


def _noise(seconds: float, rate: int, channels: int, seed: int) -> np.ndarray:
    shape = (round(seconds * rate), channels)
    return np.random.default_rng(seed).integers(-3000, 3000, shape, dtype=np.int16)


def _raw_of(name: str, folder: Path) -> Path:
    """Make the corpus of a fixture: its text files and the sound that belongs to them."""
    fixture = CORPORA / name
    raw = folder / "raw"
    shutil.copytree(fixture / "raw", raw) if (fixture / "raw").is_dir() else raw.mkdir(parents=True)
    if (fixture / "sounds.tsv").exists():
        for seed, line in enumerate((fixture / "sounds.tsv").read_text().splitlines()):
            *path, seconds, rate, channels = line.split("\t")
            target = raw / " ".join(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            samples = _noise(float(seconds), int(rate), int(channels), seed)
            soundfile.write(target, samples, int(rate), format="WAV", subtype="PCM_16")
    if (fixture / "parquet.json").exists():
        _write_parquet(json.loads((fixture / "parquet.json").read_text()), raw)
    return raw


def _write_parquet(files: list[dict[str, Any]], raw: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    import pyarrow.parquet as parquet

    for number, file in enumerate(files):
        rows = []
        for index, text in enumerate(file["texts"]):
            sound = io.BytesIO()
            samples = _noise(0.5, 16_000, 1, 100 * number + index)
            soundfile.write(sound, samples, 16_000, format="WAV", subtype="PCM_16")
            audio = {"bytes": sound.getvalue(), "path": None}
            others = {column: cells[index] for column, cells in file.get("columns", {}).items()}
            rows.append({"audio": audio, "text": text, "duration": 0.5, **others})
        target = raw / file["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        parquet.write_table(pyarrow.Table.from_pylist(rows), target)
