"""What aligners do beyond their contract (`speechkit.testing`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from speechkit.core.engines import make_engine
from speechkit.core.errors import ModelError, UsageError
from speechkit.core.stage import Resources


@pytest.mark.parametrize("name", ["ctc", "attention", "mms"])
def test_unknown_models_and_options_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match=name):
        make_engine("aligner", f"{name}:large")
    with pytest.raises(UsageError, match="did you mean widen"):
        make_engine("aligner", name, {"widne": "true"})


def test_mms_without_weights_says_how_to_get_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(ModelError, match="MMS_FA"), make_engine("aligner", "mms").open(Resources()):
        pass
