"""The tree of errors: every class is drawn, and reaches another process as what it is."""

from __future__ import annotations

import importlib
import pickle
import pkgutil
from collections.abc import Iterator

import pytest

import speechkit
from speechkit.core import errors
from speechkit.core.errors import MissingExtraError, SpeechkitError, describe


def _below(kind: type[SpeechkitError]) -> Iterator[type[SpeechkitError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


@pytest.fixture(scope="module")
def kinds() -> set[type[SpeechkitError]]:
    for module in pkgutil.walk_packages(speechkit.__path__, "speechkit."):
        if not module.name.startswith("speechkit._recipes") and "migrations" not in module.name:
            try:
                importlib.import_module(module.name)
            except ModuleNotFoundError as error:  # an extra that is not installed here
                assert not (error.name or "").startswith("speechkit"), error
    return {kind for kind in _below(SpeechkitError) if kind.__module__.startswith("speechkit.")}


def test_the_tree_names_every_class_of_the_package(kinds: set[type[SpeechkitError]]) -> None:
    assert len(kinds) > 10
    drawn = errors.__doc__ or ""
    assert sorted(kind.__name__ for kind in kinds if kind.__name__ not in drawn) == []


def test_every_error_comes_back_from_another_process_as_it_was(
    kinds: set[type[SpeechkitError]],
) -> None:
    for kind in {*kinds, SpeechkitError}:
        error = kind.__new__(kind, "what, where, what to do")
        error.__dict__["more"] = 3
        back = pickle.loads(pickle.dumps(error))
        assert type(back) is kind
        assert (str(back), back.exit_code) == (str(error), error.exit_code)
        assert back.__dict__ == {"more": 3}


def test_an_error_with_arguments_of_its_own_keeps_its_message() -> None:
    error = MissingExtraError("ray", extra="ray")
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), str(back), back.exit_code) == (MissingExtraError, str(error), 3)


def test_describe_names_an_error_also_while_debugging(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("", "1"):
        monkeypatch.setenv("SPEECHKIT_DEBUG", value)
        told = describe(ValueError("Ingrid Halvorsen"))
        assert told.startswith("ValueError") and "Ingrid" not in told
