"""Every recipe on a made-up fixture in its corpus' real layout, against what was checked in."""

from __future__ import annotations

import inspect
import io
import json
import os
import shutil
import tarfile
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from speechkit.cli.main import cli
from speechkit.core.digest import canonical_json, digest_file
from speechkit.core.errors import InputError, UsageError
from speechkit.ingestion.ingest import IngestOptions, ingest_folder
from speechkit.recipe.contract import Download
from speechkit.recipe.discovery import (
    LoadedRecipe,
    load_recipe,
    read_recipe,
    recipe_names,
    recipes_folder,
)
from speechkit.recipe.download import download_recipe
from speechkit.recipe.prepared import Prepared
from speechkit.storage.corpus import Corpus

CORPORA = Path(__file__).parent / "corpora"
RawOf = Callable[[str, Path], Path]
WRITE = bool(os.environ.get("SPEECHKIT_WRITE_GOLDEN"))
PREPARED = [name for name in recipe_names() if load_recipe(name).prepares]


def options_of(name: str) -> dict[str, str]:
    path = CORPORA / name / "options.toml"
    return tomllib.loads(path.read_text()) if path.exists() else {}


def written(dest: Path) -> dict[str, str]:
    return {
        path.relative_to(dest).as_posix(): path.read_text()
        for path in sorted(dest.rglob("*"))
        if path.is_file() and "audio" not in path.relative_to(dest).parts
    }


def manifest(prepared: Prepared, folder: Path) -> str:
    """What a corpus says of its recordings after ingest; sound files are called by their length."""
    key = folder / "key"
    key.write_text("ab" * 32 + "\n")
    corpus = Corpus(folder / "corpus")
    options = IngestOptions(metadata=prepared.table, only_listed=True, pseudonym_key=key)
    report = ingest_folder(prepared.folder, corpus, options)
    assert not report.failures, report.failures
    lines = []
    for session in corpus.sessions():
        recording = json.loads(canonical_json(session.recording))
        for changing in ("id", "quality", "derived_from"):
            recording.pop(changing, None)
        audio = recording.pop("audio")
        for person in recording.get("participants", ()):
            if not corpus_names_somebody(prepared, person):
                person["id"] = "unnamed"
        layers = {name: len(corpus.layer(session, name).items) for name in sorted(session.layers)}
        sound = {n: audio[n] for n in ("num_channels", "num_samples", "sample_rate")}
        lines.append(json.dumps({**recording, "audio": sound, "layers": layers}, sort_keys=True))
    return "".join(f"{line}\n" for line in sorted(lines))


def corpus_names_somebody(prepared: Prepared, person: dict[str, Any]) -> bool:
    """Ids of people whom the table does not name hang on the recording's id."""
    header = prepared.table.read_text().splitlines()[0].split(",")
    role = person.get("role", "other")
    return "speaker" in header or f"{role}_id" in header


@pytest.mark.parametrize("name", recipe_names())
def test_contract(name: str) -> None:
    recipe = read_recipe(name)
    assert recipe.title and recipe.how and recipe.layout and recipe.expect
    assert recipe.access in ("included", "own") or recipe.homepage.startswith("https://")
    module = load_recipe(name).module
    assert module.__doc__ and (hasattr(module, "prepare") or hasattr(module, "build"))
    for item in recipe.download:
        assert item.url.startswith("https://")
    from speechkit.pipeline.pipelines import default_pipeline

    default_pipeline(recipe.pipeline)  # its settings exist


@pytest.mark.parametrize("name", PREPARED)
def test_options_are_declared_as_data(name: str) -> None:
    """What `recipe.toml` says of the options is what `prepare` takes, defaults included."""
    loaded = load_recipe(name)
    parameters = inspect.signature(loaded.module.prepare).parameters.values()
    taken = {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}
    declared = loaded.contract.options
    assert {option: about.default for option, about in declared.items()} == taken
    assert all(about.meaning for about in declared.values())


