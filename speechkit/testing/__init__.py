"""Contract tests for whoever writes an engine, a format, an executor, a normalizer or a recipe.

One line in a test of yours is enough: `demand_engine("transcriber", "mine")`, `demand_format("mine")`.
The same checks run over everything that speechkit installs, and behind `speechkit engines check`.
"""

from speechkit.testing.checks import Check, ContractError, NotChecked, Outcome
from speechkit.testing.engines import ENGINE_CHECKS, check_engine, demand_engine
from speechkit.testing.subject import Opened, opened

__all__ = [
    "ENGINE_CHECKS",
    "Check",
    "ContractError",
    "NotChecked",
    "Opened",
    "Outcome",
    "check_engine",
    "demand_engine",
    "opened",
]
