"""Weights are found in order, verified, and refused when their digest is wrong."""

import hashlib
from pathlib import Path

import pytest

from speechkit.core.errors import ModelError, UsageError
from speechkit.storage import models


@pytest.fixture
def pinned(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A model of one file, that nothing can fetch."""
    good = b"weights"
    model = models.Model(
        name="toy",
        task="test",
        licence="MIT",
        homepage="",
        file=(
            models.ModelFile(
                name="model.bin",
                sha256=hashlib.sha256(good).hexdigest(),
                sources=(("package:speechkit-no-such-package==1/none",),),
            ),
        ),
    )
    monkeypatch.setattr(models, "known_models", lambda: {"toy": model})
    monkeypatch.setenv("SPEECHKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SPEECHKIT_MODELS", str(tmp_path / "mine"))
    return tmp_path / "mine" / "toy" / "model.bin", good


def test_absent_weights_say_how_to_get_them(pinned) -> None:
    with pytest.raises(ModelError, match="speechkit models fetch toy"):
        models.resolve("toy")


def test_a_users_folder_is_used(pinned) -> None:
    path, good = pinned
    path.parent.mkdir(parents=True)
    path.write_bytes(good)
    assert models.resolve("toy") == path.parent


def test_a_wrong_digest_is_refused(pinned) -> None:
    path, good = pinned
    path.parent.mkdir(parents=True)
    path.write_bytes(good[::-1])
    with pytest.raises(ModelError, match="wrong digest"):
        models.resolve("toy")


def test_no_source_says_where_to_put_the_file(pinned, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "_from_wheel", lambda *_: None)
    with pytest.raises(ModelError, match="SPEECHKIT_MODELS"):
        models.fetch("toy")


def test_a_misspelt_model_gets_a_close_match() -> None:
    with pytest.raises(UsageError, match="did you mean whisper-base"):
        models.get_model("whisper-bas")


def test_every_pinned_model_has_a_licence_digests_and_sources() -> None:
    for model in models.known_models().values():
        assert model.licence and model.file
        for file in model.file:
            assert len(file.sha256) == 64 and file.sources
