"""`speechkit run RECIPE`: from a name to a corpus; your own folder, its table, its new files."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner, Result

from speechkit.cli.main import cli
from speechkit.core.errors import InputError, SpeechkitError, UsageError
from speechkit.recipe.discovery import load_recipe, read_recipe, recipe_names
from speechkit.recipe.prepared import Prepared
from speechkit.storage.corpus import Corpus
from speechkit.workflows.recipe_to_corpus import ingest_prepared
from speechkit.workflows.watch import changes

RawOf = Callable[[str, Path], Path]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["run", *arguments])


def tone(path: Path, pitch: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.sin(np.arange(16_000) * pitch / 1000) / 4, 16_000)


# ---- by name


def test_a_recipe_is_brought_in_and_planned(
    raw_of: RawOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = raw_of("primock57", tmp_path)
    monkeypatch.chdir(tmp_path)
    done = run("primock57", "--raw", str(raw), "--dry-run", "--json")
    assert done.exit_code == 0, done.output
    # The recipe's own setting holds: a microphone a speaker.
    stages = {row["stage"]: row for row in json.loads(done.stdout.splitlines()[-1])["stages"]}
    assert stages["diarize"]["engine"] == "channels"
    (session,) = Corpus.open(tmp_path / "corpora/primock57").sessions()
    assert session.recording.audio.num_channels == 2
    again = run("primock57", "--raw", str(raw), "--dry-run", "--set", "diarize.engine=auto")
    assert again.exit_code == 0 and "channels" not in again.stdout


def test_a_recipe_that_makes_its_own_recordings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def build(dest: Path) -> Path:
        made.append(dest)
        tone(dest / "one.wav", 400)
        (dest / "table.csv").write_text("audio,language,synthetic\none.wav,en,true\n")
        (dest / "pseudonym.key").write_text("5e" * 32 + "\n")
        return dest

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(load_recipe("demo").module, "build", build)
    for _ in range(2):
        done = run("demo", "--dry-run")
        assert done.exit_code == 0, done.output
    assert made == [Path("raw/demo")]  # what is there is not made again
    (session,) = Corpus.open(tmp_path / "corpora/demo").sessions()
    assert session.recording.synthetic
    assert "no options" in str(run("demo", "--option", "x=1").exception)
    # What others build is called with a folder alone.
    for name in ("demo", "synth"):
        inspect.signature(load_recipe(name).module.build).bind(tmp_path)


def test_text_is_deidentified(
    raw_of: RawOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = raw_of("mts_dialog", tmp_path)
    table = next(raw.rglob("MTS-Dialog-TrainingSet.csv"))
    table.write_text('ID,dialogue\n7,"Doctor: Are you Jonathan Whitfield?\nPatient: I am."\n')
    monkeypatch.chdir(tmp_path)
    done = run("mts_dialog", "--raw", str(raw))
    assert done.exit_code == 0, done.output
    lines = (tmp_path / "prepared/mts_dialog/redacted.jsonl").read_text().splitlines()
    assert f"{len(lines)} with identifiers replaced" in done.stdout
    (line,) = (json.loads(line) for line in lines if "0007" in line)
    assert "Whitfield" not in json.dumps(line) and "[NAME" in line["redacted"]
    assert "bench score prepared/mts_dialog/references" in done.stdout
    assert not (tmp_path / "corpora").exists()


def test_what_is_missing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments, told in (
        ((), "say what to run"),
        (("--corpus", "c", "--raw", "r"), "about a recipe"),
        (("fsd",), "did you mean fsdd"),
        (("common_voice",), "accept the terms"),
        (("fleurs", "--raw", "nowhere"), "speechkit recipe show fleurs"),
        (("fleurs", "--option", "part"), "NAME=VALUE|OPTION=VALUE"),
    ):
        failed = run(*arguments)
        assert isinstance(failed.exception, SpeechkitError)
        assert any(words in str(failed.exception) for words in told.split("|")), told


def test_more_recordings_hold_the_fewer(tmp_path: Path) -> None:
    """A limit takes the same recordings each time, and not the first in the alphabet."""
    folder = tmp_path / "raw"
    names = [f"{speaker}/{take}.wav" for speaker in "abcd" for take in range(8)]
    for number, name in enumerate(names):
        tone(folder / name, 100 + number)
    table = tmp_path / "table.csv"
    table.write_text("audio,accent\n" + "".join(f"{name},{name[0]}\n" for name in names))
    prepared = Prepared(folder=folder, table=table, recordings=32, references=0)
    accents = []
    for limit in (6, 12, None):
        corpus = Corpus(tmp_path / f"corpus-{limit}")
        assert ingest_prepared(prepared, corpus, limit).recordings == (limit or 32)
        accents.append(
            {s.recording.id: s.recording.participants[0].accent for s in corpus.sessions()}
        )
    six, twelve, everything = accents
    assert six.items() < twelve.items() < everything.items()
    assert len(set(six.values())) > 1


# ---- your own


@pytest.fixture
def own(tmp_path: Path) -> Path:
    for number, name in enumerate(("one.wav", "two.wav", "sub/three.wav")):
        tone(tmp_path / "own" / name, 300 + number)
    return tmp_path / "own"


def cells(prepared: Prepared) -> list[dict[str, str]]:
    header, *rows = prepared.table.read_text().splitlines()
    return [dict(zip(header.split(","), row.split(","), strict=True)) for row in rows]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_columns_of_your_table(kind: str, own: Path, tmp_path: Path) -> None:
    import pandas as pd

    frame = pd.DataFrame(
        {
            "Datei": ["one", "three.wav", "gone.wav"],
            "Klinik": ["north", "south", "north"],
            "Herkunft": ["Punjabi", "", "Scots"],
            "consent": ["c-1", "c-2", "c-3"],
        }
    )
    table = tmp_path / f"visits.{kind}"
    frame.to_csv(table, index=False) if kind == "csv" else frame.to_excel(table, index=False)
    options = {
        "table": str(table),
        "columns": "audio=Datei,site=Klinik,patient_accent=Herkunft",
        "language": "de",
        "preset": "telehealth",
    }
    prepared = load_recipe("local").prepare(own, tmp_path / "out", options)
    one, three = cells(prepared)
    assert (one["audio"], three["audio"]) == ("one.wav", "sub/three.wav")
    assert (one["site"], one["patient_accent"], one["consent"]) == ("north", "Punjabi", "c-1")
    assert (three["site"], three["patient_accent"], three["language"]) == ("south", "", "de")
    assert (one["doctor_channel"], one["patient_channel"]) == ("0", "1")
    assert prepared.pipeline == {"diarize.engine": "channels"}
    assert any("1 rows" in note for note in prepared.notes)
    assert any("1 files are not in the table" in note for note in prepared.notes)


def test_presets_and_mistakes(own: Path, tmp_path: Path) -> None:
    prepared = load_recipe("local").prepare(own, tmp_path / "out", {"preset": "dictation"})
    assert prepared.recordings == 3 and prepared.pipeline == {"diarize.max_speakers": "1"}
    assert "patient_id" not in cells(prepared)[0]
    table = tmp_path / "t.csv"
    table.write_text("file,site\none.wav,a\none.wav,b\n")
    for options, error, told in (
        ({"preset": "ambiant"}, UsageError, "did you mean ambient"),
        ({"table": str(table)}, InputError, r"t\.csv, line 3: a second row"),
        ({"table": str(table), "columns": "site"}, UsageError, "FIELD=COLUMN"),
        ({"table": str(table), "columns": "site=Sit"}, UsageError, "no column 'Sit'"),
        ({"table": "none.csv"}, UsageError, "no such file"),
    ):
        with pytest.raises(error, match=told):
            load_recipe("local").prepare(own, tmp_path / "other", options)


def test_watching_waits_until_files_keep_still(tmp_path: Path) -> None:
    """Each look is a step here; what happens between two looks is written in a list."""
    sound = tmp_path / "a.wav"
    grown = [lambda: sound.write_bytes(b"1"), lambda: sound.write_bytes(b"12"), lambda: None]
    later = [lambda: (tmp_path / "b.wav").write_bytes(b"3"), lambda: None]
    steps = iter([*grown, *later])

    def sleep(_: float) -> None:
        step = next(steps, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    sizes = []
    with pytest.raises(KeyboardInterrupt):
        for _ in changes([tmp_path], 1, sleep):
            found = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
            sizes.append(found)
    assert sizes == [{"a.wav": 2}, {"a.wav": 2, "b.wav": 1}]


def test_watch_picks_up_new_files(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through the command: a new file, a file that is no sound, and the end by Ctrl+C."""

    def looks(paths: list[Path], seconds: float) -> Iterator[None]:
        assert list(paths) == [own] and seconds == 5
        yield
        tone(own / "four.wav", 700)
        (own / "broken.wav").write_bytes(b"no sound")
        yield
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("speechkit.workflows.recipe_to_corpus.changes", looks)
    stopped = run("local", "--raw", str(own), "--watch", "5", "--dry-run", "--option", "consent=c")
    assert isinstance(stopped.exception, SystemExit | KeyboardInterrupt)
    corpus = Corpus.open(tmp_path / "corpora/local")
    assert len(corpus.sessions()) == 4
    assert {session.recording.consent for session in corpus.sessions()} == {"c"}


