"""NVIDIA NeMo is too large to be installed for tests: a module with its documented interface."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import pytest


class StandIn:
    """What NeMo's user guide says of `ASRModel`; it hears the same two words in everything."""

    cfg: ClassVar[dict[str, str]] = {}
    asked: ClassVar[dict[str, Any]]

    @classmethod
    def restore_from(cls, restore_path: str, map_location: str) -> StandIn:
        assert Path(restore_path).read_bytes() == b"weights"
        assert map_location == "cpu"
        return cls()

    def eval(self) -> None: ...

    def transcribe(self, audio: list[Any], **asked: Any) -> list[Any]:
        StandIn.asked = asked
        words = [
            {"word": "good", "start": 0.0, "end": 0.4},
            {"word": "day.", "start": 0.4, "end": 0.8},
        ]
        times = {"word": words} if asked["timestamps"] else {}
        return [SimpleNamespace(text="good day.", timestamp=times) for _ in audio]


def install_nemo(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Put the module in the place of NeMo's; return the name of an engine with a model."""
    for name in ("nemo", "nemo.collections", "nemo.collections.asr", "nemo.collections.asr.models"):
        module = ModuleType(name)
        module.__spec__ = ModuleSpec(name, None)
        monkeypatch.setitem(sys.modules, name, module)
    sys.modules["nemo.collections.asr.models"].ASRModel = StandIn  # type: ignore[attr-defined]
    (folder / "parakeet.nemo").write_bytes(b"weights")
    return f"nemo:{folder / 'parakeet.nemo'}"
