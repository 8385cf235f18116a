"""Transcripts in the dialects of the tools that write them: what is in them is read, or named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml

from speechkit.core.errors import InputError
from speechkit.formats import read_transcripts

NAMES = ["Ann Lee", "Ann Lee", "Bob Ray", "Bob Ray", "Ann Lee", "Bob Ray"]
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
CALL = [
    "Ann Lee: Good morning.",
    "How are you?",
    "Bob Ray: Fine.",
    "A bit of a cough.",
    "Ann Lee: Since when?",
    "Bob Ray: Monday.",
]


def rows(path: Path) -> tuple[list[tuple[float, str, str]], list[str]]:
    reading = read_transcripts(path)
    found = [(s.start, s.speaker, s.text) for each in reading.recordings.values() for s in each]
    return found, [str(note) for note in reading.notes]


def cues(point: str) -> str:
    return "".join(
        f"{n}\n00:00:0{n}{point}000 --> 00:00:0{n}{point}900\n{words}\n\n"
        for n, words in enumerate(CALL, start=1)
    )


def test_zoom_says_a_name_where_another_person_begins(tmp_path: Path) -> None:
    (tmp_path / "a.vtt").write_text(f"WEBVTT\n\n{cues('.')}")
    found, notes = rows(tmp_path / "a.vtt")
    assert [who for _, who, _ in found] == NAMES
    assert found[1][2] == "How are you?"
    assert notes == ["line 8: a cue without a name, taken for the speaker's before it (2 times)"]


def test_a_diarizer_that_labels_no_speaker_knows_none(tmp_path: Path) -> None:
    text = cues(".").replace("Ann Lee", "SPEAKER_00").replace("Bob Ray", "SPEAKER_01")
    (tmp_path / "a.vtt").write_text(f"WEBVTT\n\n{text}")
    found, _ = rows(tmp_path / "a.vtt")
    assert [who for _, who, _ in found] == [
        "SPEAKER_00",
        "",
        "SPEAKER_01",
        "",
        "SPEAKER_00",
        "SPEAKER_01",
    ]


def test_subrip_without_a_name_has_no_speaker_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_text(cues(","))
    found, notes = rows(tmp_path / "a.srt")
    assert [who for _, who, _ in found] == ["Ann Lee", "", "Bob Ray", "", "Ann Lee", "Bob Ray"]
    assert notes == [
        "line 6: a cue without a name among cues with names, read without a speaker (2 times)"
    ]


def test_subrip_in_latin_1_is_refused_by_line(tmp_path: Path) -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nMañana a las ocho.\n"
    (tmp_path / "a.srt").write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match="line 3: not UTF-8 text; save it as UTF-8"):
        rows(tmp_path / "a.srt")


def test_epsilons_of_kaldi_are_no_words(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("u1 <eps> take two <eps>\nu2 <eps>\n")
    found, notes = rows(tmp_path / "text")
    assert [text for _, _, text in found] == ["take two"]
    assert notes == [
        "line 1: <eps>, which stands for no word (3 times)",
        "line 2: an utterance without words",
    ]


def test_speakers_of_kaldi_have_two_fields(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("u1 take two\n")
    (tmp_path / "utt2spk").write_text("u1 Dr Lee\n")
    with pytest.raises(InputError, match="line 1: 3 fields, utt2spk has 2"):
        rows(tmp_path / "text")


def test_otranscribe_with_times_only_as_they_are_shown(tmp_path: Path) -> None:
    stamp = '<span class="timestamp" contenteditable="false">{}</span>'
    html = f"<p>{stamp.format('0:02')}<b>Doctor:</b> Hello.</p><p>{stamp.format('1:01:05')}Patient: Hi."
    (tmp_path / "a.otr").write_text(json.dumps({"text": html}))
    found, _ = rows(tmp_path / "a.otr")
    assert found == [(2.0, "Doctor", "Hello."), (3665.0, "Patient", "Hi.")]


def test_exmaralda_remarks_inside_an_event_are_no_words(tmp_path: Path) -> None:
    (tmp_path / "a.exb").write_text(
        '<basic-transcription><head><speakertable><speaker id="S"><abbreviation>DOC</abbreviation>'
        '</speaker></speakertable></head><basic-body><common-timeline><tli id="T0" time="0"/>'
        '<tli id="T1" time="1.5"/></common-timeline><tier id="A" speaker="S" type="t">'
        '<event start="T0" end="T1">take <ud-information attribute-name="note">ask Tom'
        "</ud-information>two</event></tier></basic-body></basic-transcription>"
    )
    assert rows(tmp_path / "a.exb") == (
        [(0.0, "DOC", "take two")],
        ["a remark or a link inside an event"],
    )


def append(paragraph: Any, xml: str) -> None:
    paragraph._p.append(parse_xml(xml))


def test_word_with_tracked_changes_reads_as_if_they_were_accepted(tmp_path: Path) -> None:
    document = docx.Document()
    line = document.add_paragraph("[00:00:01] Doctor: take ")
    append(line, f"<w:ins {W}><w:r><w:t>two</w:t></w:r></w:ins>")
    append(line, f"<w:del {W}><w:r><w:delText>three</w:delText></w:r></w:del>")
    append(line, f"<w:moveFrom {W}><w:r><w:t>gone</w:t></w:r></w:moveFrom>")
    line.add_run(" tablets")
    control = "<w:p><w:r><w:t>[00:00:04] Patient: every night</w:t></w:r></w:p>"
    document.element.body.insert(
        1, parse_xml(f"<w:sdt {W}><w:sdtContent>{control}</w:sdtContent></w:sdt>")
    )
    document.save(str(tmp_path / "a.docx"))
    assert rows(tmp_path / "a.docx") == (
        [(1.0, "Doctor", "take two tablets"), (4.0, "Patient", "every night")],
        [],
    )


def test_word_names_text_that_stands_aside(tmp_path: Path) -> None:
    document = docx.Document()
    line = document.add_paragraph("Doctor: sit down")
    aside = "<w:p><w:r><w:t>aside</w:t></w:r></w:p>"
    box = f"<w:pict><w:txbxContent>{aside}</w:txbxContent></w:pict>"
    append(line, f"<w:r {W}>{box}</w:r>")
    append(line, f'<w:r {W}><w:footnoteReference w:id="2"/></w:r>')
    document.save(str(tmp_path / "a.docx"))
    found, notes = rows(tmp_path / "a.docx")
    assert [text for _, _, text in found] == ["sit down"]
    assert notes == ["a text box", "a footnote"]


def test_cells_of_word_that_say_the_same_are_two(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(rows=1, cols=3)
    for cell, text in zip(table.rows[0].cells, ("Doctor", "yes", "yes"), strict=True):
        cell.text = text
    document.save(str(tmp_path / "a.docx"))
    found, _ = rows(tmp_path / "a.docx")
    assert [text for _, _, text in found] == ["yes: yes"]
