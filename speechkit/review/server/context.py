"""What the routes share: the corpus, its database, the settings, who is asking."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from speechkit.core.errors import MissingExtraError, SpeechkitError
from speechkit.core.types import Session
from speechkit.governance.gate import Asking, Gate
from speechkit.review.access import RefusedError, hides
from speechkit.review.accounts import Person, same, touch, who_is
from speechkit.review.server.limits import Bucket, Failures
from speechkit.review.server.settings import OidcOptions, Settings
from speechkit.review.sound import redacted_copy
from speechkit.review.store import Store
from speechkit.storage.corpus import Corpus

if TYPE_CHECKING:
    from speechkit.review.server.oidc import Provider

_TOUCH_EVERY = 60.0  # seconds


class NoSessionError(SpeechkitError):
    """Nobody is logged in."""


class CsrfError(RefusedError):
    """The page was loaded in another session: it must ask who is logged in now."""


class ReviewContext:
    """One corpus being reviewed."""

    def __init__(self, corpus: Corpus, store: Store, settings: Settings) -> None:
        self.corpus, self.store, self.settings = corpus, store, settings
        self.failures = Failures(settings.failed_logins, settings.failed_logins_window)
        # Many people may share an address: a proxy's, an office's.
        self.failures_from = Failures(20 * settings.failed_logins, settings.failed_logins_window)
        # Each login that is begun is kept for ten minutes.
        self.logins = Bucket(settings.logins_per_second, settings.logins_at_once)
        self.provider = _provider(settings.oidc) if settings.oidc else None

    def session_for(self, person: Person, recording: str) -> Session:
        """Return the session of a recording that the person has some right to hear.

        Raises:
            RefusedError: if they may hear the redacted copy only, and there is none; or if the
                consent, as it is now, does not permit it.
        """
        session = self.corpus.session(recording)
        gate = Gate(self.corpus.root, Asking(role="transcriptionist"))
        if reason := gate.refuse(session.recording, "listen", session.recording.phi):
            raise RefusedError(f"{recording} may not be opened: {reason}")
        if hides(person) and redacted_copy(self.corpus, session) is None:
            raise RefusedError(
                "there is no redacted copy of this recording that passed its check; only people who may "
                "hear unredacted audio can open it"
            )
        return session


def _provider(options: OidcOptions) -> Provider:
    """Return the provider.

    Raises:
        MissingExtraError: if what it takes is not installed.
    """
    try:
        from speechkit.review.server.oidc import Provider
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "authlib", extra="oidc") from error
    return Provider(options)


def is_touch(request: Request) -> bool:
    """Say whether a request comes from something that a person did."""
    asked = request.url.path.rpartition("/")[2]
    if asked == "heartbeat":  # the page says whether it was touched since the last one
        return request.headers.get("x-touched") == "1"
    return asked not in ("audio", "peaks", "me", "words", "preferences")


def get_context(request: Request) -> ReviewContext:
    """Return what the application shares."""
    context: ReviewContext = request.app.state.context
    return context


def get_person(request: Request, context: Annotated[ReviewContext, Depends(get_context)]) -> Person:
    """Return who is asking; what changes something needs the session's CSRF token as well.

    Raises:
        NoSessionError, RefusedError
    """
    token = request.cookies.get(context.settings.cookie, "")
    with context.store.read() as db:
        found = who_is(db, token, context.settings.idle)
    if found is None:
        raise NoSessionError("log in first")
    person, csrf, seen = found
    if request.method not in ("GET", "HEAD"):
        if not same(request.headers.get("x-csrf-token", ""), csrf):
            raise CsrfError("the request lacks this session's CSRF token; reload the page")
    # What a page asks for by itself is not a sign that a person is there.
    if is_touch(request) and time.time() - seen > min(_TOUCH_EVERY, context.settings.idle / 4):
        with context.store.write() as db:
            touch(db, token)
    return person


CurrentContext = Annotated[ReviewContext, Depends(get_context)]
CurrentPerson = Annotated[Person, Depends(get_person)]
