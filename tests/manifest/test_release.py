"""Releases: what gets in, what does not, same bytes, nothing half-written, tampering found."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from speechkit.cli.release import command
from speechkit.core.digest import digest_file
from speechkit.core.errors import StoreError, UsageError
from speechkit.manifest import write as write_module
from speechkit.manifest.lines import read_lines
from speechkit.manifest.release import ReleaseOptions, create_release
from speechkit.manifest.schema import (
    SEGMENTS,
    ReleasedSegment,
)
from speechkit.manifest.verify import verify_release
from speechkit.manifest.versions import read_release
from speechkit.storage.corpus import Corpus
from tests.manifest.release_corpus import (
    CANARY,
    add,
    contents,
    invoke,
)


def test_same_corpus_same_bytes(corpus: Corpus, tmp_path: Path) -> None:
    create_release(corpus, "1.0.0", tmp_path / "a")
    again = Corpus.create(tmp_path / "elsewhere" / "clinic")
    for number in (3, 1, 2):
        add(again, number)
    create_release(again, "1.0.0", tmp_path / "b")
    first = contents(tmp_path / "a")
    assert first == contents(tmp_path / "b")
    assert len([name for name in first if name.endswith(".flac")]) == 3


def test_what_a_segment_says(corpus: Corpus, tmp_path: Path) -> None:
    path = create_release(corpus, "1.0.0", tmp_path / "out")
    segments = list(read_lines(path, SEGMENTS, ReleasedSegment))
    assert len(segments) == 6
    first, second = segments[:2]
    # In order of time, numbered anew, speakers by pseudonym where the role tells who it is.
    assert first.id == f"{first.recording}-0000"
    assert (first.start, second.start) == (0.25, 1.5)
    assert (first.speaker, first.role, first.review) == ("p-doctor", "doctor", "draft")
    assert first.words[0].speaker == "p-doctor"
    assert (second.speaker, second.role) == ("SPEAKER_01", "unknown")


def test_metadata_that_may_not_leave(corpus: Corpus, tmp_path: Path) -> None:
    path = create_release(corpus, "1.0.0", tmp_path / "out", ReleaseOptions(tags=("arm",)))
    row = json.loads((path / "recordings.jsonl").read_text().splitlines()[0])
    assert row["context"]["period"] == ""  # a date is finer than Safe Harbor lets stay
    assert row["context"]["tags"] == {"arm": "b"}
    assert row["phi"] == "redacted"
    assert row["derived_from"] in {s.recording.id for s in corpus.sessions()}
    assert row["audio"]["uri"].startswith("audio/sha256/")
    for name, data in contents(tmp_path / "out").items():
        assert CANARY.encode() not in data, name


def test_only_proved_clean_copies_leave(corpus: Corpus, tmp_path: Path) -> None:
    failed = add(corpus, 4, verdict="failed")
    absent = add(corpus, 5, redacted=False)
    broken = add(corpus, 6, redacted=False)
    corpus.record_failures("run", [{"item": broken, "stage": "align", "reason": CANARY}])
    path = create_release(corpus, "1.0.0", tmp_path / "out")
    release = read_release(path)
    assert {w.recording: w.reason for w in release.withheld} == {
        failed: "the check failed: 2 removed words are still heard",
        absent: "not de-identified",
        broken: "stage align failed",
    }
    assert release.counts.recordings == 3
    assert len(list((tmp_path / "out").rglob("*.flac"))) == 3
    assert verify_release(path) == ()


def test_nothing_to_release(tmp_path: Path) -> None:
    corpus = Corpus.create(tmp_path / "empty")
    add(corpus, 1, verdict="failed")
    with pytest.raises(StoreError, match=r"nothing in .* may be released \(1 the check failed"):
        create_release(corpus, "1.0.0", tmp_path / "out")


def test_never_over_an_old_one(corpus: Corpus, tmp_path: Path) -> None:
    create_release(corpus, "1.0.0", tmp_path / "out")
    before = contents(tmp_path / "out")
    add(corpus, 4)
    with pytest.raises(StoreError, match="exists; a release is never changed"):
        create_release(corpus, "1.0.0", tmp_path / "out")
    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize("step", ["_stage_audio", "write_lines", "_write_sums", "rename"])
def test_interrupted_leaves_nothing(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    if step == "rename":
        monkeypatch.setattr(Path, "rename", stop)
    elif step == "_stage_audio":
        monkeypatch.setattr(write_module.ReleaseWriter, step, stop)
    else:
        monkeypatch.setattr(write_module, step, stop)
    with pytest.raises(KeyboardInterrupt):
        create_release(corpus, "1.0.0", tmp_path / "out")
    assert contents(tmp_path / "out") == {}
    monkeypatch.undo()
    assert verify_release(create_release(corpus, "1.0.0", tmp_path / "out")) == ()


def test_full_disk_is_a_clear_line(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(StoreError, match="No space left on device; free some space"):
        create_release(corpus, "1.0.0", tmp_path / "out")
    assert contents(tmp_path / "out") == {}


def test_altered_redacted_audio_does_not_leave(corpus: Corpus, tmp_path: Path) -> None:
    next((corpus.root / "redacted").rglob("*.flac")).write_bytes(b"something else")
    with pytest.raises(StoreError, match="was altered"):
        create_release(corpus, "1.0.0", tmp_path / "out")
    assert contents(tmp_path / "out") == {}


def test_versions_share_audio_and_chain(corpus: Corpus, tmp_path: Path) -> None:
    first = create_release(corpus, "1.0.0", tmp_path / "out")
    add(corpus, 4)
    second = create_release(corpus, "1.1.0", tmp_path / "out", ReleaseOptions(parent=first))
    assert len(list((tmp_path / "out").rglob("*.flac"))) == 4
    parent = read_release(second).parent
    assert parent is not None
    assert parent.digest == digest_file(first / "SHA256SUMS.txt")
    assert verify_release(first) == verify_release(second) == ()


@pytest.mark.parametrize("version", ["1", "1.0", "v1.0.0", "01.0.0", "1.0.0/../x", "1.0.0-", ""])
def test_version_is_semantic(corpus: Corpus, tmp_path: Path, version: str) -> None:
    with pytest.raises(UsageError, match="not semantic"):
        create_release(corpus, version, tmp_path / "out")


def test_command_line(corpus: Corpus, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, text = invoke("create", corpus.root, "--version", "1.0.0", "--output", out, "--json")
    assert code == 0
    made = json.loads(text)
    assert made["release"]["counts"]["recordings"] == 3
    code, text = invoke("verify", made["path"], "--json")
    assert (code, json.loads(text)["ok"]) == (0, True)
    code, text = invoke("show", made["path"])
    assert code == 0
    assert "clinic 1.0.0" in text
    code, text = invoke("diff", made["path"], made["path"], "--json")
    assert json.loads(text)["counts"]["segments_same"] == 6
    (Path(made["path"]) / "README.md").write_text("?")
    code, text = invoke("verify", made["path"])
    assert code == 1
    assert "README.md" in text


def test_withheld_recordings_are_said(corpus: Corpus, tmp_path: Path) -> None:
    failed = add(corpus, 4, verdict="failed")
    args = ["create", str(corpus.root), "--version", "1.0.0", "--output", str(tmp_path / "out")]
    done = CliRunner().invoke(command, args)
    assert done.exit_code == 1
    assert f"withheld: {failed}: the check failed" in done.stderr
