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
from speechkit.formats.transcript import Notes, Reading, TranscriptFormat

_BLANKS = {"br": "\n", "cr": "\n", "tab": "\t", "ptab": "\t", "noBreakHyphen": "-"}
# What holds paragraphs or tables: content controls, XML of one's own, tracked changes.
_AROUND = frozenset({"sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"})
_NOT_TEXT = frozenset({"pPr", "rPr", "sdtPr", "del", "moveFrom", "Fallback", "instrText"})
_NAMED = {
    "txbxContent": "a text box",
    "footnoteReference": "a footnote",
    "endnoteReference": "an endnote",
    "commentReference": "a comment",
}


def load_docx(path: Path) -> Reading[Segment]:
    """Read paragraphs and table rows; the file names the recording.

    Raises:
        MissingExtraError: if python-docx is not installed.
        InputError: if it is not a Word document.
    """
    document = open_docx(path)
    lines = [line for block in blocks(document) for line in split_lines(block) if line.strip()]
    segments = read_lines(parse_lines(lines))
    notes = Notes()
    for element in document.element.body.iter():
        if what := _NAMED.get(_kind(element)):
            notes.add(0, what)
    if not lines and not notes.all():
        return Reading(recordings={path.stem: ()})
    recordings = in_order((path.stem, segment) for segment in segments)
    return Reading(recordings=recordings, notes=notes.all())


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
    """Yield the text of each paragraph, and of each row of a table, its cells as `first: second`.

    Text is as it reads with all tracked changes accepted.
    """
    from docx.table import Table

    def inside(container: Any) -> Iterator[str]:
        for child in container:
            kind = _kind(child)
            if kind == "p":
                yield "".join(_pieces(child))
            elif kind == "tbl":
                for row in Table(child, document).rows:
                    # A cell that is merged sideways stands there several times.
                    cells = dict.fromkeys(cell._tc for cell in row.cells)
                    texts = (" ".join(" ".join(inside(cell)).split()) for cell in cells)
                    yield ": ".join(filter(None, texts))
            elif kind in _AROUND:
                yield from inside(child)

    yield from inside(document.element.body)


def _pieces(element: Any) -> Iterator[str]:
    for child in element:
        kind = _kind(child)
        if kind == "t":
            yield child.text or ""
        elif kind in _BLANKS:
            yield _BLANKS[kind]
        elif kind not in _NOT_TEXT and kind not in _NAMED:
            yield from _pieces(child)


def _kind(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


FORMAT = TranscriptFormat(
    name="docx",
    title="Word document",
    standard="ECMA-376, https://ecma-international.org/publications-and-standards/standards/ecma-376/",
    suffixes=(".docx",),
    load=load_docx,
    one_recording=True,
    passes_over=(
        "headers, footers, comments, footnotes, text boxes, pictures",
        "what tracked changes deleted",
    ),
    refuses=("older Word documents (.doc)",),
)
