"""What hiding and listening again cost: processor time of the stage `redact`, here and in an older version.

    python -m benchmarks redact-cost [FOLDER]

The demo's consultation, one channel at one level, is taken as far as the identifiers that were found;
then the stage `redact` runs alone, on one core. FOLDER holds an older version, written there by
`pip install --no-deps --target FOLDER CHECKOUT`. It goes the same way with the same packages, and the
last line says how much more this version takes. Loading of models and word lists is included.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from shutil import copy

import soundfile
from speechkit._recipes.demo import build

HERE = Path(__file__).parents[2]
_COMMAND = "import sys; from speechkit.cli.main import main; sys.exit(main())"
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def main() -> int:
    """Print a line a version, and how they compare."""
    with tempfile.TemporaryDirectory() as scratch:
        recording = build(Path(scratch) / "demo") / "consultation.wav"
        seconds = soundfile.info(recording).duration
        print(f"{seconds:.0f} s, one channel; processor seconds of the stage redact")
        took = [
            redacting(version, recording, Path(scratch) / str(number))
            for number, version in enumerate([HERE, *map(Path, sys.argv[1:2])])
        ]
    for name, spent in zip(("this version", "the older one"), took, strict=False):
        print(f"{name:<14} {spent:6.1f} s  {spent / seconds:.2f} of the recording's length")
    if len(took) == 2:
        print(f"{took[0] / took[1]:.2f} times as much as before")
    return 0


def redacting(version: Path, recording: Path, folder: Path) -> float:
    """Return the processor seconds that a version takes to redact a recording."""
    raw, corpus = folder / "raw", str(folder / "corpus")
    raw.mkdir(parents=True)
    copy(recording, raw)
    _run(version, "ingest", str(raw), "--corpus", corpus, "--language", "en")
    _run(version, "run", "--corpus", corpus, "--until", "detect")
    before = _spent()
    _run(version, "run", "--corpus", corpus, "--until", "redact")
    return _spent() - before


def _run(version: Path, *arguments: str) -> None:
    environment = os.environ | {"PYTHONPATH": str(version)} | dict.fromkeys(_THREADS, "1")
    subprocess.run(
        [sys.executable, "-c", _COMMAND, *arguments],
        env=environment,
        cwd=version,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _spent() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
