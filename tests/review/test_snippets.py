"""The settings in the handbook, run by the programs that they are for, where these are installed."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from benchmarks.fixtures.review_servers import PASSWORD
from speechkit.review.accounts import add_user
from speechkit.review.store import open_store
from speechkit.storage.corpus import Corpus

PAGE = Path(__file__).parents[2] / "docs" / "review-serving.md"
NAME = "review.example.org"
BIN = Path(sys.executable).parent
PATIENCE = 90  # seconds until a program listens


def snippet(language: str, holds: str) -> str:
    """Return a block of the page by its language and a word in it."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    (found,) = (block for block in blocks if holds in block)
    return str(found)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        time.sleep(0.1)
    raise AssertionError(f"nothing listens at {port}")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of the name, signed by itself."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    cert, private = folder / "review.pem", folder / "review-key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return cert, private


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """`speechkit review serve` with the options of the service's unit; yields its port."""
    corpus = Corpus.create(tmp_path_factory.mktemp("served") / "corpus")
    store = open_store(corpus.root)
    with store.write() as db:
        add_user(db, "tess", PASSWORD, roles=["transcriber"])
    store.close()
    started = re.search(r"^ExecStart=\S+ (.*)$", snippet("ini", "[Service]"), re.M)
    assert started is not None
    options = [str(corpus.root) if "/corpora/" in part else part for part in started[1].split()]
    port = free_port()
    process = subprocess.Popen(
        [str(BIN / "speechkit"), *options, "--port", str(port)], stderr=subprocess.DEVNULL
    )
    wait_for(port, process)
    yield port
    process.terminate()
    process.wait(20)


def through(port: int, certificate: tuple[Path, Path]) -> None:
    """Log in through a proxy as a browser does, and see that nothing else gets in."""
    trusted = ssl.create_default_context(cafile=str(certificate[0]))
    with httpx.Client(verify=trusted, base_url=f"https://127.0.0.1:{port}", timeout=60) as browser:
        sni = {"sni_hostname": NAME}
        own = {"host": NAME, "origin": f"https://{NAME}", "sec-fetch-site": "same-origin"}
        page = browser.get("/login", headers={"host": NAME}, extensions=sni)
        assert page.status_code == 200 and "strict-transport-security" in page.headers
        body = {"name": "tess", "password": PASSWORD}
        foreign = own | {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
        assert (
            browser.post("/api/login", json=body, headers=foreign, extensions=sni).status_code
            == 403
        )
        answer = browser.post("/api/login", json=body, headers=own, extensions=sni)
        assert answer.status_code == 200, answer.text
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-speechkit") and "Secure" in cookie
        token = cookie.partition(";")[0]
        me = browser.get("/api/me", headers={"host": NAME, "cookie": token}, extensions=sni)
        assert me.json()["name"] == "tess"
        # Addresses that a client makes up count as the client's own: a hundred failures end it.
        for number in range(102):
            wrong = {"name": f"nobody-{number}", "password": "wrong wrong wrong"}
            made_up = own | {"x-forwarded-for": f"10.0.{number}.1"}
            answer = browser.post("/api/login", json=wrong, headers=made_up, extensions=sni)
        assert answer.status_code == 429, answer.text


def test_nginx(editor: int, certificate: tuple[Path, Path], tmp_path: Path):
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.skip("nginx is not installed")
    port = free_port()
    server = (
        snippet("nginx", "proxy_pass")
        .replace("listen 443", f"listen 127.0.0.1:{port}")
        .replace("/etc/ssl/review-key.pem", str(certificate[1]))
        .replace("/etc/ssl/review.pem", str(certificate[0]))
        .replace("127.0.0.1:8765", f"127.0.0.1:{editor}")
    )
    temporary = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    settings = tmp_path / "nginx.conf"
    settings.write_text(
        f"pid {tmp_path}/pid;\ndaemon off;\nerror_log stderr;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}{server}}}\n"
    )
    command = [program, "-c", str(settings), "-p", str(tmp_path), "-e", "stderr"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        wait_for(port, process)
        through(port, certificate)
    finally:
        process.terminate()
        process.wait(10)


def test_caddy(editor: int, certificate: tuple[Path, Path], tmp_path: Path):
    program = shutil.which("caddy")
    if program is None:
        pytest.skip("caddy is not installed")
    port = free_port()
    site = (
        snippet("caddy", "reverse_proxy")
        .replace(
            f"{NAME} {{", f"https://{NAME}:{port} {{\n    tls {certificate[0]} {certificate[1]}"
        )
        .replace("127.0.0.1:8765", f"127.0.0.1:{editor}")
    )
    settings = tmp_path / "Caddyfile"
    settings.write_text("{\n    admin off\n    auto_https disable_redirects\n}\n" + site)
    process = subprocess.Popen(
        [program, "run", "--config", str(settings), "--adapter", "caddyfile"],
        stderr=subprocess.PIPE,
        env=os.environ | {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)},
    )
    try:
        wait_for(port, process)
        through(port, certificate)
    finally:
        process.terminate()
        process.wait(10)


def test_systemd(tmp_path: Path):
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd is not installed")
    unit = snippet("ini", "[Service]").replace(
        "/srv/speechkit/bin/speechkit", str(BIN / "speechkit")
    )
    place = tmp_path / "speechkit-review.service"
    place.write_text(unit)
    checked = subprocess.run(
        [program, "verify", "--man=no", str(place)], capture_output=True, text=True, check=False
    )
    said = [line for line in checked.stderr.splitlines() if place.name in line]
    assert said == [] and checked.returncode == 0, checked.stderr
    broken = tmp_path / "broken.service"
    broken.write_text(unit.replace("NoNewPrivileges=true", "NoNewPrivilege=true"))
    checked = subprocess.run(
        [program, "verify", "--man=no", str(broken)], capture_output=True, text=True, check=False
    )
    assert "NoNewPrivilege" in checked.stderr
