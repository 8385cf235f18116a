"""What every answer carries and every request must pass, before any route is reached."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from speechkit.review.server.limits import Bucket
from speechkit.review.server.names import is_named
from speechkit.review.server.settings import Settings

_LOG = logging.getLogger("uvicorn.error")

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "media-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
HEADERS = {
    "content-security-policy": _CSP,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "cache-control": "no-store",
}
_HSTS = "max-age=31536000; includeSubDomains"


class Guard:
    """ASGI middleware: known hosts, no cross-site requests, limits, security headers."""

    def __init__(self, app: App, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._bucket = Bucket(settings.requests_per_second, settings.burst)
        headers = dict(HEADERS)
        if settings.https:
            headers["strict-transport-security"] = _HSTS
        self._headers = [(k.encode(), v.encode()) for k, v in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = self._refusal(scope)
        guarded = self._guarded(send)
        if refused is None:
            try:
                await self._app(scope, _Limited(receive, self._settings.most_bytes), guarded)
            except Exception as error:
                _LOG.error("%s at %s", type(error).__name__, _place(error))
            return
        status, body = refused
        start = {"type": "http.response.start", "status": status}
        await guarded(start | {"headers": [(b"content-type", b"application/json")]})
        await guarded({"type": "http.response.body", "body": body})

    def _refusal(self, scope: Scope) -> tuple[int, bytes] | None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get(b"host", "")
        if not is_named(_without_port(host), self._settings.hosts):
            return 421, b'{"error":"the review editor is not served under that name; see --name"}'
        if scope["method"] not in ("GET", "HEAD"):
            site = headers.get(b"sec-fetch-site", "same-origin")
            origin = headers.get(b"origin")
            own = _same_origin(origin, host) or self._is_public(origin)
            if site not in ("same-origin", "none") or not own:
                return 403, b'{"error":"a request from another site"}'
        client = (scope.get("client") or ("",))[0]
        if not self._bucket.allows(client):
            return 429, b'{"error":"too many requests; wait a moment"}'
        length = headers.get(b"content-length", "0")
        if not length.isdecimal() or int(length) > self._settings.most_bytes:
            return 413, b'{"error":"the request is too large"}'
        return None

    def _is_public(self, origin: str | None) -> bool:
        """Say whether an origin is a name under which a proxy serves this, with a Host of its own."""
        scheme, _, host = (origin or "").partition("://")
        name = _without_port(host)
        return scheme == "https" and self._settings.https and is_named(name, self._settings.public)

    def _guarded(self, send: Send) -> Send:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in self._headers} | {b"server"}
                kept = [(n, v) for n, v in message.get("headers", []) if n.lower() not in own]
                message["headers"] = kept + self._headers
            await send(message)

        return guarded


class _Limited:
    """Ends a body that turns out longer than allowed, whatever its header says."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive, self._left = receive, most

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        return {"type": "http.disconnect"} if self._left < 0 else message


def _place(error: BaseException) -> str:
    """Return file and line where an error was raised."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return f"{last.tb_frame.f_code.co_filename}:{last.tb_lineno}" if last else "?"


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].lower()


def _same_origin(origin: str | None, host: str) -> bool:
    return origin is None or origin.partition("://")[2] == host
