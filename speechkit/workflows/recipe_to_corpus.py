"""From the name of a recipe to a corpus that can be run: get the files, prepare, ingest.

raw/NAME         the corpus as published, or where it is downloaded to
prepared/NAME    table and references; of a corpus of text, its dialogues, redacted, too
corpora/NAME     the corpus
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from speechkit.core.digest import canonical_json
from speechkit.core.engines import make_engine
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources
from speechkit.deidentification.policy import load_policy
from speechkit.deidentification.text.detect_stage import with_policy
from speechkit.deidentification.text.documents import deidentify_document, read_lines
from speechkit.ingestion.ingest import IngestOptions, IngestReport, ingest_folder
from speechkit.ingestion.read_reference import read_reference
from speechkit.recipe.discovery import load_recipe, prepare_recipe, read_recipe
from speechkit.recipe.download import download_recipe
from speechkit.recipe.prepared import TABLE, Prepared
from speechkit.recipe.published import read_rows
from speechkit.storage.corpus import Corpus
from speechkit.storage.files import write_bytes

RAW, PREPARED, CORPORA = Path("raw"), Path("prepared"), Path("corpora")
_DETECTOR, _POLICY = "spoken", "safe-harbor"


def raw_folder(name: str, given: Path | None) -> Path:
    """Return where a recipe's corpus lies, after getting or making it where that is possible.

    Raises:
        UsageError: if it is not there and must be fetched by hand; says how.
        InputError: if a file cannot be brought.
        MissingExtraError: if a recipe that makes its own recordings lacks a voice.
    """
    if given is not None:
        return given
    raw, module = RAW / name, load_recipe(name)
    if hasattr(module, "prepare"):
        return raw if raw.is_dir() else download_recipe(read_recipe(name), raw)
    if not (raw / TABLE).is_file():
        module.build(raw)
    return raw


def prepare_for_run(name: str, raw: Path, options: Mapping[str, str]) -> Prepared:
    """Make table and references in `prepared/NAME`; a recipe that made its own has them in `raw`.

    Raises:
        UsageError: if `raw` is not there, or for an option that the recipe does not have.
        InputError: if `raw` does not hold the corpus as it is published.
    """
    if hasattr(load_recipe(name), "prepare"):
        return prepare_recipe(name, raw, PREPARED / name, dict(options))
    if options:
        raise UsageError(f"recipe {name} makes its own recordings and has no options")
    rows = len(read_rows(raw / TABLE, ("audio",)))
    return Prepared(folder=raw, table=raw / TABLE, recordings=rows, references=rows)


def bring(prepared: Prepared, corpus: Corpus, limit: int | None = None) -> IngestReport:
    """Ingest what was prepared, or `limit` recordings of it.

    Which ones hangs on their names alone, and more of them hold the fewer: a corpus that is sorted
    by speaker or accent gives a bit of each.

    Raises:
        UsageError: if it is a corpus of text.
        InputError, StoreError: as `ingest_folder`.
    """
    if prepared.table is None:
        raise UsageError("this corpus has no sound here: there is nothing to bring in")
    key = prepared.folder / "pseudonym.key"
    options = IngestOptions(
        metadata=_shortened(prepared.table, limit) if limit else prepared.table,
        only_listed=True,
        pseudonym_key=key if key.is_file() else None,
    )
    return ingest_folder(prepared.folder, corpus, options, read_reference)


def redact_dialogues(prepared_folder: Path, limit: int | None = None) -> tuple[int, Path]:
    """De-identify the dialogues of a corpus of text; return how many, and the file.

    A line holds `redacted` in place of text and turns, and where in the text identifiers stand.

    Raises:
        MissingExtraError, ModelError: if the detector's packages or weights are missing.
        UsageError: for a language without tables.
    """
    rules = load_policy(_POLICY)
    options = with_policy(_DETECTOR, {}, rules.least_score, any_language=rules.any_language)
    lines = list(read_lines(prepared_folder / "dialogues.jsonl"))[:limit]
    with make_engine("phi-detector", _DETECTOR, options).open(Resources()) as detect:
        redacted = [deidentify_document(line, detect, rules) for line in lines]
    target = prepared_folder / "redacted.jsonl"
    kept = ({n: v for n, v in line.items() if n not in ("text", "turns")} for line in redacted)
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
