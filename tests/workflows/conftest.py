"""The toys of the fault tests, and a PostgreSQL server for what is withdrawn from it."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.postgres import postgresql  # noqa: F401  a fixture

TOYS = str(Path(__file__).parent.parent / "faults")
if TOYS not in sys.path:
    sys.path.insert(0, TOYS)
