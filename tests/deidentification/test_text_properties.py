"""What holds for any text: offsets, idempotence, mutations found, nothing of the gold anywhere."""

from __future__ import annotations

import datetime as dt
import json
import logging
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from speechkit.cli.deidentify import command
from speechkit.core.stage import Resources
from speechkit.core.types import Segment
from speechkit.deidentification.policy import load_policy
from speechkit.deidentification.text.cues import LANGUAGES
from speechkit.deidentification.text.documents import deidentify_document
from speechkit.deidentification.text.spoken import make
from speechkit.deidentification.text.tokens import Conversation
from tests.deidentification.text_finding import candidates, covered

QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
PHRASES = (
    "my name is ", "Dr. ", "call me on ", "oh seven seven double one ", "born on the ", "May ",
    "nineteen eighty ", "at gmail dot com", " street", "\n", ", ", ". ", "Nombre: ", "é", "ß", "ı",
    "\u0301", "\u200f", "שלום", "مرحبا", "👩‍⚕️", "\x00", "\u2028", "İ", "ﬁ", "①", "Ⅷ", "٣", "'s",
)  # fmt: skip
ANY_TEXT = st.lists(st.one_of(st.text(max_size=12), st.sampled_from(PHRASES)), max_size=14).map(
    "".join
)


@QUICK
@given(text=ANY_TEXT, language=st.sampled_from(LANGUAGES))
def test_offsets_lie_inside_and_in_order_whatever_the_text(text, language) -> None:
    at = 0
    for find in candidates(text, language):
        assert at <= find.start < find.end <= len(text)
        assert any(char.isalnum() for char in text[find.start : find.end])
        at = find.end


@QUICK
@given(text=ANY_TEXT)
def test_tokens_are_exact_pieces_of_the_text(text) -> None:
    for token in Conversation(text).tokens:
        assert text[token.start : token.end] == token.text


@QUICK
@given(text=ANY_TEXT, name=st.sampled_from(["Hedda Brandvold", "hedda brandvold"]))
def test_what_stands_before_moves_offsets_and_nothing_else(text, name) -> None:
    start = len(text) + 1
    whole = f"{text}\nmy name is {name}\nthank you"
    at = start + len("my name is ")
    assert any(f.start <= at and f.end >= at + len(name) for f in candidates(whole))


@QUICK
@given(text=ANY_TEXT, language=st.sampled_from(LANGUAGES))
def test_once_redacted_nothing_more_is_found(text, language) -> None:
    detect = make("", {}).open(Resources()).__enter__()
    policy = load_policy("safe-harbor")
    once = deidentify_document({"id": "a", "text": text}, detect, policy, language)["redacted"]
    again = deidentify_document({"id": "a", "text": once}, detect, policy, language)
    tags = [(s["start"], s["end"]) for s in again["spans"] if "[" in once[s["start"] : s["end"]]]
    assert not tags, "a tag was taken for an identifier"


DIGIT_WORDS = "zero one two three four five six seven eight nine".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


@QUICK
@given(digits=st.lists(st.integers(0, 9), min_size=9, max_size=12), style=st.integers(0, 3))
def test_any_number_of_a_phone_is_found_however_it_is_said(digits, style) -> None:
    if style == 0:
        said = " ".join(DIGIT_WORDS[d] for d in digits)
    elif style == 1:
        said = " ".join("oh" if d == 0 else DIGIT_WORDS[d] for d in digits)
    elif style == 2:
        said = "".join(str(d) for d in digits)
    else:
        said = ", ".join(
            " ".join(DIGIT_WORDS[d] for d in digits[at : at + 3]) for at in range(0, len(digits), 3)
        )
    assert covered(f"my phone number is {said} thanks", said)


@QUICK
@given(day=st.dates(dt.date(1920, 1, 1), dt.date(2039, 12, 31)), style=st.integers(0, 4))
def test_any_date_is_found_however_it_is_said(day, style) -> None:
    month = day.strftime("%B")
    said = (
        f"{day.day} {month} {day.year}",
        f"{month} {day.day}, {day.year}",
        f"{day.day:02d}/{day.month:02d}/{day.year}",
        f"{day.year}-{day.month:02d}-{day.day:02d}",
        f"{month.lower()} {day.day}",
    )[style]
    assert covered(f"he was born on {said} here", said)


