"""Writes the reference pages of the handbook: `python -m speechkit.cli.reference [DOCS]`.

docs/cli.md comes from the commands, docs/api.md from the docstrings, docs/recipes.md from the
recipes' contracts, docs/formats.md from the formats that are installed. A test holds them to it.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

import speechkit
from speechkit import api
from speechkit.cli.formats_page import formats_page
from speechkit.cli.main import VERBS, cli
from speechkit.recipe.discovery import read_recipe, recipe_names
from speechkit.storage.files import write_bytes

_WIDTH = 96
_NOTE = "<!-- written by: python -m speechkit.cli.reference -->\n\n"


def cli_page() -> str:
    """Return docs/cli.md: the help of every command."""
    parts = [
        "# Commands\n\n" + _NOTE + "Data goes to stdout, progress to stderr. Exit codes: 0 done, "
        "1 some items failed, 2 wrong use, 3 an extra is missing.\n"
    ]
    for verb, about in VERBS.items():
        parts.append(f"\n## speechkit {verb}\n\n{about[0].upper()}{about[1:]}.\n")
        command = cli.get_command(click.Context(cli), verb)
        assert command is not None
        parts += [
            f"\n```\n{_help(name, each)}\n```\n"
            for name, each in _commands(f"speechkit {verb}", command)
        ]
    return "".join(parts)


def api_page() -> str:
    """Return docs/api.md: what is stable, and the functions of `speechkit` with their docstrings."""
    others = ", ".join(
        f"`{name}`"
        for name in speechkit.__all__
        if not inspect.isfunction(getattr(speechkit, name)) and not name.startswith("_")
    )
    parts = [_API.replace("OTHERS", others)]
    for name, function in vars(api).items():
        if inspect.isfunction(function) and not name.startswith("_"):
            if function.__module__ == api.__name__:
                signature = str(inspect.signature(function)).replace("'", "")
                text = inspect.getdoc(function) or ""
                parts.append(f"\n## {name}\n\n```python\n{name}{signature}\n```\n\n")
                parts.append(f"```text\n{text}\n```\n")
    return "".join(parts)


def recipes_page() -> str:
    """Return docs/recipes.md: a table of the recipes, and how one is used and written."""
    rows = []
    for name in recipe_names():
        recipe = read_recipe(name)
        title = f"[{recipe.title}]({recipe.homepage})" if recipe.homepage else recipe.title
        languages = ", ".join(recipe.languages)
        kind = f"{recipe.kind}, clinical" if recipe.clinical else recipe.kind
        rows.append(
            f"| `{name}` | {title} | {kind} | {languages} | {recipe.licence} | {recipe.access} |\n"
        )
    return _RECIPES.replace("ROWS\n", "".join(rows))


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli_page,
    "api.md": api_page,
    "recipes.md": recipes_page,
    "formats.md": lambda: formats_page(_NOTE),
}


def _commands(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield name, command
        return
    for inner in command.list_commands(click.Context(command)):
        each = command.get_command(click.Context(command), inner)
        assert each is not None
        yield from _commands(f"{name} {inner}", each)


def _help(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name, max_content_width=_WIDTH)
    context.terminal_width = _WIDTH
    context.help_option_names = ["-h", "--help"]
    return command.get_help(context)


_API = f"""# Functions

{_NOTE}All of them are attributes of `speechkit`; heavy parts load when a function is called.

What is stable: within a minor version (0.2.x), these keep their names, arguments and meaning, and what
is renamed goes on working under its old name for one minor version.

- The functions below, and the types and errors beside them: OTHERS.
- The commands, their options and exit codes, and what `--json` prints ([cli.md](cli.md)).
- The files that are written for others: releases (every schema version goes on being read), transcripts,
  `redactions.json`, the results of `bench score --json`.
- What extensions are written with: the names that `speechkit.core`, `speechkit.formats`,
  `speechkit.recipe`, `speechkit.pipeline` and `speechkit.testing` list in `__all__`, and the entry point
  groups `speechkit.engines`, `speechkit.formats`, `speechkit.normalizers`, `speechkit.recognizers`,
  `speechkit.recipes` and `speechkit.executors`.

