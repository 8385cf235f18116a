"""The audit log: whatever is altered, dropped, moved or cut off is found, and where it is said."""

from __future__ import annotations

import hashlib
import json
import random
from multiprocessing import get_context
from pathlib import Path

import msgspec
import pytest

from speechkit.governance.audit import (
    CHECKPOINTS,
    LOG,
    make_checkpoint,
    prove_line,
    read_events,
    verify_log,
)
from speechkit.governance.merkle import inclusion_proof, is_included, leaf_hash, root_of
from speechkit.governance.signing import make_key
from speechkit.storage.corpus import Corpus
from speechkit.storage.journal import append_event

pytest.importorskip("cryptography")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    corpus = Corpus.create(tmp_path / "clinic")
    for number in range(20):
        corpus.note("stage", recording=f"rec-{number}", layer="ab" * 32)
    return corpus.root / LOG


def test_a_log_as_written_is_right(log: Path) -> None:
    assert verify_log(log) == ()
    events = list(read_events(log))
    assert [event["log_seq"] for event in events] == list(range(1, 21))
    assert events[3]["recording"] == "rec-3"
    assert {"when", "by", "speechkit"} <= set(events[0])


def test_every_altered_byte_is_found_and_its_line_named(log: Path, tmp_path: Path) -> None:
    key = make_key(tmp_path / "k.key")
    make_checkpoint(log, key)
    good = log.read_bytes()
    rng = random.Random(3)
    for _ in range(400):
        at = rng.randrange(len(good))
        bad = bytearray(good)
        bad[at] ^= 1 << rng.randrange(8)
        log.write_bytes(bytes(bad))
        line = good[:at].count(b"\n") + 1
        lines = {p.line for p in verify_log(log, key.public) if p.file == LOG}
        assert lines & {line, line + 1}, at


def test_dropped_moved_and_cut(log: Path, tmp_path: Path) -> None:
    key = make_key(tmp_path / "k.key")
    make_checkpoint(log, key)
    lines = log.read_bytes().splitlines(keepends=True)
    for changed, where in (
        (lines[1:], 1),
        (lines[:5] + lines[6:], 6),
        ([*lines[:5], lines[6], lines[5], *lines[7:]], 6),
        ([*lines[:5], lines[4], *lines[5:]], 6),
    ):
        log.write_bytes(b"".join(changed))
        assert (LOG, where) in {(p.file, p.line) for p in verify_log(log)}
    log.write_bytes(b"".join(lines[:-1]))  # the chain fits; only the checkpoint tells
    (problem,) = verify_log(log, key.public)
    assert "20 lines, there are 19: its tail is cut off" in str(problem)
    # All written anew by somebody without the key: the chain fits, the root does not.
    log.unlink()
    for _ in range(20):
        append_event(log, {"event": "nothing"})
    (problem,) = verify_log(log, key.public)
    assert "are not what they were" in problem.reason


def test_every_altered_byte_of_a_checkpoint_is_found(log: Path, tmp_path: Path) -> None:
    key = make_key(tmp_path / "k.key")
    make_checkpoint(log, key)
    file = log.parent / CHECKPOINTS
    good = file.read_bytes()
    for at in range(len(good)):
        bad = bytearray(good)
        bad[at] ^= 1
        file.write_bytes(bytes(bad))
        assert verify_log(log, key.public), at
    other = make_key(tmp_path / "other.key")
    file.write_bytes(good)
    assert "not by that key" in verify_log(log, other.public)[0].reason


def test_logs_from_before_chaining_are_covered(tmp_path: Path) -> None:
    log = tmp_path / LOG
    log.write_bytes(b'{"event":"old"}\n{"event":"older"}\n')
    append_event(log, {"event": "new"})
    assert verify_log(log) == ()
    log.write_bytes(log.read_bytes().replace(b'"older"', b'"other"'))
    assert [p.line for p in verify_log(log)] == [3]


def _append(path: Path, who: int) -> None:
    for number in range(50):
        append_event(path, {"event": "x", "who": who, "number": number})


def test_processes_do_not_break_the_chain(tmp_path: Path) -> None:
    log = tmp_path / LOG
    context = get_context("fork")
    workers = [context.Process(target=_append, args=(log, who)) for who in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert verify_log(log) == ()
    assert len(list(read_events(log))) == 200


def reference_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    left, right = reference_root(leaves[:k]), reference_root(leaves[k:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def test_merkle_trees_are_those_of_the_rfc() -> None:
    for size in range(1, 40):
        leaves = [leaf_hash(bytes([n])) for n in range(size)]
        root = root_of(leaves)
        assert root == reference_root(leaves)
        for index in range(size):
            proof = inclusion_proof(leaves, index)
            assert is_included(leaves[index], index, size, proof, root)
            assert not is_included(leaf_hash(b"other"), index, size, proof, root)
            if size > 1:
                assert not is_included(leaves[index], (index + 1) % size, size, proof, root)
    # The test vector of certificate transparency's own tests: the root of one empty leaf.
    assert root_of([leaf_hash(b"")]).hex() == hashlib.sha256(b"\x00").hexdigest()


def test_a_proof_shows_one_line_and_no_other(log: Path, tmp_path: Path) -> None:
    key = make_key(tmp_path / "k.key")
    checkpoint = make_checkpoint(log, key)
    proof = prove_line(log, 7)
    assert proof.holds()
    assert proof.root == checkpoint.root
    assert json.loads(proof.line)["recording"] == "rec-6"
    assert len(proof.path) <= 5  # log2 of 20 lines, rounded up
    other = msgspec.structs.replace(proof, line=proof.line.replace("rec-6", "rec-9"))
    assert not other.holds()
