"""Engines are found by name; misspelt ones get close matches."""

import pytest

from speechkit.core.engines import make_engine, parse_options
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources


def test_a_misspelt_engine_gets_a_close_match() -> None:
    with pytest.raises(UsageError, match="did you mean faster-whisper"):
        make_engine("transcriber", "faster-wisper:base")


def test_a_misspelt_option_gets_a_close_match() -> None:
    with pytest.raises(UsageError, match="did you mean threads"):
        parse_options(Resources, {"thread": "2"}, "resources")


def test_an_option_that_does_not_fit_says_which() -> None:
    with pytest.raises(UsageError, match="threads"):
        parse_options(Resources, {"threads": "many"}, "resources")
