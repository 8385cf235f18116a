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
    differing = [n for n in sorted(names) if (kept / n).read_bytes() != (made / n).read_bytes()]
    assert not differing, "not what the code makes: run make manifests, read the difference"
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
