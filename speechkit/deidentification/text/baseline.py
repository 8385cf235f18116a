"""The engine `baseline`: Presidio's recognizers over spaCy's, as installed, for comparison.

English only: the one pinned spaCy model is English. Case and punctuation matter to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from speechkit.core.engines import DetectPhi, EngineInfo, parse_options
from speechkit.core.errors import MissingExtraError, UsageError
from speechkit.core.stage import Resources
from speechkit.core.types import Identifier, PhiSpan, Segment
from speechkit.deidentification.text.candidate import (
    Candidate,
    join_segments,
    merge,
    split_candidates,
)
from speechkit.language import primary_subtag
from speechkit.storage.models import get_model, resolve

_MODEL = "en-core-web-md"
_IDENTIFIERS = {
    "PERSON": Identifier.NAME,
    "LOCATION": Identifier.LOCATION,
    "ORGANIZATION": Identifier.ORG,
    "DATE_TIME": Identifier.DATE,
    "NRP": Identifier.OTHER_ID,
    "PHONE_NUMBER": Identifier.PHONE,
    "EMAIL_ADDRESS": Identifier.EMAIL,
    "URL": Identifier.URL,
    "IP_ADDRESS": Identifier.IP,
    "US_SSN": Identifier.SSN,
    "UK_NINO": Identifier.SSN,
    "UK_NHS": Identifier.MRN,
    "US_DRIVER_LICENSE": Identifier.LICENSE,
    "MEDICAL_LICENSE": Identifier.LICENSE,
    "US_PASSPORT": Identifier.OTHER_ID,
    "US_ITIN": Identifier.SSN,
    "US_BANK_NUMBER": Identifier.ACCOUNT,
    "CREDIT_CARD": Identifier.ACCOUNT,
    "IBAN_CODE": Identifier.ACCOUNT,
    "CRYPTO": Identifier.ACCOUNT,
}


class BaselineOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`score`: Presidio's threshold, 0–1."""

    score: float = 0.0


class Baseline:
    """A PhiDetector around Presidio's AnalyzerEngine."""

    info = EngineInfo(languages=("en",), policy_options={"least_score": "score"})

    def __init__(self, options: BaselineOptions) -> None:
        self._options = options

    @property
    def spec(self) -> str:
        """The engine's name."""
        return "baseline"

    @property
    def revision(self) -> str:
        """Digest of the spaCy model."""
        return get_model(_MODEL).revision

    @property
    def options(self) -> Mapping[str, Any]:
        """What changes results."""
        return dict(msgspec.to_builtins(self._options))

    @contextmanager
    def open(self, resources: Resources) -> Iterator[DetectPhi]:
        """Load spaCy and Presidio."""
        del resources
        analyzer = _analyzer()

        def detect(segments: Sequence[Segment], language: str) -> tuple[PhiSpan, ...]:
            code = primary_subtag(language)
            if code != "en":
                raise UsageError(
                    f"engine baseline has no model for language {code or 'unknown'!r}; "
                    "there is: en; or use engine spoken"
                )
            text, starts = join_segments(segments)
            results = analyzer.analyze(
                text=text, language="en", score_threshold=self._options.score
            )
            candidates = merge(
                (
                    Candidate(
                        result.start,
                        result.end,
                        _IDENTIFIERS.get(result.entity_type, Identifier.OTHER_ID),
                        float(result.score),
                        "presidio",
                    )
                    for result in results
                ),
                text,
            )
            return tuple(split_candidates(segments, starts, candidates))

        yield detect


def make(model: str, options: dict[str, str]) -> Baseline:
    """Return the engine; it has no models to choose from.

    Raises:
        UsageError: if a model is named.
    """
    if model:
        raise UsageError(f"engine baseline has no model {model!r}; use just: baseline")
    return Baseline(parse_options(BaselineOptions, options, "engine baseline"))


def _analyzer() -> Any:
    try:
        import spacy
        import tldextract
        from presidio_analyzer import AnalyzerEngine
        from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "presidio-analyzer", extra="deidentify") from error

    # Presidio's recognizers of addresses would fetch the list of domain endings.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)

    class _Local(SpacyNlpEngine):
        """Presidio's spaCy engine over the pinned folder instead of a download."""

        def __init__(self) -> None:
            super().__init__(ner_model_configuration=NerModelConfiguration())
            self.nlp: Any = {"en": spacy.load(resolve(_MODEL))}

    return AnalyzerEngine(nlp_engine=_Local(), supported_languages=["en"])
