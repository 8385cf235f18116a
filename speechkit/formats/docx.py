"""Word documents with speakers and times typed in front of paragraphs (ECMA-376, `.docx`).

Paragraphs and rows of tables in order; headers, footers, comments and pictures are not speech.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from speechkit.core.errors import InputError, MissingExtraError
from speechkit.core.types import Segment
from speechkit.formats.fields import in_order
from speechkit.formats.stamped import parse_lines, read_lines
from speechkit.formats.text import split_lines
from speechkit.formats.transcript import Reading, TranscriptFormat


def load_docx(path: Path) -> Reading[Segment]:
    """Read paragraphs and table rows; the file names the recording.

    Raises:
        MissingExtraError: if python-docx is not installed.
        InputError: if it is not a Word document.
    """
    document = open_docx(path)
    lines = [line for block in blocks(document) for line in split_lines(block) if line.strip()]
    segments = read_lines(parse_lines(lines))
    if not lines:
        return Reading(recordings={path.stem: ()})
    return Reading(recordings=in_order((path.stem, segment) for segment in segments))


def open_docx(path: Path) -> Any:
    """Open a document for reading or changing.

    Raises:
        MissingExtraError: if python-docx is not installed.
        InputError: if it is not a Word document.
    """
    try:
        import docx
    except ModuleNotFoundError as error:
        raise MissingExtraError("python-docx", extra="docx") from error
    try:
        return docx.Document(str(path))
    except Exception as error:  # its reader raises whatever the broken bytes provoke
        raise InputError(f"{path}: not a Word document, or damaged") from error


def blocks(document: Any) -> Iterator[str]:
    """Yield the text of each paragraph, and of each row of a table, its cells as `first: second`."""
    for item in document.iter_inner_content():
        if hasattr(item, "rows"):
            for row in item.rows:
                cells = list(dict.fromkeys(cell.text.strip() for cell in row.cells))
                yield ": ".join(filter(None, (" ".join(cell.split()) for cell in cells)))
        else:
            yield item.text


FORMAT = TranscriptFormat(
    name="docx",
    title="Word document",
    standard="ECMA-376, https://ecma-international.org/publications-and-standards/standards/ecma-376/",
    suffixes=(".docx",),
    load=load_docx,
    one_recording=True,
    passes_over=("headers, footers, comments, pictures",),
)
