"""De-identify texts: a policy, its options, the detector and the documents, put together once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from speechkit.core.engines import DetectPhi
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources
from speechkit.deidentification.keys import KeyStore
from speechkit.deidentification.policy import Policy, load_policy
from speechkit.deidentification.text.deidentify import RedactedText, redact
from speechkit.deidentification.text.detect_stage import open_detector
from speechkit.deidentification.text.documents import deidentify_document, read_lines

DETECTOR, POLICY = "combined", "safe-harbor"


class Deidentify(Protocol):
    """Returns a document with `spans` and `redacted`; `language` is that of one that names none."""

    def __call__(self, document: dict[str, Any], language: str = "") -> dict[str, Any]: ...


def deidentify_text(
    text: str, *, language: str, policy: str = POLICY, engine: str = DETECTOR
) -> RedactedText:
    """Return a text with tags in place of what identifies people, and where that was.

    Raises:
        As `text_deidentifier`.
    """
    with _opened(policy, engine, None, None) as (rules, detect):
        return redact(text, language=language, detect=detect, policy=rules)


@contextmanager
def text_deidentifier(
    *,
    policy: str = POLICY,
    engine: str = DETECTOR,
    options: Mapping[str, str] | None = None,
    keys: KeyStore | None = None,
) -> Iterator[Deidentify]:
    """Open the detector as the policy asks for it; yield a function over documents.

    Args:
        policy: a name, or the path of a `.toml` file.
        engine: what finds identifiers.
        options: of the engine; they win over what the policy asks.
        keys: the patients' secrets, for policies that draw surrogates or move dates.

    Raises:
        UsageError: for an unknown policy, engine, option or language, or a policy without keys.
        MissingExtraError, ModelError: if the detector's packages or weights are missing.
    """
    with _opened(policy, engine, options, keys) as (rules, detect):

        def deidentify(document: dict[str, Any], language: str = "") -> dict[str, Any]:
            return deidentify_document(
                document, detect, rules, document.get("lang") or language, keys
            )

        yield deidentify


def deidentify_lines(path: Path, *, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """Yield the documents of a JSONL file, or the first `limit`, de-identified.

    Raises:
        BadLineError, InputError: as `read_lines`.
        Others: as `text_deidentifier`.
    """
    with text_deidentifier() as deidentify:
        for line in islice(read_lines(path), limit):
            yield deidentify(line)


@contextmanager
def _opened(
    policy: str, engine: str, options: Mapping[str, str] | None, keys: KeyStore | None
) -> Iterator[tuple[Policy, DetectPhi]]:
    rules = load_policy(policy)
    if rules.needs_key and keys is None:
        raise UsageError(
            f"policy {policy} draws surrogates or moves dates: name a private folder for the "
            "patients' secrets with --keys DIR (of a corpus: CORPUS/vault/keys)"
        )
    with open_detector(engine, rules, options).open(Resources()) as detect:
        yield rules, detect
