"""Engines run over a corpus in processes of their own; what they wrote is found again."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest
import soundfile
from click.testing import CliRunner

from speechkit.cli.bench import command
from speechkit.core.errors import SpeechkitError, UsageError
from speechkit.core.types import Context, Layer, Provenance, RedactedCopy, Segment, Session
from speechkit.ingestion.recording import ingest_file
from speechkit.manifest.release import create_release
from speechkit.storage.corpus import Corpus
from speechkit.storage.models import cache_folder
from speechkit.workflows.bench_run import EngineJob, run_engine


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


@pytest.fixture
def release(corpus: Corpus, tmp_path: Path) -> Path:
    """The same five seconds as a released version, taken for redacted."""
    raw = corpus.sessions()[0].recording
    made = Corpus.create(tmp_path / "shared")
    made.put_session(Session(recording=raw))
    uri = made.put_audio(corpus.audio_path(raw), raw.audio.sha256, area="redacted")
    said = Segment(id=f"{raw.id}-0000", start=0.0, end=5.0, text="hello how are you", speaker="S1")
    copy = RedactedCopy(
        audio=msgspec.structs.replace(raw.audio, uri=uri),
        segments=(said,),
        redactions=(),
        verdict="clean",
        heard=0,
        checked_by=("ear:base",),
    )
    layer = Layer(
        name="redacted",
        kind="redacted",
        recording=raw.id,
        items=(copy,),
        provenance=Provenance(stage="test", version="1"),
    )
    made.add_layer(raw.id, layer)
    return create_release(made, "1.0.0", tmp_path / "releases")


@pytest.mark.models
def test_a_release_is_run_and_stays_as_it_was(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "models").symlink_to(cache_folder())
    monkeypatch.setenv("SPEECHKIT_CACHE", str(tmp_path / "cache"))
    before = {path: path.read_bytes() for path in release.rglob("*") if path.is_file()}
    report = tmp_path / "report"
    arguments = ["run", str(release), "--engine", "faster-whisper:base", "--threads", "1", "--json"]
    arguments += ["--report", str(report), "--contexts", "--audio"]
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert "1.0.0 (sha256" in json.loads(result.stdout)["reference"]
    assert {path: path.read_bytes() for path in release.rglob("*") if path.is_file()} == before
    assert (tmp_path / "cache" / "bench").is_dir()
    (sound,) = (report / "audio").iterdir()
    assert f"audio/{sound.name}" in (report / "index.html").read_text("utf-8")


def test_audio_is_only_shown_of_releases(corpus: Corpus, tmp_path: Path) -> None:
    arguments = ["score", f"{corpus.root}#reference", f"{corpus.root}#reference"]
    arguments += ["--report", str(tmp_path), "--contexts", "--audio"]
    result = CliRunner().invoke(command, arguments)
    assert isinstance(result.exception, UsageError)
    assert "only its is redacted" in str(result.exception)


def test_what_is_no_source_or_engine_is_said(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="neither a release nor a corpus"):
        run_engine(EngineJob(source=str(tmp_path), engine="faster-whisper:base"))
    with pytest.raises(SpeechkitError, match="whisper"):
        run_engine(EngineJob(source=str(corpus.root), engine="wisper:base"))
