"""What a check is, and how one is run: no test framework is needed for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

import msgspec

from speechkit.core.errors import SpeechkitError

Subject = TypeVar("Subject")


class ContractError(AssertionError):
    """A contract is broken. The message says how, and quotes nothing that was said."""


class NotChecked(Exception):  # noqa: N818  (nothing is wrong: there is nothing to check)
    """A check does not apply, or lacks something: weights, a clip."""


class Check(Generic[Subject]):
    """One promise, as a function that raises `ContractError` where it is broken."""

    def __init__(self, function: Callable[[Subject], None]) -> None:
        self.name = function.__name__.replace("_", " ")
        self._function = function

    def __call__(self, subject: Subject) -> None:
        """Raise ContractError if the promise is broken, NotChecked if it cannot be tried."""
        self._function(subject)

    def __repr__(self) -> str:
        return self.name


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a check: `problem` where the contract is broken, `skipped` where it was not
    tried and why; both empty where it holds."""

    check: str
    problem: str = ""
    skipped: str = ""


def expect(condition: object, message: str) -> None:
    """Raise ContractError with the message unless the condition holds."""
    if not condition:
        raise ContractError(message)


def expect_refused(what: str, call: Callable[[], object]) -> None:
    """Expect a call to be refused with an error that a user can act on."""
    try:
        call()
    except SpeechkitError:
        return
    except Exception as error:
        raise ContractError(
            f"{what} ends in a {type(error).__name__}; raise UsageError or InputError"
        ) from error
    raise ContractError(f"{what} is accepted; raise UsageError or InputError")


def outcomes(checks: Iterable[Check[Subject]], subject: Subject) -> tuple[Outcome, ...]:
    """Run every check, whatever the others say."""
    return tuple(_outcome(check, subject) for check in checks)


def demand(results: Iterable[Outcome]) -> None:
    """Raise one ContractError that lists every broken promise, if there is one."""
    broken = [f"{each.check}: {each.problem}" for each in results if each.problem]
    expect(not broken, "\n".join(broken))


def _outcome(check: Check[Subject], subject: Subject) -> Outcome:
    try:
        check(subject)
    except ContractError as error:
        return Outcome(check=check.name, problem=str(error))
    except NotChecked as error:
        return Outcome(check=check.name, skipped=str(error))
    except SpeechkitError as error:
        return Outcome(check=check.name, problem=str(error))
    except Exception as error:  # of an engine of others: it may quote what was said
        return Outcome(check=check.name, problem=f"ends in a {type(error).__name__}")
    return Outcome(check=check.name)
