"""The service as OpenAI's `/v1/audio/transcriptions`, for programs on this machine.

https://platform.openai.com/docs/api-reference/audio/createTranscription
Every request names the token; a `Host` that is not this machine's is refused, so that no page in a
browser reaches it under another name; nothing is logged, and no error quotes what was said.
"""

from __future__ import annotations

import hmac
import tempfile
import threading
from collections.abc import Mapping
from email.parser import BytesParser
from pathlib import Path
from typing import Any, Protocol

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool

from speechkit.core.errors import SpeechkitError
from speechkit.formats import write_transcripts
from speechkit.review.server.settings import LOOPBACK
from speechkit.workflows.transcription_service import Heard

FORMATS = ("json", "text", "srt", "verbose_json", "vtt", "diarized_json")
_TAKEN = frozenset(
    {"file", "model", "language", "response_format", "redact", "timestamp_granularities[]"}
)
_WAITING = 8  # requests that may wait; what comes on top is sent away with 429
_NO_STORE = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


class Transcribes(Protocol):
    """What does the work; `TranscriptionService` does."""

    def transcribe(
        self, path: Path, *, language: str = "", diarize: bool = False, redact: bool = False
    ) -> Heard: ...


class HttpOptions(msgspec.Struct, frozen=True, kw_only=True):
    """`token`: what requests have to name. `model`: name of the model for clients. `most_bytes`: of a
    request."""

    token: str
    model: str
    most_bytes: int = 200 << 20


class _Refused(Exception):  # noqa: N818 (an answer, not a fault)
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def transcription_app(service: Transcribes, options: HttpOptions) -> FastAPI:
    """Return the application."""
    app = FastAPI(title="speechkit", docs_url=None, redoc_url=None, openapi_url=None)
    places = threading.BoundedSemaphore(_WAITING)

    async def transcriptions(request: Request) -> Response:
        try:
            _check(request, options)
            fields, sound, name = _form(
                request.headers.get("content-type", ""), await _body(request, options.most_bytes)
            )
            asked = _asked(fields, options.model)
            if not places.acquire(blocking=False):
                raise _Refused(429, "too many requests wait; try again")
            try:
                return await run_in_threadpool(_answer, service, asked, fields, sound, name)
            finally:
                places.release()
        except _Refused as error:
            return _error(error.status, str(error))
        except SpeechkitError as error:
            return _error(422, str(error))

    async def models(request: Request) -> Response:
        try:
            _check(request, options)
        except _Refused as error:
            return _error(error.status, str(error))
        row = {"id": options.model, "object": "model", "owned_by": "speechkit"}
        return _json({"object": "list", "data": [row]})

    async def missing(request: Request, error: Exception) -> Response:  # noqa: ARG001
        return _error(404, "there is nothing at this address")

    app.add_api_route("/v1/audio/transcriptions", transcriptions, methods=["POST"])
    app.add_api_route("/v1/models", models, methods=["GET"])
    app.add_exception_handler(404, missing)
    return app


def _check(request: Request, options: HttpOptions) -> None:
    host = request.headers.get("host", "")
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    if name not in LOOPBACK:
        raise _Refused(421, "this service answers under the name of this machine only")
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), options.token.encode()):
        raise _Refused(401, "no token, or another one; send Authorization: Bearer TOKEN")


async def _body(request: Request, most: int) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise _Refused(413, f"more than {most >> 20} MiB; send shorter recordings")
        parts.append(part)
    return b"".join(parts)


