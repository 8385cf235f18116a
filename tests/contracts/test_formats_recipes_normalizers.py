"""Every format, recipe and normalizer that is installed keeps the contract of its kind."""

from __future__ import annotations

from typing import Any

import pytest

from speechkit.benchmark.normalize import names, normalizer_for
from speechkit.formats import find_transcript_format, transcript_formats
from speechkit.recipe.discovery import load_recipe, recipe_names
from speechkit.testing import FORMAT_CHECKS, NORMALIZER_CHECKS, RECIPE_CHECKS, Check, NotChecked


def keeps(check: Check[Any], subject: Any) -> None:
    try:
        check(subject)
    except NotChecked as reason:
        pytest.skip(str(reason))


@pytest.mark.parametrize("check", FORMAT_CHECKS, ids=repr)
@pytest.mark.parametrize("name", transcript_formats())
def test_format(name: str, check: Check[Any]) -> None:
    keeps(check, find_transcript_format(name))


@pytest.mark.parametrize("check", RECIPE_CHECKS, ids=repr)
@pytest.mark.parametrize("name", recipe_names())
def test_recipe(name: str, check: Check[Any]) -> None:
    keeps(check, load_recipe(name))


@pytest.mark.parametrize("check", NORMALIZER_CHECKS, ids=repr)
@pytest.mark.parametrize("name", names())
def test_normalizer(name: str, check: Check[Any]) -> None:
    keeps(check, normalizer_for("en", name))
