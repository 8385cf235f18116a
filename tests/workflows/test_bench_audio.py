"""Clips for a system elsewhere, and its transcripts back to their recordings."""

import csv
import json
import stat
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from speechkit.cli.main import cli
from speechkit.governance import ConsentRegister
from speechkit.ingestion.ingest import IngestOptions, ingest_folder
from speechkit.storage.corpus import Corpus


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    (tmp_path / "in").mkdir()
    for number, name in enumerate(("Ada Quixotina", "Bo Quixotina")):
        noise = np.random.default_rng(number).normal(0, 0.1, (44_100, 2))
        soundfile.write(tmp_path / "in" / f"{name}.wav", noise, 44_100)
    table = tmp_path / "table.csv"
    table.write_text(
        "audio,text,language\nAda Quixotina.wav,good day,en\nBo Quixotina.wav,see you soon,en\n"
    )
    made = Corpus(tmp_path / "corpus")
    ingest_folder(tmp_path / "in", made, IngestOptions(metadata=table))
    return made


def run(*arguments: object):
    return CliRunner().invoke(cli, [str(each) for each in arguments])


def test_clips_go_out_and_transcripts_come_back(corpus: Corpus, tmp_path: Path) -> None:
    clips = tmp_path / "clips"
    done = run("bench", "audio", corpus.root, clips)
    assert done.exit_code == 0, done.output
    assert "2 clips may hold identifiers" in done.stderr
    ids = {session.recording.id for session in corpus.sessions()}
    assert {path.name for path in clips.iterdir()} == {f"{name}.wav" for name in ids}
    assert b"Quixotina" not in b"".join(path.read_bytes() for path in clips.iterdir())
    samples, rate = soundfile.read(clips / f"{min(ids)}.wav")
    assert (rate, samples.shape) == (16_000, (16_000, 2))

    map_path = tmp_path / "clips.map.csv"
    assert stat.S_IMODE(map_path.stat().st_mode) == 0o600
    rows = list(csv.DictReader(map_path.open()))
    assert {row["recording"]: row["clip"] for row in rows} == {n: f"{n}.wav" for n in ids}
    assert "bench-audio" in (corpus.root / "journal.jsonl").read_text()

    wrote = tmp_path / "service"
    wrote.mkdir()
    for session in corpus.sessions():
        (reference,) = corpus.get_layer(session.layers["reference"]).items
        words = [
            {"word": word, "start": n * 0.2, "end": n * 0.2 + 0.1, "confidence": 0.9}
            for n, word in enumerate(reference.text.split())
        ]
        heard = {"transcript": reference.text, "confidence": 0.9, "words": words}
        (wrote / f"{session.recording.id}.json").write_text(
            json.dumps({"results": {"channels": [{"alternatives": [heard]}]}})
        )
    done = run("bench", "run", corpus.root, "--engine", f"results:{wrote}", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["systems"][0]["wer"] == 0.0
    done = run("bench", "score", f"{corpus.root}#reference", wrote, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["systems"][0]["wer"] == 0.0


def test_a_folder_with_other_things_is_left_alone(corpus: Corpus, tmp_path: Path) -> None:
    clips = tmp_path / "clips"
    clips.mkdir()
    (clips / "notes.txt").write_text("mine")
    done = run("bench", "audio", corpus.root, clips)
    assert done.exit_code != 0
    assert {path.name for path in clips.iterdir()} == {"notes.txt"}


def test_what_consent_does_not_permit_stays(corpus: Corpus, tmp_path: Path) -> None:
    ConsentRegister(corpus.root).put()
    done = run("bench", "audio", corpus.root, tmp_path / "clips")
    assert done.exit_code == 1
    assert done.stderr.count("no consent is on record") == 2
    assert not (tmp_path / "clips").exists()