def _form(kind: str, body: bytes) -> tuple[dict[str, str], bytes, str]:
    """Return the fields of a form, its sound, and the suffix of the sound's file name."""
    if not kind.startswith("multipart/form-data"):
        raise _Refused(415, "send a form (multipart/form-data) with a file and a model")
    head = b"Content-Type: " + kind.encode("latin-1") + b"\r\n\r\n"
    message = BytesParser().parsebytes(head + body)
    fields: dict[str, str] = {}
    sound, suffix = b"", ""
    for part in message.get_payload() if message.is_multipart() else ():
        name = str(part.get_param("name", header="content-disposition") or "")  # type: ignore[union-attr]
        content = part.get_payload(decode=True)  # type: ignore[union-attr]
        if not isinstance(content, bytes):
            continue
        if name == "file":
            sound = content
            suffix = Path(str(part.get_filename() or "")).suffix.lower()  # type: ignore[union-attr]
        else:
            fields[name] = " ".join(
                [fields.get(name, ""), content.decode("utf-8", "replace")]
            ).strip()
    if not sound:
        raise _Refused(400, "there is no file in the form, or it is empty")
    return fields, sound, suffix if suffix[1:].isalnum() and len(suffix) <= 6 else ""


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    format: str
    language: str
    redact: bool
    words: bool


def _asked(fields: Mapping[str, str], model: str) -> _Asked:
    wanted = fields.get("response_format", "json")
    if wanted not in FORMATS:
        raise _Refused(400, f"response_format is one of {', '.join(FORMATS)}")
    if fields.get("model", model) != model:
        raise _Refused(404, f"there is no such model here; there is {model}")
    if fields.get("stream", "false").lower() == "true":
        raise _Refused(400, "answers are not streamed; leave stream out")
    return _Asked(
        format=wanted,
        language=fields.get("language", ""),
        redact=fields.get("redact", "false").lower() in ("true", "1"),
        words="word" in fields.get("timestamp_granularities[]", "").split(),
    )


def _answer(
    service: Transcribes, asked: _Asked, fields: Mapping[str, str], sound: bytes, suffix: str
) -> Response:
    with tempfile.TemporaryDirectory(prefix="speechkit-") as folder:  # private to this user
        path = Path(folder) / f"audio{suffix}"
        path.write_bytes(sound)
        heard = service.transcribe(
            path,
            language=asked.language,
            diarize=asked.format == "diarized_json",
            redact=asked.redact,
        )
    ignored = ", ".join(sorted(fields.keys() - _TAKEN - {"temperature", "stream"}))
    more = {"x-speechkit-ignored": ignored} if ignored.isascii() and ignored.isprintable() else {}
    if asked.format in ("srt", "vtt"):
        text = write_transcripts(asked.format, {"audio": heard.segments})
        return Response(text, headers={**_NO_STORE, **more}, media_type="text/plain")
    text = " ".join(each.text for each in heard.segments)
    if asked.format == "text":
        return Response(text + "\n", headers={**_NO_STORE, **more}, media_type="text/plain")
    return _json(_document(heard, asked, text), headers=more)


def _document(heard: Heard, asked: _Asked, text: str) -> dict[str, Any]:
    """Return the answer as OpenAI's documentation shows it."""
    if asked.format == "json":
        return {"text": text}
    whole = {"task": "transcribe", "duration": round(heard.duration, 3), "text": text}
    if asked.format == "diarized_json":
        return {
            **whole,
            "segments": [
                {
                    "type": "transcript.text.segment",
                    "id": f"seg_{number:03}",
                    "start": each.start,
                    "end": each.end,
                    "text": each.text,
                    "speaker": each.speaker,
                }
                for number, each in enumerate(heard.segments, start=1)
            ],
        }
    document = {
        **whole,
        "language": heard.language,
        "segments": [
            {"id": number, "start": each.start, "end": each.end, "text": each.text}
            for number, each in enumerate(heard.segments)
        ],
    }
    if asked.words:
        document["words"] = [
            {"word": word.text, "start": word.start, "end": word.end}
            for each in heard.segments
            for word in each.words
        ]
    return document


def _json(
    document: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(
        msgspec.json.encode(document),
        status,
        headers={**_NO_STORE, **(headers or {})},
        media_type="application/json",
    )


def _error(status: int, message: str) -> Response:
    return _json({"error": {"message": message, "type": "invalid_request_error"}}, status)
