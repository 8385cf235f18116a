"""The engine of the handbook: found by its entry point, sound by contract, used by every verb."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from speechkit.cli.main import cli
from speechkit.core.engines import engine_names
from speechkit.storage.corpus import Corpus
from speechkit.testing import check_engine

pytestmark = pytest.mark.models


def speechkit(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(cli, [str(each) for each in arguments])
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture(scope="module")
def corpus(real_call: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpora")
    (folder / "raw").mkdir()
    shutil.copy(real_call, folder / "raw")
    speechkit("ingest", folder / "raw", "--corpus", folder / "calls", "--language", "en")
    return folder / "calls"


def test_it_is_found() -> None:
    assert "plain" in engine_names("transcriber")


def test_it_fits_on_a_page() -> None:
    source = Path(__file__).parent / "engine" / "example_engine.py"
    assert len(source.read_text().splitlines()) <= 40


def test_it_keeps_the_contract() -> None:
    results = check_engine("transcriber", "plain")
    assert not [each for each in results if each.problem or each.skipped]


def test_it_transcribes_a_file(real_call: Path, tmp_path: Path) -> None:
    speechkit("transcribe", real_call, "--engine", "plain", "--output-dir", tmp_path)
    (written,) = tmp_path.iterdir()
    assert len(written.read_text().split()) > 40


def test_it_runs_in_a_pipeline_and_in_the_benchmark(corpus: Path) -> None:
    speechkit("run", corpus, "--until", "transcribe", "--set", "transcribe.engine=plain")
    (session,) = Corpus.open(corpus).sessions()
    draft = Corpus.open(corpus).layer(session, "draft")
    assert draft.provenance.engine == "plain"
    assert sum(len(segment.text.split()) for segment in draft.items) > 40
    scored = speechkit(
        "bench", "run", f"{corpus}#draft", "--engine", "plain", "--draws", "0", "--json"
    )
    systems = msgspec.json.decode(scored.stdout)["systems"]
    assert "plain" in {each["system"] for each in systems}
