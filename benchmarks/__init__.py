"""Figures, each printed by a command: `python -m benchmarks.<name>`."""

from speechkit.pipeline.machine import share_cores

share_cores()
