"""A second judge over an OpenAI-compatible address: asked about flags only, stamped on the result."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from speechkit.benchmark.clinical.second_judge import PROMPT, parse_address, read_answer
from speechkit.cli.main import cli
from speechkit.core.digest import digest_of
from speechkit.core.errors import ModelError, UsageError

SAID = "I am not allergic to penicillin. I take five milligrams of ramipril. My left knee hurts."
WROTE = "I am allergic to penicillin. I take five milligrams of enalapril. My left knee hurts."


class Judge(ThreadingHTTPServer):
    """Answers as told and keeps what it was asked; severity by what stands in the question."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[dict[str, object]] = []
        self.answers = {"ramipril": "2", "not (negation)": "Severity: 1"}
        self.status = 200

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1#stub-1"


class _Handler(BaseHTTPRequestHandler):
    server: Judge

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append({"path": self.path, **body})
        (question,) = (m["content"] for m in body["messages"] if m["role"] == "user")
        about = question.rpartition("\n")[2]
        text = next((a for term, a in self.server.answers.items() if term in about), "cannot say")
        content = json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]})
        self.send_response(self.server.status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def judge() -> Iterator[Judge]:
    server = Judge()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def score(folder: Path, *more: str) -> Result:
    for name, text in (("said", SAID), ("wrote", WROTE)):
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "a.txt").write_text(text, "utf-8")
    command = ["bench", "score", str(folder / "said"), str(folder / "wrote"), "--language", "en"]
    return CliRunner().invoke(cli, [*command, "--workers", "1", *more])


def test_each_flag_gets_the_judge_s_verdict(judge: Judge, tmp_path: Path) -> None:
    told = score(tmp_path, "--contexts", "--json", "--judge", judge.address)
    assert told.exit_code == 0, told.output
    scores = json.loads(told.stdout)
    verdicts = {miss["term"]: miss["verdict"] for miss in scores["misses"]}
    assert verdicts == {"not": 1, "ramipril": 2}
    assert scores["judge"]["model"] == "stub-1"
    assert scores["judge"]["prompt"] == PROMPT
    assert scores["judge"]["prompt_digest"] == digest_of(PROMPT)
    assert scores["judge"]["systems"] == [
        {"system": "wrote", "flags": 2, "harmless": 0, "little": 1, "serious": 1, "unanswered": 0}
    ]
    assert len(judge.asked) == 2
    assert {(a["path"], a["model"], a["temperature"]) for a in judge.asked} == {
        ("/v1/chat/completions", "stub-1", 0)
    }
    assert all(
        PROMPT in json.dumps(a, ensure_ascii=False).replace("\\n", "\n") for a in judge.asked
    )


def test_the_judge_changes_no_other_figure(judge: Judge, tmp_path: Path) -> None:
    plain = json.loads(score(tmp_path, "--contexts", "--json").stdout)
    judged = json.loads(score(tmp_path, "--contexts", "--json", "--judge", judge.address).stdout)
    assert plain["judge"] is None
    assert judged["systems"] == plain["systems"]
    assert judged["recordings"] == plain["recordings"]


def test_what_it_says_stands_on_the_page(judge: Judge, tmp_path: Path) -> None:
    report = ("--report", str(tmp_path / "report"))
    told = score(tmp_path, "--contexts", "--judge", judge.address, *report)
    assert "stub-1" in told.stdout
    page = (tmp_path / "report" / "index.html").read_text("utf-8")
    assert "Clinical errors as stub-1 judges them" in page
    assert digest_of(PROMPT)[:12] in page


def test_an_answer_that_is_none_is_counted(judge: Judge, tmp_path: Path) -> None:
    judge.answers = {"ramipril": "1 or 2"}
    told = score(tmp_path, "--contexts", "--json", "--judge", judge.address)
    (row,) = json.loads(told.stdout)["judge"]["systems"]
    assert row["unanswered"] == row["flags"] == 2


def test_a_judge_that_fails_is_said_without_what_was_said(judge: Judge, tmp_path: Path) -> None:
    judge.status = 500
    told = score(tmp_path, "--contexts", "--judge", judge.address)
    assert isinstance(told.exception, ModelError)
    assert "does not answer (HTTP 500)" in str(told.exception)
    assert "penicillin" not in told.output + str(told.exception)


def test_it_is_asked_for_and_stays_here(tmp_path: Path) -> None:
    told = score(tmp_path, "--judge", "http://127.0.0.1:9/v1#m")
    assert isinstance(told.exception, UsageError)
    assert "--contexts" in str(told.exception)
    told = score(tmp_path, "--contexts", "--judge", "https://judge.example/v1#m")
    assert isinstance(told.exception, UsageError)
    assert "--judge-elsewhere" in str(told.exception)
    assert parse_address("https://judge.example/v1#m", elsewhere=True).model == "m"
    for wrong in ("judge", "http://127.0.0.1/v1", "ftp://127.0.0.1/v1#m"):
        with pytest.raises(UsageError, match="ADDRESS#MODEL"):
            parse_address(wrong)
    for wrong in ("http://judge.example/v1#m", "https://me:secret@judge.example/v1#m"):
        with pytest.raises(UsageError) as told_:
            parse_address(wrong, elsewhere=True)
        assert "secret" not in str(told_.value)


@pytest.mark.parametrize(
    ("text", "severity"), [("0", 0), (" 2\n", 2), ("**1**", 1), ("", None), ("20 mg", None)]
)
def test_answers(text: str, severity: int | None) -> None:
    assert read_answer(text) == severity
