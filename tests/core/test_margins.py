"""How wide a word must be masked: what its aligner says, never less than is known."""

from __future__ import annotations

import subprocess
import sys

import pytest

from speechkit.core import engines
from speechkit.core.engines import EngineInfo, engine_info, engine_names
from speechkit.core.errors import MissingExtraError
from speechkit.core.margins import WIDEST, word_margin


def test_what_the_installed_aligners_say_is_taken() -> None:
    names = engine_names("aligner")
    assert {"attention", "ctc", "mms"} <= set(names)
    for name in names:
        margin = engine_info("aligner", name).word_margin
        assert word_margin([f"aligned:{name}"]) == (WIDEST if margin is None else margin)


@pytest.mark.parametrize(
    "labels", [[], ["overlap"], ["aligned:nobody-knows"], ["aligned:ctc", "unaligned"]]
)
def test_what_is_not_known_gets_the_widest(labels: list[str]) -> None:
    assert word_margin(labels) == WIDEST


def test_an_aligner_may_need_more_than_the_widest(monkeypatch: pytest.MonkeyPatch) -> None:
    from speechkit.core import margins

    def info(kind: str, spec: str) -> EngineInfo:
        if spec == "gone":
            raise MissingExtraError("gone", extra="gone")
        return EngineInfo(word_margin=0.9)

    monkeypatch.setattr(margins, "engine_info", info)
    margins._margin_of.cache_clear()
    try:
        assert word_margin(["aligned:mine", "unaligned"]) == 0.9
        assert word_margin(["aligned:gone"]) == WIDEST
    finally:
        margins._margin_of.cache_clear()


def test_an_engine_says_it_without_its_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(package: str, *, extra: str) -> None:
        raise MissingExtraError(package, extra=extra)

    monkeypatch.setattr("speechkit.core.engine_base.require", nothing)
    assert engine_info("aligner", "ctc").word_margin == 0.16
    with pytest.raises(MissingExtraError):
        engines.make_engine("aligner", "ctc")


def test_margins_load_no_torch() -> None:
    code = (
        "import sys; from speechkit.core.margins import word_margin; "
        "assert word_margin(['aligned:ctc']) < word_margin([]); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
