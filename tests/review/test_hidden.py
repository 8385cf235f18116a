"""Who may not hear the unredacted audio gets no sound and no word of what is hidden."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from starlette.routing import Mount

from speechkit.core.types import Identifier, Recording, Word
from speechkit.review.audit import findings
from speechkit.review.edit import mark, set_text
from speechkit.review.line import Line
from speechkit.review.load_drafts import create_tasks
from speechkit.review.mutes import muted
from speechkit.review.schema import AuditRow
from speechkit.review.server.app import make_api
from speechkit.review.server.settings import Settings
from speechkit.review.store import Store
from speechkit.storage.corpus import Corpus
from tests.review.asking import SECRETS, Client, one, op, send

WITHOUT = ("tom", "aud", "root")  # the right to hear unredacted audio


def test_without_the_right_no_answer_holds_an_identifier(client, task: str, corpus: Corpus) -> None:
    tom = client("tom")
    epoch = tom.lease(task)
    lines = tom.task(task)["lines"]
    answers = [tom.get(f"/api/tasks/{task}").text]
    answers += [tom.get(f"/api/tasks/{task}/lines/{x['id']}/versions").text for x in lines]
    text = lines[1]["text"].replace("nane", "name")
    changed = send(tom, task, op("text", epoch, lines[1], text=text))
    answers += [str(changed), str(send(tom, task, op("accept", epoch, lines[1]), 409))]
    answers += [str(send(tom, task, op("text", epoch, one(changed), text="gone"), 422))]
    answers += [str(send(tom, task, op("unmark", epoch, one(changed), start=18, end=25), 403))]
    for answer in answers:
        assert not any(secret in answer for secret in SECRETS)
    # What was hidden is still there, in its place.
    tom.post(f"/api/tasks/{task}/submit", json={"epoch": epoch})
    line = client("rita").task(task)["lines"][1]
    assert line["text"] == "hello my name is Zebedee Marrow and my chest hurts"
    (mark,) = line["marks"]
    assert line["text"][mark["start"] : mark["end"]] == "Zebedee Marrow"


def audio(who: Client, task: str, variant: str | None = None, **headers) -> httpx.Response:
    params = {} if variant is None else {"variant": variant}
    return who.get(f"/api/tasks/{task}/audio", params=params, headers=headers)


def test_raw_audio_is_refused(client, task: str, corpus: Corpus, url: str) -> None:
    for name in WITHOUT:
        who = client(name)
        for variant in ("raw", "preview"):
            assert audio(who, task, variant).status_code == 403
            assert who.get(f"/api/tasks/{task}/peaks?variant={variant}").status_code in (403, 422)
        got = audio(who, task)
        assert got.status_code == 200
        # The copy is a constant, the recording noise of both signs: not a sample of that.
        samples = np.frombuffer(got.content[44:], "<i2")
        assert samples.min() >= -2000 and np.median(samples) == 8192
        uri = corpus.sessions()[0].recording.audio.uri
        for path in (f"/{uri}", f"/web/../{uri}", f"/web/%2e%2e/%2e%2e/{uri}", f"/web//{uri}"):
            assert who.get(path).status_code in (404, 405)
    assert httpx.Client(base_url=url).get(f"/api/tasks/{task}/audio").status_code == 401


def all_routes(api: FastAPI) -> Iterator[tuple[str, set[str]]]:
    """Yield address and methods of every route, those of routers and of the web folder too."""
    for route in api.routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from ((one.path, one.methods) for one in inner.routes)
        elif isinstance(route, Mount):
            yield f"{route.path}/editor.js", {"GET"}
        else:
            yield route.path, route.methods


@pytest.mark.parametrize("name", WITHOUT)
def test_no_route_there_is_sends_raw_audio(
    client, task: str, corpus: Corpus, store: Store, name: str
) -> None:
    """Every route of the application, by every method, as every variant, whole and in part."""
    tess, who = client("tess"), client(name)
    line = tess.task(task)["lines"][0]["id"]
    given = {"task_id": task, "line_id": line, "step": "submit", "path": "editor.js"}
    prepared, copy = audio(tess, task, "raw").content, audio(tess, task, "redacted").content
    peaks = tess.get(f"/api/tasks/{task}/peaks?variant=raw").content
    recorded = corpus.audio_path(corpus.sessions()[0].recording).read_bytes()
    # 16 bytes of noise do not come about by chance; the copy's bytes may be sent.
    pieces = [data[at : at + 16] for data in (prepared, recorded, peaks) for at in (64, 100, 900)]
    assert all(len(piece) == 16 for piece in pieces)
    assert not any(piece in copy for piece in pieces)
    tried = 0
    for path, methods in all_routes(make_api(corpus, store, Settings())):
        path = re.sub(r"{(\w+)}", lambda found: given[found[1]], path)
        for method in methods:
            for variant in ("raw", "preview", "redacted", None):
                for headers in ({}, {"range": "bytes=44-20000"}):
                    if path in ("/api/logout", "/api/password"):
                        continue
                    params = {} if variant is None else {"variant": variant}
                    got = who.request(method, path, params=params, headers=headers, json={})
                    assert not any(piece in got.content for piece in pieces), (method, path)
                    tried += 1
    assert tried > 8 * 12
    assert who.get("/api/me").status_code == 200


def test_who_heard_unredacted_audio_is_in_the_log(client, task: str, store: Store) -> None:
    tess, tom = client("tess"), client("tom")
    audio(tom, task)
    audio(tom, task, "raw")  # refused
    audio(tess, task, "redacted")
    tess.head(f"/api/tasks/{task}/audio?variant=raw")
    at = 44 + 2 * 16_000  # bytes: the first second
    audio(tess, task, "raw", range=f"bytes={at}-{at + 31_999}")
    audio(tess, task, "preview")
    with store.read() as db:
        rows = [row for row in db.query(AuditRow).order_by(AuditRow.number) if row.event == "heard"]
        assert findings(db) == []
    assert [row.who for row in rows] == ["tess", "tess"]
    part, whole = (json.loads(row.facts) for row in rows)
    assert part == {"task": task, "variant": "raw", "start": 1, "end": 2}
    assert (whole["variant"], whole["start"]) == ("preview", 0)


def test_what_is_marked_since_is_muted_at_once(client, task: str) -> None:
    tom = client("tom")
    epoch = tom.lease(task)
    line = tom.task(task)["lines"][2]

    def middle(word: int) -> set[int]:
        at = int((line["words"][word]["start"] + 0.2) * 16000) * 2 + 44
        got = audio(tom, task, range=f"bytes={at}-{at + 99}")
        assert got.status_code == 206 and len(got.content) == 100
        return set(np.frombuffer(got.content, "<i2"))

    assert 0 not in middle(5)
    start = line["text"].index("had")
    send(tom, task, op("mark", epoch, line, start=start, end=start + 3, identifier="OTHER_ID"))
    assert middle(4) == {0}
    assert 0 not in middle(0)


def test_no_redacted_copy_means_no_access(
    client, corpus: Corpus, store: Store, add: Callable[..., Recording]
) -> None:
    recording = add(corpus, 7, redacted=False)
    create_tasks(corpus, store)
    name = f"{recording.id}-a"
    tom, tess = client("tom"), client("tess")
    assert name in tess.get("/api/tasks").text
    assert name not in tom.get("/api/tasks").text
    assert tom.get(f"/api/tasks/{name}").status_code == 403
    assert tom.post(f"/api/tasks/{name}/lease").status_code == 403
    assert audio(tom, name).status_code == 403
    assert tom.get(f"/api/tasks/{name}/peaks").status_code == 403
    assert audio(tess, name, "raw").status_code == 200


def test_ranges(client, task: str) -> None:
    tess = client("tess")
    whole = audio(tess, task, "raw")
    size = len(whole.content)
    assert whole.headers["cache-control"] == "no-store"
    assert whole.content[36:40] == b"data"
    part = audio(tess, task, "raw", range="bytes=100-199")
    assert part.content == whole.content[100:200]
    assert part.headers["content-range"] == f"bytes 100-199/{size}"
    assert audio(tess, task, "raw", range="bytes=-10").content == whole.content[-10:]
    assert audio(tess, task, "raw", range=f"bytes={size}-").status_code == 416
    head = tess.head(f"/api/tasks/{task}/audio?variant=raw")
    assert head.headers["content-length"] == str(size) and head.content == b""


def test_a_word_of_which_nobody_knows_the_time_mutes_its_line() -> None:
    words = (Word(text="call", start=1, end=1.4), Word(text="me", start=1.4, end=2))
    line = Line(id="s", start=1, end=2, text="call me", words=words)
    known = mark(line, 0, 4, Identifier.NAME)
    assert all(end < 2 for _, end in muted([known]))
    put_in = set_text(line, "call Ann me")
    assert muted([mark(put_in, 5, 8, Identifier.NAME)]) == ((1, 2),)
