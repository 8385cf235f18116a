"""The attack of `make bench-leak` in its short form: nothing that was hidden is recognized."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.models


def test_nothing_hidden_is_recognized(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("piper")
    leak = pytest.importorskip("benchmarks.deidentification.leak")
    assert leak.main(["--short"]) == 0
    rows = {line[:27].strip(): line[27:].split() for line in capsys.readouterr().out.splitlines()}
    for way in ("anti-phase", "50 dB under other channel", "keyed"):
        plants, audible, left = map(int, rows[way][:3])
        assert plants == 4 and left == 0
        assert audible >= 3, "the attacker hears them in the original"
