"""`speechkit deidentify text IN OUT`: what scripts rely on, and what bad input gets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from speechkit.cli.deidentify import command
from speechkit.core.errors import InputError, UsageError

NAME = "Hedda Brandvold"
LINE = {"id": "a", "lang": "en", "text": f"Hi, my name is {NAME}.", "extra": [1]}


def run(tmp_path: Path, *lines, options=(), name="in.jsonl"):
    source = tmp_path / name
    rows = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    source.write_bytes(b"\n".join(rows) + b"\n")
    target = tmp_path / "out.jsonl"
    result = CliRunner().invoke(command, ["text", str(source), str(target), *options])
    rows = target.read_text(encoding="utf-8").splitlines() if target.exists() else []
    return result, [json.loads(row) for row in rows]


def test_the_same_line_comes_out_with_spans_and_redacted_text(tmp_path: Path) -> None:
    result, (out,) = run(tmp_path, LINE)
    assert result.exit_code == 0
    assert {key: out[key] for key in LINE} == LINE
    (span,) = out["spans"]
    assert LINE["text"][span["start"] : span["end"]] == NAME
    assert set(span) == {"start", "end", "label", "score", "detector"}
    assert out["redacted"] == "Hi, my name is [NAME_1]."


def test_evaluate_prints_recall_leak_over_redaction_by_label_and_form(tmp_path: Path) -> None:
    start = LINE["text"].index(NAME)
    gold = tmp_path / "gold.jsonl"
    spans = [{"start": start, "end": start + len(NAME), "label": "NAME", "form": "plain"}]
    gold.write_text(json.dumps({**LINE, "spans": spans}))
    result, _ = run(tmp_path, LINE, options=("--evaluate", str(gold)))
    assert (
        "1 documents, 1 of them clean; recall any 1.000, full 1.000; leak 0.0000" in result.output
    )
    assert "by label:" in result.output
    assert "by form:" in result.output


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id": "a", "text": ', "not JSON"),
        (b"[1, 2]", "not a JSON object"),
        (b'{"id": "a"}', "no string 'text'"),
        (b'{"id": "a", "text": 5}', "no string 'text'"),
        (b'{"id": "a", "lang": 1, "text": "x"}', "'lang'"),
        (b'\xff\xfe{"text": "x"}', "UTF-8"),
        (b'{"text": "\\ud800"}', "surrogate"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_bad_line_is_named_by_file_and_number_and_nothing_is_written(
    tmp_path: Path, line: bytes, reason: str
) -> None:
    result, rows = run(tmp_path, LINE, line)
    assert isinstance(result.exception, InputError)
    assert result.exception.exit_code == 2
    assert f"{tmp_path / 'in.jsonl'}, line 2" in str(result.exception)
    assert reason in str(result.exception)
    assert NAME not in str(result.exception)
    assert rows == []


def test_an_unknown_language_is_named_with_those_there_are(tmp_path: Path) -> None:
    result, rows = run(tmp_path, {**LINE, "lang": "nl"})
    assert isinstance(result.exception, UsageError)
    for part in ("'nl'", "de, en, es, fr", "--policy strict"):
        assert part in str(result.exception)
    assert rows == []


def test_strict_takes_any_language_by_patterns_and_says_so(tmp_path: Path) -> None:
    text = "Mijn adres is jo.quist@example.org en ik heet Hedda"
    result, (out,) = run(
        tmp_path, {**LINE, "lang": "nl", "text": text}, options=("--policy", "strict")
    )
    assert result.exit_code == 0
    assert out["patterns_only"] is True
    assert "jo.quist" not in out["redacted"]
    assert "no names" in result.output


@pytest.mark.parametrize(
    "text", ["", " \n ", "\x00", "👩‍⚕️🏥", "שלום, קוראים לי", "\u2028\u2029", "a\x00b"]
)
def test_empty_and_odd_texts_pass_through_unchanged(tmp_path: Path, text: str) -> None:
    result, (out,) = run(tmp_path, {**LINE, "text": text})
    assert result.exit_code == 0
    assert out["redacted"] == text
    assert out["spans"] == []


@pytest.mark.parametrize("before", ["👩‍⚕️ ", "שלום ", "\x00\x00", "e\u0301\u0301 ", "\u2028", "ﬁﬃ "])
def test_offsets_are_right_after_any_unicode(tmp_path: Path, before: str) -> None:
    text = f"{before}. My name is {NAME}."
    # By the rules: whether "ﬁﬃ" is somebody's name is not what is asked here.
    _, (out,) = run(tmp_path, {**LINE, "text": text}, options=("--engine", "spoken"))
    assert [text[s["start"] : s["end"]] for s in out["spans"]] == [NAME]


def test_surrogates_need_keys_and_are_one_for_a_patient(tmp_path: Path) -> None:
    rows = [{**LINE, "id": str(n), "patient": "p7"} for n in range(2)]
    result, _ = run(tmp_path, *rows, options=("--policy", "surrogate"))
    assert isinstance(result.exception, UsageError)
    assert "--keys" in str(result.exception)
    keys = tmp_path / "keys"
    options = ("--policy", "surrogate", "--keys", str(keys))
    _, (one, other) = run(tmp_path, *rows, options=options)
    assert one["redacted"] == other["redacted"]
    assert NAME not in one["redacted"]
    assert "[" not in one["redacted"]
    forgotten = CliRunner().invoke(command, ["forget", str(keys), "p7"])
    assert (forgotten.exit_code, list(keys.iterdir())) == (0, [])
    assert CliRunner().invoke(command, ["forget", str(keys), "p7"]).exit_code == 1


def test_a_failing_input_leaves_the_old_output_alone(tmp_path: Path) -> None:
    _, first = run(tmp_path, LINE)
    _, second = run(tmp_path, b"{")
    assert first == second
