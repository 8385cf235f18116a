"""ELAN annotation files (EAF): a tier a speaker, an annotation a segment.

https://www.mpi.nl/tools/elan/EAF_Annotation_Format_3.0_and_ELAN.pdf. Tiers that depend on another
are its text where it holds only numbers or nothing, its words where they are the same ones, and
are passed over elsewhere (translations, glosses).
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import defaultdict
from pathlib import Path

from speechkit.core.types import Segment
from speechkit.formats.eaf_tiers import read_families
from speechkit.formats.fields import in_order
from speechkit.formats.tiers import read_speech
from speechkit.formats.transcript import Notes, Reading, Segments, TranscriptFormat
from speechkit.formats.xml import INVALID, parse_xml

_SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"


def parse_eaf(text: str, where: Path) -> Reading[Segment]:
    """Read the annotations of all tiers; the file names the recording.

    Raises:
        InputError: with file, line and reason.
    """
    notes = Notes()
    tiers = read_families(parse_xml(text, where, "ANNOTATION_DOCUMENT"), where, notes)
    pairs = [(where.stem, segment) for segment in read_speech(tiers, notes)]
    is_blank = not any(item.text for tier in tiers for item in tier.intervals) and not notes.all()
    recordings = {where.stem: ()} if is_blank else in_order(pairs)
    return Reading(recordings=recordings, notes=notes.all())


def format_eaf(segments: Segments) -> str:
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
            ET.SubElement(inner, "ANNOTATION_VALUE").text = INVALID.sub(" ", segment.text)
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


FORMAT = TranscriptFormat(
    name="eaf",
    title="ELAN, a tier a speaker",
    standard="EAF 3.0, https://www.mpi.nl/tools/elan/EAF_Annotation_Format_3.0_and_ELAN.pdf",
    suffixes=(".eaf",),
    parse=parse_eaf,
    write=format_eaf,
    one_recording=True,
    drops=("words' times and confidence", "language", "channels", "labels"),
    passes_over=("translations, glosses and comments on tiers that depend on another",),
    oracle="pympi",
    refuses=(
        "annotations whose times are not given",
        "tiers that depend on none in the file, or on each other in a circle",
        "units it does not know",
    ),
)
