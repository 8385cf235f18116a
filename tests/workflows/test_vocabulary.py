"""Words that engines are told: which engines get them, what they change, what is made up."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from speechkit.cli.main import cli
from speechkit.core.engines import SAMPLE_RATE, make_engine
from speechkit.core.errors import InputError, UsageError
from speechkit.core.stage import Resources
from speechkit.core.vocabulary import as_option, parse_vocabulary, read_vocabulary
from speechkit.ingestion.ingest import IngestOptions, ingest_folder
from speechkit.storage.corpus import Corpus

# A recognizer that spells the drugs it is told, and hears one of them where nobody said it.
TOOL = """
import sys
told = open(sys.argv[2]).read().split()
drug = "Lisinopril" if "Lisinopril" in told else "listen april"
print("take " + drug + " daily" + (" and Metformin" if told else ""))
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    (tmp_path / "in").mkdir()
    noise = np.random.default_rng(0).normal(0, 0.1, SAMPLE_RATE)
    soundfile.write(tmp_path / "in" / "a.wav", noise, SAMPLE_RATE)
    table = tmp_path / "table.csv"
    table.write_text("audio,text,language\na.wav,take lisinopril daily,en\n")
    made = Corpus(tmp_path / "corpus")
    ingest_folder(tmp_path / "in", made, IngestOptions(metadata=table))
    return made


def test_a_run_with_and_without(corpus: Corpus, tmp_path: Path) -> None:
    tool, terms = tmp_path / "tool.py", tmp_path / "terms.txt"
    tool.write_text(TOOL)
    terms.write_text("# drugs\nLisinopril\t2\nMetformin\n")
    engine = f"tool=command:{sys.executable} {tool} {{audio}} {{vocabulary}}"
    arguments = ["bench", "run", str(corpus.root), "--engine", engine, "--vocabulary", str(terms)]
    done = CliRunner().invoke(cli, [*arguments, "--json"])
    assert done.exit_code == 0, done.output
    rows = {row["system"]: row for row in json.loads(done.stdout)["vocabulary"]}
    without, told = rows["tool"], rows["tool + vocabulary"]
    assert (without["said"], without["missed"], without["made_up"]) == (1, 1, 0)
    assert (told["said"], told["missed"], told["made_up"]) == (1, 0, 1)
    assert told["made_up_terms"] == ["Metformin"]
    done = CliRunner().invoke(cli, arguments)
    assert "terms said" in done.stdout
    assert "tool + vocabulary" in done.stdout


def test_an_engine_that_cannot_be_told_runs_once(corpus: Corpus, tmp_path: Path) -> None:
    terms = tmp_path / "terms.txt"
    terms.write_text("Lisinopril\n")
    (tmp_path / "tool.py").write_text("print('take it daily')")
    engine = f"tool=command:{sys.executable} {tmp_path / 'tool.py'} {{audio}}"
    done = CliRunner().invoke(
        cli,
        [
            "bench",
            "run",
            str(corpus.root),
            "--engine",
            engine,
            "--vocabulary",
            str(terms),
            "--json",
        ],
    )
    assert [row["system"] for row in json.loads(done.stdout)["systems"]] == ["tool"]
    with pytest.raises(UsageError, match="vocabulary"):
        make_engine("transcriber", engine.partition("=")[2], {"vocabulary": "Lisinopril"})


def test_terms_of_the_metadata_are_told_too(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number, name in enumerate("ab"):
        noise = np.random.default_rng(number).normal(0, 0.1, SAMPLE_RATE)
        soundfile.write(tmp_path / "in" / f"{name}.wav", noise, SAMPLE_RATE)
    table = tmp_path / "table.csv"
    table.write_text(
        "audio,text,language,site,drugs\n"
        "a.wav,take lisinopril daily,en,Ashgrove Clinic,Lisinopril;Metformin\n"
        "b.wav,take it daily at Ashgrove,en,Ashgrove Clinic,\n"
    )
    made = Corpus(tmp_path / "corpus")
    ingest_folder(tmp_path / "in", made, IngestOptions(metadata=table, keep=("drugs",)))
    tool = tmp_path / "tool.py"
    tool.write_text(
        "import sys\nprint('take it', *open(sys.argv[2]).read().splitlines(), sep=' and ')"
    )
    engine = f"tool=command:{sys.executable} {tool} {{audio}} {{vocabulary}}"
    arguments = ["bench", "run", str(made.root), "--engine", engine, "--output-dir"]
    told = ["--vocabulary-field", "site", "--vocabulary-field", "drugs", "--json"]
    done = CliRunner().invoke(cli, [*arguments, str(tmp_path / "heard"), *told])
    assert done.exit_code == 0, done.output
    rows = {row["system"]: row for row in json.loads(done.stdout)["vocabulary"]}
    assert (rows["tool + vocabulary"]["said"], rows["tool + vocabulary"]["missed"]) == (1, 0)
    heard = next((tmp_path / "heard" / "tool-+-vocabulary").glob("*.json")).read_text()
    assert "take it and Ashgrove Clinic and Lisinopril and Metformin" in heard
    done = CliRunner().invoke(cli, [*arguments[:-1], "--vocabulary-field", "sites"])
    assert isinstance(done.exception, UsageError)
    assert "did you mean site" in str(done.exception)


def test_terms_are_read_once_each_the_heaviest_first(tmp_path: Path) -> None:
    path = tmp_path / "terms.txt"
    path.write_text("\ufeffMetformin\n\n  Dr.  Ellison \t 2.5\nmetformin\n", encoding="utf-8")
    terms = read_vocabulary(path)
    assert [(term.text, term.weight) for term in terms] == [("Dr. Ellison", 2.5), ("Metformin", 1)]
    assert parse_vocabulary(as_option(terms)) == terms
    for text, reason in (
        ("a\tmany", "line 1: the weight"),
        ("x" * 101, "characters"),
        ("#", "no term"),
    ):
        path.write_text(text)
        with pytest.raises(InputError, match=reason):
            read_vocabulary(path)
    with pytest.raises(UsageError, match="no such file"):
        read_vocabulary(tmp_path / "none.txt")


@pytest.mark.models
@pytest.mark.parametrize("engine", ["faster-whisper:base", "whisper:base"])
def test_whisper_takes_terms(engine: str, real_call: Path) -> None:
    samples, rate = soundfile.read(real_call, dtype="float32")
    assert rate == SAMPLE_RATE
    made = make_engine("transcriber", engine, {"vocabulary": "Quixotina\nlisinopril"})
    with made.open(Resources()) as transcribe:
        heard = transcribe(samples[: 10 * SAMPLE_RATE], "en")
    assert heard.segments
