"""What people typed (text, Word, oTranscribe) and what whisper's tools wrote; formats by entry point."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from speechkit.core.errors import InputError, UsageError
from speechkit.formats import (
    find_transcript_format,
    read_transcripts,
    transcript_formats,
    write_transcripts,
)

docx = pytest.importorskip("docx")

Rows = list[tuple[float, float, str, str]]


def rows(path: Path) -> Rows:
    items = read_transcripts(path).recordings[path.stem]
    return [(s.start, s.end, s.speaker, s.text) for s in items]


def text(path: Path, content: str) -> Rows:
    path.write_text(content, encoding="utf-8")
    return rows(path)


def test_labels_of_turns_are_speakers(tmp_path: Path) -> None:
    said = text(tmp_path / "a.txt", "Doctor: Any pain?\nPatient: Yes.\nIn the chest: left.\n")
    assert [row[2:] for row in said] == [
        ("Doctor", "Any pain?"),
        ("Patient", "Yes. In the chest: left."),
    ]


def test_a_note_with_headings_is_one_text(tmp_path: Path) -> None:
    said = text(tmp_path / "a.txt", "Medication: aspirin\nAllergies: none\nSeen at 8:30 today\n")
    assert said == [(0.0, 0.0, "", "Medication: aspirin Allergies: none Seen at 8:30 today")]


@pytest.mark.parametrize(
    "lines",
    [
        ["[00:00:01] Doctor: Any pain?", "[00:00:04] Patient: Yes."],
        ["00:01 Doctor: Any pain?", "00:04 Patient: Yes."],
        ["Doctor (0:01): Any pain?", "Patient (0:04): Yes."],
        ["Doctor  0:01", "Any pain?", "Patient  0:04", "Yes."],
    ],
)
def test_times_and_labels_in_text_and_in_word(tmp_path: Path, lines: list[str]) -> None:
    wanted = [(1.0, 4.0, "Doctor", "Any pain?"), (4.0, 4.0, "Patient", "Yes.")]
    assert text(tmp_path / "a.txt", "\n".join(lines)) == wanted
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    document.save(str(tmp_path / "b.docx"))
    assert rows(tmp_path / "b.docx") == wanted


def test_tables_of_word_are_turns(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, (("Doctor", "Any pain?"), ("Patient", "Yes.")), strict=True):
        for cell, words in zip(row.cells, cells, strict=True):
            cell.text = words
    document.save(str(tmp_path / "a.docx"))
    assert [row[2:] for row in rows(tmp_path / "a.docx")] == [
        ("Doctor", "Any pain?"),
        ("Patient", "Yes."),
    ]
    (tmp_path / "b.docx").write_bytes(b"not a document")
    with pytest.raises(InputError, match="not a Word document"):
        read_transcripts(tmp_path / "b.docx")


def test_otranscribe(tmp_path: Path) -> None:
    stamp = '<span class="timestamp" data-timestamp="{0}">0:0{0}</span>'
    html = f"<p>{stamp.format(1)} Doctor: Any&nbsp;<b>pain</b>?<br></p>"
    html += f"<p>{stamp.format(4)}</p><p>Patient: Yes.</p>"
    (tmp_path / "a.otr").write_text(json.dumps({"text": html, "media": "x.mp3", "media-time": 3}))
    assert rows(tmp_path / "a.otr") == [
        (1.0, 4.0, "Doctor", "Any pain?"),
        (4.0, 4.0, "Patient", "Yes."),
    ]


def test_json_of_whisper_and_around_it(tmp_path: Path) -> None:
    word = {"word": " yes", "start": 1.0, "end": 1.5, "probability": 0.9}
    whisper = {
        "text": " yes",
        "language": "en",
        "segments": [{"start": 1, "end": 2, "text": " yes", "words": [word], "tokens": [1]}],
    }
    cpp = {
        "result": {"language": "en"},
        "transcription": [{"offsets": {"from": 1000, "to": 2000}, "text": " yes"}],
    }
    for name, document in {"w": whisper, "cpp": cpp, "t": {"text": "yes"}}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
        (segment,) = read_transcripts(tmp_path / f"{name}.json").recordings[name]
        assert segment.text == "yes"
        assert (segment.start, segment.end) == ((0.0, 0.0) if name == "t" else (1.0, 2.0))
    (first,) = read_transcripts(tmp_path / "w.json").recordings["w"]
    assert (first.language, first.words[0].confidence) == ("en", 0.9)
    timeless = {
        "segments": [{"start": 1, "end": 2, "text": "at 5", "words": [word, {"word": "5"}]}]
    }
    (tmp_path / "x.json").write_text(json.dumps(timeless))
    reading = read_transcripts(tmp_path / "x.json")
    assert reading.recordings["x"][0].words == ()
    assert "kept without them" in reading.notes[0].what


def test_a_line_separator_of_unicode_ends_no_line(tmp_path: Path) -> None:
    own = '{"recording":"a","segments":[{"id":"i","start":0,"end":1,"text":"one\u2028two"}]}\n'
    (tmp_path / "x.json").write_text(own + own.replace('"a"', '"b"'), encoding="utf-8")
    reading = read_transcripts(tmp_path / "x.json")
    assert [s[0].text for s in reading.recordings.values()] == ["one\u2028two"] * 2
    (tmp_path / "x.json").write_text(own + own, encoding="utf-8")
    with pytest.raises(InputError, match="line 2: this recording stands there a second time"):
        read_transcripts(tmp_path / "x.json")


def test_formats_are_found_by_entry_point() -> None:
    known = transcript_formats()
    assert {"vtt", "srt", "stm", "ctm", "textgrid", "eaf", "docx", "whisper"} <= known.keys()
    for name, each in known.items():
        assert each.name == name
        assert each.title
        assert each.standard
        assert all(s == s.lower() and s.startswith(".") for s in each.suffixes)
        assert each.parse or each.load
        assert each.drops or each.write is None or name == "json"
    with pytest.raises(UsageError, match="did you mean vtt"):
        find_transcript_format("vt")
    with pytest.raises(UsageError, match="docx is read, not written"):
        write_transcripts("docx", {})
