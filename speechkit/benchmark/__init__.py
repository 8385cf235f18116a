"""How good is it: normalization, error rates, slices, audits of references, report."""

from typing import TYPE_CHECKING

from speechkit.core.lazy import lazy_names

if TYPE_CHECKING:
    from speechkit.benchmark.audit import Audit, audit_references
    from speechkit.benchmark.clinical.mentions import WEIGHTS, mentions
    from speechkit.benchmark.clinical.second_judge import ask_judge, parse_address
    from speechkit.benchmark.compare import (
        METRICS,
        Comparison,
        Gate,
        Metric,
        as_junit,
        as_markdown,
        compare_scores,
    )
    from speechkit.benchmark.inputs.files import SUFFIXES, file_side, readable, readable_below
    from speechkit.benchmark.inputs.side import Side
    from speechkit.benchmark.inputs.targets import read_targets
    from speechkit.benchmark.matching import match_names
    from speechkit.benchmark.normalize import Normalizer, normalizer_for
    from speechkit.benchmark.phi import Mention, PhiCount, count_phi
    from speechkit.benchmark.report import write_report
    from speechkit.benchmark.report.page import ReportSection, render_report
    from speechkit.benchmark.results import (
        SCHEMA,
        JudgeSetup,
        RunCost,
        RunSetup,
        Scores,
        SystemScore,
        TermCounts,
    )
    from speechkit.benchmark.score import score_systems
    from speechkit.benchmark.sites import (
        COUNTS_SCHEMA,
        MergedCell,
        SiteCounts,
        export_counts,
        merge_counts,
    )
    from speechkit.benchmark.types import Hypothesis, Reference, ScoreOptions, System
    from speechkit.benchmark.vocabulary import count_terms, with_terms_of_fields

__all__ = [
    "COUNTS_SCHEMA",
    "METRICS",
    "SCHEMA",
    "SUFFIXES",
    "WEIGHTS",
    "Audit",
    "Comparison",
    "Gate",
    "Hypothesis",
    "JudgeSetup",
    "Mention",
    "MergedCell",
    "Metric",
    "Normalizer",
    "PhiCount",
    "Reference",
    "ReportSection",
    "RunCost",
    "RunSetup",
    "ScoreOptions",
    "Scores",
    "Side",
    "SiteCounts",
    "System",
    "SystemScore",
    "TermCounts",
    "as_junit",
    "as_markdown",
    "ask_judge",
    "audit_references",
    "compare_scores",
    "count_phi",
    "count_terms",
    "export_counts",
    "file_side",
    "match_names",
    "mentions",
    "merge_counts",
    "normalizer_for",
    "parse_address",
    "read_targets",
    "readable",
    "readable_below",
    "render_report",
    "score_systems",
    "with_terms_of_fields",
    "write_report",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "Audit": "audit",
        "COUNTS_SCHEMA": "sites",
        "Comparison": "compare",
        "Gate": "compare",
        "Hypothesis": "types",
        "JudgeSetup": "results",
        "METRICS": "compare",
        "Mention": "phi",
        "MergedCell": "sites",
        "Metric": "compare",
        "Normalizer": "normalize",
        "PhiCount": "phi",
        "Reference": "types",
        "ReportSection": "report.page",
        "RunCost": "results",
        "RunSetup": "results",
        "SCHEMA": "results",
        "SUFFIXES": "inputs.files",
        "ScoreOptions": "types",
        "Scores": "results",
        "Side": "inputs.side",
        "SiteCounts": "sites",
        "System": "types",
        "SystemScore": "results",
        "WEIGHTS": "clinical.mentions",
        "as_junit": "compare",
        "as_markdown": "compare",
        "ask_judge": "clinical.second_judge",
        "parse_address": "clinical.second_judge",
        "audit_references": "audit",
        "compare_scores": "compare",
        "count_phi": "phi",
        "export_counts": "sites",
        "file_side": "inputs.files",
        "match_names": "matching",
        "mentions": "clinical.mentions",
        "merge_counts": "sites",
        "normalizer_for": "normalize",
        "read_targets": "inputs.targets",
        "readable": "inputs.files",
        "readable_below": "inputs.files",
        "render_report": "report.page",
        "score_systems": "score",
        "write_report": "report",
        "TermCounts": "results",
        "count_terms": "vocabulary",
        "with_terms_of_fields": "vocabulary",
    },
)
