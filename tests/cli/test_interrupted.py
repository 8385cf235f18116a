"""A batch that is interrupted keeps what it had finished."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from speechkit.cli import diarize
from speechkit.core.stage import Writes
from speechkit.core.types import Turn
from speechkit.workflows import files


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """None."""


class StopsAfterTwo:
    """Says that one person speaks throughout; the user presses Control-C during the third file."""

    name, version, engine, revision = "diarize", "1", "", ""
    reads, writes, options = (), Writes(name="turns", kind="turns"), Options()

    def __init__(self) -> None:
        self.num_begun = 0

    @contextmanager
    def open(self, resources):
        def work(tasks):
            self.num_begun += len(tasks)
            if self.num_begun > 2:
                raise KeyboardInterrupt
            return [(Turn(start=0.0, end=1.0, speaker="SPEAKER_00"),) for _ in tasks]

        yield work


def test_what_was_diarized_before_an_interruption_is_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "make_pipeline", lambda *_: [StopsAfterTwo()])
    names = []
    for number in range(4):
        sound = np.random.default_rng(number).normal(0, 0.1, 16_000)
        soundfile.write(tmp_path / f"talk-{number}.wav", sound, 16_000)
        names.append(str(tmp_path / f"talk-{number}.wav"))
    out = tmp_path / "out"
    result = CliRunner().invoke(diarize.command, [*names, "--output-dir", str(out)])
    assert result.exit_code != 0, result.output
    written = sorted(out.glob("*"))
    assert len(written) == 2, result
    for path in written:
        assert path.read_text().startswith(f"SPEAKER {path.stem} 1 0.000 1.000")
