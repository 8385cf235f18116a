"""What a user asks for from end to end, one file each: functions that verbs and the API call."""

from typing import TYPE_CHECKING

from speechkit.core.lazy import lazy_names

if TYPE_CHECKING:
    from speechkit.workflows.align_transcript import AlignTranscriptOptions, align_transcript
    from speechkit.workflows.annotate_transcript import (
        AnnotateTranscriptOptions,
        annotate_transcript,
    )
    from speechkit.workflows.bench_audio import write_clips
    from speechkit.workflows.bench_run import (
        EngineJob,
        EngineRun,
        as_system,
        check_engines,
        engine_jobs,
        run_engine,
        unreachable,
        write_hypotheses,
    )
    from speechkit.workflows.deidentify_documents import (
        DETECTOR,
        POLICY,
        deidentify_lines,
        deidentify_text,
        text_deidentifier,
    )
    from speechkit.workflows.deidentify_files import DeidentifiedFile, deidentify_audio
    from speechkit.workflows.deidentify_transcripts import deidentify_transcript
    from speechkit.workflows.demo import Demo, run_demo
    from speechkit.workflows.demo_page import write_demo_page
    from speechkit.workflows.doctor import GIB, Checkup, examine
    from speechkit.workflows.engines import KINDS, check, fetch_weights, installed_engines
    from speechkit.workflows.files import FileResult, diarize_files, transcribe_files
    from speechkit.workflows.published import LISTS, CountedAgain, count_again, read_published
    from speechkit.workflows.recipe_to_corpus import (
        PREPARED,
        Materialized,
        RecipeSource,
        ingest_prepared,
        materialize,
        watch_recipe,
    )
    from speechkit.workflows.score_corpus import is_release, release_audio, release_name
    from speechkit.workflows.score_inputs import read_references, read_systems
    from speechkit.workflows.transcription_http import HttpOptions, transcription_app
    from speechkit.workflows.transcription_service import ServiceOptions, open_service
    from speechkit.workflows.withdraw_imported import withdraw_imported
    from speechkit.workflows.withdrawal import Withdrawn, withdraw

__all__ = [
    "DETECTOR",
    "GIB",
    "KINDS",
    "LISTS",
    "POLICY",
    "PREPARED",
    "AlignTranscriptOptions",
    "AnnotateTranscriptOptions",
    "Checkup",
    "CountedAgain",
    "DeidentifiedFile",
    "Demo",
    "EngineJob",
    "EngineRun",
    "FileResult",
    "HttpOptions",
    "Materialized",
    "RecipeSource",
    "ServiceOptions",
    "Withdrawn",
    "align_transcript",
    "annotate_transcript",
    "as_system",
    "check",
    "check_engines",
    "count_again",
    "deidentify_audio",
    "deidentify_lines",
    "deidentify_text",
    "deidentify_transcript",
    "diarize_files",
    "engine_jobs",
    "examine",
    "fetch_weights",
    "ingest_prepared",
    "installed_engines",
    "is_release",
    "materialize",
    "open_service",
    "read_published",
    "read_references",
    "read_systems",
    "release_audio",
    "release_name",
    "run_demo",
    "run_engine",
    "text_deidentifier",
    "transcribe_files",
    "transcription_app",
    "unreachable",
    "watch_recipe",
    "withdraw",
    "withdraw_imported",
    "write_clips",
    "write_demo_page",
    "write_hypotheses",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "align_transcript": "align_transcript",
        "AlignTranscriptOptions": "align_transcript",
        "annotate_transcript": "annotate_transcript",
        "AnnotateTranscriptOptions": "annotate_transcript",
        "Checkup": "doctor",
        "DETECTOR": "deidentify_documents",
        "DeidentifiedFile": "deidentify_files",
        "Demo": "demo",
        "EngineJob": "bench_run",
        "EngineRun": "bench_run",
        "FileResult": "files",
        "GIB": "doctor",
        "KINDS": "engines",
        "check": "engines",
        "fetch_weights": "engines",
        "installed_engines": "engines",
        "Materialized": "recipe_to_corpus",
        "POLICY": "deidentify_documents",
        "PREPARED": "recipe_to_corpus",
        "RecipeSource": "recipe_to_corpus",
        "Withdrawn": "withdrawal",
        "as_system": "bench_run",
        "check_engines": "bench_run",
        "deidentify_audio": "deidentify_files",
        "deidentify_lines": "deidentify_documents",
        "deidentify_text": "deidentify_documents",
        "deidentify_transcript": "deidentify_transcripts",
        "diarize_files": "files",
        "engine_jobs": "bench_run",
        "examine": "doctor",
        "ingest_prepared": "recipe_to_corpus",
        "is_release": "score_corpus",
        "materialize": "recipe_to_corpus",
        "CountedAgain": "published",
        "LISTS": "published",
        "count_again": "published",
        "read_published": "published",
        "read_references": "score_inputs",
        "read_systems": "score_inputs",
        "release_audio": "score_corpus",
        "release_name": "score_corpus",
        "run_demo": "demo",
        "run_engine": "bench_run",
        "unreachable": "bench_run",
        "text_deidentifier": "deidentify_documents",
        "transcribe_files": "files",
        "watch_recipe": "recipe_to_corpus",
        "withdraw": "withdrawal",
        "withdraw_imported": "withdraw_imported",
        "write_demo_page": "demo_page",
        "write_hypotheses": "bench_run",
        "write_clips": "bench_audio",
        "HttpOptions": "transcription_http",
        "transcription_app": "transcription_http",
        "ServiceOptions": "transcription_service",
        "open_service": "transcription_service",
    },
)
