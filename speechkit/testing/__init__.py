"""Contract tests for whoever writes an engine, a format, a normalizer or a recipe.

One line in a test of yours is enough: `demand_engine("transcriber", "mine")`, `demand_format("mine")`.
The same checks run over everything that speechkit installs, and behind `speechkit engines check`.
"""

from speechkit.testing.checks import Check, ContractError, NotChecked, Outcome
from speechkit.testing.engines import ENGINE_CHECKS, check_engine, demand_engine
from speechkit.testing.formats import FORMAT_CHECKS, check_format, demand_format
from speechkit.testing.normalizers import NORMALIZER_CHECKS, check_normalizer, demand_normalizer
from speechkit.testing.recipes import RECIPE_CHECKS, check_recipe, demand_recipe
from speechkit.testing.sounds import read_clip
from speechkit.testing.subject import Opened, opened

__all__ = [
    "ENGINE_CHECKS",
    "FORMAT_CHECKS",
    "NORMALIZER_CHECKS",
    "RECIPE_CHECKS",
    "Check",
    "ContractError",
    "NotChecked",
    "Opened",
    "Outcome",
    "check_engine",
    "check_format",
    "check_normalizer",
    "check_recipe",
    "demand_engine",
    "demand_format",
    "demand_normalizer",
    "demand_recipe",
    "opened",
    "read_clip",
]
