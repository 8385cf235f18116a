"""PyArrow, which writes Parquet: an extra."""

from __future__ import annotations

from typing import Any

from speechkit.core.errors import MissingExtraError


def pyarrow() -> tuple[Any, Any]:
    """Return the modules `pyarrow` and `pyarrow.parquet`.

    Raises:
        MissingExtraError: if it is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError as error:
        raise MissingExtraError("pyarrow", extra="tables") from error
    return pa, pq
