"""A model behind an address: a stub answers as real servers do, flaky ones among them."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import soundfile

from speechkit.core.engines import Transcript, make_engine
from speechkit.core.errors import InputError, ModelError, UsageError
from speechkit.core.stage import Resources
from speechkit.testing import check_engine

pytest.importorskip("httpx")
SPEECH = np.sin(np.arange(32_000) / 10).astype(np.float32)  # two seconds of something
SECRET = "Quixotina"


class Stub(ThreadingHTTPServer):
    """Answers as its `style` says; remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.style = "whisper"
        self.formats = ("verbose_json", "json")
        self.failures: list[int] = []  # statuses to answer first; 0 cuts the connection
        self.delay = 0.0
        self.asked: list[dict[str, str]] = []
        self.headers: list[Message] = []
        self.busy = 0
        self.most_busy = 0
        self.lock = threading.Lock()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that is cut is no news."""


class Handler(BaseHTTPRequestHandler):
    server: Stub

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        if self.server.style == "locked":
            self.answer(401, b"{}")
        elif self.server.style == "html":
            self.answer(200, b"<html>hello</html>", "text/html")
        else:
            self.answer(200, json.dumps({"data": [{"id": "large"}, {"id": "small"}]}).encode())

    def do_POST(self) -> None:
        server = self.server
        body = self.rfile.read(int(self.headers["content-length"]))
        with server.lock:
            server.busy += 1
            server.most_busy = max(server.most_busy, server.busy)
            failure = server.failures.pop(0) if server.failures else 200
            fields = form(self.headers["content-type"], body)
            server.asked.append(fields)
            server.headers.append(self.headers)
        time.sleep(server.delay)
        with server.lock:
            server.busy -= 1
        if failure == 0:
            self.close_connection = True
            self.connection.close()
        elif failure != 200:
            self.answer(failure, json.dumps({"error": SECRET}).encode())
        elif server.style == "html":
            self.answer(200, f"<html>{SECRET}</html>".encode(), "text/html; charset=utf-8")
        elif fields["response_format"] not in server.formats:
            self.answer(400, b'{"error": "unknown response_format"}')
        else:
            self.answer(200, json.dumps(said(fields)).encode())

    def answer(self, status: int, content: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def form(kind: str, body: bytes) -> dict[str, str]:
    """The fields of a form, and of the sound its length in seconds."""
    message = BytesParser().parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    fields: dict[str, str] = {}
    for part in message.get_payload():  # type: ignore[union-attr]
        assert isinstance(part, Message)
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if name == "file":
            samples, rate = soundfile.read(BytesIO(content))
            assert (rate, samples.ndim) == (16_000, 1)
            fields["seconds"] = str(len(samples) / rate)
        else:
            fields[name] = (
                f"{fields[name]} {content.decode()}" if name in fields else content.decode()
            )
    return fields


def said(fields: dict[str, str]) -> dict[str, Any]:
    """What OpenAI's servers answer in each format; words stand beside segments, unpunctuated."""
    end = float(fields["seconds"])
    language = fields.get("language", "en")
    if fields["response_format"] == "json":
        return {"text": "Good morning, Ada."}
    segment = {"id": 0, "start": 0.0, "end": end, "text": " Good morning, Ada."}
    if fields["response_format"] == "diarized_json":
        return {"text": "", "segments": [{**segment, "speaker": "A", "type": "transcript.text"}]}
    words = [
        {"word": word, "start": i * end / 3, "end": (i + 1) * end / 3}
        for i, word in enumerate(("Good", "morning", "Ada"))
    ]
    return {"language": language, "text": "", "segments": [segment], "words": words}


@pytest.fixture
def stub() -> Iterator[Stub]:
    server = Stub()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def heard(stub: Stub, language: str | None = "en", **options: str) -> Transcript:
    engine = make_engine("transcriber", f"openai:{stub.address}#large", {"wait": "0.01", **options})
    with engine.open(Resources()) as transcribe:
        return transcribe(SPEECH, language)


def test_a_server_keeps_the_contract(stub: Stub) -> None:
    results = check_engine("transcriber", f"openai:{stub.address}#large", speech=SPEECH)
    assert not [each for each in results if each.problem or each.skipped]


def test_the_richest_format_is_taken_and_remembered(stub: Stub) -> None:
    engine = make_engine("transcriber", f"openai:{stub.address}#large")
    with engine.open(Resources()) as transcribe:
        first, second = transcribe(SPEECH, "en"), transcribe(SPEECH, "en")
    assert first == second
    asked = [each["response_format"] for each in stub.asked]
    assert asked == ["diarized_json", "verbose_json", "verbose_json"]
    (segment,) = first.segments
    assert segment.text == "Good morning Ada"
    assert [(word.text, round(word.start, 2)) for word in segment.words] == [
        ("Good", 0.0), ("morning", 0.67), ("Ada", 1.33),
    ]  # fmt: skip
    assert stub.asked[1]["timestamp_granularities[]"] == "word segment"
    assert stub.asked[1]["model"] == "large"
    assert stub.asked[1]["language"] == "en"


@pytest.mark.parametrize(
    ("formats", "speaker", "end"), [(("diarized_json",), "A", 2.0), (("json",), "", 2.0)]
)
def test_speakers_are_kept_and_bare_text_spans_the_sound(
    stub: Stub, formats: tuple[str, ...], speaker: str, end: float
) -> None:
    stub.formats = formats
    (segment,) = heard(stub).segments
    assert (segment.text, segment.speaker, segment.end) == ("Good morning, Ada.", speaker, end)


