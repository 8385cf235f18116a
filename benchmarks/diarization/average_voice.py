"""What all voices have in common, for the engine pyannote:local: `python -m benchmarks average-voice`.

Writes speechkit/diarization/average_voice.toml: the mean over speakers and conditions of their mean
vectors, from the half of the speakers that settings are chosen on. `make bench-diarize` reports on
the others.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import torch

from benchmarks.fixtures.clips import data_folder
from benchmarks.fixtures.conversations import pieces
from speechkit.diarization import average_voice
from speechkit.diarization.embeddings import load_embedding

SOURCES = {
    "alnum": "Alphanumeric Audio Dataset (Patil, 2024), MIT",
    "digits": "Free Spoken Digit Dataset (Jackson), CC BY-SA 4.0",
    "prompts": "Asterisk sound prompts (Smith, Wallack, Flora, Maxim), CC BY-SA 3.0 and CC BY 3.0",
}


def main() -> None:
    """Write the file and say from how many speakers."""
    torch.set_num_threads(1)
    embedding = load_embedding("campplus")
    means: dict[str, list[object]] = defaultdict(list)
    for speaker, _, sounds in pieces(data_folder(), "tune"):
        vectors = [embedding.of([torch.from_numpy(sound.copy())]) for sound in sounds]
        means[speaker].append(np.mean([v for v in vectors if np.isfinite(v).all()], axis=0))
    mean = np.mean([vector for each in means.values() for vector in each], axis=0)
    sources = sorted({SOURCES[name.split("/")[0]] for name in means})
    path = Path(average_voice.__file__).with_suffix(".toml")
    path.write_text(written(len(means), sources, mean.tolist()), encoding="utf-8")
    print(f"{path.name}: from {len(means)} speakers")


def written(num_speakers: int, sources: list[str], mean: list[float]) -> str:
    """Return the file: eight numbers a line."""
    rows = [mean[at : at + 8] for at in range(0, len(mean), 8)]
    numbers = "\n".join("    " + ", ".join(f"{x:.5f}" for x in row) + "," for row in rows)
    credits = "\n".join(f'    "{source}",' for source in sources)
    return (
        "# Written by `python -m benchmarks average-voice`. Means only: no voice can be had from them.\n"
        f"[campplus]\nnum_speakers = {num_speakers}\nsources = [\n{credits}\n]\nmean = [\n{numbers}\n]\n"
    )


if __name__ == "__main__":
    main()
