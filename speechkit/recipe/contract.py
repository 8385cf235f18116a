"""What a recipe says about its corpus: `recipe.toml`, read without running any code."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from speechkit.core.errors import InputError

CONTRACT = "recipe.toml"


class Download(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An archive (`.zip`, `.tar.gz`) to unpack, or a file to keep, and its digest where known."""

    url: str
    sha256: str = ""


class RecipeOption(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An option of `prepare`: what it means, and its default."""

    meaning: str
    default: str = ""


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a recipe says about its corpus.

    Attributes:
        name: as the folder is called.
        title: one line.
        kind: `audio`, or `text` where there are dialogues but no sound.
        licence: of the data, SPDX where it has an id; not that of the recipe.
        access: `included`, `open` (anybody may download it), `registration` (after accepting
            terms), `own` (your own recordings).
        how: how to get it, in a sentence.
        layout: the files that `prepare` reads, as the corpus is published.
        languages: ISO 639 codes.
        expect: what comes out, by topic.
        options: what `speechkit run --option NAME=VALUE` may set.
        pipeline: settings for `speechkit run --set`.
        download: what `speechkit recipe download` fetches.
    """

    name: str
    title: str
    kind: Literal["audio", "text"] = "audio"
    licence: str
    access: Literal["included", "open", "registration", "own"]
    how: str
    homepage: str = ""
    citation: str = ""
    layout: str = ""
    languages: tuple[str, ...] = ()
    accents: tuple[str, ...] = ()
    clinical: bool = False
    expect: dict[str, str] = {}
    options: dict[str, RecipeOption] = {}
    pipeline: dict[str, str] = {}
    download: tuple[Download, ...] = ()


def read_contract(folder: Path, name: str) -> Recipe:
    """Read the contract in a recipe's folder.

    Raises:
        InputError: if it is malformed, or is another recipe's.
    """
    path = folder / CONTRACT
    try:
        recipe = msgspec.toml.decode(path.read_bytes(), type=Recipe)
    except (OSError, msgspec.MsgspecError) as error:
        raise InputError(f"{path}: not a recipe's contract: {error}") from error
    if recipe.name != name:
        raise InputError(
            f"{path}: says it is {recipe.name!r}; a recipe has the name of its folder or entry point"
        )
    return recipe
