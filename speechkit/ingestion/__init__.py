"""Recordings come in: files of a folder, a table about them, quality, context, references."""

from typing import TYPE_CHECKING

from speechkit.core.lazy import lazy_names

if TYPE_CHECKING:
    from speechkit.ingestion.folder import Failure, Names, scan
    from speechkit.ingestion.ingest import IngestOptions, IngestReport, ingest_folder
    from speechkit.ingestion.recording import ingest_file
    from speechkit.ingestion.references import about

__all__ = [
    "Failure",
    "IngestOptions",
    "IngestReport",
    "Names",
    "about",
    "ingest_file",
    "ingest_folder",
    "scan",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "about": "references",
        "Failure": "folder",
        "IngestOptions": "ingest",
        "IngestReport": "ingest",
        "Names": "folder",
        "ingest_file": "recording",
        "ingest_folder": "ingest",
        "scan": "folder",
    },
)
