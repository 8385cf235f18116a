"""Served to a team: names, proxies, slow clients, logins beside edits, accounts, checkpoints."""

from __future__ import annotations

import datetime as dt
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from argon2 import PasswordHasher
from sqlalchemy import select

from benchmarks.fixtures.review_servers import PASSWORD
from speechkit.review import accounts
from speechkit.review.audit import Checkpoints, checkpoints, record
from speechkit.review.schema import AuditHead, AuditRow, User
from speechkit.review.server.app import make_app
from speechkit.review.server.forwarded import LastHop
from speechkit.review.server.names import names_of_certificate
from speechkit.review.server.patience import PatientProtocol
from speechkit.review.server.security import App
from speechkit.review.server.settings import LOOPBACK, Settings
from speechkit.review.store import Store
from speechkit.storage.corpus import Corpus
from tests.review.asking import Client
from tests.review.test_cli import refusal, review


def certificate(path: Path, *names: str) -> Path:
    """Write a self-signed certificate and its key into one file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject)
        .public_key(key.public_key()).serial_number(1)
        .not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


class Served:
    """uvicorn as `serve` sets it up, on a thread."""

    def __init__(self, app: App, **options: Any) -> None:
        config = uvicorn.Config(
            app,  # type: ignore[arg-type]
            port=0, log_level="error", lifespan="off", http=PatientProtocol,
            **{"proxy_headers": False, **options},
        )  # fmt: skip
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            self.thread.join(0.01)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]

    def stop(self) -> None:
        self.server.should_exit = self.server.force_exit = True
        self.thread.join(5)


def test_the_names_are_those_of_the_certificate(corpus: Corpus, store: Store, tmp_path: Path):
    file = certificate(tmp_path / "tls.pem", "review.example.org", "*.clinic.example")
    names = names_of_certificate(file)
    assert names == ("review.example.org", "*.clinic.example")
    settings = Settings(https=True, hosts=(*LOOPBACK, *names), public=names)
    served = Served(make_app(corpus, store, settings), ssl_certfile=file, ssl_keyfile=file)
    statuses = {}
    for host in ("review.example.org", "a.clinic.example", "a.b.clinic.example", "evil.example"):
        answer = httpx.get(
            f"https://127.0.0.1:{served.port}/login", headers={"host": host}, verify=False
        )
        statuses[host] = answer.status_code
    served.stop()
    assert list(statuses.values()) == [200, 200, 421, 421]


def test_log_in_behind_a_proxy_that_sends_a_host_of_its_own(corpus: Corpus, store: Store):
    """As nginx does without `proxy_set_header Host`."""
    public = ("review.example.org",)
    settings = Settings(https=True, hosts=(*LOOPBACK, *public), public=public)
    served = Served(make_app(corpus, store, settings))
    body = {"name": "tess", "password": PASSWORD}
    statuses = [
        httpx.post(
            f"http://127.0.0.1:{served.port}/api/login",
            json=body,
            headers={"origin": origin, "sec-fetch-site": "same-origin"},
        ).status_code
        for origin in (
            "https://review.example.org",
            "http://review.example.org",
            "https://evil.example",
        )
    ]
    served.stop()
    assert statuses == [200, 403, 403]


@pytest.mark.parametrize(("proxy", "passed"), [("", 20), ("127.0.0.1", 20)])
def test_addresses_are_not_made_up_by_a_header(
    corpus: Corpus, store: Store, proxy: str, passed: int
):
    settings = Settings(requests_per_second=0.001, burst=20)
    options = {"proxy_headers": bool(proxy), "forwarded_allow_ips": proxy or None}
    served = Served(make_app(corpus, store, settings), **options)
    with httpx.Client(base_url=f"http://127.0.0.1:{served.port}") as client:
        # With a proxy, it adds the address that it sees; what stands before that is the client's.
        tail = ", 192.0.2.7" if proxy else ""
        statuses = [
            client.get("/healthz", headers={"x-forwarded-for": f"10.0.0.{n}{tail}"}).status_code
            for n in range(30)
        ]
    served.stop()
    assert statuses.count(200) == passed and statuses.count(429) == 10


@pytest.mark.parametrize("hop", ["192.0.2.7", "127.0.0.1"])
def test_only_the_last_hop_is_believed(corpus: Corpus, store: Store, hop: str):
    """Also of a client on the proxy's own machine, whose address is one that is trusted."""
    settings = Settings(requests_per_second=0.001, burst=20)
    served = Served(LastHop(make_app(corpus, store, settings), ("127.0.0.1",)), proxy_headers=False)
    with httpx.Client(base_url=f"http://127.0.0.1:{served.port}") as client:
        statuses = [
            client.get("/healthz", headers={"x-forwarded-for": f"10.0.0.{n}, {hop}"}).status_code
            for n in range(30)
        ]
    served.stop()
    assert statuses.count(200) == 20 and statuses.count(429) == 10


