"""Canonical JSON against the rfc8785 package, over what speechkit stores."""

import math
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from speechkit.core.digest import canonical_json, digest_bytes, digest_file

KEYS = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
NUMBERS = st.floats(-1e6, 1e6).map(lambda x: round(x, 4)) | st.integers(-(2**53) + 1, 2**53 - 1)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=20
)


@given(VALUES)
def test_canonical_json_is_rfc_8785(value) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_json_cannot_hold_are_refused(value) -> None:
    with pytest.raises(ValueError, match="canonical JSON"):
        canonical_json({"a": [value]})


def test_a_file_has_the_digest_of_its_bytes(tmp_path: Path) -> None:
    data = bytes(range(256)) * 8192  # more than one piece of 1 MiB
    (tmp_path / "a").write_bytes(data)
    assert digest_file(tmp_path / "a") == digest_bytes(data)
