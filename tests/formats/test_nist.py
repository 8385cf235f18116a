"""CTM, STM, RTTM, UEM: what NIST's tools take, and what is no line of theirs."""

from __future__ import annotations

from pathlib import Path

import meeteval
import pytest

from speechkit.core.errors import InputError
from speechkit.formats import parse_rttm, parse_uem
from speechkit.formats.ctm import parse_ctm
from speechkit.formats.stm import parse_stm

HERE = Path("a")


def ctm(text: str) -> list[tuple[str, str, int | None]]:
    segments = parse_ctm(text, HERE).recordings["f"]
    return [(s.text, s.speaker, s.channel) for s in segments]


def test_the_first_alternative_counts() -> None:
    text = "f 1 * * <ALT_BEGIN>\nf 1 0.0 0.5 uh\nf 1 * * <ALT>\nf 1 0.0 0.5 um\n"
    text += "f 1 * * <ALT_END>\nf 1 0.7 0.5 hello 0.9\n"
    assert ctm(text) == [("uh hello", "", None)]
    assert parse_ctm(text, HERE).notes[0].count == 1
    with pytest.raises(InputError, match="<ALT_END> is missing"):
        parse_ctm(text.replace("f 1 * * <ALT_END>\n", ""), HERE)


def test_types_speakers_and_comments_of_ctm() -> None:
    text = ";; by hand\nf 1 0.0 0.5 hello NA lex spk0\nf 1 0.5 0.5 [noise] NA non-lex spk1\n"
    text += "f 1 1.0 0.5 yes 0.5 lex spk1\n"
    assert ctm(text) == [("hello", "spk0", None), ("yes", "spk1", None)]


@pytest.mark.parametrize(
    ("channels", "numbers"),
    [("01", (0, 1)), ("12", (0, 1)), ("AB", (0, 1)), ("11", (None, None)), ("22", (1, 1))],
)
def test_channels_are_counted_from_the_first(
    channels: str, numbers: tuple[int | None, ...]
) -> None:
    text = "".join(f"f {c} {at}.0 0.5 word\n" for at, c in zip((0, 9), channels, strict=True))
    assert tuple(channel for _, _, channel in ctm(text)) == numbers


def test_parts_that_are_not_scored_are_no_words() -> None:
    text = "f 1 A 0.0 2.0 <o,f0,male> hello\nf 1 A 2 6 <o,f0,male> ignore_time_segment_in_scoring\n"
    text += "f 1 excluded_region 6 7 x\nf 1 NA 7 8 { uh / um / @ } bye\ng 1 A 0 1 <NA>\n"
    reading = parse_stm(text, HERE)
    assert [(s.text, s.speaker) for s in reading.recordings["f"]] == [
        ("hello", "A"),
        ("uh bye", ""),
    ]
    assert reading.unscored == {"f": ((2.0, 6.0), (6.0, 7.0))}
    assert reading.recordings["g"] == ()


@pytest.mark.parametrize(
    "line",
    [
        "SPEAKER f 1 0.0 1.0 <NA> <NA> Dr Smith <NA> <NA>",
        "SPEAKER my file 1 0.0 1.0 <NA> <NA> A <NA> <NA>",
        "SPEAKER my file 1 0.0 1.0 <NA> <NA> A",
        "SPEAKER my file 1 0.0 1.0 <NA> <NA> A <NA>",
    ],
)
def test_names_with_blanks_are_refused_by_line(line: str) -> None:
    with pytest.raises(InputError, match="line 2"):
        parse_rttm(f"SPEAKER f 1 0.0 1.0 <NA> <NA> A <NA> <NA>\n{line}\n", HERE)


def test_rttm_without_a_speaker_from_just_before_the_start() -> None:
    text = ";; x\nSPKR-INFO f 1 <NA> <NA> <NA> unknown A <NA> <NA>\n"
    text += "SPEAKER f 1 -0.01 1.5 <NA> <NA> <NA> <NA> <NA>\n"
    reading = parse_rttm(text, HERE)
    (turn,) = reading.recordings["f"]
    assert (turn.start, turn.end, turn.speaker) == (0.0, 1.5, "")
    assert [note.what for note in reading.notes] == [
        "a SPKR-INFO line",
        "a turn that begins just before 0, moved to 0",
    ]
    with pytest.raises(InputError, match="'-5' is not a time"):
        parse_rttm("SPEAKER f 1 -5 1.5 <NA> <NA> A <NA> <NA>\n", HERE)


def test_uem_has_comments_and_several_parts() -> None:
    assert parse_uem(";; x\nf 1 0 1.5\nf 1 3 4\n", HERE) == {"f": ((0.0, 1.5), (3.0, 4.0))}


def test_meeteval_reads_the_same_words(tmp_path: Path) -> None:
    text = "f 1 A 0.0 2.0 <o,f0,male> hello there\nf 1 B 2.0 3.0 yes\n"
    (tmp_path / "a.stm").write_text(text)
    theirs = [(x.speaker_id, x.transcript) for x in meeteval.io.load(tmp_path / "a.stm").lines]
    ours = [(s.speaker, s.text) for s in parse_stm(text, HERE).recordings["f"]]
    assert [(who, words.replace("<o,f0,male> ", "")) for who, words in theirs] == ours
