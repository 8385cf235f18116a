"""What tests of releases share."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

from tests.manifest.exchanged import release  # noqa: F401  a fixture
from tests.manifest.release_corpus import corpus  # noqa: F401  a fixture


@pytest.fixture
def datasets(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Hugging Face `datasets`, offline.

    It imports torchcodec, which needs FFmpeg's libraries, even where nothing is decoded.
    """
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    bare = ModuleType("torchcodec")
    bare.__spec__ = ModuleSpec("torchcodec", None)
    for part, names in {
        "decoders": ("AudioDecoder", "VideoDecoder"),
        "encoders": ("AudioEncoder",),
    }.items():
        module = ModuleType(f"torchcodec.{part}")
        for one in names:
            setattr(module, one, type(one, (), {}))
        monkeypatch.setitem(sys.modules, f"torchcodec.{part}", module)
    monkeypatch.setitem(sys.modules, "torchcodec", bare)
    return pytest.importorskip("datasets")
