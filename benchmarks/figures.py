"""Puts measured figures into the handbook: `python -m benchmarks.figures`, part of `make docs`.

`benchmarks/results/NAME.toml` holds a table as a command printed it: the command, the day, the
machine, `columns` and `rows`. A page shows it between `<!-- figures: NAME -->` and `<!-- /figures -->`;
a test fails while a page shows anything else.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
BLOCK = re.compile(r"<!-- figures: (?P<name>[\w-]+) -->\n.*?<!-- /figures -->", re.S)


class Results(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A measured table. Cells are as the handbook shows them, units included."""

    command: str
    day: date  # on which the command was run
    machine: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"a row of {self.command!r} does not have {len(self.columns)} cells")


def pages() -> list[Path]:
    """The Markdown files that may show figures."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def load(name: str) -> Results:
    """The results file of that name."""
    with (RESULTS / f"{name}.toml").open("rb") as file:
        return msgspec.convert(tomllib.load(file), Results, strict=False)


def render(results: Results) -> str:
    """The table in Markdown, and below it where it comes from."""
    head, *body = ("| " + " | ".join(line) + " |" for line in (results.columns, *results.rows))
    rule = "|" + "---|" * len(results.columns)
    source = f"*Printed by `{results.command}` on {results.day}: {results.machine}.*"
    return "\n".join((head, rule, *body, "", source))


def with_figures(text: str) -> str:
    """The page with each marked block written anew from its results file."""

    def block(match: re.Match[str]) -> str:
        name = match["name"]
        return f"<!-- figures: {name} -->\n\n{render(load(name))}\n\n<!-- /figures -->"

    return BLOCK.sub(block, text)


def main() -> None:
    """Write all pages anew."""
    for page in pages():
        text = page.read_text("utf-8")
        if (new := with_figures(text)) != text:
            page.write_text(new, "utf-8")


if __name__ == "__main__":
    main()
