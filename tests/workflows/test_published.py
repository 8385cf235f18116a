"""Published leaderboards, read as their repositories lay them out; the texts here are made up."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from speechkit.cli.main import cli
from speechkit.core.errors import InputError, UsageError
from speechkit.workflows.published import read_published

SAID = {
    "day1_consultation01": "Oh hello, how are you today?",
    "day1_consultation02": "It hurts in my left knee, doctor.",
}
WROTE = {
    "day1_consultation01": "oh hello how are you",
    "day1_consultation02": "It hurts in my left toe, doctor.",
}


def primock57(folder: Path) -> Path:
    texts = folder / "data" / "cleaned_transcripts"
    texts.mkdir(parents=True)
    for name, text in SAID.items():
        (texts / f"{name}_pure_text.txt").write_text(text, "utf-8")
    for system, written in (("one", WROTE), ("two", SAID)):
        own = folder / "results" / "transcripts" / system
        own.mkdir(parents=True)
        for name, text in written.items():
            (own / f"{name}_conversation_transcript.txt").write_text(text, "utf-8")
    (folder / "results" / "metrics").mkdir()
    # One word of six, and one of seven.
    rates = {"day1_consultation01": 1 / 6, "day1_consultation02": 1 / 7}
    details = [
        {"file": f"{name}_conversation_transcript.txt", "wer": rate} for name, rate in rates.items()
    ]
    figures = {
        "model_name": "one",
        "wer_metrics": {"average_wer": sum(rates.values()) / 2, "median_wer": 0.1},
        "file_details": details,
    }
    (folder / "results" / "metrics" / "one_wer.json").write_text(json.dumps(figures), "utf-8")
    return folder


COLUMNS_200 = (
    "idx,user_ids,accent,age_group,country,transcript,nchars,audio_ids,audio_paths,duration,origin,"
    "domain,split,gender,predictions,predictions_clean,wer"
).split(",")
COLUMNS_DIALOG = (
    "audio_id,audio_path,reference,hypothesis,pred_clean,ref_clean,wer,hypothesis_clean,"
    "reference_clean"
).split(",")


def table(path: Path, columns: list[str], rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def afrispeech_200(folder: Path) -> Path:
    rows = [
        {"audio_ids": "a1", "user_ids": "u1", "accent": "zulu", "transcript": "Take two, daily.\n",
         "predictions": "take two comma daily", "predictions_clean": "left over", "wer": str(1 / 3)},
        {"audio_ids": "a2", "user_ids": "u2", "accent": "igbo", "transcript": "Rest well now please",
         "predictions": "rest well now please", "wer": "0.0"},
    ]  # fmt: skip
    table(folder / "results" / "intron-open-dev-some-model-wer-0.1429-2.csv", COLUMNS_200, rows)
    table(folder / "results" / "intron-open-dev-classifier-f1-0.2013-2.csv", COLUMNS_200, rows)
    return folder


def published(*arguments: str) -> dict[str, list[dict[str, object]]]:
    told = CliRunner().invoke(cli, ["bench", "published", *arguments, "--json"])
    assert told.exit_code == 0, told.output + str(told.exception)
    found: dict[str, list[dict[str, object]]] = json.loads(told.stdout)
    return found


def test_transcripts_and_figures_of_primock57(tmp_path: Path) -> None:
    rows = {
        row["system"]: row for row in published("primock57", str(primock57(tmp_path)))["published"]
    }
    one = rows["one"]
    assert one["published"] == pytest.approx((1 / 6 + 1 / 7) / 2)
    assert one["mean"] == pytest.approx(one["published"], abs=1e-5)
    assert one["pooled"] == pytest.approx(2 / 13, abs=1e-5)
    assert one["farthest"] == pytest.approx(0.0, abs=1e-9)
    # Of the other no figure is there: it is scored all the same, and said.
    assert rows["two"]["published"] is None
    assert rows["two"]["mean"] == 0.0


def test_what_has_no_figure_is_said(tmp_path: Path) -> None:
    told = CliRunner().invoke(cli, ["bench", "published", "primock57", str(primock57(tmp_path))])
    assert "two: no figures in results/metrics/two_wer.json" in told.output
    assert "1 of 1 systems within 0.01 points" in told.output


def test_afrispeech_200_by_accent(tmp_path: Path) -> None:
    found = published("afrispeech-200", str(afrispeech_200(tmp_path)), "--by", "accent")
    (row,) = found["published"]
    assert row["system"] == "some-model"
    assert row["published"] == 0.1429
    assert row["pooled"] == pytest.approx(1 / 7, abs=1e-5)
    assert row["farthest"] == pytest.approx(0.0, abs=1e-9)
    scores: dict[str, list[dict[str, object]]] = found["scores"]  # type: ignore[assignment]
    cells = {json.dumps(cell["values"]): cell["wer"] for cell in scores["slices"]}
    assert cells == {
        '{"accent": "zulu"}': pytest.approx(1 / 3, abs=1e-5),
        '{"accent": "igbo"}': 0.0,
    }


def test_a_table_of_something_else_is_said(tmp_path: Path) -> None:
    (note,) = read_published("afrispeech-200", afrispeech_200(tmp_path)).left_out
    assert "classifier-f1" in note


def test_afrispeech_dialog(tmp_path: Path) -> None:
    rows = [
        {"audio_id": "0", "audio_path": "/x/a.wav", "reference": "Good day.",
         "hypothesis": "good day", "wer": "0"},
    ]  # fmt: skip
    path = tmp_path / "results" / "asr"
    table(path / "intron-open-dev-a-b-AfriSpeech-Dialog-wer-0.0-1.csv", COLUMNS_DIALOG, rows)
    (row,) = published("afrispeech-dialog", str(tmp_path))["published"]
    assert (row["system"], row["published"], row["mean"]) == ("a-b", 0.0, 0.0)


def test_a_wrong_folder_or_file_is_said(tmp_path: Path) -> None:
    for name in ("primock57", "afrispeech-200", "afrispeech-dialog"):
        with pytest.raises(UsageError, match="is it a copy of"):
            read_published(name, tmp_path)
    folder = primock57(tmp_path)
    (folder / "results" / "metrics" / "one_wer.json").write_text("{}", "utf-8")
    with pytest.raises(InputError, match="one_wer"):
        read_published("primock57", folder)
