"""People correct drafts: accounts, tasks, edits, agreement, and the review editor in the browser.

What other rooms may use is listed here. `server` and `web` are the editor itself.
"""

from speechkit.review.accounts import Person, add_user
from speechkit.review.agreement import Agreement, agreements
from speechkit.review.error_model import Expected, Weigh
from speechkit.review.export import Exported, export_corrections
from speechkit.review.forget import forget_recordings
from speechkit.review.honeypots import plant
from speechkit.review.line import Line, Mark
from speechkit.review.load_drafts import LoadOptions, create_tasks
from speechkit.review.quality import Quality, quality_report
from speechkit.review.queue import entries, ranked, simulate
from speechkit.review.store import Store, open_store

__all__ = [
    "Agreement",
    "Expected",
    "Exported",
    "Line",
    "LoadOptions",
    "Mark",
    "Person",
    "Quality",
    "Store",
    "Weigh",
    "add_user",
    "agreements",
    "create_tasks",
    "entries",
    "export_corrections",
    "forget_recordings",
    "open_store",
    "plant",
    "quality_report",
    "ranked",
    "simulate",
]
