"""Files of a line a word, a segment or a turn, drawn at random, with what other tools read.

meeteval reads CTM, STM, SegLST; pyannote.database reads RTTM and UEM. meeteval knows neither the
alternatives of CTM and STM nor the types and speakers of CTM's words, which sclite does: it is given
each line as sclite's documentation reduces it.
https://github.com/usnistgov/SCTK/blob/master/doc/infmts.htm
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from pathlib import Path

import meeteval
import msgspec
from pyannote.database.util import load_rttm, load_uem

from benchmarks.releases.foreign import Made, Row, draw_rows

Reader = Callable[[Path], list[Row]]


def _given(text: str, suffix: str, read: Reader) -> Reader:
    """Return an oracle that is given this text, not the file that speechkit reads."""

    def oracle(_: Path) -> list[Row]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"reduced{suffix}"
            path.write_text(text, "utf-8")
            return read(path)

    return oracle


def make_stm(rng: random.Random) -> Made:
    text, reduced = rng.choice(["", ";; made by hand\n", ';; LABEL "o" "Overall" ""\n']), ""
    end = rng.choice(["\n", "\r\n"])
    for start, stop, speaker, words in draw_rows(rng, overlap=True):
        blank = rng.choice([" ", "\t", "  "])
        label = rng.choice(["", "<o,f0,female>", "<NA>"])
        said, counted = words, words
        kind = rng.random()
        if kind < 0.1:
            said, counted = "IGNORE_TIME_SEGMENT_IN_SCORING", ""
        elif kind < 0.3:
            said, counted = f"{words} {{ gonna / going to / @ }}", f"{words} gonna"
        elif kind < 0.4:
            said, counted = f"{{ @ / uh }} {words}", words
        fields = ["a", "1", speaker, f"{start:.3f}", f"{stop:.3f}"]
        text += blank.join([*fields, *([label] if label else []), said]) + end
        if counted:
            reduced += " ".join([*fields, counted]) + "\n"
    return Made({"a.stm": text.encode()}, _given(reduced, ".stm", _segments))


def make_seglst(rng: random.Random) -> Made:
    entries = [
        {
            "session_id": "a",
            "speaker": who,
            "start_time": rng.choice([start, f"{start}"]),
            "end_time": stop,
            "words": words,
            **rng.choice([{}, {"segment_index": 3, "channel": 0}]),
        }
        for start, stop, who, words in draw_rows(rng, overlap=True)
    ]
    return Made({"a.seglst.json": msgspec.json.encode(entries)}, _segments)


def _segments(path: Path) -> list[Row]:
    if not path.read_text("utf-8").strip():
        return []
    rows = meeteval.io.load(path).to_seglst()
    return [
        (float(r["start_time"]), float(r["end_time"]), r["speaker"], " ".join(r["words"].split()))
        for r in rows
    ]


def make_ctm(rng: random.Random) -> Made:
    """Words with and without confidence, type and speaker; alternatives; comments."""
    text, reduced = rng.choice(["", ";; made by hand\n"]), ""
    channel, width = rng.choice(["1", "A", "0"]), rng.randint(5, 8)
    speakers = []
    for start, stop, who, words in draw_rows(rng, overlap=False):
        step = (stop - start) / len(words.split())
        for number, word in enumerate(words.split()):
            at = f"a {channel} {start + number * step:.3f} {step:.3f}"
            rest = [rng.choice(["0.91", "1", "NA"]), rng.choice(["lex", "fp", "frag"]), who]
            line = " ".join([at, word, *rest[: width - 5]])
            kind = rng.random()
            if kind < 0.08:
                mark = f"a {channel} * * <ALT"
                text += f"{mark}_BEGIN>\n{line}\n{mark}>\n{at} other\n{mark}_END>\n"
            else:
                text += line + "\n"
            if kind > 0.9 and width > 6:
                text += f"{at} [noise] NA non-lex\n"
            reduced += f"{at} {word}\n"
            speakers.append(who if width == 8 else "")
    return Made({"a.ctm": text.encode()}, _given(reduced, ".ctm", lambda p: _words(p, speakers)))


def _words(path: Path, speakers: list[str]) -> list[Row]:
    lines = meeteval.io.CTM.load(path).lines
    return [
        (float(x.begin_time), float(x.begin_time + x.duration), who, x.word)
        for x, who in zip(lines, speakers, strict=True)
    ]


def make_rttm(rng: random.Random) -> Made:
    text = rng.choice(["", "SPKR-INFO a 1 <NA> <NA> <NA> unknown A <NA> <NA>\n"])
    blank = rng.choice([" ", "\t", "   "])
    for start, stop, who, _ in draw_rows(rng, overlap=True):
        fields = ["SPEAKER", "a", "1", f"{start:.3f}", f"{stop - start:.3f}"]
        text += blank.join([*fields, "<NA>", "<NA>", who, "<NA>", "<NA>"]) + "\n"
        if rng.random() < 0.1:
            text += f"NON-SPEECH a 1 {stop:.3f} 0.200 <NA> noise <NA> <NA> <NA>\n"
    return Made({"a.rttm": text.encode()}, _turns)


def _turns(path: Path) -> list[Row]:
    return [
        (turn.start, turn.end, str(who), "")
        for annotation in load_rttm(path).values()
        for turn, _, who in annotation.itertracks(yield_label=True)
    ]


def make_uem(rng: random.Random) -> Made:
    blank = rng.choice([" ", "\t", "  "])
    text, at = "", 0.0
    for _ in range(rng.randint(1, 6)):
        start = round(at + rng.randint(10, 3000) / 1000, 3)
        at = round(start + rng.randint(100, 9000) / 1000, 3)
        text += blank.join(["a", rng.choice(["1", "NA"]), f"{start:.3f}", f"{at:g}"]) + "\n"
    return Made({"a.uem": text.encode()}, _parts)


def _parts(path: Path) -> list[Row]:
    return [(p.start, p.end, "", "") for parts in load_uem(path).values() for p in parts]
