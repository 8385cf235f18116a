"""The local pipeline behind OpenAI's address: formats, token, name of the machine, bad requests."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

pytest.importorskip("fastapi")
httpx = pytest.importorskip("httpx")
from fastapi.testclient import TestClient  # noqa: E402

from speechkit.core.errors import UsageError  # noqa: E402
from speechkit.workflows.transcription_http import HttpOptions, transcription_app  # noqa: E402
from speechkit.workflows.transcription_service import ServiceOptions, open_service  # noqa: E402

TOKEN = "a-token-of-a-test"
SAID = "Good morning, my name is Ada Quixotina."
AUTH = {"authorization": f"Bearer {TOKEN}"}
TOOL = f"""
import json
print(json.dumps({{"language": "en", "segments": [
    {{"start": 0.1, "end": 1.9, "text": "{SAID}"}}]}}))
"""


def sound(seconds: float = 2.0) -> bytes:
    file = io.BytesIO()
    noise = np.random.default_rng(0).normal(0, 0.1, int(16_000 * seconds))
    soundfile.write(file, noise, 16_000, format="WAV")
    return file.getvalue()


def engine_of(folder: Path) -> str:
    tool = folder / "tool.py"
    tool.write_text(TOOL)
    return f"command:{sys.executable} {tool} {{audio}}"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    engine = engine_of(tmp_path_factory.mktemp("tool"))
    with open_service(ServiceOptions(engine=engine, language="en")) as service:
        app = transcription_app(
            service, HttpOptions(token=TOKEN, model="local", most_bytes=1 << 20)
        )
        yield TestClient(app, base_url="http://127.0.0.1:1")


def ask(client: TestClient, headers: dict[str, str] = AUTH, wav: bytes = b"", **fields: str):
    files = {"file": ("audio.wav", wav or sound(), "audio/wav")}
    data = {"model": "local", **fields}
    return client.post("/v1/audio/transcriptions", files=files, data=data, headers=headers)


def test_formats_are_those_of_the_documentation(client: TestClient) -> None:
    assert ask(client).json() == {"text": SAID}
    assert ask(client, response_format="text").text == f"{SAID}\n"
    verbose = ask(
        client, response_format="verbose_json", **{"timestamp_granularities[]": "word"}
    ).json()
    assert (verbose["task"], verbose["language"], verbose["duration"]) == ("transcribe", "en", 2.0)
    assert verbose["segments"][0]["text"] == SAID
    assert "-->" in ask(client, response_format="srt").text
    assert ask(client, response_format="vtt").text.startswith("WEBVTT")
    assert client.get("/v1/models", headers=AUTH).json()["data"][0]["id"] == "local"


def test_speakers_in_the_diarized_format(client: TestClient) -> None:
    pytest.importorskip("pyannote.audio")
    answer = ask(client, response_format="diarized_json")
    assert answer.status_code == 200, answer.text
    assert " ".join(each["text"] for each in answer.json()["segments"]) == SAID


def test_redact_puts_tags(client: TestClient) -> None:
    answer = ask(client, redact="true", response_format="verbose_json").json()
    assert "Quixotina" not in json.dumps(answer)
    assert "[NAME" in answer["segments"][0]["text"]
    assert "Good morning" in answer["text"]


def test_who_has_no_token_or_another_name_gets_nothing(client: TestClient) -> None:
    for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": TOKEN[:-1]}):
        assert ask(client, headers).status_code == 401
        assert client.get("/v1/models", headers=headers).status_code == 401
    assert ask(client, {**AUTH, "host": "evil.example:8766"}).status_code == 421
    assert ask(client, {**AUTH, "host": "localhost:8766"}).status_code == 200
    answer = ask(client, AUTH)
    assert answer.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"response_format": "xml"}, 400),
        ({"model": "other"}, 404),
        ({"stream": "true"}, 400),
    ],
)
def test_what_is_not_there_is_said(client: TestClient, fields: dict[str, str], status: int) -> None:
    answer = ask(client, **fields)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


def test_bad_requests_end_in_a_sentence(client: TestClient) -> None:
    address = "/v1/audio/transcriptions"
    assert client.post(address, headers=AUTH, content=b"x").status_code == 415
    assert client.post(address, headers=AUTH, files={"other": b"x"}).status_code == 400
    assert ask(client, wav=b"no sound at all").status_code == 422
    assert ask(client, wav=b"x" * (1 << 20)).status_code == 413
    assert client.get("/elsewhere", headers=AUTH).status_code == 404
    assert ask(client, prompt="a b").headers["x-speechkit-ignored"] == "prompt"


def test_the_command_listens_and_our_own_engine_speaks_to_it(tmp_path: Path) -> None:
    from speechkit.core.engines import make_engine
    from speechkit.core.stage import Resources

    process = subprocess.Popen(
        [sys.executable, "-c", "from speechkit.cli.main import main; main()", "serve",
         "--engine", engine_of(tmp_path), "--language", "en", "--model", "local",
         "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "SPEECHKIT_SERVE_TOKEN": TOKEN, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        at = json.loads(process.stdout.readline())
        assert at["token"] == TOKEN
        os.environ["A_KEY"] = TOKEN
        engine = make_engine(
            "transcriber", f"openai:{at['address']}#local", {"key_variable": "A_KEY"}
        )
        with engine.open(Resources()) as transcribe:
            noise = np.random.default_rng(0).normal(0, 0.1, 32_000).astype(np.float32)
            heard = transcribe(noise, "en")
        assert " ".join(each.text for each in heard.segments) == SAID
    finally:
        os.environ.pop("A_KEY", None)
        process.terminate()
        process.wait(30)


def test_it_listens_on_this_machine_only() -> None:
    from speechkit.cli.serve import command

    with pytest.raises(UsageError, match="this machine only"):
        command.main(["--host", "0.0.0.0"], standalone_mode=False)