@pytest.mark.parametrize("failures", [[429], [500, 503], [0, 0, 502]])
def test_what_fails_for_a_while_is_asked_again(stub: Stub, failures: list[int]) -> None:
    stub.formats = ("diarized_json",)
    stub.failures = list(failures)
    assert heard(stub).segments
    assert len(stub.asked) == len(failures) + 1


@pytest.mark.parametrize(
    ("failures", "reason"),
    [([500] * 3, "failed 3 times .HTTP 500."), ([413], "HTTP 413"), ([0] * 3, "failed 3 times")],
)
def test_what_fails_for_good_is_named_with_its_status(
    stub: Stub, failures: list[int], reason: str
) -> None:
    stub.failures = list(failures)
    with pytest.raises(InputError, match=reason) as error:
        heard(stub, retries="2")
    assert SECRET not in str(error.value)
    assert len(stub.asked) == len(failures)


def test_a_slow_server_is_not_waited_for(stub: Stub) -> None:
    stub.delay = 3.0
    with pytest.raises(InputError, match="ReadTimeout"):
        heard(stub, timeout="0.3", retries="1")


def test_after_equal_failures_nothing_more_is_sent(stub: Stub) -> None:
    stub.failures = [413] * 100
    engine = make_engine("transcriber", f"openai:{stub.address}#large", {"max_failures": "3"})
    reasons: Counter[str] = Counter()
    with engine.open(Resources()) as transcribe:
        for _ in range(10):
            with pytest.raises(InputError) as error:
                transcribe(SPEECH, "en")
            reasons[str(error.value).partition(":")[0]] += 1
    assert reasons["not sent"] == 7
    assert len(stub.asked) == 3


def test_html_is_no_answer(stub: Stub) -> None:
    stub.style = "html"
    with pytest.raises(InputError, match="answered text/html, not a JSON object") as error:
        heard(stub)
    assert SECRET not in str(error.value)


def test_a_key_comes_from_the_environment_and_stands_nowhere(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "sk-123")
    engine = make_engine("transcriber", f"openai:{stub.address}#large", {"key_variable": "MY_KEY"})
    with engine.open(Resources()) as transcribe:
        transcribe(SPEECH, "en")
    assert stub.headers[0]["authorization"] == "Bearer sk-123"
    assert "sk-123" not in f"{engine.spec} {engine.options} {engine.revision}"


def test_long_sound_is_sent_in_parts_several_at_once(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "speechkit.transcription.server.chunks.plan",
        lambda speech, samples, longest: tuple((float(i), i + 1.0) for i in range(8)),
    )
    stub.formats = ("json",)
    stub.delay = 0.3
    engine = make_engine(
        "transcriber", f"openai:{stub.address}#large", {"chunk": "1", "in_flight": "4"}
    )
    long = np.tile(SPEECH, 4)
    with engine.open(Resources()) as transcribe:
        segments = transcribe(long, "en").segments
    assert [(each.start, each.end) for each in segments] == [(i, i + 1.0) for i in range(8)]
    assert 2 <= stub.most_busy <= 4


def test_parts_whose_speakers_are_named_are_listed_so_that_they_can_be_linked(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "speechkit.transcription.server.chunks.plan",
        lambda speech, samples, longest: ((0.0, 1.0), (1.0, 2.0)),
    )
    stub.formats = ("diarized_json",)
    options = {"chunk": "1", "speakers": "true"}
    engine = make_engine("transcriber", f"openai:{stub.address}#large", options)
    with engine.open(Resources()) as transcribe:
        transcript = transcribe(SPEECH, "en")
    assert engine.info.speakers and not engine.info.vocabulary
    assert transcript.parts == ((0.0, 1.0), (1.0, 2.0))
    assert [segment.speaker for segment in transcript.segments] == ["A", "A"]
    assert {fields["chunking_strategy"] for fields in stub.asked} == {"auto"}


@pytest.mark.parametrize(
    "model", ["gpt-4o-transcribe-diarize", "OpenMOSS-Team/MOSS-Transcribe-Diarize"]
)
def test_a_model_that_is_called_so_names_speakers(model: str) -> None:
    assert make_engine("transcriber", f"openai:http://127.0.0.1:1/v1#{model}").info.speakers


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ("openai:", "write openai:ADDRESS#MODEL"),
        ("openai:http://127.0.0.1:8000/v1", "write openai:ADDRESS#MODEL"),
        ("openai:ftp://127.0.0.1#large", "write openai:ADDRESS#MODEL"),
        ("openai:https://api.example.org/v1#large", "another machine"),
        ("openai:http://192.168.1.5:8000/v1#large", "another machine"),
        ("openai:http://127.0.0.1.example.org/v1#large", "another machine"),
        ("openai:http://me:secret@127.0.0.1/v1#large", "no password in the address"),
    ],
)
def test_sound_leaves_this_machine_for_no_address(spec: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        make_engine("transcriber", spec)


def test_a_proxy_of_the_environment_is_not_asked(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert heard(stub).segments


def test_a_server_that_is_not_there_or_lacks_the_model_is_named_before_any_work(
    stub: Stub,
) -> None:
    for spec, problem in (
        ("openai:http://127.0.0.1:9/v1#large", "no server answers"),
        (f"openai:{stub.address}#lage", "did you mean large"),
    ):
        with (
            pytest.raises(ModelError, match=problem),
            make_engine("transcriber", spec).open(Resources()),
        ):
            pass
    stub.style = "locked"
    with pytest.raises(ModelError, match="OPENAI_API_KEY"):
        heard(stub)