def answer(connection: socket.socket) -> bytes:
    """One whole answer of /healthz: head and body may come in pieces."""
    connection.settimeout(5)
    received = b""
    while b'{"ok":true}' not in received:
        piece = connection.recv(4096)
        assert piece, "the connection was closed in the middle of an answer"
        received += piece
    return received


def test_headers_that_do_not_come_end_the_connection(
    corpus: Corpus, store: Store, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(PatientProtocol, "headers_within", 0.5)
    served = Served(make_app(corpus, store))
    held = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(20)]
    for one in held:
        one.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
    kept = socket.create_connection(("127.0.0.1", served.port))
    whole = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    kept.sendall(whole)
    assert answer(kept).startswith(b"HTTP/1.1 200 OK")
    for one in held:
        one.settimeout(5)
        assert one.recv(4096) == b""
    kept.sendall(whole)  # one that asks properly stays open meanwhile
    assert answer(kept).startswith(b"HTTP/1.1 200 OK")
    served.stop()


def test_logging_in_holds_no_lock(
    store: Store, monkeypatch: pytest.MonkeyPatch, cheap_passwords: None
):
    hasher = PasswordHasher(1, 64, 1)
    begun, go_on = threading.Event(), threading.Event()

    class Slow:
        def verify(self, hashed: str, password: str) -> bool:
            begun.set()
            assert go_on.wait(10)
            return hasher.verify(hashed, password)

        def check_needs_rehash(self, hashed: str) -> bool:
            return False

    monkeypatch.setattr(accounts, "_HASHER", Slow())
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(accounts.log_in(store, "tess", PASSWORD)))
    thread.start()
    assert begun.wait(10)
    start = time.monotonic()
    with store.write() as db:
        record(db, "test", "written")
    assert time.monotonic() - start < 5
    go_on.set()
    thread.join()
    assert found[0].person.name == "tess"


def test_accounts_are_cared_for(corpus: Corpus, store: Store, client: Any):
    root = corpus.root
    tess: Client = client("tess")
    new = review("users", "password", root, "tess").stdout.strip()
    assert tess.get("/api/me").status_code == 401
    answer = tess.post("/api/login", json={"name": "tess", "password": new})
    assert answer.status_code == 200
    review(
        "users", "change", root, "tess", "--role", "reviewer", "--no-hear-raw", "--language", "fr"
    )
    with store.read() as db:
        user = db.scalars(select(User).where(User.name == "tess")).one()
        assert (user.roles, user.hear_raw, user.languages) == (["reviewer"], False, ["fr"])
    assert tess.get("/api/me").status_code == 401
    review("users", "disable", root, "tess")
    assert tess.post("/api/login", json={"name": "tess", "password": new}).status_code == 401
    review("users", "enable", root, "tess")
    assert tess.post("/api/login", json={"name": "tess", "password": new}).status_code == 200
    assert "no role" in refusal("users", "change", root, "tess", "--role", "boss")


def test_without_passwords_the_provider_is_the_only_door(corpus: Corpus, store: Store):
    served = Served(make_app(corpus, store, Settings(passwords=False)))
    base = f"http://127.0.0.1:{served.port}"
    answer = httpx.post(f"{base}/api/login", json={"name": "tess", "password": PASSWORD})
    assert answer.status_code == 403
    assert httpx.get(f"{base}/api/login").json() == {"passwords": False}
    served.stop()
    assert "--oidc-issuer" in refusal("serve", corpus.root, "--no-passwords")


@pytest.fixture
def rechained(corpus: Corpus, store: Store) -> Iterator[None]:
    """Rows recorded while the editor ran; then some taken out, and the rest chained anew."""
    with Checkpoints(store, corpus, rows=5, seconds=0.2):
        for _ in range(7):
            with store.write() as db:
                record(db, "tess", "heard", task="x")
        time.sleep(1.0)
    from speechkit.review.audit import _hash

    with store.write() as db:
        db.query(AuditRow).filter(AuditRow.event == "heard").delete()
        previous, number = "0" * 64, 0
        for row in db.query(AuditRow).order_by(AuditRow.number):
            number += 1
            row.number, row.previous = number, previous
            row.hash = previous = _hash(row)
        head = db.get_one(AuditHead, 1)
        head.number, head.hash = number, previous
    return


def test_rows_taken_out_are_noticed(corpus: Corpus, store: Store, rechained: None):
    assert checkpoints(corpus)
    assert "checkpoint" in review("audit", corpus.root, code=1).stdout


def test_an_edited_journal_is_noticed(corpus: Corpus, store: Store, rechained: None):
    for number in range(3):
        corpus.note("something", number=number)
    journal = corpus.root / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    del lines[-2]
    journal.write_bytes(b"".join(lines))
    assert "journal.jsonl, line" in review("audit", corpus.root, code=1).stdout
