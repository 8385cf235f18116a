"""ELAN annotation files (EAF 3.0): a tier a speaker, an annotation a segment, times in ms.

Drops: words' times, confidence, labels, channels, roles, language.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.core.time import round_ms
from speechkit.core.types import Segment
from speechkit.formats.fields import in_order

# What XML 1.0 cannot hold.
_INVALID = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"


def format_eaf(segments: Mapping[str, tuple[Segment, ...]]) -> str:
    """Write one recording; its author and date are left empty, so that bytes stay the same."""
    root = ET.Element(
        "ANNOTATION_DOCUMENT",
        {
            "AUTHOR": "",
            "DATE": "1970-01-01T00:00:00+00:00",
            "FORMAT": "3.0",
            "VERSION": "3.0",
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xsi:noNamespaceSchemaLocation": _SCHEMA,
        },
    )
    ET.SubElement(root, "HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"})
    order = ET.SubElement(root, "TIME_ORDER")
    tiers: dict[str, list[Segment]] = defaultdict(list)
    for items in segments.values():
        for segment in items:
            tiers[segment.speaker].append(segment)
    slots = 0
    annotations = 0
    for speaker, spoken in tiers.items():
        attributes = {"LINGUISTIC_TYPE_REF": "default-lt", "TIER_ID": speaker or "speaker"}
        if speaker:
            attributes["PARTICIPANT"] = speaker
        tier = ET.SubElement(root, "TIER", attributes)
        for segment in spoken:
            annotations += 1
            refs = {}
            for number, time in ((1, segment.start), (2, segment.end)):
                slots += 1
                refs[f"TIME_SLOT_REF{number}"] = f"ts{slots}"
                value = {"TIME_SLOT_ID": f"ts{slots}", "TIME_VALUE": str(round(time * 1000))}
                ET.SubElement(order, "TIME_SLOT", value)
            outer = ET.SubElement(tier, "ANNOTATION")
            inner = ET.SubElement(
                outer, "ALIGNABLE_ANNOTATION", {"ANNOTATION_ID": f"a{annotations}", **refs}
            )
            ET.SubElement(inner, "ANNOTATION_VALUE").text = _INVALID.sub(" ", segment.text)
    ET.SubElement(
        root,
        "LINGUISTIC_TYPE",
        {
            "GRAPHIC_REFERENCES": "false",
            "LINGUISTIC_TYPE_ID": "default-lt",
            "TIME_ALIGNABLE": "true",
        },
    )
    ET.indent(root)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return head + ET.tostring(root, encoding="unicode") + "\n"


def parse_eaf(text: str, where: Path) -> dict[str, tuple[Segment, ...]]:
    """Read the time-aligned annotations of all tiers; the file names the recording.

    Raises:
        InputError: with file, line and reason.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise InputError(f"{where}: a document type declaration; EAF has none")
    try:
        root = ET.fromstring(text)  # noqa: S314
    except ET.ParseError as error:
        line, _ = error.position
        raise InputError(f"{where}, line {line}: not well-formed XML") from error
    if root.tag != "ANNOTATION_DOCUMENT":
        raise InputError(f"{where}, line 1: not an EAF document")
    times = {slot.get("TIME_SLOT_ID"): slot.get("TIME_VALUE") for slot in root.iter("TIME_SLOT")}
    pairs = []
    for tier in root.iter("TIER"):
        speaker = tier.get("PARTICIPANT") or tier.get("TIER_ID") or ""
        if speaker == "speaker" and not tier.get("PARTICIPANT"):
            speaker = ""
        for item in tier.iter("ALIGNABLE_ANNOTATION"):
            name = item.get("ANNOTATION_ID")
            ends = [times.get(item.get(f"TIME_SLOT_REF{number}")) for number in (1, 2)]
            if not all(end and end.isdigit() for end in ends):
                raise InputError(f"{where}, annotation {name}: its times are not given")
            start, end = (round_ms(int(value or 0) / 1000) for value in ends)
            if end < start:
                raise InputError(f"{where}, annotation {name}: ends before it starts")
            words = item.findtext("ANNOTATION_VALUE") or ""
            pairs.append(
                (
                    where.stem,
                    Segment(
                        id="",
                        start=start,
                        end=end,
                        text=" ".join(words.split()),
                        speaker=speaker,
                    ),
                )
            )
    return in_order(pairs) or {where.stem: ()}
