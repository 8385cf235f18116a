"""Figures, each printed by a command: `python -m benchmarks NAME`, or `make bench-NAME`.

The folders are the rooms that are measured; `fixtures/` is what they share. Results that the handbook
shows are kept as data in `results/`.
"""

from pathlib import Path

from speechkit.core.arithmetic import settle

ROOT = Path(__file__).parents[1]

settle()
