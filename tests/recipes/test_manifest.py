"""The manifest of made-up consultations that lies in the repository is what the code makes."""

from __future__ import annotations

import ctypes
import importlib
from ctypes.util import find_library
from pathlib import Path

import pytest

from speechkit.manifest.verify import verify_release
from speechkit.manifest.versions import read_release
from speechkit.recipe.discovery import load_recipe

ROOT = Path(__file__).parents[2]
BUILT_ON = ("AuthenticAMD", "25", "1", "1")  # kind of processor on which manifests/ was written


def processor() -> tuple[str, ...]:
    """Vendor, family, model, stepping of this machine's first processor, as Linux tells them."""
    wanted = ("vendor_id", "cpu family", "model", "stepping")
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return ()
    told = dict([part.strip() for part in line.split(":", 1)] for line in lines[:30] if ":" in line)
    return tuple(told.get(name, "") for name in wanted)


@pytest.mark.models
def test_rebuilt_byte_for_byte(tmp_path: Path) -> None:
    load_recipe("synth")
    manifest = importlib.import_module("speechkit._recipes.synth.manifest")
    name = find_library("espeak-ng")
    if name is None:
        pytest.skip("libespeak-ng is not installed")
    library = ctypes.CDLL(name)
    library.espeak_Info.restype = ctypes.c_char_p
    version = library.espeak_Info(None).decode()
    if not version.startswith(manifest.ESPEAK):
        pytest.skip(f"made with espeak-ng {manifest.ESPEAK}, this is {version}")
    made = manifest.build_manifest(tmp_path)
    kept = ROOT / "manifests" / made.relative_to(tmp_path)
    names = {path.name for path in kept.iterdir()}
    assert names == {path.name for path in made.iterdir()}
    # Masks depend on what models hear, and those are equal to the bit on one kind of processor only:
    # elsewhere the same machine makes the same bytes twice.
    same_kind = processor() == BUILT_ON
    other = kept if same_kind else manifest.build_manifest(tmp_path / "again")
    differing = [n for n in sorted(names) if (other / n).read_bytes() != (made / n).read_bytes()]
    assert not differing, "not what the code makes: run make manifests, read the difference"
    if not same_kind:
        ours, theirs = read_release(made), read_release(kept)
        assert ours.counts.recordings == theirs.counts.recordings
        assert ours.statement.removed.keys() >= theirs.statement.removed.keys()
    assert not verify_release(made)
    release = read_release(made)
    assert not release.withheld
    assert release.counts.recordings == release.counts.synthetic == 4


@pytest.mark.parametrize(
    "path", sorted((ROOT / "manifests").glob("*/*/release.json")), ids=lambda p: p.parent.name
)
def test_every_version_in_the_repository_verifies(path: Path) -> None:
    # Sound is not in the repository: that it is absent is all there is to say.
    findings = verify_release(path.parent)
    assert {f.file.partition("/audio/")[0] for f in findings} <= {".."}
    assert all("No such file" in finding.reason for finding in findings)
    assert read_release(path.parent).counts.recordings == 4
