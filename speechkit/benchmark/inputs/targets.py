"""A file that says who should be in a benchmark: a row `field,value,share` a group of people."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.formats import read_text


def read_targets(path: Path) -> dict[str, dict[str, float]]:
    """Read a CSV with the columns field, value and share (0.12 or 12%) → shares by field and value.

    Raises:
        InputError: for missing columns, a share that is none, or shares of a field over 1.
    """
    reader = csv.DictReader(io.StringIO(read_text(path)))
    if not {"field", "value", "share"} <= set(reader.fieldnames or ()):
        raise InputError(f"{path}: needs the columns field, value and share")
    targets: dict[str, dict[str, float]] = {}
    for row in reader:
        field, value = (row["field"] or "").strip(), (row["value"] or "").strip()
        targets.setdefault(field, {})[value] = _share(row["share"] or "", path, reader.line_num)
    for field, shares in targets.items():
        if sum(shares.values()) > 1 + 1e-6:
            raise InputError(f"{path}: the shares of {field} add up to more than 1")
    return targets


def _share(text: str, path: Path, line: int) -> float:
    text = text.strip()
    try:
        share = float(text.rstrip("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise InputError(
            f"{path}, line {line}: a share must be a number from 0 to 1, or a percentage"
        )
    return share
