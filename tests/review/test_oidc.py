"""Logging in through an OpenID provider: a small one of the test's own, with real keys and tokens."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from benchmarks.fixtures.review_servers import Running
from speechkit.core.errors import UsageError
from speechkit.review.audit import findings
from speechkit.review.schema import AuditRow, User
from speechkit.review.server.app import make_app
from speechkit.review.server.oidc import Provider
from speechkit.review.server.settings import OidcOptions, Settings
from speechkit.review.store import Store
from speechkit.storage.corpus import Corpus

CLIENT, SECRET = "site", "not much of a secret"


class Issuer:
    """An OpenID provider that logs everybody in as `claims` say, wrongly where a test asks for it."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.signing: Any = self.key
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "one"}
        self.claims: dict[str, Any] = {"preferred_username": "tess"}
        self.asked: dict[str, str] = {}
        app = FastAPI()
        app.add_api_route("/.well-known/openid-configuration", self.described)
        app.add_api_route("/authorize", self.authorize)
        app.add_api_route("/token", self.token, methods=["POST"])
        app.add_api_route("/keys", lambda: {"keys": [self.key.as_dict(private=False)]})
        self.server = Running(app)
        self.url = self.server.url

    def described(self) -> dict[str, str]:
        return {
            "issuer": self.url, "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token", "jwks_uri": f"{self.url}/keys",
        }  # fmt: skip

    def authorize(self, request: Request) -> RedirectResponse:
        self.asked = dict(request.query_params)
        assert (self.asked["client_id"], self.asked["response_type"]) == (CLIENT, "code")
        assert self.asked["code_challenge_method"] == "S256"
        return RedirectResponse(
            f"{self.asked['redirect_uri']}?code=the-code&state={self.asked['state']}", 303
        )

    async def token(self, request: Request) -> JSONResponse:
        given = {k: v[0] for k, v in parse_qs((await request.body()).decode()).items()}
        login = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        assert request.headers["authorization"] == f"Basic {login}"
        proof = hashlib.sha256(given["code_verifier"].encode()).digest()
        if given["code"] != "the-code" or self.asked["code_challenge"] != (
            base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        claims = {
            "iss": self.url, "aud": CLIENT, "sub": "1", "iat": int(time.time()),
            "exp": int(time.time()) + 300, "nonce": self.asked["nonce"], **self.claims,
        }  # fmt: skip
        token = jwt.encode(self.header, claims, self.signing)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": token})


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    made = Issuer()
    yield made
    made.server.stop()


@pytest.fixture
def site(issuer: Issuer, corpus: Corpus, store: Store) -> Iterator[str]:
    options = OidcOptions(issuer=issuer.url, client_id=CLIENT, client_secret=SECRET)
    server = Running(make_app(corpus, store, Settings(oidc=options, burst=1000)))
    yield server.url
    server.stop()


def log_in(site: str) -> tuple[httpx.Client, httpx.Response]:
    """Go there and back as a browser does."""
    browser = httpx.Client(follow_redirects=True)
    return browser, browser.get(f"{site}/api/oidc/login")


def test_there_and_back(site: str, store: Store) -> None:
    assert httpx.get(f"{site}/api/oidc").json() == {"offered": True}
    browser, answer = log_in(site)
    assert answer.status_code == 200 and "url=/" in answer.text
    me = browser.get(f"{site}/api/me").json()
    assert (me["name"], me["roles"]) == ("tess", ["transcriber"])
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("speechkit="))
    assert "HttpOnly" in cookie and "samesite=strict" in cookie.lower()
    with store.read() as db:
        last = db.query(AuditRow).order_by(AuditRow.number.desc()).first()
        assert (last.who, last.event, last.facts) == ("tess", "login", '{"by":"provider"}')
        assert findings(db) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://elsewhere.example"}, {"aud": "another editor"}, {"aud": [CLIENT, "another"]},
        {"exp": 1_000_000_000}, {"nonce": "another"}, {"preferred_username": None},
        {"preferred_username": "nobody"}, {"preferred_username": "root\x00"},
    ],
    ids=str,
)  # fmt: skip
def test_what_does_not_hold_is_refused(site: str, issuer: Issuer, wrong: dict[str, Any]) -> None:
    issuer.claims |= wrong
    browser, answer = log_in(site)
    assert answer.status_code == 403
    assert browser.get(f"{site}/api/me").status_code == 401


@pytest.mark.parametrize("how", ["another key", "a shared secret"])
def test_other_signatures_are_refused(site: str, issuer: Issuer, how: str) -> None:
    if how == "another key":
        issuer.signing = RSAKey.generate_key(2048, {"kid": "one"})
    else:
        issuer.signing, issuer.header = OctKey.import_key(SECRET * 2), {"alg": "HS256"}
    browser, answer = log_in(site)
    assert answer.status_code == 403
    assert browser.get(f"{site}/api/me").status_code == 401


def test_a_login_belongs_to_the_browser_that_began_it(site: str) -> None:
    began = httpx.Client()
    there = began.get(f"{site}/api/oidc/login").headers["location"]
    back = httpx.get(there).headers["location"]
    assert urlsplit(back).path == "/api/oidc/callback"
    assert httpx.get(back).status_code == 403  # somebody else was sent the link
    assert began.get(back).status_code == 200
    assert began.get(back).status_code == 403  # once


def test_a_flood_does_not_stop_those_on_their_way(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from speechkit.review.server import oidc

    monkeypatch.setattr(oidc, "_MOST_PENDING", 5)
    began = httpx.Client()
    there = began.get(f"{site}/api/oidc/login").headers["location"]
    later = [httpx.get(f"{site}/api/oidc/login").status_code for _ in range(70)]
    assert set(later[4:]) == {403, 429} and later[-1] == 429
    assert began.get(httpx.get(there).headers["location"]).status_code == 200


def test_a_closed_account_stays_closed(site: str, store: Store) -> None:
    with store.write() as db:
        db.query(User).filter_by(name="tess").one().disabled = True
    assert log_in(site)[1].status_code == 403


def test_without_a_provider_there_is_none(url: str) -> None:
    assert httpx.get(f"{url}/api/oidc").json() == {"offered": False}
    assert httpx.get(f"{url}/api/oidc/login").status_code == 404
    with pytest.raises(UsageError, match="https"):
        Provider(OidcOptions(issuer="http://x.example", client_id="a", client_secret="b"))
