"""Subtitles as the field has them: what players read, nothing between two times is lost."""

from __future__ import annotations

from pathlib import Path

import pysubs2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speechkit.core.errors import InputError
from speechkit.core.types import Segment
from speechkit.formats import read_transcripts
from speechkit.formats.srt import parse_srt
from speechkit.formats.vtt import parse_vtt

SRT, VTT = Path("a.srt"), Path("a.vtt")


def rows(segments: tuple[Segment, ...]) -> list[tuple[float, float, str, str]]:
    return [(s.start, s.end, s.speaker, s.text) for s in segments]


def srt(text: str) -> list[tuple[float, float, str, str]]:
    return rows(parse_srt(text, SRT).recordings["a"])


def vtt(text: str) -> list[tuple[float, float, str, str]]:
    return rows(parse_vtt(f"WEBVTT\n\n{text}", VTT).recordings["a"])


def test_words_after_a_blank_line_belong_to_the_cue() -> None:
    text = "1\n00:00:01,000 --> 00:00:04,000\nfive milligrams\n\nof warfarin every night\n\n"
    text += "2\n00:00:05,000 --> 00:00:06,000\nokay\n"
    assert srt(text)[0][3] == "five milligrams of warfarin every night"
    (note,) = parse_srt(text, SRT).notes
    assert (note.line, note.what) == (4, "a blank line inside a cue")


def test_a_number_that_is_a_dose_stays() -> None:
    text = "1\n00:00:01,000 --> 00:00:04,000\nI take\n10\n\n"
    text += "2\n00:00:05,000 --> 00:00:06,000\nokay\n"
    assert [row[3] for row in srt(text)] == ["I take 10", "okay"]


def test_without_numbers_no_number_is_one_of_a_cue() -> None:
    text = "00:00:01,000 --> 00:00:04,000\nI take ten\n2\n00:00:05,000 --> 00:00:06,000\nokay\n"
    assert [row[3] for row in srt(text)] == ["I take ten 2", "okay"]
    assert parse_srt(text, SRT).notes


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("{\\an8}{\\i1}hello{\\i0}", "hello"),
        ('<i>hello</i> <font color="red">you</font>', "hello you"),
        ("<INAUDIBLE/> hello", "<INAUDIBLE/> hello"),
        ("blood pressure 120 --> 80", "blood pressure 120 --> 80"),
        ("AT&amp;T", "AT&T"),
    ],
)
def test_form_is_taken_off_and_words_are_not(body: str, text: str) -> None:
    assert srt(f"1\n00:00:01,000 --> 00:00:04,000\n{body}\n")[0][3] == text


def test_a_line_of_blanks_ends_no_cue() -> None:
    assert [row[3] for row in vtt("00:01.000 --> 00:02.000\none\n   \ntwo\n")] == ["one two"]


def test_blocks_of_webvtt_are_passed_over_and_noted() -> None:
    text = "NOTE written by hand\nin two lines\n\nSTYLE\n::cue { color: red }\n\n"
    text += "REGION\nid:a\n\nname of a cue\n00:01.000 --> 00:02.000 align:start line:0\nhello\n"
    assert vtt(text) == [(1.0, 2.0, "", "hello")]
    told = {note.what: note.count for note in parse_vtt(f"WEBVTT\n\n{text}", VTT).notes}
    assert told == {"a NOTE block": 1, "a STYLE block": 1, "a REGION block": 1}


def test_each_voice_is_a_segment() -> None:
    text = "00:01.000 --> 00:04.000\n<v.loud Dr. Ann Lee>Any <i>allergies</i>?</v> <v Bo>Yes.\n"
    assert vtt(text) == [
        (1.0, 4.0, "Dr. Ann Lee", "Any allergies?"),
        (1.0, 4.0, "Bo", "Yes."),
    ]


def test_names_that_recur_are_speakers_as_in_zoom_and_teams() -> None:
    said = [
        ("Ann Lee", "Good morning."),
        ("Bo", "Hello: I am late."),
        ("Ann Lee", "Sit."),
        ("Bo", "Ok."),
    ]
    text = "".join(
        f"{n}\n00:00:0{n}.000 --> 00:00:0{n}.500\n{who}: {words}\n\n"
        for n, (who, words) in enumerate(said, start=1)
    )
    assert [(who, words) for _, _, who, words in vtt(text)] == said


def test_headings_are_no_speakers() -> None:
    text = "".join(
        f"{n}\n00:00:0{n},000 --> 00:00:0{n},500\n{words}\n\n"
        for n, words in enumerate(("Allergies: penicillin", "Plan: rest", "Well then"), start=1)
    )
    assert [who for _, _, who, _ in srt(text)] == ["", "", ""]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings_with_and_without_a_mark(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes("1\n00:00:01,000 --> 00:00:04,000\ndoña Inés\n".encode(encoding))
    assert read_transcripts(path).recordings["a"][0].text == "doña Inés"


def test_a_file_in_which_nothing_is_understood_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_text("dear all\nplease find the notes\n")
    with pytest.raises(InputError, match=r"nothing was read .*line 1: text before the first cue"):
        read_transcripts(tmp_path / "a.srt")


@pytest.mark.parametrize("name", ["a.srt", "a.vtt"])
def test_an_empty_transcript_is_a_recording_without_words(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("WEBVTT\n" if name == "a.vtt" else "\n")
    assert dict(read_transcripts(tmp_path / name).recordings) == {"a": ()}


WORDS = st.lists(
    st.text(st.characters(categories=["L"], max_codepoint=0x17F), min_size=1, max_size=7),
    min_size=1,
    max_size=5,
).map(" ".join)


@st.composite
def foreign(draw: st.DrawFn) -> str:
    """SubRip as other tools and people leave it: numbers or none, blank lines, line ends."""
    end = draw(st.sampled_from(["\n", "\r\n"]))
    gap = draw(st.sampled_from(["", end, end * 2]))
    point = draw(st.sampled_from([",", "."]))
    at, lines = 0, draw(st.sampled_from(["", end]))
    for number in range(1, draw(st.integers(1, 5)) + 1):
        start, length = at + draw(st.integers(0, 2000)), draw(st.integers(1, 4000))
        at = start + length
        clocks = [
            f"{t // 3_600_000:02}:{t // 60_000 % 60:02}:{t // 1000 % 60:02}{point}{t % 1000:03}"
            for t in (start, at)
        ]
        body = end.join(draw(st.lists(WORDS, min_size=1, max_size=3)))
        lines += f"{number}{end}{clocks[0]} --> {clocks[1]}{end}{body}{end}{gap}"
    return lines


@settings(deadline=None, max_examples=200)
@given(text=foreign())
def test_pysubs2_reads_the_same(text: str) -> None:
    theirs = [
        (event.start / 1000, event.end / 1000, " ".join(event.plaintext.split()))
        for event in pysubs2.SSAFile.from_string(text, format_="srt")
    ]
    assert [(start, end, words) for start, end, _, words in srt(text)] == theirs
