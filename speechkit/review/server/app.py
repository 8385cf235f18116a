"""The application: routes, pages, and what errors look like from outside."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from speechkit.core.errors import SpeechkitError, UsageError
from speechkit.review.access import RefusedError, UnknownError
from speechkit.review.edit import EditError
from speechkit.review.leases import LeaseError
from speechkit.review.operations import ReusedError, StaleError
from speechkit.review.server import (
    account_routes,
    oidc_routes,
    remark_routes,
    replace_routes,
    sound_routes,
    task_routes,
    team_routes,
)
from speechkit.review.server.context import NoSessionError, ReviewContext
from speechkit.review.server.security import App, Guard
from speechkit.review.server.settings import Settings
from speechkit.review.store import Store
from speechkit.storage.corpus import Corpus

_STATUS: dict[type[SpeechkitError], int] = {
    account_routes.TooManyError: 429,
    NoSessionError: 401,
    RefusedError: 403,
    UnknownError: 404,
    StaleError: 409,
    LeaseError: 409,
    ReusedError: 409,
    EditError: 422,
    UsageError: 422,
}
PAGES = {
    "/": "tasks.html",
    "/login": "login.html",
    "/password": "password.html",
    "/editor": "editor.html",
    "/lead": "lead.html",
    "/replace": "replace.html",
    "/accounts": "accounts.html",
    "/team": "team.html",
}


def make_app(corpus: Corpus, store: Store, settings: Settings = Settings()) -> App:  # noqa: B008
    """Return the ASGI application for one corpus."""
    return Guard(make_api(corpus, store, settings), settings)


def make_api(corpus: Corpus, store: Store, settings: Settings) -> FastAPI:
    """Return the routes without the guard around them."""
    # The framework's own pages of documentation would load scripts from elsewhere.
    api = FastAPI(title="speechkit review", docs_url=None, redoc_url=None, openapi_url=None)
    api.state.context = ReviewContext(corpus, store, settings)
    every = (
        account_routes,
        oidc_routes,
        team_routes,
        replace_routes,
        remark_routes,
        task_routes,
        sound_routes,
    )
    for routes in every:
        api.include_router(routes.router)
    web = Path(str(files("speechkit.review") / "web"))
    for address, page in PAGES.items():
        api.add_api_route(address, _page(web / page), include_in_schema=False)
    api.mount("/web", StaticFiles(directory=web))
    api.add_api_route("/healthz", lambda: {"ok": True}, include_in_schema=False)
    api.add_exception_handler(404, _not_found(web / "missing.html"))
    api.add_exception_handler(SpeechkitError, _refuse)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(IntegrityError, _collided)
    api.add_exception_handler(SQLAlchemyError, _unavailable)
    return api


def _page(path: Path) -> Callable[[], FileResponse]:
    def page() -> FileResponse:
        return FileResponse(path)

    return page


def _not_found(page: Path) -> Callable[[Request, Exception], Response]:
    def not_found(request: Request, error: Exception) -> Response:  # noqa: ARG001
        """Answer a browser that went astray with a page, a program with JSON."""
        if "text/html" in request.headers.get("accept", ""):
            return FileResponse(page, 404)
        return JSONResponse({"error": "there is nothing at this address"}, 404)

    return not_found


def _refuse(request: Request, error: Exception) -> Response:  # noqa: ARG001
    status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 400)
    body: dict[str, object] = {"error": str(error), "kind": type(error).__name__}
    if isinstance(error, StaleError):
        body |= {"base": error.base, "theirs": error.theirs}
    return Response(msgspec.json.encode(body), status, media_type="application/json")


def _invalid(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001
    """Say which fields are wrong; never what stood in them."""
    assert isinstance(error, RequestValidationError)
    fields = sorted({str(e["loc"][-1]) for e in error.errors()})
    return JSONResponse({"error": "the request is not as it should be", "fields": fields}, 422)


def _unavailable(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001
    """Say nothing of what the database said: it may quote what patients said."""
    said = "the database cannot take that at the moment; it is tried again"
    return JSONResponse({"error": said, "kind": "DatabaseError"}, 503)


def _collided(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001
    return JSONResponse(
        {"error": "two requests collided; try again", "kind": "CollisionError"}, 409
    )
