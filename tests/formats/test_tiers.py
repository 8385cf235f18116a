"""TextGrid, ELAN, EXMARaLDA, Transcriber: tiers, their times and what depends on what."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from praatio import textgrid as praat
from pympi import Elan

from speechkit.core.errors import InputError
from speechkit.formats import read_transcripts
from speechkit.formats.eaf import parse_eaf
from speechkit.formats.exb import parse_exb
from speechkit.formats.trs import parse_trs

Rows = list[tuple[float, float, str, str]]
UTTERANCES = [(0.0, 1.5, "good morning"), (2.0, 3.0, "I feel unwell")]
WORDS = [
    (0.0, 0.7, "good"),
    (0.7, 1.5, "morning"),
    (2.0, 2.2, "I"),
    (2.2, 2.5, "feel"),
    (2.5, 3.0, "unwell"),
]


def rows(path: Path) -> Rows:
    items = read_transcripts(path).recordings[path.stem]
    return [(s.start, s.end, s.speaker, s.text) for s in items]


def grid(path: Path, tiers: dict[str, list[tuple[float, float, str]]], form: str) -> Path:
    made = praat.Textgrid()
    for name, entries in tiers.items():
        made.addTier(praat.IntervalTier(name, entries, 0, 4))
    made.addTier(praat.PointTier("clicks", [(0.5, "x"), (1.0, "y")], 0, 4))
    made.save(str(path), format=form, includeBlankSpaces=True)
    return path


@pytest.mark.parametrize("form", ["short_textgrid", "long_textgrid"])
def test_praatio_writes_what_is_read(tmp_path: Path, form: str) -> None:
    path = grid(
        tmp_path / "a.TextGrid", {"Mary": UTTERANCES, 'Jo "B"': [(1.0, 2.0, 'a "b"')]}, form
    )
    assert sorted(rows(path)) == sorted(
        [(a, b, "Mary", text) for a, b, text in UTTERANCES] + [(1.0, 2.0, 'Jo "B"', 'a "b"')]
    )
    (note,) = read_transcripts(path).notes
    assert (note.what, note.count) == ("a point of tier 3", 2)


@pytest.mark.parametrize("name", ["Mary - words", "tokens of Mary", "x"])
def test_words_are_said_once(tmp_path: Path, name: str) -> None:
    phones = [(a, (a + b) / 2, "x") for a, b, _ in WORDS] + [
        ((a + b) / 2, b, "y") for a, b, _ in WORDS
    ]
    tiers = {"Mary": UTTERANCES, name: WORDS, "Mary - phones": sorted(phones)}
    path = grid(tmp_path / "a.TextGrid", tiers, "long_textgrid")
    assert rows(path) == [(a, b, "Mary", text) for a, b, text in UTTERANCES]
    words = [w for s in read_transcripts(path).recordings["a"] for w in s.words]
    assert [(w.start, w.end, w.text) for w in words] == WORDS


def test_words_alone_are_joined(tmp_path: Path) -> None:
    phones = [(a, b, "x") for a, b, _ in WORDS]
    path = grid(tmp_path / "a.TextGrid", {"words": WORDS, "phones": phones}, "short_textgrid")
    assert rows(path) == [(a, b, "", text) for a, b, text in UTTERANCES]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "cp1252"])
def test_encodings_of_praat(tmp_path: Path, encoding: str) -> None:
    path = grid(tmp_path / "a.TextGrid", {"A": [(0.0, 1.0, "Jürgen café")]}, "long_textgrid")
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    assert rows(path)[0][3] == "Jürgen café"


def test_a_grid_of_points_only_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing was read"):
        read_transcripts(grid(tmp_path / "a.TextGrid", {}, "long_textgrid"))


def elan(path: Path) -> Elan.Eaf:
    made = Elan.Eaf()
    made.remove_tier("default")
    made.add_linguistic_type("sym", "Symbolic_Subdivision", False)
    made.add_linguistic_type("assoc", "Symbolic_Association", False)
    made.file_path = str(path)
    return made


def test_numbers_take_the_text_below_and_translations_are_passed_over(tmp_path: Path) -> None:
    made = elan(path := tmp_path / "a.eaf")
    made.add_tier("ref@A", part="A")
    made.add_tier("tx@A", ling="assoc", parent="ref@A")
    made.add_tier("ft@A", ling="assoc", parent="ref@A")
    for number, (start, end, text) in enumerate(UTTERANCES):
        made.add_annotation("ref@A", int(start * 1000), int(end * 1000), f"a.{number:03}")
        made.add_ref_annotation("tx@A", "ref@A", int(start * 1000) + 1, text)
        made.add_ref_annotation("ft@A", "ref@A", int(start * 1000) + 1, f"translated {number}")
    made.to_file(str(path))
    assert rows(path) == [(a, b, "A", text) for a, b, text in UTTERANCES]
    told = {note.what: note.count for note in read_transcripts(path).notes}
    assert told["an annotation on a tier that depends on another"] == 2


EAF = """<ANNOTATION_DOCUMENT><HEADER TIME_UNITS="{units}"><MEDIA_DESCRIPTOR {origin}/></HEADER>
<TIME_ORDER><TIME_SLOT TIME_SLOT_ID="t1" TIME_VALUE="0"/><TIME_SLOT TIME_SLOT_ID="t2"/>
<TIME_SLOT TIME_SLOT_ID="t3"/><TIME_SLOT TIME_SLOT_ID="t4" TIME_VALUE="{end}"/></TIME_ORDER>
<TIER TIER_ID="A"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="t1"
 TIME_SLOT_REF2="t2"><ANNOTATION_VALUE>one</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a2" TIME_SLOT_REF1="t3" TIME_SLOT_REF2="t4">
