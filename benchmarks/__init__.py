"""Figures, each printed by a command: `python -m benchmarks.<name>`."""

from speechkit.core.machine import share_cores

share_cores()
