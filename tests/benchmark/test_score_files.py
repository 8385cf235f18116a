"""Folders as people have them: other cases, encodings, nesting, tools' own JSON, stray files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from speechkit.benchmark.score import score
from speechkit.core.errors import InputError, UsageError
from speechkit.workflows.score_inputs import read_references, read_systems

TEXTS = {"day1_c01": "No chest pain, señor.", "day1_c02": "Yes. Two tablets"}
Put = Callable[[str, str | bytes], None]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    def write(name: str, data: str | bytes) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())

    for name, text in TEXTS.items():
        write(f"said/{name}.txt", text)
    return write


def wers(tmp_path: Path, *places: str) -> dict[str, float | None]:
    references = read_references(str(tmp_path / "said"))
    systems = read_systems(tuple(str(tmp_path / place) for place in places), references)
    return {row.system: row.wer for row in score(references, systems).systems}


@pytest.mark.parametrize(
    ("form", "encode"),
    [
        ("{name}.txt", lambda text: text.encode("utf-8-sig")),
        ("{name}.txt", lambda text: text.encode("utf-16")),
        ("{name}.TXT", lambda text: text.replace(" ", "\r\n").encode()),
        ("{upper}.txt", str.encode),
        ("{name}.whisper.txt", str.encode),
        ("{part}/{name}.txt", str.encode),
        ("{name}/transcript.txt", str.encode),
        ("{name}.json", lambda text: json.dumps({"text": text, "language": "en"}).encode()),
        (
            "{name}.json",
            lambda text: json.dumps(
                {"text": "", "segments": [{"id": 0, "start": 0.0, "end": 2.0, "text": text}]}
            ).encode(),
        ),
    ],
)
def test_what_a_system_wrote_is_found(
    tmp_path: Path, put: Put, form: str, encode: Callable[[str], bytes]
) -> None:
    for name, text in TEXTS.items():
        put(
            f"all/système zwei/{form.format(name=name, upper=name.upper(), part=name[-3:])}",
            encode(text),
        )
    assert wers(tmp_path, "all") == wers(tmp_path, "all/système zwei") == {"système zwei": 0.0}


def test_a_line_of_json_names_its_recording_by_its_audio(tmp_path: Path, put: Put) -> None:
    rows = [{"audio_filepath": f"/clips/{name}.wav", "text": text} for name, text in TEXTS.items()]
    put("one/all.jsonl", "\n".join(map(json.dumps, rows)))
    assert wers(tmp_path, "one") == {"one": 0.0}


def test_of_a_file_with_both_sides_each_takes_its_own(tmp_path: Path, put: Put) -> None:
    rows = [
        {"audio_filepath": f"{name}.wav", "text": text, "pred_text": "yes"}
        for name, text in TEXTS.items()
    ]
    put("nemo.jsonl", "\n".join(map(json.dumps, rows)))
    references = read_references(str(tmp_path / "nemo.jsonl"))
    assert references["day1_c01"].segments[0].text == TEXTS["day1_c01"]
    assert wers(tmp_path, "nemo.jsonl") == {"nemo": pytest.approx(6 / 7, abs=1e-6)}


def test_stray_files_make_no_system(tmp_path: Path, put: Put) -> None:
    for name, text in TEXTS.items():
        put(f"all/one/{name}.txt", text)
        put(f"all/one/._{name}.txt", b"\0\1")
    put("all/one/.DS_Store", b"\0")
    put("all/notes.txt", "both runs of May")
    put("all/__MACOSX/one/x.txt", b"\0")
    put("all/README.md", "# Runs")
    assert wers(tmp_path, "all") == {"one": 0.0}


def test_one_recording_in_two_files_is_refused(tmp_path: Path, put: Put) -> None:
    for name, text in TEXTS.items():
        put(f"one/{name}.txt", text)
        put(f"one/{name}.json", json.dumps({"text": text}))
        for system in ("a", "b"):
            put(f"many/{system}.jsonl", json.dumps({"id": name, "text": text}))
    with pytest.raises(UsageError, match=r"day1_c01 is both in .*one.day1_c01\.json and in .*txt;"):
        wers(tmp_path, "one")
    with pytest.raises(UsageError, match="if each file is a system, name the files"):
        wers(tmp_path, "many")


def test_names_that_differ_in_case_only_stay_two(tmp_path: Path, put: Put) -> None:
    put("said/DAY1_C01.txt", "No.")
    for name in (*TEXTS, "Day1_C01"):
        put(f"one/{name}.txt", TEXTS.get(name, "No."))
    with pytest.raises(UsageError, match="one lacks 1 of 3: DAY1_C01"):
        wers(tmp_path, "one")


def test_json_of_another_kind_is_named(tmp_path: Path, put: Put) -> None:
    put("one/day1_c01.json", json.dumps({"results": [1, 2]}))
    with pytest.raises(InputError, match=r"day1_c01\.json: none of pred_text, text, "):
        wers(tmp_path, "one")


def test_two_runs_of_one_system_are_told_apart(tmp_path: Path, put: Put) -> None:
    for name, text in TEXTS.items():
        put(f"may/base/{name}.txt", "no")
        put(f"june/base/{name}.txt", text)
    assert list(wers(tmp_path, "may/base", "june/base")) == ["june/base", "may/base"]
    with pytest.raises(UsageError, match="two systems are called 'may/base'"):
        wers(tmp_path, "may/base", "may/base")