# No word has all letters alike, nor are "b b c" letters of a name that somebody spells.
LETTERS = st.text("bcdfghjklmnprstvwz", min_size=5, max_size=9).filter(lambda s: len(set(s)) > 2)


@QUICK
@given(letters=LETTERS, mark=st.sampled_from([" ", "-", ", ", ". "]), upper=st.booleans())
def test_any_spelling_is_found(letters, mark, upper) -> None:
    said = mark.join(letters.upper() if upper else letters)
    assert covered(f"how do you spell your last name?\n{said}\nthank you", said)


@QUICK
@given(
    name=st.from_regex(
        r"[bdfgklmnprstv][aeiou][bdfgklmnprstv]{2}[aeiou](?:sk|ndr|lt)[aeiou]", fullmatch=True
    )
)
def test_a_name_in_no_list_is_found_where_a_name_is_expected(name) -> None:
    title = name.title()
    assert covered(f"Good morning, my name is {title}.", title)
    assert covered(f"good morning my name is {name}\nthank you", name)
    assert covered(f"This is Doctor {title} speaking.", title)


def without_gold(gold):
    """The text around the gold: "eleven" may be an age there."""
    pieces, at = [], 0
    for span in sorted(gold["spans"], key=lambda span: span["start"]):
        pieces.append(gold["text"][at : span["start"]])
        at = span["end"]
    return "|".join([*pieces, gold["text"][at:]])


def gold_documents(shared_data):
    for path in sorted((shared_data / "phi_spoken").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


@pytest.mark.data
def test_no_gold_string_stays_in_any_output_log_or_name(
    shared_data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    runner = CliRunner()
    for path in sorted((shared_data / "phi_spoken").glob("*_spoken.jsonl")):
        target = tmp_path / f"{path.stem}.out.jsonl"
        result = runner.invoke(
            command,
            ["text", str(path), str(target), "--evaluate", str(path)],
            catch_exceptions=False,
        )
        assert result.exit_code == 0
        outputs = {line["id"]: line for line in map(json.loads, target.read_text().splitlines())}
        for line in path.read_text(encoding="utf-8").splitlines():
            gold = json.loads(line)
            out = outputs[gold["id"]]["redacted"]
            innocent = without_gold(gold)
            for span in gold["spans"]:
                said = gold["text"][span["start"] : span["end"]]
                if len(said) > 5 and said not in innocent:
                    assert said not in out, f"{gold['id']}: {span['label']} at {span['start']}"
                    assert said not in result.output + caplog.text
                    assert not any(said in p.name for p in tmp_path.iterdir())


@pytest.mark.data
def test_reprs_and_errors_carry_no_text(shared_data: Path) -> None:
    detect = make("", {}).open(Resources()).__enter__()
    for gold in list(gold_documents(shared_data))[:12]:
        segment = Segment(id="s", start=0, end=1, text=gold["text"])
        spans = detect((segment,), gold["lang"])
        shown = (
            repr(spans)
            + repr(segment)
            + repr(candidates(gold["text"], gold["lang"]))
            + repr(Conversation(gold["text"]))
        )
        with pytest.raises(Exception) as caught:
            detect((segment,), "xx")
        shown += str(caught.value)
        for span in gold["spans"]:
            said = gold["text"][span["start"] : span["end"]]
            assert len(said) < 4 or said not in shown


@pytest.mark.parametrize(
    "filling", ["👩‍⚕️ … ", "مرحبا ", "\x00\t", "a" * 1000 + " ", "7" * 1000 + " "]
)
def test_a_megabyte_on_one_line_moves_no_offset(filling: str) -> None:
    text = filling * (1_000_000 // len(filling)) + ". My name is Hedda Brandvold."
    assert covered(text, "Hedda Brandvold")
