"""Word documents without their identifiers: paragraphs, tables, headers and footers are rewritten.

A document holds text in more places than people see. What is in one that is not rewritten here
(comments, footnotes, text boxes, tracked changes, pictures) refuses the document: it fails closed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from speechkit.core.digest import segment_id
from speechkit.core.errors import InputError
from speechkit.core.types import Segment
from speechkit.formats.docx import open_docx
from speechkit.storage.files import atomic_path

Redact = Callable[[Iterable[Segment]], tuple[tuple[Segment, ...], int]]
_PARTS = re.compile(
    r"/word/(?:document|header\d*|footer\d*|styles|numbering|settings|fontTable)\.xml"
)
_TEXT = re.compile(rb"<(?:w|a):t[ >]")
# Elements of WordprocessingML and DrawingML in which text or pictures hide.
_HIDING = {
    "del": "tracked changes",
    "ins": "tracked changes",
    "moveFrom": "tracked changes",
    "txbxContent": "text boxes",
    "drawing": "pictures",
    "pict": "pictures",
    "object": "embedded objects",
    "fldSimple": "fields",
    "instrText": "fields",
    "sdt": "content controls",
}


def redact_word(source: Path, target: Path, redact: Redact) -> tuple[int, int]:
    """Write a document without identifiers; return the number of paragraphs and of tags.

    Raises:
        InputError: for parts in which text would stay unseen.
        MissingExtraError: if python-docx is not installed.
    """
    document = open_docx(source)
    _check(document, source)
    paragraphs = [p for p in _paragraphs(document) if p.text.strip()]
    segments = [
        Segment(id=segment_id("document", index), start=0.0, end=0.0, text=paragraph.text)
        for index, paragraph in enumerate(paragraphs)
    ]
    redacted, tags = redact(segments)
    for paragraph, before, after in zip(paragraphs, segments, redacted, strict=True):
        # Links keep an address that is not in the text.
        if before.text != after.text or paragraph.hyperlinks:
            paragraph.clear()
            for link in list(paragraph._p.xpath("./w:hyperlink")):
                paragraph._p.remove(link)
            paragraph.add_run(after.text)
    for part in [document.part, *(rel.target_part for rel in _inner(document.part))]:
        for name, rel in list(part.rels.items()):
            if rel.is_external:
                part.rels.pop(name)
    properties = document.core_properties
    for name in (
        "author",
        "last_modified_by",
        "title",
        "subject",
        "keywords",
        "comments",
        "category",
    ):
        setattr(properties, name, "")
    with atomic_path(target) as temporary:
        document.save(str(temporary))
    return len(paragraphs), tags


def _inner(part: Any) -> list[Any]:
    return [rel for rel in part.rels.values() if not rel.is_external]


def _check(document: Any, source: Path) -> None:
    for rel in _inner(document.part):
        name = str(rel.target_part.partname)
        if not _PARTS.fullmatch(name) and name.startswith("/word/") and _has_text(rel.target_part):
            raise InputError(
                f"{source}: has {Path(name).stem}, which are not looked at; remove them"
            )
    roots = [document.part.element, *(s._element for s in _edges(document))]
    for root in roots:
        for element in root.iter():
            tag = str(element.tag).rpartition("}")[2]
            if tag in _HIDING:
                raise InputError(
                    f"{source}: has {_HIDING[tag]}, which are not looked at; remove them"
                )


def _has_text(part: Any) -> bool:
    return bool(_TEXT.search(part.blob)) or part.content_type.startswith("image/")


def _edges(document: Any) -> Iterator[Any]:
    for section in document.sections:
        for name in ("header", "footer"):
            for kind in ("", "first_page_", "even_page_"):
                edge = getattr(section, f"{kind}{name}")
                if not edge.is_linked_to_previous:
                    yield edge


def _paragraphs(container: Any) -> Iterator[Any]:
    """Yield all paragraphs of a document, its tables, headers and footers."""
    yield from _inside(container)
    for edge in _edges(container):
        yield from _inside(edge)


def _inside(container: Any) -> Iterator[Any]:
    for item in container.iter_inner_content():
        if not hasattr(item, "rows"):
            yield item
            continue
        seen: set[int] = set()
        for row in item.rows:
            for cell in row.cells:
                if id(cell._tc) not in seen:
                    seen.add(id(cell._tc))
                    yield from _inside(cell)
