"""Formats: what was written reads back; malformed lines say where; oracles where there are some."""

from itertools import pairwise
from pathlib import Path

import meeteval
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speechkit.core.errors import InputError
from speechkit.core.types import Segment, Turn, Word
from speechkit.formats import format_rttm, format_segments, read_segments, read_turns
from speechkit.formats.fields import in_order, name_field

# "NA" is how a field says that there is no name.
NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8).filter(name_field)
TIMES = st.integers(0, 7_200_000).map(lambda ms: ms / 1000)
LETTERS = st.characters(categories=["L", "N", "P"], exclude_characters="<>&;")
WORDS = st.lists(st.text(LETTERS, min_size=1, max_size=8), min_size=1, max_size=5)


@st.composite
def segments(draw) -> Segment:
    start, length = draw(TIMES), draw(st.integers(0, 30_000)) / 1000
    end, text = round(start + length, 3), " ".join(draw(WORDS))
    return Segment(id="", start=start, end=end, text=text, speaker=draw(NAMES))


def bare(items):
    return sorted((s.start, s.end, s.speaker, s.text) for s in items)


@pytest.mark.parametrize("format_", ["stm", "seglst", "vtt", "json"])
@settings(deadline=None)
@given(items=st.lists(segments(), min_size=1, max_size=5))
def test_segments_read_back(tmp_path_factory: pytest.TempPathFactory, format_: str, items) -> None:
    suffix = "seglst.json" if format_ == "seglst" else format_
    path = tmp_path_factory.mktemp("f") / f"rec.{suffix}"
    ordered = in_order(("rec", s) for s in items)["rec"]
    path.write_text(format_segments(format_, "rec", ordered), encoding="utf-8")
    assert bare(read_segments(path)["rec"]) == bare(items)


@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            lambda start, ms, speaker: Turn(
                start=start, end=round(start + ms / 1000, 3), speaker=speaker
            ),
            TIMES,
            st.integers(0, 60_000),
            NAMES,
        ),
        min_size=1,
    )
)
def test_rttm_reads_back(tmp_path_factory: pytest.TempPathFactory, turns) -> None:
    path = tmp_path_factory.mktemp("f") / "a.rttm"
    path.write_text(format_rttm({"rec": tuple(turns)}), encoding="utf-8")
    key = lambda t: (t.start, t.end, t.speaker)  # noqa: E731
    assert sorted(map(key, read_turns(path)["rec"])) == sorted(map(key, turns))


def test_meeteval_reads_our_stm_and_seglst(tmp_path: Path) -> None:
    segment = Segment(id="", start=1.0, end=2.5, text="five milligrams", speaker="D")
    for name in ("stm", "seglst"):
        path = tmp_path / f"a.{'seglst.json' if name == 'seglst' else name}"
        path.write_text(format_segments(name, "rec", (segment,)))
    (line,) = meeteval.io.load(tmp_path / "a.stm").lines
    assert (line.filename, line.speaker_id, line.transcript) == ("rec", "D", "five milligrams")
    (row,) = meeteval.io.load(tmp_path / "a.seglst.json").segments
    assert float(row["end_time"]) == 2.5


def test_ctm_keeps_words_times_and_confidence(tmp_path: Path) -> None:
    words = (
        Word(text="five", start=1.0, end=1.25, confidence=0.5),
        Word(text="milligrams", start=1.25, end=2.0, confidence=0.9),
        Word(text="later", start=9.0, end=9.5),
    )
    segment = Segment(id="", start=1.0, end=9.5, text="five milligrams later", words=words)
    path = tmp_path / "a.ctm"
    path.write_text(format_segments("ctm", "rec", (segment,)))
    first, second = read_segments(path)["rec"]
    assert first.words + second.words == words
    assert first.text == "five milligrams"


def test_the_real_call_reads_as_its_makers_wrote_it(real_call: Path) -> None:
    (turns,) = read_turns(real_call.with_suffix(".rttm")).values()
    (spoken,) = read_segments(real_call.with_suffix(".stm")).values()
    assert len(turns) == len(real_call.with_suffix(".rttm").read_text().splitlines())
    assert (spoken[0].start, spoken[0].end, spoken[0].text) == (6.68, 7.16, "Hello?")


@pytest.mark.data
def test_praat_tiers_of_real_consultations(shared_data: Path) -> None:
    path = next((shared_data / "primock57_text" / "transcripts").glob("*doctor*.TextGrid"))
    (segments,) = read_segments(path).values()
    assert len(segments) > 20
    assert all(a.start <= b.start for a, b in pairwise(segments))
    assert sum(len(s.text.split()) for s in segments) > 300


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.stm", "rec 1 A 0 1 fine\nrec 1 A zero 1 hello", "line 2: 'zero' is not a time"),
        ("a.stm", "rec 1 A 2 1 hello", "line 1: ends before"),
        ("a.stm", "rec 1", "line 1: 2 fields"),
        ("a.ctm", "rec 1 0.5 nan word", "line 1: 'nan'"),
        ("a.vtt", "00:00.000 --> 00:01.000\nhi", "WEBVTT"),
        ("a.srt", "1\n0:0 --> 1\nhi", "line 2: times"),
        ("a.seglst.json", '[{"words": "a", "start_time": 0, "end_time": 1}]', "session_id"),
        ("a.seglst.json", "{", "not a SegLST"),
        ("a.json", '{"recording": "r"}', "line 1: not a transcript"),
        ("a.textgrid", "nonsense", "line 1: not a TextGrid"),
        ("a.pdf", "x", "no reader"),
    ],
)
def test_malformed_files_say_where(tmp_path: Path, name: str, text: str, reason: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=reason):
        read_segments(tmp_path / name)


def test_malformed_rttm_says_where(tmp_path: Path) -> None:
    (tmp_path / "a.rttm").write_text("SPEAKER f 1 0 1 <NA> <NA> s <NA> <NA>\nhello there\n")
    with pytest.raises(InputError, match="line 2"):
        read_turns(tmp_path / "a.rttm")


def test_utf16_and_byte_order_marks_are_read(tmp_path: Path) -> None:
    for encoding in ("utf-8-sig", "utf-16"):
        (tmp_path / "a.txt").write_text("señora", encoding=encoding)
        assert read_segments(tmp_path / "a.txt")["a"][0].text == "señora"
    (tmp_path / "a.txt").write_bytes(b"ok\n\xff\xfe\xfd")
    with pytest.raises(InputError, match="line 2"):
        read_segments(tmp_path / "a.txt")


def test_ids_follow_time() -> None:
    later = Segment(id="", start=5.0, end=6.0, text="b")
    (first, second) = in_order([("r", later), ("r", msgspec.structs.replace(later, start=1.0))])[
        "r"
    ]
    assert (first.start, first.id, second.id) == (1.0, "r-0000", "r-0001")
