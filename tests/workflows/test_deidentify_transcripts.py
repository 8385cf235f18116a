"""Finished transcripts in place: tags instead of words, times and format kept, nothing left unseen."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from speechkit.cli.deidentify_transcript import command
from speechkit.core.errors import InputError, UsageError
from speechkit.core.types import Segment
from speechkit.formats import read_transcripts, write_transcripts
from speechkit.workflows.deidentify_transcripts import deidentify_transcript

docx = pytest.importorskip("docx")

NAME, PHONE = "Ingrid Halvorsen", "212 555 0142"
SEGMENTS = (
    Segment(id="a-0000", start=1.0, end=4.0, text=f"My name is {NAME}.", speaker="Ann Lee"),
    Segment(id="a-0001", start=4.0, end=7.5, text=f"Call me at {PHONE}, please.", speaker="doctor"),
)


@pytest.mark.parametrize(
    "suffix", ["vtt", "srt", "txt", "stm", "TextGrid", "eaf", "json", "seglst.json"]
)
def test_words_go_times_and_format_stay(tmp_path: Path, suffix: str) -> None:
    source, target = tmp_path / f"a.{suffix}", tmp_path / f"out.{suffix}"
    name = suffix.lower().removesuffix(".json") if suffix != "json" else "json"
    source.write_text(write_transcripts(name, {"a": SEGMENTS}), encoding="utf-8")
    done = deidentify_transcript(source, target, language="en")
    text = target.read_text(encoding="utf-8")
    # A name in front of the words of a single turn is no label, and is found as words are.
    assert done.tags == (3 if suffix in ("srt", "txt") else 2)
    assert not [word for word in (*NAME.split(), "555", "0142", "Ann Lee") if word in text]
    (items,) = read_transcripts(target).recordings.values()
    said = " ".join(segment.text for segment in items)
    assert "[NAME_" in said
    assert "Call me at [PHONE_1], please." in said
    if suffix not in ("txt",):
        assert [(s.start, s.end) for s in items] == [(1.0, 4.0), (4.0, 7.5)]


def document(path: Path) -> docx.document.Document:
    made = docx.Document()
    made.core_properties.author = NAME
    made.sections[0].header.paragraphs[0].text = f"Visit of {NAME}"
    made.add_paragraph(f"[00:00:01] Patient: My name is {NAME}.")
    table = made.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text = "Doctor"
    table.rows[0].cells[1].text = f"And your phone is {PHONE}?"
    made.save(str(path))
    return made


def everything(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        return " ".join(
            archive.read(name).decode("utf-8", "replace") for name in archive.namelist()
        )


def test_word_documents_wherever_text_stands(tmp_path: Path) -> None:
    document(tmp_path / "a.docx")
    assert "Halvorsen" in everything(tmp_path / "a.docx")
    done = deidentify_transcript(tmp_path / "a.docx", tmp_path / "b.docx", language="en")
    assert done.tags >= 3
    left = everything(tmp_path / "b.docx")
    assert not [word for word in (*NAME.split(), "0142") if word in left]
    paragraphs = [p.text for p in docx.Document(str(tmp_path / "b.docx")).paragraphs]
    assert any(text.startswith("[00:00:01] Patient: My name is [NAME_") for text in paragraphs)


def test_text_that_would_stay_unseen_refuses_a_document(tmp_path: Path) -> None:
    made = document(tmp_path / "a.docx")
    made.add_comment(made.paragraphs[0].runs, text=f"ask {NAME}", author="x")
    made.save(str(tmp_path / "a.docx"))
    with pytest.raises(InputError, match="has comments, which are not looked at"):
        deidentify_transcript(tmp_path / "a.docx", tmp_path / "b.docx", language="en")
    assert not (tmp_path / "b.docx").exists()


def test_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "a.vtt").write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nhi\n")
    with pytest.raises(UsageError, match="is the source"):
        deidentify_transcript(tmp_path / "a.vtt", tmp_path / "a.vtt", language="en")
    (tmp_path / "a.otr").write_text('{"text": "<p>hi</p>"}')
    with pytest.raises(UsageError, match="otr is read, not written"):
        deidentify_transcript(tmp_path / "a.otr", tmp_path / "b.otr", language="en")
    asked = [str(tmp_path / "a.vtt"), str(tmp_path / "b.vtt"), "--language", "en"]
    ran = CliRunner().invoke(command, asked)
    assert ran.exit_code == 0
    assert "1 segments, 0 tags" in ran.stdout
