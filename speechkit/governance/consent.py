"""Consent records, and the register of a corpus that holds them: `vault/consents.jsonl`.

A record says what may be done, not who agreed: people stand in the evidence, of which only the
digest is kept.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import msgspec

from speechkit.core.digest import canonical_json, digest_of
from speechkit.core.errors import InputError
from speechkit.storage.files import write_bytes

CONSENTS = "vault/consents.jsonl"
Status = Literal["draft", "active", "withdrawn", "rejected", "inactive"]
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class ConsentRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one consent permits. Dates are `YYYY-MM-DD`, `valid_until` is inside; empty is open.

    `participants` are pseudonyms; `evidence` is the SHA-256 of the signed form or its scan;
    `legal_basis` names articles (`GDPR 6(1)(a)`, `GDPR 9(2)(a)`), `agreements` ids of a DUA or BAA.
    """

    id: str
    status: Status
    purposes: tuple[str, ...] = ()
    valid_from: str = ""
    valid_until: str = ""
    withdrawn_on: str = ""
    policy: str = ""
    evidence: str = ""
    legal_basis: tuple[str, ...] = ()
    agreements: tuple[str, ...] = ()
    participants: tuple[str, ...] = ()


def check_record(record: ConsentRecord, where: str) -> ConsentRecord:
    """Return a record that makes sense.

    Raises:
        InputError: for dates, digests or states that do not fit.
    """
    for name in ("valid_from", "valid_until", "withdrawn_on"):
        if (value := getattr(record, name)) and not _DATE.fullmatch(value):
            raise InputError(f"{where}: {name} is not a date (YYYY-MM-DD)")
    if record.valid_from and record.valid_until and record.valid_until < record.valid_from:
        raise InputError(f"{where}: valid_until is before valid_from")
    if record.evidence and not _DIGEST.fullmatch(record.evidence):
        raise InputError(f"{where}: evidence is not a SHA-256 digest (64 hex digits)")
    if record.status == "withdrawn" and not record.withdrawn_on:
        raise InputError(f"{where}: withdrawn, but withdrawn_on is empty")
    if not record.id:
        raise InputError(f"{where}: no id")
    return record


class ConsentRegister:
    """The consents of a corpus, by id. Where the file is absent, nothing is permitted."""

    def __init__(self, root: Path) -> None:
        self.path = root / CONSENTS
        self._records: dict[str, ConsentRecord] = {}
        self.exists = self.path.is_file()
        if self.exists:
            self._records = {record.id: record for record in read_records(self.path)}

    def get(self, consent: str) -> ConsentRecord | None:
        """Return a consent by id."""
        return self._records.get(consent)

    def records(self) -> tuple[ConsentRecord, ...]:
        """All consents, sorted by id."""
        return tuple(self._records[name] for name in sorted(self._records))

    def put(self, *records: ConsentRecord) -> None:
        """Add or replace consents, all or none."""
        checked = {record.id: check_record(record, record.id) for record in records}
        self._records |= checked
        lines = [canonical_json(record) + b"\n" for record in self.records()]
        write_bytes(self.path, b"".join(lines))
        self.exists = True

    def digest(self) -> str:
        """Return the digest of all that the register says."""
        return digest_of(self.records())


def read_records(path: Path) -> tuple[ConsentRecord, ...]:
    """Read consents, a JSON object a line.

    Raises:
        InputError: with file, line and reason.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    records = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = msgspec.json.decode(line, type=ConsentRecord)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise InputError(f"{path}, line {number}: not a consent ({error})") from error
        records.append(check_record(record, f"{path}, line {number}"))
    return tuple(records)
