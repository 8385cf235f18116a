"""What every recipe promises, without the corpus that it is for."""

from __future__ import annotations

import inspect
import tempfile
from pathlib import Path

from speechkit.core.errors import SpeechkitError, UsageError
from speechkit.recipe.discovery import LoadedRecipe, load_recipe
from speechkit.testing.checks import (
    Check,
    ContractError,
    NotChecked,
    Outcome,
    demand,
    expect,
    outcomes,
)


def it_prepares_or_builds(subject: LoadedRecipe) -> None:
    """Its module turns files into a table, or makes recordings of its own."""
    expect(
        hasattr(subject.module, "prepare") or hasattr(subject.module, "build"),
        "its module has neither `prepare` nor `build`",
    )


def it_says_how_to_get_the_corpus(subject: LoadedRecipe) -> None:
    """Title, licence, access and how to get it are there."""
    contract = subject.contract
    expect(contract.title and contract.licence, "title or licence is empty")
    expect(contract.how or contract.access == "included", "nothing says how to get it")


def its_options_are_those_of_prepare(subject: LoadedRecipe) -> None:
    """Each option of the contract is a keyword of `prepare`, and the other way round."""
    if not subject.prepares:
        raise NotChecked("it prepares nothing")
    parameters = inspect.signature(subject.module.prepare).parameters.values()
    keywords = {each.name for each in parameters if each.kind is each.KEYWORD_ONLY}
    declared = set(subject.contract.options)
    expect(keywords == declared, f"options that differ: {sorted(keywords ^ declared)}")


def a_folder_without_the_corpus_is_refused(subject: LoadedRecipe) -> None:
    """An empty folder ends in an error that a user can act on."""
    if not subject.prepares:
        raise NotChecked("it prepares nothing")
    with tempfile.TemporaryDirectory() as folder:
        raw, dest = Path(folder) / "raw", Path(folder) / "dest"
        raw.mkdir()
        dest.mkdir()
        try:
            subject.prepare(raw, dest, {})
        except SpeechkitError:
            return
        except Exception as error:
            raise ContractError(
                f"an empty folder ends in a {type(error).__name__}; raise InputError"
            ) from error
    raise ContractError("an empty folder is accepted")


def unknown_options_are_refused(subject: LoadedRecipe) -> None:
    """A misspelled option is a UsageError."""
    if not subject.prepares:
        raise NotChecked("it prepares nothing")
    with tempfile.TemporaryDirectory() as folder:
        try:
            subject.prepare(Path(folder), Path(folder), {"no_such_option": "1"})
        except UsageError:
            return
    raise ContractError("an unknown option is accepted")


RECIPE_CHECKS: tuple[Check[LoadedRecipe], ...] = (
    Check(it_prepares_or_builds),
    Check(it_says_how_to_get_the_corpus),
    Check(its_options_are_those_of_prepare),
    Check(a_folder_without_the_corpus_is_refused),
    Check(unknown_options_are_refused),
)


def check_recipe(name: str) -> tuple[Outcome, ...]:
    """Try all that a recipe promises.

    Raises:
        UsageError: if there is no such recipe.
        InputError: if its contract is malformed.
    """
    return outcomes(RECIPE_CHECKS, load_recipe(name))


def demand_recipe(name: str) -> None:
    """Do as `check_recipe`, and raise a ContractError that lists what is broken."""
    demand(check_recipe(name))
