"""Kinds of text on which detectors are publicly known to fail; each case is invented here.

`kinds/<kind>.toml`: a text, what of it must go whole, what of it must stay untouched.
"""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import pytest

from speechkit.deidentification.text.spoken import SpokenOptions, find_candidates

KINDS = Path(__file__).parent / "kinds"


def cases() -> list[pytest.param]:
    return [
        pytest.param(case, id=f"{path.stem}-{number:02}")
        for path in sorted(KINDS.glob("*.toml"))
        for number, case in enumerate(tomllib.loads(path.read_text("utf-8"))["case"])
    ]


def places(text: str, part: str) -> list[set[int]]:
    """Return the letters and digits of every place where a part stands."""
    starts = [at for at in range(len(text)) if text.startswith(part, at)]
    assert starts, f"{part!r} is not in the text"
    return [{at for at in range(s, s + len(part)) if text[at].isalnum()} for s in starts]


@pytest.mark.parametrize("case", cases())
def test_what_identifies_goes_whole_and_what_does_not_stays(case: dict) -> None:
    text = case["text"]
    masked: set[int] = set()
    for candidate in find_candidates(text, case.get("lang", "en"), SpokenOptions()):
        masked.update(range(candidate.start, candidate.end))
    left = [p for p in case.get("go", ()) if any(at - masked for at in places(text, p))]
    taken = [p for p in case.get("stay", ()) if any(at & masked for at in places(text, p))]
    assert (left, taken) == ([], [])


LOOPS = ["I, I, ", "a, ", "A B C D E F G H ", "a.", "a/b/", "A. ", "one two ", "1-", "@a", "Dr. "]
LOOPS += [
    "x@y.",
    "Mr. A ",
    "N, O, ",
    "born ",
    "street ",
    "&amp;",
    "Box ",
    "alpha bravo ",
    "B as in boy ",
]
LOOPS += ["Patient: a\n", "12 ", "5, ", "and ", "O'", "von der ", "January ", "1:2 "]


@pytest.mark.parametrize("unit", LOOPS)
def test_time_grows_with_the_length_of_text_that_loops(unit: str) -> None:
    find_candidates("My name is Ada.", "en", SpokenOptions())  # the lists are loaded

    def seconds(length: int) -> float:
        text = (unit * (length // len(unit) + 1))[:length]
        start = time.process_time()
        find_candidates(text, "en", SpokenOptions())
        return time.process_time() - start

    assert seconds(18_000) < 3.0


@pytest.mark.parametrize(
    "text", ["1" * 4301, "born " + "9" * 5000, "0 " * 6000, "1" * 4301 + "th of May"]
)
def test_numbers_of_any_length_are_only_numbers(text: str) -> None:
    find_candidates(text, "en", SpokenOptions())
