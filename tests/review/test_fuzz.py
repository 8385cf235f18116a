"""Whatever is sent to whichever route, the server answers; and never with its own error."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from speechkit.core.corpus import Corpus
from speechkit.review.server.app import make_api
from speechkit.review.server.settings import Settings
from speechkit.review.store import Store

KINDS = "text split merge retime speaker labels mark unmark accept insert delete undo other".split()
FIELDS = (
    "text at new time next next_rev start end speaker everywhere labels identifier accepted undoes "
    "extra"
).split()

_scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
    | st.sampled_from(["NAME", "\\x00", "⟦NAME·1⟧", "a", "A" * 11_000, "0", "x/../y", 3, 0, 1e308])
)  # fmt: skip
_json = st.recursive(
    _scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=6,
)


def test_every_route_with_anything(client, task: str, corpus: Corpus, store: Store):
    schema = make_api(corpus, store, Settings()).openapi()
    routes = [
        (method.upper(), path)
        for path, methods in schema["paths"].items()
        for method in methods
        if path not in ("/api/login", "/api/logout", "/api/password")
    ]
    assert len(routes) >= 12
    tess = client("tess")
    lines = [line["id"] for line in tess.task(task)["lines"]]
    ids = st.sampled_from([task, *lines, "nothing", "a b", "%00", "é", "submit"])

    @settings(
        max_examples=150, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.sampled_from(routes), ids, ids, _json, st.text(max_size=20))
    def send(route: tuple[str, str], first: str, second: str, body: Any, query: str):
        method, path = route
        path = path.replace("{task_id}", first).replace("{line_id}", second)
        path = path.replace("{step}", "submit" if body else "elsewhere")
        answer = tess.request(
            method, path, params={"variant": query, "after": query}, content=json.dumps(body),
            headers={"range": "bytes=" + "".join(c for c in query if c.isascii() and c.isprintable())},
        )  # fmt: skip
        assert answer.status_code < 500, (method, path)

    @settings(
        max_examples=200, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(
        st.sampled_from(KINDS), st.sampled_from([*lines, "n-1", ""]), st.integers(0, 3),
        st.dictionaries(st.sampled_from(FIELDS), _json, max_size=3), st.uuids(), _json,
    )  # fmt: skip
    def edit(kind: str, line: str, rev: int, more: dict[str, Any], op: Any, odd: Any):
        asked = {
            "kind": kind, "segment": line, "base_rev": rev, "op_id": str(op),
            "lease_epoch": epoch, "at": 5, "new": "n-1", "next": lines[1], "next_rev": rev,
            "start": 1, "end": 3, "identifier": "NAME", "speaker": "A", "labels": [], "text": "a",
            "accepted": True, "undoes": "x",
        }  # fmt: skip
        kept = {"kind", "segment", "base_rev", "op_id", "lease_epoch"} | NEEDS.get(kind, set())
        body = {k: v for k, v in asked.items() if k in kept} | more
        answer = tess.post(f"/api/tasks/{task}/operations", content=json.dumps(body))
        assert answer.status_code in (200, 404, 409, 422), answer.text

    epoch = tess.lease(task)
    edit()
    send()
    assert tess.get("/api/me").status_code == 200


NEEDS = {
    "text": {"text"}, "split": {"at", "new"}, "merge": {"next", "next_rev"},
    "retime": {"start", "end"}, "speaker": {"speaker"}, "labels": {"labels"},
    "mark": {"start", "end", "identifier"}, "unmark": {"start", "end"}, "undo": {"undoes"},
    "insert": {"start", "end"},
}  # fmt: skip