@pytest.mark.parametrize("name", PREPARED)
def test_fixture(name: str, tmp_path: Path, raw_of: RawOf) -> None:
    """No recipe without a fixture in the layout of its corpus and a golden manifest."""
    fixture = CORPORA / name
    assert fixture.is_dir(), f"recipe {name} has no fixture: add tests/recipes/corpora/{name}"
    prepared = load_recipe(name).prepare(raw_of(name, tmp_path), tmp_path / "out", options_of(name))
    files = written(tmp_path / "out")
    entries = manifest(prepared, tmp_path) if prepared.table else ""
    golden = fixture / "golden"
    if WRITE:
        shutil.rmtree(golden, ignore_errors=True)
        for path, text in files.items():
            (golden / path).parent.mkdir(parents=True, exist_ok=True)
            (golden / path).write_text(text)
        (fixture / "manifest.jsonl").write_text(entries)
    assert files == written(golden)
    assert entries == (fixture / "manifest.jsonl").read_text()
    assert prepared.recordings == entries.count("\n")


@pytest.mark.parametrize("name", [name for name in PREPARED if name != "local"])
def test_another_folder_is_refused(name: str, tmp_path: Path) -> None:
    """A folder that is not the corpus is an error with a reason, not an empty table."""
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "notes.txt").write_text("nothing of a corpus")
    with pytest.raises(InputError, match="raw"):
        load_recipe(name).prepare(raw, tmp_path / "out", {})
    assert not (tmp_path / "out" / "table.csv").exists()


def test_no_recipe_without_contract() -> None:
    folders = {p.name for p in recipes_folder().iterdir() if (p / "__init__.py").exists()}
    assert folders <= set(recipe_names())
    assert {path.name for path in CORPORA.iterdir() if path.is_dir()} == set(PREPARED)


def test_unknown_option_and_folder(tmp_path: Path, raw_of: RawOf) -> None:
    raw = raw_of("fleurs", tmp_path)
    with pytest.raises(UsageError, match="did you mean part"):
        load_recipe("fleurs").prepare(raw, tmp_path / "out", {"prt": "dev"})
    with pytest.raises(UsageError, match="recipe show fleurs"):
        load_recipe("fleurs").prepare(tmp_path / "none", tmp_path / "out", {})
    with pytest.raises(UsageError, match="own recordings"):
        load_recipe("demo").prepare(raw, tmp_path / "out", {})


def test_malformed_tables_say_where(tmp_path: Path, raw_of: RawOf) -> None:
    raw = raw_of("simsamu", tmp_path)
    (raw / "metadata.csv").write_text("rec_name,medecin\ncall_a,speaker_1\n")
    with pytest.raises(InputError, match="no column 'patient'"):
        load_recipe("simsamu").prepare(raw, tmp_path / "out", {})
    (raw / "metadata.csv").write_text("rec_name,medecin,patient\ncall_a,speaker_1\n")
    with pytest.raises(InputError, match=r"metadata\.csv, line 2"):
        load_recipe("simsamu").prepare(raw, tmp_path / "out", {})


def test_channels_of_primock57(tmp_path: Path, raw_of: RawOf) -> None:
    raw = raw_of("primock57", tmp_path)
    prepared = load_recipe("primock57").prepare(raw, tmp_path / "out", {})
    joined, rate = soundfile.read(prepared.folder / "day1_consultation01.flac", dtype="int16")
    doctor, _ = soundfile.read(raw / "audio/day1_consultation01_doctor.wav", dtype="int16")
    patient, _ = soundfile.read(raw / "audio/day1_consultation01_patient.wav", dtype="int16")
    assert rate == 16_000
    assert np.array_equal(joined[:, 0], doctor)
    assert np.array_equal(joined[: patient.size, 1], patient)
    assert not joined[patient.size :, 1].any()


