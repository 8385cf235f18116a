"""`speechkit ingest`, as a script calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from speechkit.cli.ingest import command
from speechkit.storage.corpus import Corpus

CANARY = "Zebulonia"


def call(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(a) for a in arguments])


def test_a_table_of_counts(record: Callable, tmp_path: Path) -> None:
    record("a.wav", 1)
    record("b.wav", 2, seconds=0.5)
    (tmp_path / "t.csv").write_text("Clip,native_language\na.wav,Hindi\n")
    result = call(
        *(tmp_path / "in", "--corpus", tmp_path / "c", "--metadata", tmp_path / "t.csv"),
        *("--column", "audio=Clip"),
    )
    assert result.exit_code == 0
    assert "audio from 'Clip', accent from 'native_language'" in result.stdout
    assert [line.split() for line in result.stdout.splitlines() if "short" in line] == [
        ["short", "1"]
    ]
    assert result.stderr == ""


def test_json_and_exit_code_1(record: Callable, tmp_path: Path) -> None:
    record("a.wav", 1)
    (tmp_path / "in" / f"{CANARY}.wav").write_text("no audio")
    result = call(tmp_path / "in", "--corpus", tmp_path / "c", "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert (report["recordings"], report["added"]) == (1, 1)
    assert report["failures"][0]["item"] == f"{CANARY}.wav"
    assert "not a sound file" in result.stderr
    assert CANARY not in result.stderr
    assert Corpus.open(tmp_path / "c").name == "c"


def test_mistakes_leave_no_corpus(record: Callable, tmp_path: Path) -> None:
    record("a.wav")
    (tmp_path / "t.csv").write_text("file\na.wav\n")
    table = ("--metadata", tmp_path / "t.csv")
    for arguments in (
        (tmp_path / "absent",),
        (tmp_path / "in", "--metadata", tmp_path / "absent.csv"),
        (tmp_path / "in", *table, "--column", "accent=absent"),
        (tmp_path / "in", *table, "--column", "accent"),
        (tmp_path / "in", *table, "--keep", "absent"),
    ):
        result = call(*arguments, "--corpus", tmp_path / "c")
        assert result.exception is not None
        assert result.exception.exit_code == 2  # type: ignore[attr-defined]
    assert not (tmp_path / "c").exists()


def test_the_real_call_as_a_process(real_call: Path, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("audio,reference_rttm,reference_stm\nsample.wav,sample.rttm,sample.stm\n")
    corpus = tmp_path / "c"
    arguments = [real_call.parent, "--corpus", corpus, "--metadata", table, "--language", "en"]
    run = subprocess.run(
        [sys.executable, "-c", "from speechkit.cli.main import main; main()", "ingest", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    (session,) = Corpus.open(corpus).sessions()
    assert set(session.layers) == {"reference", "reference_turns"}
    turns = Corpus.open(corpus).layer(session, "reference_turns")
    assert turns is not None
    assert {turn.speaker for turn in turns.items} == {"S1", "S2"}
    assert session.recording.quality is not None
    assert session.recording.quality.flags == ("narrow-band",)


@pytest.mark.data
@pytest.mark.parametrize(
    ("folder", "table", "num", "num_references"),
    [
        ("alnum_phi_accents", "clips.tsv", 33, 33),
        ("asterisk_prompts_5lang", "utterances.tsv", 150, 150),
        ("read_english_small", "utterances.tsv", 7, 7),
        ("picovoice_8lang", "test_data.json", 10, 8),
        ("mfa_fixtures", "utterances.tsv", 14, None),
    ],
)
def test_the_shared_recordings(
    shared_data: Path, tmp_path: Path, folder: str, table: str, num: int, num_references: int | None
) -> None:
    path = shared_data / folder
    result = call(path, "--corpus", tmp_path / "c", "--metadata", path / table, "--language", "en")
    assert result.exit_code == 0, result.stderr
    sessions = Corpus.open(tmp_path / "c").sessions()
    assert len(sessions) == num
    if num_references is not None:
        assert sum("reference" in s.layers for s in sessions) == num_references
    assert all(s.recording.context.languages for s in sessions)


@pytest.mark.data
def test_meetings_with_their_rttm(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "ami_diar_30s"
    lists = {"trn": "train", "dev": "development", "tst": "test"}
    rows = [f"{p.name},debug.{lists[p.name[:3]]}.rttm" for p in sorted(folder.glob("*.flac"))]
    (tmp_path / "t.csv").write_text("file,rttm\n" + "\n".join(rows))
    result = call(
        folder, "--corpus", tmp_path / "c", "--metadata", tmp_path / "t.csv", "--only-listed"
    )
    assert result.exit_code == 0, result.stderr
    corpus = Corpus.open(tmp_path / "c")
    assert len(corpus.sessions()) == 14
    assert all("reference_turns" in s.layers for s in corpus.sessions())
