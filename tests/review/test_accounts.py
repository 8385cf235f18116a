"""Accounts, sessions, headers, and the log of what people did."""

from __future__ import annotations

import contextlib
import hashlib

import httpx
import pytest

from benchmarks.fixtures.review_servers import PASSWORD, Running
from speechkit.review.audit import findings
from speechkit.review.schema import AuditRow, Login, User
from speechkit.review.server.app import make_app
from speechkit.review.server.settings import Settings
from speechkit.review.store import Store
from speechkit.storage.corpus import Corpus
from tests.review.asking import SECRETS, op, send


def test_who_may_do_what(client, task: str, url: str) -> None:
    assert httpx.Client(base_url=url).get("/api/tasks").status_code == 401
    for name in ("aud", "root", "rita", "ada"):
        assert client(name).post(f"/api/tasks/{task}/lease").status_code in (403, 404), name
    for name, status in (("aud", 200), ("root", 200), ("tess", 403), ("rita", 403)):
        assert client(name).get("/api/audit").status_code == status


def test_somebodys_task_is_nobody_elses(client, task: str) -> None:
    client("tess").lease(task)
    tom = client("tom")
    assert tom.get(f"/api/tasks/{task}").status_code == 404
    assert tom.get(f"/api/tasks/{task}/audio").status_code == 404


@pytest.mark.parametrize("header", [{}, {"x-csrf-token": "wrong"}])
def test_csrf(client, task: str, header) -> None:
    tess = client("tess")
    del tess.headers["x-csrf-token"]
    assert tess.post(f"/api/tasks/{task}/lease", headers=header).status_code == 403


@pytest.mark.parametrize(
    "header", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}]
)
def test_other_sites_are_refused(client, task: str, header: dict[str, str]) -> None:
    assert client("tess").post(f"/api/tasks/{task}/lease", headers=header).status_code == 403


def test_other_host_names_are_refused(url: str) -> None:
    assert httpx.get(f"{url}/login", headers={"host": "evil.example"}).status_code == 421


def test_headers(url: str) -> None:
    for path in ("/", "/login", "/editor", "/api/me", "/nowhere", "/web/editor.js"):
        headers = httpx.get(url + path).headers
        csp = headers["content-security-policy"]
        assert "default-src 'none'" in csp and "unsafe" not in csp
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers


def test_the_cookie_is_out_of_reach(url: str) -> None:
    answer = httpx.post(f"{url}/api/login", json={"name": "tess", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie


def test_guessing_is_slowed_down(url: str) -> None:
    for status in [401] * 5 + [429]:
        answer = httpx.post(f"{url}/api/login", json={"name": "tess", "password": "wrong wrong"})
        assert answer.status_code == status
    answer = httpx.post(f"{url}/api/login", json={"name": "tess", "password": PASSWORD})
    assert answer.status_code == 429


def test_passwords_and_tokens_are_not_stored(client, store: Store) -> None:
    token = client("tess").cookies["speechkit"]
    assert len(token) >= 43  # 256 bits in base64
    assert client("tess").cookies["speechkit"] != token
    with store.read() as db:
        hashes = [user.password for user in db.query(User)]
        assert all(one.startswith("$argon2id$") for one in hashes)
        assert len(set(hashes)) == len(hashes)  # one password, a salt each
        kept = [login.token for login in db.query(Login)]
    assert token not in kept and hashlib.sha256(token.encode()).hexdigest() in kept


def test_floods_and_large_bodies_are_refused(corpus: Corpus, store: Store) -> None:
    server = Running(make_app(corpus, store, Settings(requests_per_second=1, burst=5)))
    try:
        codes = [httpx.get(f"{server.url}/healthz").status_code for _ in range(12)]
        assert codes[:5] == [200] * 5 and 429 in codes
    finally:
        server.stop()
    server = Running(make_app(corpus, store, Settings(most_bytes=1000)))
    try:
        large = {"name": "x" * 2000, "password": "y"}
        assert httpx.post(f"{server.url}/api/login", json=large).status_code == 413
        pieces = (b"x" * 500 for _ in range(4))  # without a length
        with contextlib.suppress(httpx.HTTPError):
            answer = httpx.post(f"{server.url}/api/login", content=pieces)
            assert answer.status_code >= 400
        assert httpx.get(f"{server.url}/healthz").status_code == 200
    finally:
        server.stop()


def test_logout_and_new_password_end_the_session(client, url: str) -> None:
    tess = client("tess")
    assert tess.post("/api/logout").status_code == 200
    assert tess.get("/api/me").status_code == 401
    tess = client("tess")
    new = {"old": PASSWORD, "new": "another long phrase"}
    assert tess.post("/api/password", json=new | {"old": "wrong"}).status_code == 400
    assert tess.post("/api/password", json=new | {"new": "short"}).status_code == 422
    assert tess.post("/api/password", json=new).status_code == 200
    assert tess.get("/api/me").status_code == 401


def test_a_session_ends_when_idle(client, store: Store) -> None:
    tess = client("tess")
    with store.write() as db:
        for login in db.query(Login):
            login.seen -= 31 * 60
    assert tess.get("/api/me").status_code == 401


def test_the_audit_log_says_who_did_what_and_holds_no_text(client, task: str, store: Store) -> None:
    tess = client("tess")
    epoch = tess.lease(task)
    line = tess.task(task)["lines"][1]
    send(tess, task, op("text", epoch, line, text="Zebedee said more"))
    with store.read() as db:
        rows = list(db.query(AuditRow).order_by(AuditRow.number))
        assert findings(db) == []
    assert [row.event for row in rows[-3:]] == ["login", "lease", "edit"]
    assert rows[-1].who == "tess"
    assert not any(word in row.facts for row in rows for word in (*SECRETS, "chest"))


@pytest.mark.parametrize("harm", ["change", "remove", "cut"])
def test_a_harmed_audit_log_shows(client, store: Store, harm: str) -> None:
    client("tess")
    with store.write() as db:
        last = db.query(AuditRow).order_by(AuditRow.number.desc()).first()
        if harm == "change":
            last.who = "somebody"
        elif harm == "remove":
            db.delete(db.get_one(AuditRow, 3))
        else:
            db.delete(last)
    with store.read() as db:
        assert findings(db)