def test_download_unpacks_and_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = tmp_path / "corpus.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        info = tarfile.TarInfo("corpus/a.txt")
        info.size = 2
        packed.addfile(info, io.BytesIO(b"hi"))
    recipe = load_recipe("fsdd")
    digest = digest_file(archive)

    def with_download(sha256: str, path: Path = archive) -> LoadedRecipe:
        import msgspec

        item = Download(url=path.as_uri(), sha256=sha256)
        contract = msgspec.structs.replace(recipe.contract, download=(item,))
        return msgspec.structs.replace(recipe, contract=contract)

    download_recipe(with_download(digest), tmp_path / "raw")
    assert (tmp_path / "raw/corpus/a.txt").read_text() == "hi"
    archive.rename(tmp_path / "gone")  # brought already: not brought again
    download_recipe(with_download(digest), tmp_path / "raw")
    with pytest.raises(InputError, match="cannot download"):
        download_recipe(with_download(digest), tmp_path / "other")
    (tmp_path / "gone").rename(archive)
    with pytest.raises(InputError, match="digest"):
        download_recipe(with_download("0" * 64), tmp_path / "other")
    evil = tmp_path / "evil.zip"
    with zipfile.ZipFile(evil, "w") as zipped:
        zipped.writestr("../outside.txt", "no")
    with pytest.raises(InputError, match="leads out"):
        download_recipe(with_download("", evil), tmp_path / "other")
    assert not (tmp_path / "outside.txt").exists()
    with pytest.raises(UsageError, match="accept the terms"):
        download_recipe(load_recipe("common_voice"), tmp_path / "cv")


def test_command_line(tmp_path: Path, raw_of: RawOf) -> None:
    run = CliRunner().invoke
    listed = run(cli, ["recipe", "list", "--json"])
    assert {r["name"] for r in json.loads(listed.output)["recipes"]} == set(recipe_names())
    assert len(recipe_names()) >= 20
    shown = run(cli, ["recipe", "show", "fleurs"]).output
    assert "CC-BY-4.0" in shown and "--option part=" in shown
    raw, dest = raw_of("fleurs", tmp_path), tmp_path / "out put"
    done = run(cli, ["recipe", "prepare", "fleurs", str(raw), str(dest), "--option", "part=test"])
    assert done.exit_code == 0, done.output
    assert "1 recordings, 1 with a reference" in done.output
    # What it prints can be pasted: it is what ingest takes.
    import shlex

    line = next(x for x in done.output.splitlines() if x.startswith("next: speechkit ingest"))
    arguments = shlex.split(line)[2:]
    arguments[arguments.index("--corpus") + 1] = str(tmp_path / "corpus")
    brought = run(cli, [*arguments, "--json"])
    assert json.loads(brought.stdout)["recordings"] == 1
    # Or in one go.
    arguments = ["recipe", "prepare", "fleurs", str(raw), str(dest), "--corpus"]
    at_once = run(cli, [*arguments, str(tmp_path / "at once")])
    assert at_once.exit_code == 0, at_once.output
    assert "1 recordings in" in at_once.output
    assert f"next: speechkit run '{tmp_path}/at once'" in at_once.output
    assert len(Corpus.open(tmp_path / "at once").sessions()) == 1
    text = raw_of("aci_bench", tmp_path / "text")
    arguments = ["recipe", "prepare", "aci_bench", str(text), str(tmp_path / "dialogues")]
    refused = run(cli, [*arguments, "--corpus", str(tmp_path / "none")])
    assert "nothing to ingest" in str(refused.exception)


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "folder", "recordings", "dialogues"),
    [
        ("primock57", "primock57_text", 0, 25),
        ("fareez_osce", "osce_interviews_text", 0, 72),
        ("mts_dialog", "mts_dialog_text", 0, 1301),
        ("alnum_phi_accents", "alnum_phi_accents", 33, 0),
        ("asterisk_prompts", "asterisk_prompts_5lang", 150, 0),
        ("fsdd", "fsdd_digits_accents", 240, 0),
        ("ami", "ami_diar_30s", 14, 0),
        ("picovoice", "picovoice_8lang", 9, 0),
    ],
)
def test_real_files(
    name: str, folder: str, recordings: int, dialogues: int, shared_data: Path, tmp_path: Path
) -> None:
    prepared = load_recipe(name).prepare(shared_data / folder, tmp_path, {})
    assert (prepared.recordings, prepared.dialogues) == (recordings, dialogues)
    assert prepared.references == recordings
