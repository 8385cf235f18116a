"""The page holds all figures, needs nothing from outside, and works in a real browser."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest

from speechkit.benchmark.report import ReportSection, render_report, write_report
from speechkit.benchmark.results import Scores
from speechkit.benchmark.score import score
from speechkit.benchmark.types import Hypothesis, Reference, ScoreOptions, System
from speechkit.core.types import Segment


def one(text: str, speaker: str = "") -> tuple[Segment, ...]:
    return (Segment(id="", start=0, end=1, text=text, speaker=speaker),)


@pytest.fixture(scope="module")
def scores() -> Scores:
    said = "no chest pain and take five milligrams of ramipril twice a day please"
    references = {
        f"r{i}": Reference(
            segments=one(said * 2, "p"),
            speakers={"p": {"accent": f"<b>{'AB'[i % 2]}</b>", "participant": f"p{i}"}},
        )
        for i in range(8)
    }
    wrote = {
        "nine & <i>co</i>": "chest pain and take five milligrams of enalapril a day",
        "zero": said * 2,
        "ten": "no",
    }
    systems = [
        System(name=name, hypotheses={r: Hypothesis(segments=one(text, "x")) for r in references})
        for name, text in wrote.items()
    ]
    return score(references, systems, ScoreOptions(by=("accent",), draws=100, min_cell=1))


def test_page_is_self_contained_and_escapes_names(scores: Scores) -> None:
    page = render_report(scores, [ReportSection(title="More <here>", html="<p id='mine'>x</p>")])
    assert not re.search(r"(src|href)\s*=|@import|url\(|https?://(?!www\.w3\.org/2000/svg)", page)
    assert "<i>co</i>" not in page
    assert "<b>A</b>" not in page
    assert "nine &amp; &lt;i&gt;co&lt;/i&gt;" in page
    assert "More &lt;here&gt;" in page
    assert "<p id='mine'>" in page
    assert "en@3" in page
    assert scores.reference_digest in page


def test_files_beside_the_page(scores: Scores, tmp_path: Path) -> None:
    page = write_report(scores, tmp_path)
    assert page.read_text("utf-8").startswith("<!doctype html>")
    rows = list(csv.DictReader((tmp_path / "leaderboard.csv").open()))
    assert [row["system"] for row in rows] == ["zero", "nine & <i>co</i>", "ten"]
    assert float(rows[0]["wer"]) == 0
    assert rows[0]["wer_interval_low"] == "0.0"
    assert int(rows[1]["clinical_drug_lost"]) > 0
    table = (tmp_path / "leaderboard.md").read_text().splitlines()
    assert table[2].startswith("| zero | 1 | 0.00 |")
    assert len({line.count("|") for line in table}) == 1
    import xml.etree.ElementTree as ET

    for figure in ("leaderboard.svg", "errors.svg"):
        ET.fromstring((tmp_path / figure).read_text())


def test_one_system_without_intervals_still_makes_a_page() -> None:
    references = {"r": Reference(segments=one("x y"))}
    systems = [System(name="s", hypotheses={"r": Hypothesis(segments=one("x"))})]
    page = render_report(score(references, systems, ScoreOptions(draws=0)))
    assert "1 system," in page
    assert "50.00" in page


@pytest.mark.browser
def test_page_in_a_browser(scores: Scores, tmp_path: Path, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(write_report(scores, tmp_path).as_uri())
    assert page.title() == "Speech recognition benchmark"
    # Sorting by WER twice puts the worst first; a screen reader hears it from aria-sort.
    heading = page.get_by_role("columnheader", name="WER %", exact=True).first
    for order, first in (("ascending", "zero"), ("descending", "ten")):
        heading.get_by_role("button").click()
        assert heading.get_attribute("aria-sort") == order
        assert page.locator("tbody th[scope=row]").first.inner_text() == first
    # Every table has a caption and row headings, every figure says in words what it shows.
    assert page.locator("table").count() == page.locator("table > caption").count() > 0
    labels = page.locator("svg[role=img]").evaluate_all("all => all.map(a => a.ariaLabel)")
    assert labels
    assert all("zero" in label for label in labels)
    # On a phone the page itself does not scroll sideways; wide tables do so within their frame.
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert said == []