<ANNOTATION_VALUE>two</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>
</ANNOTATION_DOCUMENT>"""


@pytest.mark.parametrize(
    ("units", "origin", "end", "times"),
    [
        ("milliseconds", "", 2000, [(0.0, 1.0), (1.0, 2.0)]),
        ("PAL-frames", "", 50, [(0.0, 1.0), (1.0, 2.0)]),
        ("NTSC-frames", "", 60, [(0.0, 1.001), (1.001, 2.002)]),
        ("milliseconds", 'TIME_ORIGIN="500"', 2000, [(0.5, 1.5), (1.5, 2.5)]),
    ],
)
def test_slots_without_time_units_and_the_origin(
    units: str, origin: str, end: int, times: list[tuple[float, float]]
) -> None:
    reading = parse_eaf(EAF.format(units=units, origin=origin, end=end), Path("a.eaf"))
    assert [(s.start, s.end) for s in reading.recordings["a"]] == times


EXB = """<?xml version="1.0" encoding="UTF-8"?><basic-transcription><head><speakertable>
<speaker id="S0"><abbreviation>DOC</abbreviation></speaker></speakertable></head><basic-body>
<common-timeline><tli id="T0" time="0.0"/><tli id="T1"/><tli id="T2" time="3.0"/>
<tli id="T3" time="4.0"/><tli id="T4" time="5.0"/></common-timeline>
<tier id="a" speaker="S0" category="v" type="t"><event start="T0" end="T1">good mor</event>
<event start="T1" end="T2">ning</event><event start="T3" end="T4">yes</event></tier>
<tier id="b" speaker="S0" category="en" type="a"><event start="T0" end="T2">gloss</event></tier>
</basic-body></basic-transcription>"""


def test_exmaralda_joins_events_and_passes_over_annotations() -> None:
    reading = parse_exb(EXB, Path("a.exb"))
    said = [(s.start, s.end, s.speaker, s.text) for s in reading.recordings["a"]]
    assert said == [(0.0, 3.0, "DOC", "good morning"), (4.0, 5.0, "DOC", "yes")]
    assert [note.count for note in reading.notes] == [1]


TRS = """<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE Trans SYSTEM "trans-14.dtd">
<Trans><Speakers><Speaker id="s1" name="Doc"/><Speaker id="s2" name="Pat"/></Speakers><Episode>
<Section type="report" startTime="0" endTime="9"><Turn speaker="s1" startTime="0" endTime="4">
<Sync time="0"/>
café <Event desc="cough" type="noise"/> au lait
<Sync time="2.5"/>
oui
</Turn><Turn speaker="s1 s2" startTime="4" endTime="5"><Sync time="4"/><Who nb="1"/>non
<Who nb="2"/>si
</Turn></Section></Episode></Trans>"""


def test_transcriber_in_its_own_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.trs").write_bytes(TRS.encode("latin-1"))
    assert rows(tmp_path / "a.trs") == [
        (0.0, 2.5, "Doc", "café au lait"),
        (2.5, 4.0, "Doc", "oui"),
        (4.0, 5.0, "Doc", "non"),
        (4.0, 5.0, "Pat", "si"),
    ]
    with pytest.raises(InputError, match="document type"):
        parse_trs('<!DOCTYPE x [<!ENTITY a "b">]><Trans/>', Path("a.trs"))


def test_exmaralda_without_any_time_says_so() -> None:
    timeless = re.sub(r' time="[^"]*"', "", EXB)
    with pytest.raises(InputError, match="no point of its timeline has a time"):
        parse_exb(timeless, Path("a.exb"))
