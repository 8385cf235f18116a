"""The example packages of the handbook, installed with pip into a folder beside speechkit."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# pip builds with the hatchling that is installed here: nothing is downloaded.
PIP = ("-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which all packages below this one are installed."""
    pytest.importorskip("hatchling", reason="pip builds the examples with hatchling")
    target = tmp_path_factory.mktemp("site")
    packages = [str(each.parent) for each in sorted(HERE.glob("*/pyproject.toml"))]
    subprocess.run(
        [sys.executable, *PIP, "--target", str(target), *packages], check=True, timeout=300
    )
    return target


@pytest.fixture(scope="module", autouse=True)
def installed(site: Path) -> Iterator[Path]:
    """All packages, importable here and in processes that are started here; elsewhere unknown."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(site))
        patch.setenv("PYTHONPATH", str(site), prepend=os.pathsep)
        yield site
