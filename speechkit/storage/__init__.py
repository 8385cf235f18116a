"""The corpus folder, files that are written whole, locks, the journal, pinned models."""

from speechkit.storage import models, pins
from speechkit.storage.corpus import Corpus
from speechkit.storage.files import (
    append_line,
    atomic_path,
    scratch_prefix,
    sweep,
    tail_lines,
    write_bytes,
)
from speechkit.storage.journal import append_event, chained, stamped
from speechkit.storage.lock import locked
from speechkit.storage.models import cache_folder, get_model, resolve

__all__ = [
    "Corpus",
    "append_event",
    "append_line",
    "atomic_path",
    "cache_folder",
    "chained",
    "get_model",
    "locked",
    "models",
    "pins",
    "resolve",
    "scratch_prefix",
    "stamped",
    "sweep",
    "tail_lines",
    "write_bytes",
]
