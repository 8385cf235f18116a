"""Logging in through an OpenID provider: there, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from speechkit.review.access import RefusedError, UnknownError
from speechkit.review.accounts import log_in_as, same
from speechkit.review.server.account_routes import TooManyError, set_session
from speechkit.review.server.context import CurrentContext, ReviewContext
from speechkit.review.server.settings import OIDC_LOGIN

if TYPE_CHECKING:
    from speechkit.review.server.oidc import Provider

router = APIRouter(prefix="/api/oidc")

# Lax: it must come along when the provider sends the browser back. It only ties a login to a browser.
_COOKIE, _PATH = "speechkit-oidc", "/api/oidc"
# The session's own cookie is strict, so the first page is asked for from here, not from there.
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Log in</title>
<meta http-equiv="refresh" content="{seconds};url={to}"></head><body><p>{said} <a href="{to}">Go on</a></p>
</body></html>"""
_Text = Annotated[str, Query(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]


@router.get("")
def offered(context: CurrentContext) -> dict[str, bool]:
    """Say whether one can log in this way."""
    return {"offered": context.provider is not None}


@router.get("/login")
def begin(request: Request, context: CurrentContext) -> Response:
    """Send the browser to the provider; one address cannot fill the list of those on their way."""
    client = request.client.host if request.client else ""
    if not context.logins.allows(client):
        raise TooManyError("too many logins from here; wait a moment")
    url, state = _provider(context).begin(_back(request, context))
    response = RedirectResponse(url, 303)
    response.set_cookie(
        _COOKIE, state, max_age=OIDC_LOGIN, path=_PATH, httponly=True, samesite="lax",
        secure=context.settings.https,
    )  # fmt: skip
    return response


@router.get("/callback")
def finish(request: Request, context: CurrentContext, state: _Text, code: _Text = "") -> Response:
    """Open a session for who the provider says this is, if they have an account."""
    try:
        if not same(request.cookies.get(_COOKIE, ""), state) or not code:
            raise RefusedError("this login was not started in this browser; try again")
        name, subject = _provider(context).finish(code, state, _back(request, context))
        with context.store.write() as db:
            opened = log_in_as(db, name, subject)
        if opened is None:
            raise RefusedError("there is no account for you here")
    except RefusedError as error:
        response = HTMLResponse(_PAGE.format(seconds=10, to="/login", said=error), 403)
    else:
        response = HTMLResponse(_PAGE.format(seconds=0, to="/", said="You are logged in."))
        set_session(response, context, opened)
    response.delete_cookie(_COOKIE, path=_PATH)
    return response


def _provider(context: ReviewContext) -> Provider:
    if context.provider is None:
        raise UnknownError("log in with a name and a password here")
    return context.provider


def _back(request: Request, context: ReviewContext) -> str:
    """Where the provider sends the browser; the guard has checked the name it was asked under."""
    scheme = "https" if context.settings.https else "http"
    return f"{scheme}://{request.headers['host']}{_PATH}/callback"
