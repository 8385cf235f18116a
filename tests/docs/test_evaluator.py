"""The evaluator's tutorial, as written: a server, a program, a model and a cloud in one table."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.docs.pages import BLOCK, DOCS
from tests.weights import need_weights

pytestmark = pytest.mark.models
SECTION = "## A server, a program, a model and a cloud in one table"
SAID = "he was not an ill disposed young man"
TOKEN = "a-token-of-your-own"


class Stub(BaseHTTPRequestHandler):
    """Hears one sentence in everything, for whoever knows the token."""

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self.answer({"data": [{"id": "faster-whisper:base"}]})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.answer({"text": SAID, "segments": [{"start": 0.0, "end": 1.0, "text": SAID}]})

    def answer(self, content: object) -> None:
        known = self.headers["authorization"] == f"Bearer {TOKEN}"
        body = json.dumps(content).encode()
        self.send_response(200 if known else 401)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    server.shutdown()
    server.server_close()


def section() -> list[str]:
    """The commands of the section, a block a string."""
    text = (DOCS / "tutorial-evaluator.md").read_text("utf-8")
    body = text[text.index(SECTION) :].partition("\n## ")[0]
    return [match[3] for match in BLOCK.finditer(body) if match[2] == "sh"]


def test_four_kinds_of_recognizers_stand_in_one_table(
    tmp_path: Path, shared_data: Path, address: str
) -> None:
    pytest.importorskip("faster_whisper")
    need_weights("whisper-base")
    need_weights("silero-vad")
    lines = "".join(section())
    for taken_out in ("python -m pip", "speechkit models fetch", "speechkit serve"):
        assert taken_out in lines
        lines = "\n".join(line for line in lines.split("\n") if not line.startswith(taken_out))
    assert "http://127.0.0.1:8766/v1" in lines and "--draws 200" in lines
    lines = lines.replace("http://127.0.0.1:8766/v1", address)
    lines = lines.replace("--draws 200", "--draws 0 --limit 2 --json > table.json")
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "data").symlink_to(shared_data)
    folder = tmp_path / "clone"
    folder.mkdir()
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "OMP_NUM_THREADS": "1",
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", lines],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-800:]
    scores = json.loads((folder / "table.json").read_bytes())
    rows = {row["system"]: row for row in scores["systems"]}
    assert set(rows) == {"model", "tool", "server", "cloud"}
    assert scores["num_recordings"] == 2
    assert rows["model"]["wer"] < 0.2 and rows["tool"]["wer"] < 0.2  # clear speech, read aloud
    assert rows["cloud"]["substitutions"] == rows["cloud"]["insertions"] == 0
    assert 0 < rows["cloud"]["deletions"] <= 3  # the last word of each row
    assert rows["server"]["wer"] > rows["cloud"]["wer"]  # the stub hears one sentence in all
    assert rows["model"]["cost"]["setup"]["versions"]["faster-whisper"]
    assert {path.name for path in (folder / "heard").iterdir()} == set(rows)
