"""JSON lines `{id, lang, text, turns?}` in; the same with spans and redacted text out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.engines import DetectPhi
from speechkit.core.errors import InputError
from speechkit.deidentification.keys import KeyStore
from speechkit.deidentification.policy import Policy
from speechkit.deidentification.text.cues import has_tables
from speechkit.deidentification.text.deidentify import redact
from speechkit.deidentification.text.evaluate import Document, Gold


class BadLineError(InputError):
    """A line that is not a document. Exit code 2: the input cannot be used as it is."""

    exit_code = 2


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the documents of a JSONL file.

    Raises:
        BadLineError: naming file, line and reason; never what the line says.
        InputError: if the file cannot be read.
    """
    try:
        # Split at \n only: a text may hold other line separators, escaped or not.
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _document(line, f"{path}, line {number}")


def _document(line: bytes, where: str) -> dict[str, Any]:
    try:
        document = json.loads(line)
    except UnicodeDecodeError as error:
        raise BadLineError(f"{where}: not UTF-8 at byte {error.start + 1}") from None
    except json.JSONDecodeError as error:
        raise BadLineError(f"{where}: not JSON: {error.msg} at column {error.colno}") from None
    except RecursionError:
        raise BadLineError(f"{where}: not JSON: nested too deeply") from None
    if not isinstance(document, dict):
        raise BadLineError(f"{where}: not a JSON object")
    if not isinstance(document.get("text"), str):
        raise BadLineError(f"{where}: no string 'text'")
    if not isinstance(document.get("lang", ""), str):
        raise BadLineError(f"{where}: 'lang' is not a string")
    try:
        document["text"].encode()
    except UnicodeEncodeError:
        raise BadLineError(f"{where}: 'text' has half a surrogate pair") from None
    return document


def deidentify_document(
    document: dict[str, Any],
    detect: DetectPhi,
    policy: Policy,
    language: str = "",
    keys: KeyStore | None = None,
) -> dict[str, Any]:
    """Return a document with `spans` (offsets in code points) and `redacted` added.

    Surrogates and shifted dates are those of `document["patient"]`, of its id where it names none.

    Fields that quote the text (gold spans, optional, negatives) are left out of the result.
    """
    language = language or document.get("lang", "")
    patient = str(document.get("patient") or document.get("id", ""))
    key = keys.key(patient) if keys and policy.needs_key else None
    result = redact(document["text"], language=language, detect=detect, policy=policy, key=key)
    fields = {name: value for name, value in document.items() if name not in _QUOTES}
    if policy.any_language and not has_tables(language):
        fields["patterns_only"] = True
    return {**fields, "spans": msgspec.to_builtins(result.spans), "redacted": result.redacted}


_QUOTES = frozenset({"spans", "optional", "negatives"})


def read_gold(path: Path) -> dict[str, Document]:
    """Return the documents of a gold file by id.

    Raises:
        BadLineError: for a line without id, text or well-formed spans.
    """
    documents: dict[str, Document] = {}
    for number, line in enumerate(read_lines(path), start=1):
        try:
            document = Document(
                id=str(line["id"]),
                text=line["text"],
                spans=tuple(
                    Gold(
                        start=span["start"],
                        end=span["end"],
                        label=span["label"],
                        form=span.get("form", "plain"),
                    )
                    for span in line["spans"]
                ),
                optional=tuple((span["start"], span["end"]) for span in line.get("optional", [])),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise BadLineError(
                f"{path}, document {number}: no gold ({type(error).__name__}); "
                "it needs id, text and spans with start, end, label"
            ) from None
        documents[document.id] = document
    return documents
