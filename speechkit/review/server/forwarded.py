"""Which address a request comes from, when a proxy says so: the last entry of X-Forwarded-For alone.

uvicorn's own way goes past entries that it trusts: to whoever sits on the proxy's machine, it would
believe what they made up.
"""

from __future__ import annotations

from speechkit.review.server.security import App, Receive, Scope, Send


class LastHop:
    """ASGI middleware: takes the client's address from the proxies of these addresses."""

    def __init__(self, app: App, proxies: tuple[str, ...]) -> None:
        self._app, self._proxies = app, proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (scope.get("client") or ("",))[0] in self._proxies:
            said = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
            last = said[-1].decode("latin-1").rpartition(",")[2].strip() if said else ""
            if last:
                scope = {**scope, "client": (last, 0)}
        await self._app(scope, receive, send)
