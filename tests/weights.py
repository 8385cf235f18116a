"""Weights that some tests run, and `speechkit models fetch` does not bring unless they are named."""

from __future__ import annotations

import pytest

from speechkit.core.errors import ModelError
from speechkit.storage.models import resolve


def need_weights(name: str) -> None:
    """Skip a test whose weights are not on this machine."""
    try:
        resolve(name)
    except ModelError:
        pytest.skip(f"the weights of {name} are not here; run: speechkit models fetch {name}")
