"""What can go wrong, said so that a person can act on it.

    SpeechkitError                 anything a user can mend; the command line prints it and stops
    ├── UsageError                 wrong name, option or argument              (exit code 2)
    ├── MissingExtraError          a package is not installed                  (exit code 3)
    ├── InputError                 one file or line cannot be used
    │   └── AudioError             one recording cannot be decoded
    ├── ModelError                 weights are absent or have the wrong digest
    └── StoreError                 the corpus folder cannot be read or written
        ├── BusyError              another process works on it
        └── DamagedError           one stored thing is gone or altered; the rest is well

A message says what, where and what to do next. It carries ids, paths and line numbers,
never what somebody said.
"""

from __future__ import annotations

import os
from collections.abc import Iterable


class SpeechkitError(Exception):
    """A user's problem. `exit_code` is what the command line ends with."""

    exit_code = 1


class UsageError(SpeechkitError):
    """A name, option or argument that does not exist or does not fit."""

    exit_code = 2


class MissingExtraError(SpeechkitError):
    """A package is needed that is not installed.

    >>> print(MissingExtraError("pyannote.audio", extra="diarize"))
    pyannote.audio is not installed; bring it with: pip install 'speechkit[diarize]'
    """

    exit_code = 3

    def __init__(self, package: str, *, extra: str) -> None:
        super().__init__(
            f"{package} is not installed; bring it with: pip install 'speechkit[{extra}]'"
        )


class InputError(SpeechkitError):
    """One file, line or value that cannot be used."""


class AudioError(InputError):
    """One recording that cannot be decoded."""


class ModelError(SpeechkitError):
    """Weights that are absent, incomplete or not the pinned ones."""


class StoreError(SpeechkitError):
    """A corpus folder that cannot be read or written."""


class BusyError(StoreError):
    """A corpus that another process works on."""


class DamagedError(StoreError):
    """One stored layer, session or recording that is gone or was altered."""


def describe(error: BaseException) -> str:
    """Name an unexpected error by kind and place, leaving out its message, which may quote text.

    With SPEECHKIT_DEBUG=1 the error is raised instead.
    """
    import traceback  # only unexpected errors need it

    if os.environ.get("SPEECHKIT_DEBUG"):
        raise error
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""  # noqa: PTH119
    return f"{type(error).__name__}{place}; set SPEECHKIT_DEBUG=1 to see all of it"


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