# ---- recipes of other packages


def test_a_recipe_from_another_package(
    raw_of: RawOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installed package names its module under an entry point; nothing here knows of it."""
    package = tmp_path / "site/clinic_recipes/ward_nine"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").touch()
    (package / "recipe.toml").write_text(
        'name = "ward_nine"\ntitle = "Ward 9"\nlicence = "LicenseRef-own"\naccess = "own"\n'
        'how = "ask"\nlayout = "*.wav"\n[expect]\nrecordings = "some"\n'
        '[options.ward]\nmeaning = "which ward"\ndefault = "7"\n'
    )
    (package / "__init__.py").write_text(
        "from speechkit.recipe.prepared import Clip, write_prepared\n"
        "from speechkit.recipe.published import audio_below\n"
        "def prepare(raw, dest, *, ward='7'):\n"
        "    told = {'site': ward, 'language': 'en'}\n"
        "    clips = [Clip(audio=a, told=told) for a in audio_below(raw).values()]\n"
        "    return write_prepared(dest, raw, clips)\n"
    )
    info = tmp_path / "site/clinic_recipes-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: clinic-recipes\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[speechkit.recipes]\nward_nine = clinic_recipes.ward_nine\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    assert "ward_nine" in recipe_names()
    assert read_recipe("ward_nine").title == "Ward 9"
    raw = raw_of("local", tmp_path)
    monkeypatch.chdir(tmp_path)
    done = run("ward_nine", "--raw", str(raw), "--option", "ward=9", "--dry-run")
    assert done.exit_code == 0, done.output
    sites = {
        s.recording.context.site for s in Corpus.open(tmp_path / "corpora/ward_nine").sessions()
    }
    assert sites == {"9"}
