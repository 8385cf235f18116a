"""The recipes that come with speechkit: beside this file in a wheel, in `recipes/` of a checkout.

Either way they are imported by one name, `speechkit._recipes.NAME`.
"""

from pathlib import Path

_CHECKOUT = Path(__file__).parents[2] / "recipes"

if not any(Path(__file__).parent.glob("*/recipe.toml")) and _CHECKOUT.is_dir():
    __path__ = [str(_CHECKOUT)]
