"""From a recipe to a corpus that can be run: get the files, prepare them, ingest them.

raw/NAME         the corpus as published, or where it is downloaded to
prepared/NAME    table and references; of a corpus of text, its dialogues, redacted, too
corpora/NAME     the corpus
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

import msgspec

from speechkit.core.digest import canonical_json
from speechkit.core.errors import InputError, UsageError
from speechkit.ingestion.ingest import IngestOptions, IngestReport, ingest_folder
from speechkit.recipe.discovery import LoadedRecipe
from speechkit.recipe.download import download_recipe
from speechkit.recipe.prepared import TABLE, Prepared
from speechkit.recipe.published import read_rows
from speechkit.storage.corpus import Corpus
from speechkit.storage.files import write_bytes
from speechkit.workflows.deidentify_documents import deidentify_lines
from speechkit.workflows.watch import changes

RAW, PREPARED, CORPORA = Path("raw"), Path("prepared"), Path("corpora")


class RecipeSource(msgspec.Struct, frozen=True, kw_only=True):
    """A recipe, where its files lie (None: raw/NAME) and go (None: corpora/NAME), and how many."""

    recipe: LoadedRecipe
    raw: Path | None = None
    corpus: Path | None = None
    options: dict[str, str] = {}
    limit: int | None = None

    @property
    def corpus_path(self) -> Path:
        """Where the recordings go."""
        return self.corpus or CORPORA / self.recipe.name


class Materialized(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a recipe's files: what was prepared; its corpus, or its redacted dialogues."""

    prepared: Prepared
    corpus: Path | None = None
    ingested: IngestReport | None = None
    redacted: Path | None = None
    num_redacted: int = 0
    settings: dict[str, str] = {}


def materialize(source: RecipeSource) -> Materialized:
    """Get, prepare and ingest what a recipe names; of a corpus of text, de-identify the dialogues.

    Raises:
        UsageError: if it must be fetched by hand (it says how), or for an unknown option.
        InputError: if the files are not the corpus as it is published.
        MissingExtraError, ModelError: if a voice or the detector's packages or weights are missing.
        StoreError: if the corpus cannot be written.
    """
    recipe = source.recipe
    raw = raw_folder(recipe, source.raw)
    prepared = prepare_for_run(recipe, raw, source.options)
    num_redacted, redacted = 0, None
    if prepared.dialogues:
        num_redacted, redacted = redact_dialogues(PREPARED / recipe.name, source.limit)
    ingested = None
    if prepared.table is not None:
        ingested = ingest_prepared(prepared, Corpus(source.corpus_path), source.limit)
    return Materialized(
        prepared=prepared,
        corpus=None if ingested is None else source.corpus_path,
        ingested=ingested,
        redacted=redacted,
        num_redacted=num_redacted,
        settings={**recipe.contract.pipeline, **prepared.pipeline},
    )


def watch_recipe(
    source: RecipeSource,
    seconds: float,
    each: Callable[[Materialized], object],
    waiting: Callable[[InputError], object],
) -> None:
    """Materialize again whenever the recipe's files have changed, until stopped.

    `each` is given what came out; `waiting` the reason why nothing did, as half of a delivery: the
    rest of it is a change, too.
    """
    raw = raw_folder(source.recipe, source.raw)
    table = source.options.get("table")
    for _ in changes([raw, *([Path(table)] if table else [])], seconds):
        try:
            each(materialize(source))
        except InputError as error:
            waiting(error)


def raw_folder(recipe: LoadedRecipe, given: Path | None) -> Path:
    """Return where a recipe's corpus lies, after getting or making it where that is possible.

    Raises:
        UsageError: if it is not there and must be fetched by hand; says how.
        InputError: if a file cannot be fetched.
        MissingExtraError: if a recipe that makes its own recordings lacks a voice.
    """
    if given is not None:
        return given
    raw = RAW / recipe.name
    if recipe.prepares:
        return raw if raw.is_dir() else download_recipe(recipe, raw)
    if not (raw / TABLE).is_file():
        recipe.build(raw)
    return raw


def prepare_for_run(recipe: LoadedRecipe, raw: Path, options: Mapping[str, str]) -> Prepared:
    """Make table and references in `prepared/NAME`; a recipe that made its own has them in `raw`.

    Raises:
        UsageError: if `raw` is not there, or for an option that the recipe does not have.
        InputError: if `raw` does not hold the corpus as it is published.
    """
    if recipe.prepares:
        return recipe.prepare(raw, PREPARED / recipe.name, dict(options))
    if options:
        raise UsageError(f"recipe {recipe.name} makes its own recordings and has no options")
    rows = len(read_rows(raw / TABLE, ("audio",)))
    return Prepared(folder=raw, table=raw / TABLE, recordings=rows, references=rows)


def ingest_prepared(prepared: Prepared, corpus: Corpus, limit: int | None = None) -> IngestReport:
    """Ingest what was prepared, or `limit` recordings of it.

    Which ones depends on their names alone, and a larger limit takes those of a smaller one, too: a
    corpus that is sorted by speaker or accent gives a bit of each.

    Raises:
        UsageError: if it is a corpus of text.
        InputError, StoreError: as `ingest_folder`.
    """
    if prepared.table is None:
        raise UsageError("this corpus has no sound: there is nothing to ingest")
    key = prepared.folder / "pseudonym.key"
    options = IngestOptions(
        metadata=_shortened(prepared.table, limit) if limit else prepared.table,
        only_listed=True,
        pseudonym_key=key if key.is_file() else None,
    )
    return ingest_folder(prepared.folder, corpus, options)


def redact_dialogues(prepared_folder: Path, limit: int | None = None) -> tuple[int, Path]:
    """De-identify the dialogues of a corpus of text; return how many, and the file.

    A line holds `redacted` in place of text and turns, and where in the text identifiers stand.

    Raises:
        MissingExtraError, ModelError: if the detector's packages or weights are missing.
        UsageError: for a language without tables.
    """
    lines = list(deidentify_lines(prepared_folder / "dialogues.jsonl", limit=limit))
    target = prepared_folder / "redacted.jsonl"
    kept = ({n: v for n, v in line.items() if n not in ("text", "turns")} for line in lines)
    write_bytes(target, b"".join(canonical_json(line) + b"\n" for line in kept))
    return len(lines), target


def _shortened(table: Path, limit: int) -> Path:
    """Write `limit` rows of a table beside it."""
    header, *rows = csv.reader(io.StringIO(table.read_text("utf-8"), newline=""))
    audio = header.index("audio")
    rows.sort(key=lambda row: sha256(row[audio].encode()).digest())
    chosen = sorted(rows[:limit], key=lambda row: row[audio])
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *chosen])
    target = table.with_stem(f"{table.stem}-{limit}")
    write_bytes(target, text.getvalue().encode())
    return target
