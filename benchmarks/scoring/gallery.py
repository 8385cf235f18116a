"""Pictures of a benchmark's page for the handbook: `python -m benchmarks gallery [docs/gallery]`.

The page is scored anew: what is said in all synthetic consultations is the reference, and two systems
are made out of it by rule, one that leaves words out and one that mishears some. They are no engines;
the page is what is shown. The pictures of the review editor come from `python -m benchmarks pictures`.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from speechkit._recipes.synth.build import Request, draw
from speechkit._recipes.synth.script import sentences

from benchmarks.fixtures.review_servers import chromium
from speechkit.benchmark.report import write_report
from speechkit.benchmark.score import score
from speechkit.benchmark.types import Hypothesis, Reference, ScoreOptions, System
from speechkit.core.types import Segment

CONSULTATIONS = 32
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 420, "height": 900}
# name → window, colors, and how far down (of the page's height)
PICTURES = {
    "report": (WIDE, "light", 0.0),
    "report-slices": (WIDE, "light", 0.35),
    "report-dark": (WIDE, "dark", 0.0),
    "report-phone": (NARROW, "light", 0.0),
}
HEARD = {  # by the system that mishears
    "left": "right", "amlodipine": "a metal pin", "ten": "two", "no": "now", "dos": "doce",
    "izquierda": "derecha", "deux": "douze", "gauche": "droite", "zwei": "drei", "links": "rechts",
}  # fmt: skip


def main() -> None:
    """Score, write the page, take the pictures."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/gallery")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        page = scored_page(Path(scratch))
        with chromium() as browser:
            for name, (window, colors, down) in PICTURES.items():
                context = browser.new_context(viewport=window, color_scheme=colors)
                tab = context.new_page()
                tab.goto(page.as_uri())
                tab.evaluate(f"scrollTo(0, {down} * document.body.scrollHeight)")
                tab.wait_for_timeout(300)
                tab.screenshot(path=folder / f"{name}.png")
                context.close()
                print(folder / f"{name}.png")


def scored_page(folder: Path) -> Path:
    """Score both systems; return the page."""
    references = dict(consultations())
    systems = [
        System(name="leaves words out", hypotheses=heard(references, lossy)),
        System(name="mishears", hypotheses=heard(references, confused)),
    ]
    options = ScoreOptions(by=("language", "specialty"), draws=1000)
    return write_report(score(references, systems, options), folder)


def consultations() -> Iterator[tuple[str, Reference]]:
    """Yield what is said in the consultations, a segment a turn."""
    for number in range(1, CONSULTATIONS + 1):
        told = draw(Request(), number)
        segments = tuple(
            Segment(
                id=f"{number:02}-{index:02}",
                start=float(10 * index),
                end=float(10 * index + 9),
                text=" ".join(sentence.text for sentence in sentences(turn)),
                language=told.language,
                speaker=turn.role,
            )
            for index, turn in enumerate(told.script.turn)
        )
        fields = {"language": told.language, "specialty": told.specialty}
        yield (
            f"made-{number:02}",
            Reference(segments=segments, language=told.language, fields=fields),
        )


def heard(references: dict[str, Reference], ear: Callable[[str], str]) -> dict[str, Hypothesis]:
    """Return what a system makes of each."""
    return {
        name: Hypothesis(
            segments=tuple(
                msgspec.structs.replace(line, text=ear(line.text)) for line in reference.segments
            )
        )
        for name, reference in references.items()
    }


def lossy(text: str) -> str:
    """Leave out each ninth word."""
    return " ".join(word for index, word in enumerate(text.split(), 1) if index % 9)


def confused(text: str) -> str:
    """Put other words in the place of some."""
    return " ".join(HEARD.get(word.strip(",.?").lower(), word) for word in text.split())


if __name__ == "__main__":
    main()
