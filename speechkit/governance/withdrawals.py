"""What was withdrawn from a corpus, in `vault/withdrawals.jsonl`: it may not come back.

A recording that is ingested again after its withdrawal is recognized, by its own id or by
whom it is of, and not released.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from speechkit.core.digest import canonical_json
from speechkit.core.errors import InputError
from speechkit.core.types import Recording
from speechkit.storage.files import append_line

WITHDRAWALS = "vault/withdrawals.jsonl"


class Withdrawal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One withdrawal: of a participant (pseudonym) or a consent (id), on a day, of which recordings."""

    on: str
    recordings: tuple[str, ...]
    participant: str = ""
    consent: str = ""


def read_withdrawals(root: Path) -> tuple[Withdrawal, ...]:
    """Return all withdrawals from a corpus, in order.

    Raises:
        InputError: with file, line and reason.
    """
    path = root / WITHDRAWALS
    if not path.is_file():
        return ()
    found = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            found.append(msgspec.json.decode(line, type=Withdrawal))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise InputError(f"{path}, line {number}: not a withdrawal") from error
    return tuple(found)


def add_withdrawal(root: Path, withdrawal: Withdrawal) -> None:
    """Note a withdrawal for good."""
    append_line(root / WITHDRAWALS, canonical_json(withdrawal))


def is_withdrawn(recording: Recording, withdrawals: tuple[Withdrawal, ...]) -> bool:
    """Say whether a raw recording was withdrawn, or is of a person who withdrew."""
    people = {person.id for person in recording.participants}
    return any(
        recording.id in one.recordings
        or (one.participant and one.participant in people)
        or (one.consent and one.consent == recording.consent)
        for one in withdrawals
    )
