"""Fixtures for all tests."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from speechkit.core.machine import share_cores

share_cores()  # else tests take ten times as long beside any other work

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real recordings; tests that need it skip where it is absent."""
    folder = Path(os.environ.get("SPEECHKIT_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no test data at {folder} (set SPEECHKIT_TEST_DATA)")
    return folder


@pytest.fixture(scope="session")
def real_call() -> Path:
    """30 s of a real two-party telephone call, carried by pyannote.audio; RTTM, STM beside it."""
    spec = find_spec("pyannote.audio")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("pyannote.audio is not installed")
    return Path(spec.submodule_search_locations[0]) / "sample" / "sample.wav"
