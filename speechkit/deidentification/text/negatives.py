"""Words that are no identifiers though they look like names."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec


@cache
def negatives(language: str) -> frozenset[str]:
    """Return eponyms, brands, languages and days, folded, without possessives."""
    del language  # one list for all: an eponym is one in every language
    path = files("speechkit.deidentification.text") / "languages" / "common" / "negatives.toml"
    table = msgspec.toml.decode(path.read_bytes(), type=dict[str, str])
    return frozenset(word for part in table.values() for word in part.split())
