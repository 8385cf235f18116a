"""XML as annotation tools write it, read without following anything that it points to."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

from speechkit.core.errors import InputError

# What XML 1.0 cannot hold.
INVALID = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_DOCTYPE = re.compile(r"<!DOCTYPE\s+\S+\s+SYSTEM\s+(?:\"[^\"]*\"|'[^']*')\s*>")


def parse_xml(text: str, where: Path, root: str, *, doctype: bool = False) -> ET.Element:
    """Return the root element, which must be `root`.

    `doctype`: the format has a document type line, which is passed over; entities never are read.

    Raises:
        InputError: with file, line and reason.
    """
    # The text is decoded already, whatever the declaration says of its encoding.
    body = _DECLARATION.sub("", text.lstrip("\ufeff"), count=1)
    if doctype:
        body = _DOCTYPE.sub("", body, count=1)
    if "<!DOCTYPE" in body or "<!ENTITY" in body:
        raise InputError(f"{where}: a document type declaration; this format has none")
    lost = text.count("\n") - body.count("\n")
    try:
        element = ET.fromstring(body)  # noqa: S314 (no entities are left)
    except ET.ParseError as error:
        line, _ = error.position
        raise InputError(f"{where}, line {line + lost}: not well-formed XML") from error
    if element.tag != root:
        raise InputError(f"{where}: <{root}> expected as the root of the file")
    return element
