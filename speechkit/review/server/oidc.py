"""Logging in through an OpenID provider: the code flow with PKCE, ID tokens verified by its keys.

OpenID Connect Core 1.0, sections 3.1.2 and 3.1.3.7; RFC 7636. The provider says who a person is; what
they may do stands in the account of that name, which is made on the command line.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from speechkit.core.errors import UsageError
from speechkit.review.access import RefusedError
from speechkit.review.server.settings import LOOPBACK, OIDC_LOGIN, OidcOptions

_MOST_PENDING = 10_000
_TOLD = 300.0  # seconds that the provider's description of itself is kept
_TIMEOUT = 10.0  # seconds for an answer of the provider
_LEEWAY = 60  # seconds that clocks may differ
# Signatures by the provider's own key only: never `none`, never a secret both sides know.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]


class _Begun(msgspec.Struct, frozen=True):
    nonce: str
    verifier: str
    until: float


class Provider:
    """One OpenID provider; logins that were begun are kept in memory."""

    def __init__(self, options: OidcOptions) -> None:
        parts = urlsplit(options.issuer)
        if parts.scheme != "https" and (parts.hostname or "") not in LOOPBACK:
            raise UsageError(f"--oidc-issuer {options.issuer}: a provider is reached over https")
        self._options = options
        self._begun: dict[str, _Begun] = {}
        self._lock = threading.Lock()
        self._known: tuple[float, dict[str, str]] | None = None

    def begin(self, redirect_uri: str) -> tuple[str, str]:
        """Return where to send the browser, and the state that comes back with it."""
        begun = _Begun(
            secrets.token_urlsafe(32), secrets.token_urlsafe(48), time.monotonic() + OIDC_LOGIN
        )
        where = self._told()["authorization_endpoint"]
        with self._client(redirect_uri) as client:
            url, state = client.create_authorization_url(
                where, nonce=begun.nonce, code_verifier=begun.verifier
            )
        with self._lock:
            now = time.monotonic()
            self._begun = {key: one for key, one in self._begun.items() if one.until > now}
            # Nobody who is on the way is thrown out for those who come later.
            if len(self._begun) >= _MOST_PENDING:
                raise RefusedError("too many people are logging in; try again in a few minutes")
            self._begun[state] = begun
        return url, state

    def finish(self, code: str, state: str, redirect_uri: str) -> tuple[str, str]:
        """Return who logged in: by the claim that names accounts, and as the provider's subject.

        Raises:
            RefusedError: if the login was not begun here, or the token does not hold.
        """
        with self._lock:
            begun = self._begun.pop(state, None)
        if begun is None or begun.until < time.monotonic():
            raise RefusedError("this login was not started here, or took too long; try again")
        told = self._told()
        try:
            with self._client(redirect_uri) as client:
                token = client.fetch_token(
                    told["token_endpoint"], code=code, code_verifier=begun.verifier
                )
                keys = KeySet.import_key_set(client.request(
                    "GET", told["jwks_uri"], withhold_token=True
                ).json())  # fmt: skip
            claims = jwt.decode(token["id_token"], keys, algorithms=_ALGORITHMS).claims
            jwt.JWTClaimsRegistry(
                leeway=_LEEWAY,
                iss={"essential": True, "value": self._options.issuer},
                aud={"essential": True, "value": self._options.client_id},
                exp={"essential": True},
                nonce={"essential": True, "value": begun.nonce},
                sub={"essential": True},
            ).validate(claims)
        except (AuthlibBaseError, JoseError, httpx.HTTPError, KeyError, ValueError) as error:
            raise RefusedError("the provider's answer does not hold; try again") from error
        if isinstance(claims["aud"], list) and claims.get("azp", "") != self._options.client_id:
            raise RefusedError("the provider's answer is for another person")
        name = claims.get(self._options.claim)
        if not isinstance(name, str) or not name:
            raise RefusedError(f"the provider does not say {self._options.claim!r} of you")
        if self._options.claim == "email" and claims.get("email_verified") is not True:
            raise RefusedError("the provider has not verified your email address")
        subject = hashlib.sha256(f"{self._options.issuer} {claims['sub']}".encode()).hexdigest()
        return name, subject

    def _client(self, redirect_uri: str) -> Any:
        return OAuth2Client(
            self._options.client_id,
            self._options.client_secret,
            scope="openid profile email",
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=_TIMEOUT,
        )

    def _told(self) -> dict[str, str]:
        """Return the provider's own description (OpenID Connect Discovery 1.0, section 4)."""
        if self._known is not None and self._known[0] > time.monotonic():
            return self._known[1]
        url = self._options.issuer.rstrip("/") + "/.well-known/openid-configuration"
        try:
            told: dict[str, str] = httpx.get(url, timeout=_TIMEOUT).raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise RefusedError("the provider cannot be reached; try again later") from error
        if told.get("issuer") != self._options.issuer:
            raise RefusedError("the provider calls itself by another name than --oidc-issuer")
        self._known = (time.monotonic() + _TOLD, told)
        return told
