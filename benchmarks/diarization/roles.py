"""How often the role stage is right, wrong or abstains: `python -m benchmarks roles [--fit]`.

Conversations of four collections with known roles; every second one of each to fit the weights on
(`--fit` prints them), the rest to report on. Each is scored as written, as a recognizer without
punctuation would write it, and cut to its first 150 words. A speaker is right if the doctor is
called doctor and the patient patient.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchmarks.fixtures.clips import data_folder
from speechkit.diarization.roles import (
    Speech,
    assign_roles,
    features,
    is_clinical,
    plain,
    sentences_of,
)

Lines = list[tuple[str, str]]  # (role, what was said), in order


def collections(data: Path) -> dict[str, list[Lines]]:
    """Return the conversations of each collection."""
    return {
        "primock57": list(_primock(data / "primock57_text" / "transcripts")),
        "osce": [
            _tagged(_read(path), r"^\s*([DP]):\s*(.*)", {"D": "doctor", "P": "patient"})
            for path in sorted((data / "osce_interviews_text").glob("[A-Z]*[0-9].txt"))
        ],
        "mts_dialog": list(_mts(data / "mts_dialog_text")),
        "aci_bench": [
            _tagged(
                json.loads(line)["gold"],
                r"^\[(doctor|patient)\]\s*(.*)",
                {"doctor": "doctor", "patient": "patient"},
            )
            for line in (data / "aci_bench_asr_pairs" / "pairs.jsonl").read_text().splitlines()
        ],
    }


def speeches(lines: Lines, *, written: bool = True, first_words: int = 0) -> dict[str, Speech]:
    """Return what each role said; without punctuation and capitals where not `written`."""
    said: dict[str, list[str]] = {}
    num_words = 0
    for role, text in lines:
        if first_words and num_words >= first_words:
            break
        num_words += len(text.split())
        parts = sentences_of(text) if written else (plain(text),)
        said.setdefault(role, []).extend(part for part in parts if part)
    return {role: Speech(sentences=tuple(parts)) for role, parts in said.items()}


def main() -> None:
    """Print a row per collection and way of writing; with --fit, the weights."""
    data = data_folder()
    found = collections(data)
    if "--fit" in sys.argv:
        print("weights:", fit([lines for talks in found.values() for lines in talks[::2]]))
        return
    print(f"{'collection':<12} {'as':<12} {'talks':>5} {'right':>7} {'wrong':>7} {'abstain':>8}")
    for name, talks in found.items():
        for label, written, first in (
            ("written", True, 0),
            ("unpunctuated", False, 0),
            ("150 words", False, 150),
        ):
            right, wrong, abstained = tally(talks[1::2], written=written, first_words=first)
            total = max(1, right + wrong + abstained)
            print(
                f"{name:<12} {label:<12} {len(talks[1::2]):>5} {right / total:>7.1%} "
                f"{wrong / total:>7.1%} {abstained / total:>8.1%}"
            )
    print("a real telephone call between acquaintances:", *sorted(set(call_roles())))


def tally(talks: list[Lines], *, written: bool, first_words: int) -> tuple[int, int, int]:
    """Count speakers whose role was right, wrong and left open."""
    right = wrong = abstained = 0
    for lines in talks:
        said = speeches(lines, written=written, first_words=first_words)
        if len(said) < 2:
            continue
        # Names that say nothing, and in an order that says nothing.
        names = {role: f"SPEAKER_{i:02d}" for i, role in enumerate(sorted(said, reverse=True))}
        given = assign_roles({names[role]: said[role] for role in said}, "en")
        truth = {name: role for role, name in names.items()}
        for role in given:
            right += role.role == truth[role.speaker]
            abstained += role.role == "unknown"
            wrong += role.role not in ("unknown", truth[role.speaker])
    return right, wrong, abstained


def call_roles() -> Iterator[str]:
    """Yield the roles given to both voices of the call that pyannote.audio carries."""
    spec = find_spec("pyannote.audio")
    if spec is None or not spec.submodule_search_locations:
        return
    path = Path(spec.submodule_search_locations[0]) / "sample" / "sample.stm"
    lines = [line.split(maxsplit=5) for line in path.read_text().splitlines()]
    said = speeches([(fields[2], fields[5]) for fields in lines])
    for role in assign_roles(said, "en"):
        yield role.role


def fit(talks: list[Lines], *, ridge: float = 1.0) -> list[float]:
    """Fit the weights by logistic regression on doctor minus patient, without an intercept."""
    rows = []
    for lines in talks:
        for written, first in ((True, 0), (False, 0), (False, 150)):
            said = speeches(lines, written=written, first_words=first)
            if set(said) == {"doctor", "patient"} and is_clinical(list(said.values()), "en"):
                rows.append(
                    np.subtract(features(said["doctor"], "en"), features(said["patient"], "en"))
                )
    x = np.array(rows)
    weights = np.zeros(x.shape[1])
    for _ in range(50):  # Newton's method; every row is a doctor, so the target is always 1
        p = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (1 - p) - ridge * weights
        hessian = (x * (p * (1 - p))[:, None]).T @ x + ridge * np.eye(len(weights))
        weights = weights + np.linalg.solve(hessian, gradient)
    return [round(float(weight), 3) for weight in weights]


def _primock(folder: Path) -> Iterator[Lines]:
    for path in sorted(folder.glob("*_doctor.TextGrid")):
        timed = []
        for role in ("doctor", "patient"):
            text = _read(path.with_name(path.name.replace("doctor", role)))
            pattern = r'xmin = ([\d.]+)\s+xmax = [\d.]+\s+text = "(.*?)"\s*\n'
            for start, said in re.findall(pattern, text, flags=re.DOTALL):
                spoken = re.sub(r"<[^>]*>", " ", said).strip()
                if spoken:
                    timed.append((float(start), role, spoken))
        yield [(role, said) for _, role, said in sorted(timed)]


def _mts(folder: Path) -> Iterator[Lines]:
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield _tagged(
                    row["dialogue"],
                    r"^\s*(Doctor|Patient):\s*(.*)",
                    {"Doctor": "doctor", "Patient": "patient"},
                )


def _tagged(text: str, pattern: str, roles: dict[str, str]) -> Lines:
    matches = (re.match(pattern, line) for line in text.splitlines())
    return [(roles[m.group(1)], m.group(2)) for m in matches if m and m.group(2).strip()]


def _read(path: Path) -> str:
    data = path.read_bytes()
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return data.decode(encoding, errors="replace")


if __name__ == "__main__":
    main()
