"""Engines run over a corpus in processes of their own; what they wrote is found again."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest
import soundfile
from click.testing import CliRunner

from speechkit.cli.bench import command
from speechkit.core.corpus import Corpus
from speechkit.core.errors import SpeechkitError, UsageError
from speechkit.core.types import Context, Layer, Provenance, Segment
from speechkit.ingest.recording import ingest_file
from speechkit.pipeline.bench_run import EngineJob, run_engine


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Five seconds of the real call, with what is said in them."""
    pytest.importorskip("pyannote.audio")
    folder = tmp_path_factory.mktemp("bench")
    samples, rate = soundfile.read(str(files("pyannote.audio") / "sample" / "sample.wav"))
    soundfile.write(folder / "call.wav", samples[6 * rate : 11 * rate], rate)
    made = Corpus.create(folder / "calls")
    session = ingest_file(folder / "call.wav", made, context=Context(languages=("en",)))
    name = session.recording.id
    text = Segment(id="", start=0.0, end=5.0, text="hello how are you")
    made.add_layer(
        name,
        Layer(
            name="reference",
            kind="segments",
            recording=name,
            items=(text,),
            provenance=Provenance(stage="test", version="1"),
        ),
    )
    return made


@pytest.mark.models
def test_a_second_run_does_nothing_again_and_tells_the_same(corpus: Corpus, tmp_path: Path) -> None:
    before = [session.layers for session in corpus.sessions()]
    arguments = [
        "run",
        str(corpus.root),
        "--engine",
        "faster-whisper:base",
        "--by",
        "language",
        "--threads",
        "1",
        "--json",
        "--report",
        str(tmp_path / "report"),
    ]
    found = []
    for _ in range(2):
        result = CliRunner().invoke(command, arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        found.append(json.loads(result.stdout))
    (row,) = found[0]["systems"]
    assert row["system"] == "faster-whisper:base"
    assert row["cost"]["audio_seconds"] == pytest.approx(5.0, abs=0.1)
    assert row["cost"]["real_time_factor"] > 0
    assert row["cost"]["peak_memory_mib"] > 100  # the weights alone are 70
    # The cost is the first run's, too: nothing was run the second time.
    assert found[1]["systems"] == found[0]["systems"]
    assert [session.layers for session in corpus.sessions()] == before
    assert (tmp_path / "report" / "index.html").stat().st_mode & 0o777 == 0o644


def test_what_is_no_source_or_engine_is_said(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="neither a release nor a corpus"):
        run_engine(EngineJob(source=str(tmp_path), engine="faster-whisper:base"))
    with pytest.raises(SpeechkitError, match="whisper"):
        run_engine(EngineJob(source=str(corpus.root), engine="wisper:base"))
