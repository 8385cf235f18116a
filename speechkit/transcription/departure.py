"""When sound leaves this machine: consent is asked, and the journal says what went where."""

from __future__ import annotations

from speechkit.core.engines import Engine
from speechkit.core.errors import InputError
from speechkit.core.stage import Task
from speechkit.governance.gate import DEFAULT_PURPOSE, Asking, Gate
from speechkit.storage.journal import append_event, stamped


def let_leave(engine: Engine, task: Task, purpose: str = "") -> None:
    """Write into the corpus' journal that a recording goes to an engine's machine, if it may.

    Sound that may hold identifiers (`raw`) needs a consent that permits the purpose; without a
    consent register nothing of it leaves.

    Args:
        engine: its name says where the sound goes.
        task: the recording, and the corpus whose consents and journal count.
        purpose: of the consent; empty: `research`.

    Raises:
        InputError: if it may not leave.
        StoreError: if the journal cannot be written: then nothing leaves, either.
    """
    recording, root = task.recording, task.workspace.root
    # Named, a purpose is asked about even where there is no register: then nothing raw leaves.
    asked = purpose or (DEFAULT_PURPOSE if recording.phi == "raw" else "")
    gate = Gate(root, Asking(purpose=asked))
    if reason := gate.refuse(recording, "read", recording.phi):
        raise InputError(f"{recording.id} does not leave this machine: {reason}")
    event = stamped(
        "sent",
        recording=recording.id,
        to=engine.spec,
        purpose=gate.purpose,
        phi=recording.phi,
        seconds=round(recording.duration, 3),
    )
    append_event(root / "journal.jsonl", event)
