"""The toys of the fault tests, for the tests of the command line."""

from __future__ import annotations

import sys
from pathlib import Path

TOYS = str(Path(__file__).parent.parent / "faults")
if TOYS not in sys.path:
    sys.path.insert(0, TOYS)
