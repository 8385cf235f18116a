"""What can go wrong, said so that a person can act on it.

    SpeechkitError                 anything a user can mend; the command line prints it and stops
    ├── UsageError                 wrong name, option or argument              (exit code 2)
    ├── MissingExtraError          a package is not installed                  (exit code 3)
    ├── InputError                 one file or line cannot be used
    │   ├── AudioError             one recording cannot be decoded
    │   ├── BadLineError           a line of a text file is not a document     (exit code 2)
    │   ├── EditError              an edit does not fit the line it is for
    │   └── OverBudgetError        a recognizer that is paid would cost more than was allowed
    ├── ModelError                 weights are absent, incomplete or unpinned
    │   └── WrongDigestError       weights are not the pinned ones
    ├── StoreError                 the corpus folder cannot be read or written
    │   ├── BusyError              another process works on it
    │   ├── DamagedError           one stored thing is gone or altered; the rest is well
    │   └── NothingToReleaseError  no recording of a corpus may be released
    └── in the review editor       RefusedError (not permitted; TooManyError: too many logins;
                                   CsrfError: the page is of another session),
                                   UnknownError (no such thing), NoSessionError (not logged in),
                                   LeaseError (another person works on it), StaleError (the line
                                   has changed), ReusedError (an edit's id was used before)

A message says what, where and what to do next. It carries ids, paths and line numbers, never what
somebody said. Errors are told apart by class, never by wording, and may be pickled: a worker's
error reaches the process that asked for the work as what it is.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any


class SpeechkitError(Exception):
    """A user's problem. `exit_code` is what the command line ends with."""

    exit_code = 1

    def __reduce__(self) -> tuple[Any, ...]:
        # Whatever arguments a class takes, what it made of them is in `args` and its attributes.
        return _made_again, (type(self), self.args), self.__dict__


def _made_again(kind: type[SpeechkitError], arguments: tuple[Any, ...]) -> SpeechkitError:
    return kind.__new__(kind, *arguments)


class UsageError(SpeechkitError):
    """A name, option or argument that does not exist or does not fit."""

    exit_code = 2


class MissingExtraError(SpeechkitError):
    """A package is needed that is not installed: one of our `extra`, or a `requirement` of its own.

    >>> print(MissingExtraError("pyannote.audio", extra="diarize"))
    pyannote.audio is not installed; install it with: pip install 'speechkit[diarize]'
    """

    exit_code = 3

    def __init__(self, package: str, *, extra: str = "", requirement: str = "") -> None:
        wanted = requirement or f"speechkit[{extra}]"
        super().__init__(f"{package} is not installed; install it with: pip install '{wanted}'")


class InputError(SpeechkitError):
    """One file, line or value that cannot be used."""


class AudioError(InputError):
    """One recording that cannot be decoded."""


class ModelError(SpeechkitError):
    """Weights that are absent, incomplete or not the pinned ones."""


class WrongDigestError(ModelError):
    """Weights whose bytes are not the pinned ones."""


class StoreError(SpeechkitError):
    """A corpus folder that cannot be read or written."""


class BusyError(StoreError):
    """A corpus that another process works on."""


class DamagedError(StoreError):
    """One stored layer, session or recording that is gone or was altered."""


class NothingToReleaseError(StoreError):
    """A corpus no recording of which may be released."""


def describe(error: BaseException) -> str:
    """Name an unexpected error by kind and place, leaving out its message, which may quote text."""
    import traceback  # only unexpected errors need it

    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""  # noqa: PTH119
    return f"{type(error).__name__}{place}; set SPEECHKIT_DEBUG=1 to see all of it"


def is_debugging() -> bool:
    """Say whether unexpected errors are to be raised whole: SPEECHKIT_DEBUG is set."""
    return bool(os.environ.get("SPEECHKIT_DEBUG"))


def did_you_mean(wanted: str, known: Iterable[str]) -> str:
    """Return a hint for a misspelt name, then what there is.

    >>> did_you_mean("pyanote", ["pyannote", "channels"])
    'did you mean pyannote? (there is: channels, pyannote)'
    >>> did_you_mean("x", ["pyannote"])
    'there is: pyannote'
    """
    import difflib  # only misspelt names need it

    names = sorted(known)
    there_is = f"there is: {', '.join(names) or 'none'}"
    close = difflib.get_close_matches(wanted, names, n=1)
    return f"did you mean {close[0]}? ({there_is})" if close else there_is
