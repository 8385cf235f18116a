"""Export and import: lossless formats lose nothing, other tools load the rest, bad files say where."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from speechkit.core.errors import UsageError
from speechkit.manifest.export.bundle import write_bundle
from speechkit.manifest.export.exchange import export_release, load_bundle
from speechkit.manifest.export.registry import FORMATS, LOSSLESS, WRITABLE
from speechkit.manifest.importer import ImportOptions, import_release
from speechkit.manifest.verify import verify_release
from speechkit.manifest.versions import read_release
from tests.manifest.exchanged import (
    OPTIONS,
    bundles,
)


@pytest.mark.parametrize("name", LOSSLESS)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(bundle=bundles())
def test_lossless_formats_lose_nothing(name, bundle) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_bundle(FORMATS[name], bundle, Path(folder))
        back = FORMATS[name].read(Path(folder))
    assert back.segments == bundle.segments
    assert back.recordings == bundle.recordings
    assert back.redactions == bundle.redactions
    assert back.splits == bundle.splits


def test_an_import_is_a_release_and_says_that_it_is_one(release: Path) -> None:
    assert verify_release(release) == ()
    made = read_release(release)
    assert made.origin == "imported"
    assert made.deidentified_by == "the tests"
    assert "Nothing was checked" in made.statement.check
    assert made.counts.splits == {"train": 1, "dev": 0, "test": 1}
    bundle = load_bundle(release)
    # Foreign names lead nowhere: neither the file's nor the doctor's is anywhere in the release.
    everything = b"".join(p.read_bytes() for p in release.iterdir())
    assert b"visit-" not in everything
    assert b"Dr 1" not in everything
    assert {s.speaker[:2] for s in bundle.segments} == {"p-"}
    assert len({p.id for r in bundle.recordings for p in r.participants}) == 4


@pytest.mark.parametrize("name", LOSSLESS)
def test_exported_and_imported_again_it_is_the_same(release: Path, tmp_path: Path, name) -> None:
    made = export_release(release, name, tmp_path / "there")
    assert made.drops == ()
    back = import_release(tmp_path / "there", name, "clinic", "1.0.0", tmp_path / "back", OPTIONS)
    assert verify_release(back) == ()
    for file in ("recordings.jsonl", "segments.jsonl", "redactions.jsonl", "splits.jsonl"):
        assert (back / file).read_bytes() == (release / file).read_bytes(), file


@pytest.mark.parametrize("name", sorted(set(WRITABLE) - set(LOSSLESS) - {"uem"}))
def test_lossy_formats_keep_the_words_or_say_so(release: Path, tmp_path: Path, name) -> None:
    made = export_release(release, name, tmp_path / "there")
    back = import_release(tmp_path / "there", name, "clinic", "1.0.0", tmp_path / "back", OPTIONS)
    assert verify_release(back) == ()
    words = lambda path: sorted(w for s in load_bundle(path).segments for w in s.text.split())  # noqa: E731
    assert made.drops
    if name == "rttm":
        assert "all words" in made.drops
    else:
        assert words(back) == words(release)


def test_the_same_release_gives_the_same_bytes(release: Path, tmp_path: Path) -> None:
    for name in WRITABLE:
        for folder in ("a", "b"):
            export_release(release, name, tmp_path / folder / name)
        a, b = (
            {
                str(p.relative_to(tmp_path / folder)): p.read_bytes()
                for p in sorted((tmp_path / folder / name).rglob("*"))
                if p.is_file()
            }
            for folder in ("a", "b")
        )
        assert a
        assert a == b, name


def test_wrong_use(release: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean kaldi"):
        export_release(release, "kalid", tmp_path / "x")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").touch()
    with pytest.raises(UsageError, match="not empty"):
        export_release(release, "kaldi", tmp_path / "full")
    with pytest.raises(UsageError, match="vouches"):
        import_release(
            tmp_path, "csv", "c", "1.0.0", tmp_path, ImportOptions(phi="none", vouched_by="")
        )
    with pytest.raises(UsageError, match="has no conversations"):
        import_release(tmp_path, "uem", "c", "1.0.0", tmp_path, OPTIONS)
