"""Figures, each printed by a command: `python -m benchmarks.<name>`."""

import os

# As the command line does; read by the OpenMP runtimes when they load.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("KMP_BLOCKTIME", "0")
