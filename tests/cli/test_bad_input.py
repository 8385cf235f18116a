"""Users' mistakes as users make them: a clear line, the right exit code, the rest goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

SPEECHKIT = (sys.executable, "-c", "from speechkit.cli.main import main; main()")
CANARY = "Zebulonia"


def speechkit(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SPEECHKIT, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("transcibe",), "did you mean transcribe?"),
        (
            ("diarize", "a.wav", "--output-dir", "out", "--engine", "pyanote"),
            "did you mean pyannote",
        ),
        (
            ("diarize", "a.wav", "--output-dir", "out", "--engine", "pyannote:locl"),
            "pyannote has no model 'locl'; there is: local",
        ),
        (
            ("transcribe", "a.wav", "--output-dir", "out", "--set", "beam_sise=3"),
            "did you mean beam_size",
        ),
        (("transcribe", "a.wav", "--output-dir", "out", "--language", "xx"), "language"),
        (("transcribe", "a.wav", "--output-dir", "out", "--format", "doc"), "'doc' is not one of"),
        (("run", "--corpus", "absent"), "absent"),
        (("run", "--corpus", "absent", "--set", "x"), "absent"),
        (("ingest", "absent", "--corpus", "c"), "absent"),
        (("models", "fetch", "whisper-bas"), "did you mean whisper-base"),
        (("release", "create", "absent", "--version", "1.0.0"), "absent"),
        (("bench", "score", "absent.jsonl", "too.jsonl"), "absent.jsonl"),
        (("deidentify", "text", "absent.jsonl", "out.jsonl"), "absent.jsonl"),
    ],
)
def test_what_does_not_exist_is_said_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    soundfile.write("a.wav", np.zeros(1600), 16_000)
    done = speechkit(*arguments)
    assert done.returncode in (1, 2), done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.wav"]


def test_misspelt_options_of_stages_are_wrong_use(tmp_path: Path) -> None:
    from speechkit.storage.corpus import Corpus

    Corpus.create(tmp_path / "c")
    done = speechkit("run", "--corpus", tmp_path / "c", "--set", "diarise.engine=channels")
    assert (done.returncode, "did you mean diarize" in done.stderr) == (2, True), done.stderr
    done = speechkit("run", "--corpus", tmp_path / "c", "--until", "algn")
    assert (done.returncode, "did you mean align" in done.stderr) == (2, True), done.stderr


def test_an_empty_corpus_says_how_to_fill_it(tmp_path: Path) -> None:
    from speechkit.storage.corpus import Corpus

    Corpus.create(tmp_path / "c")
    done = speechkit("run", "--corpus", tmp_path / "c")
    assert done.returncode == 1
    assert f"speechkit ingest DIR --corpus {tmp_path / 'c'}" in done.stderr


def test_a_missing_extra_is_named(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(16_000), 16_000)
    hide = (
        "import sys; sys.modules['faster_whisper'] = None\n"
        "from speechkit.cli.main import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", hide, "transcribe", tmp_path / "a.wav", "--output-dir", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "pip install 'speechkit[transcribe]'" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_weights_that_are_absent_say_how_to_get_them(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(16_000), 16_000)
    done = speechkit(
        *("transcribe", tmp_path / "a.wav", "--output-dir", tmp_path / "out"),
        XDG_CACHE_HOME=str(tmp_path / "cache"),
        SPEECHKIT_MODELS=str(tmp_path / "none"),
    )
    assert done.returncode == 1
    assert "speechkit models fetch" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.fixture
def bad_files(tmp_path: Path, real_call: Path) -> list[Path]:
    """One file of each kind of damage; their names hold a canary."""
    folder = tmp_path / CANARY
    folder.mkdir()
    whole = real_call.read_bytes()
    (folder / "truncated.wav").write_bytes(whole[:30])
    soundfile.write(folder / "one sample.wav", np.zeros(1), 16_000)
    (folder / "empty.wav").write_bytes(b"")
    (folder / "text.wav").write_text("Patient said that all is well.")
    soundfile.write(folder / "nan.wav", np.full(16_000, np.nan), 16_000, subtype="FLOAT")
    return [*sorted(folder.iterdir()), folder / "absent.wav"]


@pytest.mark.models
def test_bad_files_fail_and_the_good_ones_go_on(tmp_path: Path, bad_files: list[Path]) -> None:
    quiet = tmp_path / "quiet.wav"
    soundfile.write(quiet, np.zeros(48_000), 16_000)
    for verb, suffix in (("diarize", "rttm"), ("transcribe", "json")):
        out = tmp_path / verb
        done = speechkit(verb, *bad_files, quiet, "--output-dir", out)
        assert done.returncode == 1, done.stderr
        assert done.stderr.count("failed: ") == len(bad_files)
        assert "Traceback" not in done.stderr
        assert sorted(path.name for path in out.iterdir()) == [f"quiet.{suffix}"]


def test_a_full_disk_is_said_and_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from speechkit.core.errors import StoreError
    from speechkit.storage.files import write_bytes

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        write_bytes(tmp_path / "x.rttm", b"SPEAKER")
    assert list(tmp_path.iterdir()) == []


def test_importing_speechkit_is_quick_and_brings_no_torch() -> None:
    code = (
        "import sys, time; began = time.perf_counter(); import speechkit; "
        "print(time.perf_counter() - began, [m for m in ('torch', 'numpy', 'pandas') "
        "if m in sys.modules])"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for _ in range(5)
    ]
    seconds = min(float(run.stdout.split()[0]) for run in runs)
    assert all("torch" not in run.stdout and "pandas" not in run.stdout for run in runs)
    assert seconds <= 0.15
