"""Recipes: known corpora as data. What a recipe is written with, found and loaded by.

A recipe's module imports `Clip`, `Dialogue`, `Prepared`, `write_prepared` and the readers of
published corpora; `load_recipe(name)` returns one with its code.
"""

from typing import TYPE_CHECKING

from speechkit.core.lazy import lazy_names

if TYPE_CHECKING:
    from speechkit.recipe.contract import Download, Recipe, RecipeOption
    from speechkit.recipe.discovery import (
        LoadedRecipe,
        load_recipe,
        read_recipe,
        recipe_names,
        recipes_folder,
    )
    from speechkit.recipe.download import download_recipe
    from speechkit.recipe.prepared import (
        TABLE,
        Clip,
        Dialogue,
        Prepared,
        keep_sound,
        write_prepared,
    )
    from speechkit.recipe.published import (
        audio_below,
        find_one,
        read_pairs,
        read_parquet,
        read_rows,
    )

__all__ = [
    "TABLE",
    "Clip",
    "Dialogue",
    "Download",
    "LoadedRecipe",
    "Prepared",
    "Recipe",
    "RecipeOption",
    "audio_below",
    "download_recipe",
    "find_one",
    "keep_sound",
    "load_recipe",
    "read_pairs",
    "read_parquet",
    "read_recipe",
    "read_rows",
    "recipe_names",
    "recipes_folder",
    "write_prepared",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "Clip": "prepared",
        "Dialogue": "prepared",
        "Download": "contract",
        "LoadedRecipe": "discovery",
        "Prepared": "prepared",
        "Recipe": "contract",
        "RecipeOption": "contract",
        "TABLE": "prepared",
        "audio_below": "published",
        "download_recipe": "download",
        "find_one": "published",
        "keep_sound": "prepared",
        "load_recipe": "discovery",
        "read_pairs": "published",
        "read_parquet": "published",
        "read_recipe": "discovery",
        "read_rows": "published",
        "recipe_names": "discovery",
        "recipes_folder": "discovery",
        "write_prepared": "prepared",
    },
)
