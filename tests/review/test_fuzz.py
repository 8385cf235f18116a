"""Whatever is sent to whichever route, the server answers; and never with its own error."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, openapi

from speechkit.review.server.app import make_api
from speechkit.review.server.settings import Settings
from speechkit.review.store import Store
from speechkit.storage.corpus import Corpus

KINDS = "text split merge retime speaker labels mark unmark accept insert delete undo other".split()
FIELDS = (
    "text at new time next next_rev start end speaker everywhere labels identifier accepted undoes "
    "extra"
).split()
NEEDS = {
    "text": {"text"}, "split": {"at", "new"}, "merge": {"next", "next_rev"},
    "retime": {"start", "end"}, "speaker": {"speaker"}, "labels": {"labels"},
    "mark": {"start", "end", "identifier"}, "unmark": {"start", "end"}, "undo": {"undoes"},
    "insert": {"start", "end"},
}  # fmt: skip
ENDS_THE_SESSION = ("/api/logout", "/api/password")

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
_checks = list(HealthCheck)


def test_schemathesis_finds_no_error_of_the_server(
    client, task: str, corpus: Corpus, store: Store, url: str
) -> None:
    """What OpenAPI says may be sent, and what it says may not; to a real task half of the time."""
    schema = openapi.from_dict(make_api(corpus, store, Settings()).openapi())
    tess = client("tess")
    line = tess.task(task)["lines"][0]["id"]
    tess.lease(task)
    headers = {"x-csrf-token": tess.headers["x-csrf-token"]}
    cookies = dict(tess.cookies)
    tried = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path in ENDS_THE_SESSION:
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            cases = operation.as_strategy(generation_mode=mode)

            @settings(
                max_examples=8, deadline=None, database=None, derandomize=True,
                suppress_health_check=_checks, phases=[Phase.generate],
            )  # fmt: skip
            @given(cases, st.booleans())
            def send(case: Any, real: bool) -> None:
                if real and "task_id" in (case.path_parameters or {}):
                    case.path_parameters["task_id"] = task
                    if "line_id" in case.path_parameters:
                        case.path_parameters["line_id"] = line
                answer = case.call(base_url=url, headers=headers, cookies=cookies)
                assert answer.status_code < 500, (case.method, case.path)

            with suppress(Unsatisfiable):  # nothing that is asked of this one can be wrong
                send()
                tried.add((operation.path, mode))
    assert len(tried) >= 20
    assert tess.get("/api/me").status_code == 200


def test_every_kind_of_edit_with_anything(client, task: str) -> None:
    tess = client("tess")
    lines = [line["id"] for line in tess.task(task)["lines"]]
    epoch = tess.lease(task)

    @settings(
        max_examples=200, deadline=None, database=None, derandomize=True,
        suppress_health_check=_checks,
    )  # fmt: skip
    @given(
        st.sampled_from(KINDS), st.sampled_from([*lines, "n-1", ""]), st.integers(0, 3),
        st.dictionaries(st.sampled_from(FIELDS), _json, max_size=3), st.uuids(),
    )  # fmt: skip
    def edit(kind: str, line: str, rev: int, more: dict[str, Any], op: Any) -> None:
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

    edit()
    assert tess.get("/api/me").status_code == 200
