"""What must not leave: find PHI in text, place it in time, redact text and audio, prove it."""

from typing import TYPE_CHECKING

from speechkit.core.lazy import lazy_names

if TYPE_CHECKING:
    from speechkit.deidentification.audio.redact_stage import RedactOptions, RedactStage
    from speechkit.deidentification.keys import KeyStore
    from speechkit.deidentification.policy import Policy, apply_policy, load_policy
    from speechkit.deidentification.report import lines, make_report
    from speechkit.deidentification.sampling import (
        draw_sample,
        read_sample,
        sample_size,
        write_sample,
    )
    from speechkit.deidentification.text.deidentify import RedactedText, TextSpan, redact
    from speechkit.deidentification.text.detect_stage import (
        DetectOptions,
        DetectStage,
        open_detector,
    )
    from speechkit.deidentification.text.documents import (
        BadLineError,
        deidentify_document,
        read_gold,
        read_lines,
    )
    from speechkit.deidentification.text.evaluate import Evaluation, evaluate, table
    from speechkit.deidentification.text.tagging import Tags, redact_segments

__all__ = [
    "BadLineError",
    "DetectOptions",
    "DetectStage",
    "Evaluation",
    "KeyStore",
    "Policy",
    "RedactOptions",
    "RedactStage",
    "RedactedText",
    "Tags",
    "TextSpan",
    "apply_policy",
    "deidentify_document",
    "draw_sample",
    "evaluate",
    "lines",
    "load_policy",
    "make_report",
    "open_detector",
    "read_gold",
    "read_lines",
    "read_sample",
    "redact",
    "redact_segments",
    "sample_size",
    "table",
    "write_sample",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "write_sample": "sampling",
        "sample_size": "sampling",
        "read_sample": "sampling",
        "draw_sample": "sampling",
        "BadLineError": "text.documents",
        "DetectOptions": "text.detect_stage",
        "DetectStage": "text.detect_stage",
        "Evaluation": "text.evaluate",
        "KeyStore": "keys",
        "Policy": "policy",
        "RedactOptions": "audio.redact_stage",
        "RedactStage": "audio.redact_stage",
        "RedactedText": "text.deidentify",
        "Tags": "text.tagging",
        "TextSpan": "text.deidentify",
        "apply_policy": "policy",
        "deidentify_document": "text.documents",
        "evaluate": "text.evaluate",
        "lines": "report",
        "load_policy": "policy",
        "make_report": "report",
        "open_detector": "text.detect_stage",
        "read_gold": "text.documents",
        "read_lines": "text.documents",
        "redact": "text.deidentify",
        "redact_segments": "text.tagging",
        "table": "text.evaluate",
    },
)
