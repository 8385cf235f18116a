"""Titles of people in any language: the table `languages/common/titles.toml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec


@cache
def _table() -> dict[str, str]:
    path = files("speechkit.deidentification.text") / "languages" / "common" / "titles.toml"
    return msgspec.toml.decode(path.read_bytes(), type=dict[str, str])


@cache
def title_abbreviations() -> frozenset[str]:
    """Return titles that are written short, folded, without their full stop."""
    return frozenset(_table()["abbreviations"].split())


@cache
def title_words() -> frozenset[str]:
    """Return titles that are words of their own, folded."""
    return frozenset(_table()["words"].split())
