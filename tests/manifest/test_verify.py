"""Releases verified and compared: every altered, lost or moved line is named."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from speechkit.core.digest import recording_id
from speechkit.manifest.diff import diff_releases
from speechkit.manifest.lines import read_lines
from speechkit.manifest.release import create_release
from speechkit.manifest.schema import (
    DOCUMENTS,
    RELEASE_SCHEMA_VERSION,
    SEGMENTS,
    ReleasedSegment,
)
from speechkit.manifest.verify import verify_release
from speechkit.manifest.versions import read_release
from speechkit.storage.corpus import Corpus
from tests.manifest.release_corpus import (
    CANARY,
    add,
    mend,
)


def test_sha256sum_accepts_it(corpus: Corpus, tmp_path: Path) -> None:
    path = create_release(corpus, "1.0.0", tmp_path / "out")
    done = subprocess.run(
        ["sha256sum", "-c", "--strict", "SHA256SUMS.txt"],
        check=False,
        cwd=path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(": OK") == 6 + len(DOCUMENTS) + 3


def test_lines_are_canonical_by_another_program(corpus: Corpus, tmp_path: Path) -> None:
    rfc8785 = pytest.importorskip("rfc8785")
    path = create_release(corpus, "1.0.0", tmp_path / "out")
    for name in ("release.json", "recordings.jsonl", "segments.jsonl", "redactions.jsonl"):
        for line in (path / name).read_bytes().splitlines():
            assert rfc8785.dumps(json.loads(line)) == line


LINES = ["recordings.jsonl", "segments.jsonl", "redactions.jsonl", "splits.jsonl", "custody.jsonl"]


@pytest.mark.parametrize("name", LINES)
def test_lines_dropped_moved_and_cut_are_named(corpus: Corpus, tmp_path: Path, name: str) -> None:
    """Even where somebody mends the digests."""
    path = create_release(corpus, "1.0.0", tmp_path / "out")
    lines = (path / name).read_bytes().splitlines(keepends=True)
    for changed in (
        lines[1:],  # dropped: the first, one between, the last
        [*lines[:1], *lines[2:]],
        lines[:-1],
        [lines[1], lines[0], *lines[2:]],  # moved
        [*lines[:1], *lines],  # twice
        [*lines[:-1], lines[-1][:-9]],  # its end cut off
    ):
        (path / name).write_bytes(b"".join(changed))
        mend(path, name)
        assert any(finding.file == name for finding in verify_release(path))


def test_another_word_is_named_by_its_recording(corpus: Corpus, tmp_path: Path) -> None:
    """Where a line keeps its form, and the digests of files are mended."""
    path = create_release(corpus, "1.0.0", tmp_path / "out")
    lines = (path / SEGMENTS).read_text().splitlines(keepends=True)
    lines[2] = lines[2].replace("morning", "evening")
    (path / SEGMENTS).write_text("".join(lines))
    mend(path, SEGMENTS)
    name = json.loads(lines[2])["recording"]
    assert [str(finding) for finding in verify_release(path)] == [
        f"{SEGMENTS}: the lines of {name} are not those that were released"
    ]


def test_lines_from_before_a_field_came_are_right(corpus: Corpus, tmp_path: Path) -> None:
    """Canonical is what is written, not what speechkit would write now."""
    path = create_release(corpus, "1.0.0", tmp_path / "out")
    text = (path / "recordings.jsonl").read_text()
    (path / "recordings.jsonl").write_text(text.replace(',"synthetic":false', ""))
    mend(path, "recordings.jsonl")
    assert verify_release(path) == ()
    (path / "recordings.jsonl").write_text(text.replace(',"synthetic"', ', "synthetic"'))
    mend(path, "recordings.jsonl")
    assert "recordings.jsonl, line 1: not canonical JSON" in map(str, verify_release(path))


def test_verify_names_line_and_never_quotes(corpus: Corpus, tmp_path: Path) -> None:
    path = create_release(corpus, "1.0.0", tmp_path / "out")
    lines = (path / SEGMENTS).read_text().splitlines()
    lines[3] = lines[3].replace('"review":"draft"', f'"review":"{CANARY}"')
    (path / SEGMENTS).write_text("\n".join(lines) + "\n")
    findings = verify_release(path)
    assert (SEGMENTS, 4) in {(f.file, f.line) for f in findings}
    assert CANARY not in " ".join(map(str, findings))


def test_a_missing_sound_file_is_named(corpus: Corpus, tmp_path: Path) -> None:
    path = create_release(corpus, "1.0.0", tmp_path / "out")
    gone = next((tmp_path / "out").rglob("*.flac"))
    gone.unlink()
    (path / "extra.txt").write_text("x")
    assert {Path(f.file).name for f in verify_release(path)} == {gone.name, "extra.txt"}


def test_diff(corpus: Corpus, tmp_path: Path) -> None:
    first = create_release(corpus, "1.0.0", tmp_path / "out")
    assert diff_releases(first, first).is_empty
    add(corpus, 3, text="Good evening, [NAME].")
    add(corpus, 4)
    first_raw = recording_id(hashlib.sha256(b"1").hexdigest())
    (corpus.root / "vault" / "sessions" / f"{first_raw}.json").unlink()
    second = create_release(corpus, "2.0.0", tmp_path / "out")
    found = diff_releases(first, second)
    counts = found.counts()
    # 1 left, 4 came, 3 has other words in both of its segments, 2 is as it was.
    assert (counts["recordings_removed"], counts["recordings_added"]) == (1, 1)
    assert (counts["recordings_changed"], counts["recordings_same"]) == (1, 1)
    assert counts["segments_changed"] == counts["segments_changed_words"] == 2
    assert (counts["segments_same"], counts["segments_added"]) == (2, 0)
    assert counts["redactions_added"] == counts["redactions_removed"] == 0
    # "Good morning, [NAME]." four times; two of them have another second word.
    assert (found.words_before, found.words_edited, found.wer) == (12, 2, 0.1667)


GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("version", [1, 2])
def test_releases_of_every_schema_version_are_read(version: int) -> None:
    """Written by the speechkit of that time and never again; verified by the one of today."""
    path = GOLDEN / f"v{version}" / "clinic" / "1.0.0"
    release = read_release(path)
    assert (release.schema_version, release.counts.segments) == (RELEASE_SCHEMA_VERSION, 4)
    assert verify_release(path) == ()
    assert [s.role for s in read_lines(path, SEGMENTS, ReleasedSegment)] == [
        "doctor",
        "unknown",
    ] * 2
    assert diff_releases(path, path).counts()["segments_same"] == 4
