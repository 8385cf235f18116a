"""The page with what was said: the alignment viewer, its audio, and figures as PNG; axe is clean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from speechkit.benchmark.report import write_report
from speechkit.benchmark.results import Scores
from speechkit.benchmark.score import score
from speechkit.benchmark.types import Hypothesis, Reference, ScoreOptions, System
from speechkit.core.types import Segment

TURNS = (
    ("doctor", 0.0, 2.0, "are you taking any ramipril </script> at the moment"),
    ("patient", 2.5, 4.0, "no i am not"),
    ("doctor", 5.0, 8.0, "and have you had any pain in the left leg since then"),
)


def segments(rows: tuple[tuple[str, float, float, str], ...]) -> tuple[Segment, ...]:
    return tuple(Segment(id="", speaker=w, start=a, end=b, text=t) for w, a, b, t in rows)


@pytest.fixture(scope="module")
def scores() -> Scores:
    reference = Reference(segments=segments(TURNS), fields={"accent": "Scottish"})
    worse = segments(
        (
            ("doctor", 0.0, 2.0, "are you taking any enalapril script at the moment"),
            ("patient", 2.5, 4.0, "i am"),
            ("doctor", 9.0, 12.0, "thank you for watching " * 4),
        )
    )
    systems = [
        System(name="same", hypotheses={"r": Hypothesis(segments=segments(TURNS))}),
        System(name="worse", hypotheses={"r": Hypothesis(segments=worse)}),
    ]
    options = ScoreOptions(by=("accent", "role"), contexts=True, min_cell=1)
    return score(
        {"r": reference}, systems, options, targets={"accent": {"Scottish": 0.5, "Welsh": 0.5}}
    )


def test_contexts_are_only_kept_when_asked_for(scores: Scores) -> None:
    assert {m.reference for m in scores.misses}
    assert "Transcript" not in repr(scores.alignments)
    without = score(
        {"r": Reference(segments=segments(TURNS))},
        [System(name="s", hypotheses={"r": Hypothesis(segments=())})],
    )
    assert (without.transcripts, without.alignments, without.misses) == ((), (), ())
    assert all(passage.text == "" for passage in without.passages)


def test_changes_put_back_give_the_hypothesis(scores: Scores) -> None:
    words = [word for line in scores.transcripts[0].lines for word in line.words]
    change = next(a for a in scores.alignments if a.system == "worse")
    for start, end, text in sorted((c.start, c.end, c.words) for c in change.changes)[::-1]:
        words[start:end] = text.split()
    assert " ".join(words).startswith("are you taking any enalapril script at the moment i am")
    assert words[-4:] == "thank you for watching".split()


def test_a_choice_of_wording_gives_each_system_its_own_lines() -> None:
    said = Segment(id="", start=0, end=1, text="it {really / @} hurts <UNIN/> now")
    systems = [
        System(name=text, hypotheses={"r": Hypothesis(segments=segments((("x", 0, 1, text),)))})
        for text in ("it hurts a lot now", "it really hurts now")
    ]
    scores = score({"r": Reference(segments=(said,))}, systems, ScoreOptions(contexts=True))
    shown = {
        t.system: " ".join(w for line in t.lines for w in line.words) for t in scores.transcripts
    }
    assert shown == {text: text for text in ("it hurts a lot now", "it really hurts now")}
    assert all(alignment.changes == () for alignment in scores.alignments)


def test_files_can_be_read_by_everybody_and_opened(scores: Scores, tmp_path: Path) -> None:
    write_report(scores, tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert {"by-accent.svg", "by-role.svg", "passages.csv", "misses.csv", "coverage.csv"} <= names
    for path in tmp_path.iterdir():
        assert path.stat().st_mode & 0o777 == 0o644, path.name
    if (tmp_path / "leaderboard.png").exists():
        from PIL import Image

        with Image.open(tmp_path / "leaderboard.png") as image:
            assert image.size[0] == 1520
            assert len(image.getcolors(1 << 20) or []) > 10
    kept = json.loads((tmp_path / "scores.json").read_text())
    assert kept["systems"][1]["taxonomy"]["substitute:other word"] >= 1


@pytest.mark.browser
def test_viewer_plays_and_axe_has_nothing_to_say(
    scores: Scores, tmp_path: Path, browser: Any
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    tone = np.sin(np.arange(16_000 * 10) / 10) * 0.1
    soundfile.write(tmp_path / "r.flac", tone, 16_000)
    page_path = write_report(scores, tmp_path / "page", audio={"r": tmp_path / "r.flac"})
    for scheme in ("light", "dark"):
        page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme=scheme)
        said = _heard(page)
        page.goto(page_path.as_uri())
        for part in page.locator("details").all():
            part.evaluate("element => { element.open = true; }")
        found = axe.Axe().run(page).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
        assert said == []
    _use(page)
    assert said == []


def _heard(page: Any) -> list[str]:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def _use(page: Any) -> None:
    page.locator("#system").select_option("worse")
    lines = page.locator("#lines p")
    assert lines.count() == 3
    assert lines.nth(0).locator("del").first.inner_text() == "ramipril"
    assert lines.nth(0).locator("ins").first.inner_text() == "enalapril"
    assert page.locator("#lines ins").last.inner_text().endswith("thank you for watching")
    page.locator("#system").select_option("same")
    assert page.locator("#lines del, #lines ins").count() == 0
    page.get_by_label("Only lines with errors").check()
    assert page.locator("#lines p").count() == 0
    page.get_by_label("Only lines with errors").uncheck()
    # A line's time plays from there; so does a click on a word.
    page.get_by_role("button", name="Play from 0:05").click()
    page.wait_for_function("() => document.getElementById('player').currentTime >= 5")
    page.locator("#lines p").first.locator("span", has_text="you").click()
    page.wait_for_function("() => document.getElementById('player').currentTime < 2")
