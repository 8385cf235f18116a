"""Which files are recordings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from speechkit.core.errors import InputError, UsageError
from speechkit.ingestion.folder import Names, scan
from speechkit.storage.corpus import Corpus


def touch(root: Path, *names: str, data: bytes = b"x") -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)


def test_sorted_by_path_and_without_hidden_ones(tmp_path: Path) -> None:
    touch(tmp_path, "b/2.WAV", "b/1.flac", "a.mp3", ".hidden.wav", ".git/x.wav", "._a.mp3")
    touch(tmp_path, "__MACOSX/a.mp3", "notes.txt", "LICENSE", "Thumbs.db")
    folder = scan(tmp_path)
    assert folder.audio == ("a.mp3", "b/1.flac", "b/2.WAV")
    assert folder.others == ("LICENSE", "notes.txt")
    assert folder.failures == ()


def test_a_file_without_suffix_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    touch(tmp_path, "visit 12", "Dr. Smith", data=b"fLaC....")
    touch(tmp_path, "Mr. Jones")
    assert scan(tmp_path).audio == ("Dr. Smith", "visit 12")


def test_links_do_not_lead_out(tmp_path: Path) -> None:
    touch(tmp_path, "out/secret.wav", "in/real.wav")
    inside = tmp_path / "in"
    (inside / "link.wav").symlink_to(tmp_path / "out" / "secret.wav")
    (inside / "dangling.wav").symlink_to(tmp_path / "nowhere.wav")
    (inside / "sub").symlink_to(tmp_path / "out")
    (inside / "same.wav").symlink_to(inside / "real.wav")
    (inside / "loop").symlink_to(inside)
    folder = scan(inside)
    assert folder.audio == ("real.wav", "same.wav")
    assert [f.item for f in folder.failures] == ["dangling.wav", "link.wav", "loop", "sub"]


def test_a_corpus_inside_is_passed_over(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav")
    Corpus.create(tmp_path / "corpora" / "mine")
    touch(tmp_path, "corpora/mine/vault/audio/sha256/ab/ab.wav")
    assert scan(tmp_path).audio == ("a.wav",)


def test_refuses_what_is_no_folder(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav")
    with pytest.raises(UsageError, match="no such folder"):
        scan(tmp_path / "absent")
    with pytest.raises(UsageError, match="is a file"):
        scan(tmp_path / "a.wav")


def test_unreadable_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path, "a.wav", "locked/b.wav")
    real = os.scandir
    locked = {tmp_path / "locked"}

    def guarded(path):
        if Path(path) in locked:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", guarded)
    folder = scan(tmp_path)
    assert folder.audio == ("a.wav",)
    assert [f.item for f in folder.failures] == ["locked"]
    locked.add(tmp_path)
    with pytest.raises(InputError, match="check permissions"):
        scan(tmp_path)


def test_names(tmp_path: Path) -> None:
    touch(tmp_path, "x/one.wav", "y/one.wav", "y/two.flac", "se\u0301ance.wav")
    names = Names(scan(tmp_path))
    assert names.find("x/one.wav") == "x/one.wav"
    assert names.find("x\\one.wav") == "x/one.wav"
    assert names.find("two.flac") == names.find("two") == names.find("./y/two.flac") == "y/two.flac"
    assert names.find("D:\\studio\\two.flac") == "y/two.flac"
    assert names.find("s\u00e9ance.wav") == "se\u0301ance.wav"  # composed in the table
    with pytest.raises(InputError, match="fits 2 files"):
        names.find("one.wav")
    with pytest.raises(InputError, match="not in the folder"):
        names.find("three.wav")
