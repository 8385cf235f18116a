"""Sound and waveform: redacted by default, unredacted only with the right, never cached."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from speechkit.audio.peaks import PEAKS_RATE
from speechkit.core.time import Interval
from speechkit.review.access import RefusedError, UnknownError, seen_task
from speechkit.review.accounts import Person
from speechkit.review.audit import record
from speechkit.review.mutes import silent
from speechkit.review.server.context import CurrentContext, CurrentPerson, ReviewContext
from speechkit.review.server.task_routes import TaskId
from speechkit.review.sound import Sound, peaks, sound
from speechkit.review.tasks import lines_of_task

router = APIRouter(prefix="/api")

Variant = Literal["redacted", "raw", "preview"]
# Of what is not redacted: browsers ask for the rest of a file and play a little of it, and the audit
# log is to say what was heard. They ask again when they get there.
_MOST_AT_ONCE = 10.0
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@router.api_route("/tasks/{task_id}/audio", methods=["GET", "HEAD"], operation_id="audio")
def audio(
    task_id: TaskId,
    context: CurrentContext,
    person: CurrentPerson,
    request: Request,
    variant: Variant = "redacted",
    wanted: Annotated[str | None, Header(alias="range", max_length=100)] = None,
) -> Response:
    """Send a recording's sound, or a range of its bytes.

    `redacted`: the checked copy, with what was marked since muted as well. `raw`: as recorded.
    `preview`: as recorded, with all that is marked now muted: what the next redaction will do.
    Whoever is sent either of those stands in the audit log, with the stretch in seconds.
    """
    found, muted = _sound(context, person, task_id, variant)
    span = _range(wanted, found.size)
    headers = {"accept-ranges": "bytes"}
    if span is None:
        return Response(status_code=416, headers={"content-range": f"bytes */{found.size}"})
    first, last = span
    partial = _RANGE.fullmatch(wanted or "") is not None  # several at once get everything: 200
    if partial and variant != "redacted":
        last = min(last, first + found.bytes_of(_MOST_AT_ONCE) - 1)
    if variant != "redacted" and request.method == "GET":
        heard = {"start": found.second(first), "end": found.second(last)}
        with context.store.write() as db:
            record(db, person.name, "heard", task=task_id, variant=variant, **heard)
    headers["content-length"] = str(last + 1 - first)
    if partial:
        headers["content-range"] = f"bytes {first}-{last}/{found.size}"
    return StreamingResponse(
        found.read(first, last, muted),
        206 if partial else 200,
        headers,
        media_type="audio/wav",
    )


@router.get("/tasks/{task_id}/peaks")
def get_peaks(
    task_id: TaskId,
    context: CurrentContext,
    person: CurrentPerson,
    variant: Annotated[Literal["redacted", "raw"], Query()] = "redacted",
) -> Response:
    """Send a waveform: int8 pairs (lowest, highest) of all channels, one channel after another."""
    _right(person, variant)
    with context.store.read() as db:
        session = context.session_for(person, seen_task(db, person, task_id).recording)
    found = peaks(context.corpus, session, redacted=variant == "redacted")
    if found is None:
        raise UnknownError("there is no redacted copy of this recording")
    headers = {"x-peaks-rate": str(PEAKS_RATE), "x-peaks-channels": str(found.shape[0])}
    return Response(found.tobytes(), headers=headers, media_type="application/octet-stream")


def _sound(
    context: ReviewContext, person: Person, task_id: str, variant: Variant
) -> tuple[Sound, tuple[Interval, ...]]:
    _right(person, variant)
    with context.store.read() as db:
        task = seen_task(db, person, task_id)
        session = context.session_for(person, task.recording)
        muted = () if variant == "raw" else silent(task, lines_of_task(db, task.id))
    found = sound(context.corpus, session, redacted=variant == "redacted")
    if found is None:
        raise UnknownError("there is no redacted copy of this recording")
    return found, muted


def _right(person: Person, variant: Variant) -> None:
    if variant != "redacted" and not person.hear_raw:
        raise RefusedError("you may hear the redacted copy only")


def _range(wanted: str | None, size: int) -> tuple[int, int] | None:
    """Return the first and last byte of a Range header (RFC 9110, 14.1.2); None: not satisfiable.

    Several ranges at once are answered with everything, as the standard allows.

    >>> _range("bytes=0-", 10), _range("bytes=2-5", 10), _range("bytes=-3", 10)
    ((0, 9), (2, 5), (7, 9))
    >>> _range("bytes=10-", 10), _range(None, 10), _range("lines=1-2", 10)
    (None, (0, 9), (0, 9))
    """
    found = _RANGE.fullmatch(wanted or "")
    if found is None or not (found[1] or found[2]):
        return 0, size - 1
    if not found[1]:
        length = min(int(found[2]), size)
        return (size - length, size - 1) if length else None
    first = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    return (first, last) if first <= last else None
