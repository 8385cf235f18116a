"""What tests send to the review editor, and what it must not send back."""

from __future__ import annotations

import time
from typing import Any

import httpx

from benchmarks.fixtures.review_servers import PASSWORD

SECRETS = ("Quillfeather", "Zebedee", "Marrow")
_number = iter(range(10**9))


class Client(httpx.Client):
    """Somebody's browser, as far as the server can tell."""

    def log_in(self, name: str) -> Client:
        answer = self.post("/api/login", json={"name": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        self.headers["x-csrf-token"] = answer.json()["csrf"]
        return self

    def task(self, task: str) -> dict[str, Any]:
        answer = self.get(f"/api/tasks/{task}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def lease(self, task: str) -> int:
        answer = self.post(f"/api/tasks/{task}/lease")
        assert answer.status_code == 200, answer.text
        return int(answer.json()["epoch"])


def op(kind: str, epoch: int, line: dict, **more: Any) -> dict[str, Any]:
    """Return an edit of a line as it is now."""
    return {
        "op_id": f"op-{next(_number)}-{time.time_ns()}", "kind": kind, "lease_epoch": epoch,
        "segment": line["id"], "base_rev": line["rev"], **more,
    }  # fmt: skip


def send(who: Client, task: str, asked: dict, status: int = 200) -> dict[str, Any]:
    """Send an edit; return what the server says to it."""
    answer = who.post(f"/api/tasks/{task}/operations", json=asked)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def one(answer: dict) -> dict[str, Any]:
    """Return the only line that an edit changed."""
    (line,) = answer["lines"]
    return line


def hand_over(who: Client, task: str, step: str = "submit") -> None:
    """Take a task and hand it on."""
    answer = who.post(f"/api/tasks/{task}/{step}", json={"epoch": who.lease(task)})
    assert answer.status_code == 200, answer.text
