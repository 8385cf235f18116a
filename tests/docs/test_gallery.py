"""The pictures of the gallery are those that its command makes."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest

from benchmarks.review import pictures as review_pictures
from benchmarks.scoring import gallery

ROOT = Path(__file__).parents[2]


def test_every_picture_is_made_and_shown() -> None:
    shown = set(re.findall(r"\]\((\w+/[\w-]+\.png)\)", (ROOT / "docs/gallery.md").read_text()))
    own = {f"gallery/{name}.png" for name in gallery.PICTURES}
    desk = {f"review/{name}.png" for name in (*review_pictures.PICTURES, "hidden")}
    assert own <= shown <= own | desk
    assert {f"gallery/{path.name}" for path in (ROOT / "docs/gallery").iterdir()} == own


@pytest.mark.browser
def test_the_command_takes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("chromium") is None:
        pytest.skip("chromium is not installed")
    pytest.importorskip("playwright")
    monkeypatch.setattr(gallery, "CONSULTATIONS", 4)
    monkeypatch.setattr(sys, "argv", ["gallery", str(tmp_path)])
    gallery.main()
    sizes = {path.stem: path.stat().st_size for path in tmp_path.glob("*.png")}
    assert set(sizes) == set(gallery.PICTURES)
    assert min(sizes.values()) > 20_000  # not an empty page
