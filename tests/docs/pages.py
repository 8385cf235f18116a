"""The pages of the handbook and what they hold: links, anchors, code, commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
HANDBOOK = sorted(DOCS.rglob("*.md"))
PAGES_OUTSIDE = [
    ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
]
EVERY_PAGE = [*PAGES_OUTSIDE, *HANDBOOK]
BLOCK = re.compile(r"(<!-- run -->\n)?^```(\w*)\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


def blocks(path: Path, *languages: str) -> Iterator[tuple[bool, str]]:
    for match in BLOCK.finditer(path.read_text("utf-8")):
        if match[2] in languages:
            yield bool(match[1]), match[3]


def commands(path: Path) -> Iterator[list[str]]:
    for _, block in blocks(path, "sh", "console"):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("speechkit "):
                words = shlex.split(line, comments=True)[1:]
                yield words[: words.index(">")] if ">" in words else words


def anchors(page: Path) -> set[str]:
    """What `#...` may name in a page: its headings, as they are turned into addresses."""
    headings = re.findall(r"^#+ +(.*)$", page.read_text("utf-8"), re.M)
    return {
        re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings
    }


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))
