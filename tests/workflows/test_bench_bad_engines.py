"""Engines that fail in `bench run`, each in its own way: a row with the reason, the rest goes on."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from speechkit.cli.main import cli
from speechkit.core.engines import SAMPLE_RATE
from speechkit.core.errors import InputError, ModelError
from speechkit.ingestion.ingest import IngestOptions, ingest_folder
from speechkit.storage.corpus import Corpus

pytest.importorskip("httpx")


class Website(BaseHTTPRequestHandler):
    """Answers with a page, whatever it is asked; where there is a list of models, that is one."""

    models = b""

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self.answer(self.models or b"<html>Welcome</html>")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.answer(b"<html>Welcome</html>")

    def answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def serve() -> Iterator[Callable[[bytes], str]]:
    servers = []

    def start(models: bytes) -> str:
        handler = type("Handler", (Website,), {"models": models})
        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), handler))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"openai:http://127.0.0.1:{servers[-1].server_address[1]}/v1"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    (tmp_path / "in").mkdir()
    noise = np.random.default_rng(0).normal(0, 0.1, SAMPLE_RATE)
    soundfile.write(tmp_path / "in" / "a.wav", noise, SAMPLE_RATE)
    table = tmp_path / "table.csv"
    table.write_text("audio,text,language\na.wav,take it daily,en\n")
    made = Corpus(tmp_path / "corpus")
    ingest_folder(tmp_path / "in", made, IngestOptions(metadata=table))
    return made


def program(folder: Path, name: str, code: str) -> str:
    (folder / f"{name}.py").write_text(code)
    return f"{name}=command:{sys.executable} {folder / f'{name}.py'} {{audio}}"


def nobody() -> str:
    """An address on which nothing listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"openai:http://127.0.0.1:{one.getsockname()[1]}/v1#m"


def test_each_fails_with_its_reason_and_the_rest_goes_on(
    corpus: Corpus, tmp_path: Path, serve: Callable[[bytes], str]
) -> None:
    engines = [
        program(tmp_path, "good", "print('take it daily')"),
        program(tmp_path, "script", "print('принимайте каждый день')"),
        program(tmp_path, "nothing", ""),
        program(tmp_path, "broken", "raise SystemExit(1)"),
        program(tmp_path, "endless", "import time\ntime.sleep(600)"),
        f"html={serve(b'')}#m",
        f"unknown={serve(json.dumps({'data': [{'id': 'whisper-large-v3'}]}).encode())}#whisper-larg",
        f"none={nobody()}",
    ]
    arguments = [part for engine in engines for part in ("--engine", engine)]
    settings = ("endless.timeout=1", "html.retries=0")
    arguments += [part for setting in settings for part in ("--set", setting)]
    folder = tmp_path / "heard"
    written = ("--output-dir", str(folder))
    done = CliRunner().invoke(
        cli,
        ["bench", "run", str(corpus.root), *arguments, "--draws", "0", "--json", *written],
    )
    assert done.exit_code == 1, done.output
    rows = json.loads(done.stdout)["systems"]
    assert {row["system"] for row in rows} == {"good", "script"}
    for name, reason in (
        ("nothing", "printed nothing"),
        ("broken", "ended with exit code 1"),
        ("endless", "did not end within 1 s"),
        ("html", "answered text/html, not a JSON object"),
        ("unknown", "did you mean whisper-large-v3"),
        ("none", "no server answers"),
    ):
        assert any(
            line.startswith(f"failed: {name}: ") and reason in line
            for line in done.stderr.splitlines()
        ), name
    assert done.stderr.index("failed: none") < done.stderr.index("written:")  # before any work
    assert "writes Cyrillic" in done.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["good", "script"]


def test_where_no_engine_can_go_on_the_run_ends(corpus: Corpus, tmp_path: Path) -> None:
    run = ["bench", "run", str(corpus.root), "--engine"]
    done = CliRunner().invoke(cli, [*run, nobody()])
    assert isinstance(done.exception, ModelError)
    assert "no server answers" in done.stderr
    done = CliRunner().invoke(cli, [*run, program(tmp_path, "nothing", "")])
    assert isinstance(done.exception, InputError)
    assert "printed nothing" in done.stderr
