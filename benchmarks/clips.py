"""Short real clips of speech with their text, from the shared data folder."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from speechkit.audio.read import read_resampled
from speechkit.core.engines import SAMPLE_RATE

Samples = NDArray[np.float32]


class Clip(NamedTuple):
    """Mono samples at 16 kHz, what is said in them, and which collection they are from."""

    name: str
    collection: str
    language: str
    text: str
    samples: Samples


def data_folder(*needed: str) -> Path:
    """Return where the shared data lies: `$SPEECHKIT_TEST_DATA` or `../shared/data`.

    Ends the program, with a line, where it or one of the collections `needed` is absent.
    """
    given = os.environ.get("SPEECHKIT_TEST_DATA")
    folder = Path(given) if given else Path(__file__).parents[2] / "shared" / "data"
    for path in (folder, *(folder / name for name in needed)):
        if not path.is_dir():
            sys.exit(f"no test data at {path} (set SPEECHKIT_TEST_DATA)")
    return folder


def real_call() -> Path:
    """Return the half minute of a real telephone call that pyannote.audio carries, as WAV."""
    spec = find_spec("pyannote.audio")  # found, not imported: that takes seconds
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "sample" / "sample.wav"


def clips(
    folder: Path, collections: Sequence[str] = (), *, every: int = 1, offset: int = 0
) -> Iterator[Clip]:
    """Yield every `every`-th clip of each collection (and language), from `offset` on."""
    seen: dict[tuple[str, str], int] = {}
    for collection, file, channel, language, text in _listed(folder):
        if collections and collection not in collections:
            continue
        key = (collection, language)
        seen[key] = seen.get(key, -1) + 1
        if seen[key] % every != offset % every:
            continue
        samples = read_resampled(folder / collection / file, SAMPLE_RATE, mono=channel is None)
        name = file if channel is None else f"{file}#{channel}"
        yield Clip(name, collection, language, text, samples[channel or 0])


def gappy(
    spoken: Sequence[Clip], *, seed: int, low: float = 5, high: float = 40
) -> tuple[Samples, list[tuple[float, float]]]:
    """Lay clips out with `low`–`high` seconds of faint noise before each; say where they lie."""
    random = np.random.default_rng(seed)
    pieces: list[Samples] = []
    spans, at = [], 0
    for clip in spoken:
        pause = int(random.uniform(low, high) * SAMPLE_RATE)
        pieces += [np.zeros(pause, dtype=np.float32), clip.samples]
        start = at + pause
        at = start + len(clip.samples)
        spans.append((start / SAMPLE_RATE, at / SAMPLE_RATE))
    laid = np.concatenate(pieces)
    laid += random.normal(0, 10 ** (-65 / 20), len(laid)).astype(np.float32)
    return laid, spans


def _listed(folder: Path) -> Iterator[tuple[str, str, int | None, str, str]]:
    for collection in ("read_english_small", "asterisk_prompts_5lang", "mfa_fixtures"):
        with (folder / collection / "utterances.tsv").open(encoding="utf-8") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                channel = int(row["channel"]) if "stereo" in row["file"] else None
                yield collection, row["file"], channel, row["language"], row["text"]
    tests = json.loads((folder / "picovoice_8lang" / "test_data.json").read_text("utf-8"))["tests"]
    for test in tests["language_tests"]:
        yield "picovoice_8lang", test["audio_file"], None, test["language"], test["transcript"]