Everything else may change with any version.
"""

_RECIPES = f"""# Recipes

{_NOTE}A recipe knows a corpus as it is published, and turns it into what `speechkit ingest` takes:
a table with a line a recording, and references beside it. Access: `included`, `open` (anybody may
download it), `registration` (terms to accept first), `own` (your own recordings).

| recipe | corpus | kind | languages | license | access |
|---|---|---|---|---|---|
ROWS

In one go: the corpus is downloaded to `raw/fsdd`, or lies where `--raw` says; table and references
go to `prepared/fsdd`, the recordings to `corpora/fsdd`. The same `--limit` takes the same
recordings, spread over speakers and accents, and a larger one takes them too.

```sh
speechkit run --recipe fsdd --limit 20
speechkit recipe run ami --raw ami-published
```

Step by step, to look at the table before anything is ingested:

```sh
speechkit recipe show primock57
speechkit recipe download fsdd raw/fsdd
speechkit recipe prepare fsdd raw/fsdd prepared/fsdd
speechkit ingest raw/fsdd --corpus corpora/fsdd --metadata prepared/fsdd/table.csv --only-listed
speechkit run corpora/fsdd
```

`prepare` changes nothing in the raw folder and refuses a folder that is not that corpus. A corpus
of text gives `dialogues.jsonl` and a reference a dialogue, which `speechkit bench` reads; `run`
replaces what identifies people and writes `prepared/NAME/redacted.jsonl`. Layouts are those that the
corpora's own pages describe; where no data was at hand, the recipe was only tried on its invented fixture.
Looked for and left out, as nothing says how their files lie: [HoMed](https://homed.ruhosting.nl/)
(Dutch consultations that stay at Nivel) and [BEA](https://fonetika.nytud.hu/bea-beszelt-nyelvi-adatbazis/)
(Hungarian, given out on request).

Run on real files, each to a verified release and a page (`speechkit run --recipe NAME --raw … --limit N`,
then the two lines that it prints; Whisper base, a part of each corpus):

| recipe | run | released | WER, DER | withheld, as |
|---|---|---|---|---|
| `fsdd` | 24 | 3 | 54 % | too much of a draft of one digit is probably wrong |
| `asterisk_prompts` | 30 | 19 | 16 % | 6 are in languages without tables, 5 drafts probably wrong |
| `alnum_phi_accents` | 8 | 4 | above 100 % | 4 drafts probably wrong: names are spelled, the prompt is not |
| `ami` | 2 | 1 | DER 39 % | 1 draft probably wrong |
| `primock57` (text) | 25 | – | – | de-identified; two published systems scored: 13 %, 55 % |

## Your own recordings

```sh
speechkit run --recipe local --raw recordings --option language=en --option consent=clinic-2026
speechkit run --recipe local --raw recordings --option table=visits.xlsx \\
  --option columns=accent=origin,site=ward
speechkit run --recipe local --raw dictations --option preset=dictation --option language=de --watch 30
```

`preset` is `ambient` (a microphone in the room), `telehealth` (two channels, the doctor on the
first) or `dictation` (one speaker). With `table` (CSV, Excel, Parquet, JSON) only files that it names
are taken. `--watch` goes on looking: a new file is run once it has kept still that many seconds.

## Write one

A folder in `recipes/` with

- `recipe.toml`: name, title, license, access, how to get it, homepage, citation, layout, languages,
  accents, what to expect, options with their meaning and default, settings for the pipeline, what to
  download. It is read without running any code.
- `__init__.py` with `prepare(raw, dest, *, option="default") -> Prepared`, which hands clips to
  `speechkit.recipe.write_prepared`. Its keyword arguments are the options of `recipe.toml`.
- `tests/recipes/corpora/<name>/`: an invented corpus in the real layout, and the golden manifest. A
  recipe without them fails the tests.

A package of your own names its module under the entry point group `speechkit.recipes`, and has
`recipe.toml` beside `__init__.py`.
"""


def main() -> None:
    """Write all pages."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs")
    for name, page in PAGES.items():
        write_bytes(folder / name, page().encode())


if __name__ == "__main__":
    main()
