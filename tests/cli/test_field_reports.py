"""Inputs on which an earlier version failed, held to what is right by the script beside them.

What is timed there, or needs minutes, is left to whoever runs the script as a whole.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SOUND = (
    "consent_fhir",
    "damage_in_the_middle",
    "joined_files",
    "part_downloads",
    "wav_header_behind",
)
LEAKS = ("channels_leak", "dtmf_digits_leak")  # the whole pipeline, then somebody who listens


def failed(shared_data: Path, *arguments: str) -> str:
    """Run the script on some cases; return what it says of those that fail."""
    tool = Path(sys.executable).with_name("speechkit")
    script = shared_data / "field_reports" / "check_files.py"
    done = subprocess.run(
        [sys.executable, str(script), str(tool), *arguments],
        capture_output=True, text=True, check=False, env=os.environ | {"COLUMNS": "200"},
    )  # fmt: skip
    last = done.stdout.splitlines()[-1:]
    assert last and last[0].endswith("fail"), done.stderr[-2000:]
    assert f"of {sum(not one.startswith('--') for one in arguments)} " in last[0], last
    return "\n".join(line for line in done.stdout.splitlines() if " FAIL" in line)


@pytest.mark.data
def test_files_as_the_field_has_them(shared_data: Path) -> None:
    assert failed(shared_data, *SOUND) == ""


@pytest.mark.data
@pytest.mark.models
@pytest.mark.parametrize("case", LEAKS)
def test_nothing_that_identifies_is_audible_in_a_release(shared_data: Path, case: str) -> None:
    assert failed(shared_data, "--leaks", case) == ""
