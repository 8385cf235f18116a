"""People correct drafts: accounts, tasks, edits, agreement, and the review editor in the browser.

What other rooms may use is listed here. `server` and `web` are the editor itself.
"""

from typing import TYPE_CHECKING

from speechkit.core.lazy import lazy_names

if TYPE_CHECKING:
    from speechkit.review import accounts
    from speechkit.review.agreement import agreements
    from speechkit.review.assignments import Skipped, share_out
    from speechkit.review.audit import Checkpoints, checkpoints, findings
    from speechkit.review.backup import back_up, restore
    from speechkit.review.export import Exported, export_corrections
    from speechkit.review.forget import forget_recordings
    from speechkit.review.honeypots import plant
    from speechkit.review.load_drafts import LoadOptions, adjudications, create_tasks, second_passes
    from speechkit.review.project import set_closed
    from speechkit.review.quality import quality_report
    from speechkit.review.queue import ORDERS, Order, entries, ranked, simulate
    from speechkit.review.report import as_csv, work_report
    from speechkit.review.schema import Task, User
    from speechkit.review.server.app import make_app
    from speechkit.review.server.names import names_of_certificate
    from speechkit.review.server.patience import PatientProtocol
    from speechkit.review.server.serve import serve_app
    from speechkit.review.server.settings import LOOPBACK, OidcOptions, Settings
    from speechkit.review.sound import prepare, redacted_copy
    from speechkit.review.store import Store, open_store
    from speechkit.review.tasks import assign, reopen, set_due

__all__ = [
    "LOOPBACK",
    "ORDERS",
    "Checkpoints",
    "Exported",
    "LoadOptions",
    "OidcOptions",
    "Order",
    "PatientProtocol",
    "Settings",
    "Skipped",
    "Store",
    "Task",
    "User",
    "accounts",
    "adjudications",
    "agreements",
    "as_csv",
    "assign",
    "back_up",
    "checkpoints",
    "create_tasks",
    "entries",
    "export_corrections",
    "findings",
    "forget_recordings",
    "make_app",
    "names_of_certificate",
    "open_store",
    "plant",
    "prepare",
    "quality_report",
    "ranked",
    "redacted_copy",
    "reopen",
    "restore",
    "second_passes",
    "serve_app",
    "set_closed",
    "set_due",
    "share_out",
    "simulate",
    "work_report",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "Checkpoints": "audit",
        "Exported": "export",
        "LOOPBACK": "server.settings",
        "LoadOptions": "load_drafts",
        "ORDERS": "queue",
        "OidcOptions": "server.settings",
        "Order": "queue",
        "PatientProtocol": "server.patience",
        "Settings": "server.settings",
        "Skipped": "assignments",
        "Store": "store",
        "Task": "schema",
        "User": "schema",
        "adjudications": "load_drafts",
        "agreements": "agreement",
        "as_csv": "report",
        "assign": "tasks",
        "back_up": "backup",
        "checkpoints": "audit",
        "create_tasks": "load_drafts",
        "entries": "queue",
        "export_corrections": "export",
        "findings": "audit",
        "forget_recordings": "forget",
        "make_app": "server.app",
        "names_of_certificate": "server.names",
        "open_store": "store",
        "plant": "honeypots",
        "prepare": "sound",
        "quality_report": "quality",
        "ranked": "queue",
        "redacted_copy": "sound",
        "reopen": "tasks",
        "restore": "backup",
        "second_passes": "load_drafts",
        "serve_app": "server.serve",
        "set_closed": "project",
        "set_due": "tasks",
        "share_out": "assignments",
        "simulate": "queue",
        "work_report": "report",
    },
)
