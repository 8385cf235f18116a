"""Two engines on real recordings, by accent and by language: `python -m benchmarks engines [DIR]`.

Accents of English on the telephone, prompts in five languages, single digits, eight languages:
151 short clips, ingested into one corpus, run through both engines and scored by the commands that
it prints, as a user would type them. DIR (build/engines) keeps the corpus, what the engines wrote
and the report: a second call only scores. The recordings are public and never become a release,
which languages without tables for identifiers could not be part of.
"""

from __future__ import annotations

import csv
import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.fixtures.clips import data_folder

ENGINES = ("faster-whisper:base", "whisper:base")
COLUMNS = ("file", "collection", "text", "language", "speaker", "accent", "sex")
COLLECTIONS = (
    "alnum_phi_accents",
    "asterisk_prompts_5lang",
    "fsdd_digits_accents",
    "picovoice_8lang",
)
# Of the digits, as their SOURCE.txt and the dataset's own table have it.
DIGIT_ACCENTS = {
    "george": "Greek",
    "jackson": "American",
    "lucas": "German",
    "nicolas": "Belgian French",
    "theo": "American",
    "yweweler": "German",
}
EVERY_PROMPT = 3  # one in three: ten a language
Row = tuple[str, ...]


def main() -> None:
    """Ingest each collection, run both engines, print and write the report."""
    data = data_folder(*COLLECTIONS)
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "build/engines")
    corpus = folder / "corpus"
    for name in COLLECTIONS:
        table = folder / f"{name}.csv"
        table.parent.mkdir(parents=True, exist_ok=True)
        with table.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([COLUMNS, *_ROWS[name](data / name)])
        speechkit(
            *("ingest", data / name, "--corpus", corpus, "--metadata", table),
            *("--only-listed", "--keep", "collection"),
        )
    engines = [part for engine in ENGINES for part in ("--engine", engine)]
    speechkit(
        *("bench", "run", f"{corpus}#reference", *engines),
        *("--by", "collection,language,accent", "--report", folder / "report"),
    )


def speechkit(*arguments: str | Path) -> None:
    """Print and run a command."""
    words = list(map(str, arguments))
    print(f"$ speechkit {shlex.join(words)}", flush=True)
    program = Path(sys.executable).with_name("speechkit")
    done = subprocess.run([program, *words], check=False)
    if done.returncode:
        sys.exit(done.returncode)


def _accents(folder: Path) -> Iterator[Row]:
    """Names, telephone numbers and addresses; who reads a name spells it, the text holds the name."""
    for row in _table(folder / "clips.tsv"):
        yield (
            *(row["file"], f"accents: {row['kind'].lower()}", row["gold"], "en", row["speaker"]),
            *(row["native_language"], row["gender"]),
        )


def _prompts(folder: Path) -> Iterator[Row]:
    seen: dict[str, int] = {}
    for row in _table(folder / "utterances.tsv"):
        language, accent = row["language"], row["accent_speaker"]
        seen[language] = seen.get(language, -1) + 1
        if seen[language] % EVERY_PROMPT == 0:
            sex = "female" if "female" in accent else ""
            yield row["file"], "prompts", row["text"], language, accent, accent.split()[0], sex


def _digits(folder: Path) -> Iterator[Row]:
    """The first take of each digit and speaker."""
    for path in sorted(folder.glob("*_0.wav")):
        digit, speaker, _ = path.stem.split("_")
        yield path.name, "digits", digit, "en", speaker, DIGIT_ACCENTS[speaker], "male"


def _languages(folder: Path) -> Iterator[Row]:
    tests = json.loads((folder / "test_data.json").read_text("utf-8"))["tests"]
    for test in tests["language_tests"]:
        file, language = test["audio_file"], test["language"]
        yield file, "8 languages", test["transcript"], language, file, "", ""


def _table(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        yield from csv.DictReader(file, delimiter="\t")


_ROWS = {
    "alnum_phi_accents": _accents,
    "asterisk_prompts_5lang": _prompts,
    "fsdd_digits_accents": _digits,
    "picovoice_8lang": _languages,
}

if __name__ == "__main__":
    main()
