"""The audit log: a corpus's journal, its signed checkpoints, and what is wrong with either.

    journal.jsonl              what was done, when and by whom; each line chained to the one before
    audit-checkpoints.jsonl    how long the log was, and its Merkle root, signed

The chain shows altered, dropped and moved lines; the latest checkpoint shows a tail that was cut
off. Whoever holds a checkpoint elsewhere (a signed release has one) can show both.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.digest import canonical_json, digest_bytes
from speechkit.core.errors import InputError, UsageError
from speechkit.governance.merkle import inclusion_proof, is_included, leaf_hash, root_of
from speechkit.governance.signing import PublicKey, SecretKey, verify_bytes
from speechkit.storage.files import append_line
from speechkit.storage.journal import chained

LOG = "journal.jsonl"
CHECKPOINTS = "audit-checkpoints.jsonl"


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long a log was, and what was in it, by a key. `signature` is of all else."""

    size: int
    root: str
    when: str
    key: str
    signature: str = ""

    def signed_bytes(self) -> bytes:
        """What the signature is of."""
        row = msgspec.to_builtins(msgspec.structs.replace(self, signature=""))
        del row["signature"]
        return b"speechkit audit checkpoint\n" + canonical_json(row)

    def is_signed_by(self, key: PublicKey) -> bool:
        """Say whether that key made it."""
        try:
            signature = base64.b64decode(self.signature, validate=True)
        except (binascii.Error, ValueError):
            return False
        # More than one text decodes to the same bytes; one is the one that was written.
        return base64.b64encode(signature).decode() == self.signature and verify_bytes(
            self.signed_bytes(), signature, key
        )


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is wrong with a log; `line` counts from 1."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}{f', line {self.line}' if self.line else ''}: {self.reason}"


def verify_log(path: Path, key: PublicKey | None = None) -> tuple[Problem, ...]:
    """Return all that is wrong with a log and the checkpoints beside it.

    Args:
        path: the log; its checkpoints lie beside it.
        key: who signed the checkpoints; None leaves the signatures unchecked.
    """
    lines, problems = _lines(path)
    problems += _check_chain(path.name, lines)
    file = path.parent / CHECKPOINTS
    if file.is_file():
        rows, found = _lines(file)
        problems += found
        for number, row in enumerate(rows, start=1):
            try:
                checkpoint = msgspec.json.decode(row, type=Checkpoint)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                problems.append(Problem(file=file.name, line=number, reason="not a checkpoint"))
                continue
            if canonical_json(checkpoint) != row:
                problems.append(Problem(file=file.name, line=number, reason="not canonical JSON"))
            if reason := check_checkpoint(checkpoint, lines, key):
                problems.append(Problem(file=file.name, line=number, reason=reason))
    return tuple(problems)


def check_checkpoint(checkpoint: Checkpoint, lines: list[bytes], key: PublicKey | None) -> str:
    """Say what about a log does not fit a checkpoint; nothing if all does."""
    if key is not None and not checkpoint.is_signed_by(key):
        return "its signature is not by that key"
    if checkpoint.size > len(lines):
        return f"the log had {checkpoint.size} lines, there are {len(lines)}: its tail is cut off"
    if root_of(map(leaf_hash, lines[: checkpoint.size])).hex() != checkpoint.root:
        return f"the first {checkpoint.size} lines of the log are not what they were"
    return ""


def make_checkpoint(path: Path, key: SecretKey) -> Checkpoint:
    """Check a log, sign how long it is and what is in it, and keep that beside it.

    Raises:
        InputError: if something in the log is wrong.
    """
    if problems := verify_log(path, key.public):
        raise InputError(f"no checkpoint, {len(problems)} wrong: {problems[0]}")
    lines, _ = _lines(path)
    bare = Checkpoint(
        size=len(lines),
        root=root_of(map(leaf_hash, lines)).hex(),
        when=datetime.now(UTC).isoformat(timespec="seconds"),
        key=key.public.id,
    )
    signature = base64.b64encode(key.sign(bare.signed_bytes())).decode()
    checkpoint = msgspec.structs.replace(bare, signature=signature)
    append_line(path.parent / CHECKPOINTS, canonical_json(checkpoint))
    return checkpoint


class Proof(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That a line was in the log when it had `size` lines; it shows no other line."""

    line: str
    index: int
    size: int
    path: tuple[str, ...]
    root: str

    def holds(self) -> bool:
        """Say whether the line is under the root; whether the root is right, a checkpoint says."""
        try:
            hashes = [bytes.fromhex(item) for item in self.path]
            root = bytes.fromhex(self.root)
        except ValueError:
            return False
        return is_included(leaf_hash(self.line.encode()), self.index, self.size, hashes, root)


def prove_line(path: Path, line: int, size: int = 0) -> Proof:
    """Return the proof for a line (counted from 1), in the log of the first `size` lines, or all."""
    lines, _ = _lines(path)
    size = size or len(lines)
    if not 1 <= line <= size <= len(lines):
        raise UsageError(f"{path} has {len(lines)} lines; there is no line {line} of {size}")
    leaves = [leaf_hash(data) for data in lines[:size]]
    return Proof(
        line=lines[line - 1].decode(),
        index=line - 1,
        size=size,
        path=tuple(item.hex() for item in inclusion_proof(leaves, line - 1)),
        root=root_of(leaves).hex(),
    )


def read_events(path: Path) -> Iterator[dict[str, Any]]:
    """Yield a log's events in order; lines that are none are passed over."""
    for line in _lines(path)[0]:
        try:
            row = msgspec.json.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
        if isinstance(row, dict):
            yield row


def _check_chain(file: str, lines: list[bytes]) -> list[Problem]:
    problems = []
    before = b""
    begun = False
    for number, line in enumerate(lines, start=1):
        reason = ""
        try:
            row = msgspec.json.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            row = None
        if not isinstance(row, dict):
            reason = "not a JSON object"
        elif "log_seq" not in row and "log_hash" not in row and not begun:
            before = line  # written before logs were chained; the first chained line covers it
            continue
        else:
            reason = _check_line(row, line, before, begun=begun)
        begun = True
        if reason:
            problems.append(Problem(file=file, line=number, reason=reason))
        before = line
    return problems


def _check_line(row: dict[str, Any], line: bytes, before: bytes, *, begun: bool) -> str:
    event = {
        key: value for key, value in row.items() if key not in ("log_seq", "log_prev", "log_hash")
    }
    if digest_bytes(canonical_json({k: v for k, v in row.items() if k != "log_hash"})) != row.get(
        "log_hash"
    ):
        return "altered: its own digest does not fit"
    if row.get("log_prev") != digest_bytes(before):
        return "does not follow the line before: one is missing, moved or altered"
    if chained(event, before) != line:
        return "not written as the log writes lines"
    return "" if begun or row.get("log_seq") == 1 else "the log does not begin with its first line"


def _lines(path: Path) -> tuple[list[bytes], list[Problem]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        return [], [Problem(file=path.name, line=0, reason=error.strerror or "cannot be read")]
    if not data:
        return [], []
    lines = data.split(b"\n")
    if lines[-1]:
        return lines, [Problem(file=path.name, line=len(lines), reason="its end is cut off")]
    return lines[:-1], []
