"""`speechkit review` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from speechkit.cli.review import command
from speechkit.core.errors import SpeechkitError
from speechkit.pipeline.corrections import merge_spans
from speechkit.review.schema import Task
from speechkit.review.store import Store, open_store
from speechkit.storage.corpus import Corpus

SECRETS = ("Quillfeather", "Zebedee", "Marrow")


def review(*words: str | Path, stdin: str = "", code: int = 0) -> Result:
    result = CliRunner().invoke(command, [str(word) for word in words], input=stdin)
    if isinstance(result.exception, SpeechkitError):
        assert result.exception.exit_code == code, result.exception
    else:
        assert result.exit_code == code, result.output
    assert not any(secret in result.output for secret in SECRETS)
    return result


def refusal(*words: str | Path, stdin: str = "") -> str:
    return str(review(*words, stdin=stdin, code=2).exception)


def test_users(corpus: Corpus) -> None:
    root = corpus.root
    made = review("users", "add", root, "zoe", "--role", "reviewer", "--language", "en")
    assert len(made.stdout.strip()) >= 12
    review("users", "add", root, "max", "--role", "auditor", "--password-stdin",
           stdin="a long enough phrase\n")  # fmt: skip
    rows = json.loads(review("users", "list", root, "--json").stdout)
    assert [(row["name"], row["roles"], row["hear_raw"]) for row in rows] == [
        ("max", ["auditor"], False), ("zoe", ["reviewer"], False),
    ]  # fmt: skip
    assert "password" not in rows[0]
    review("users", "disable", root, "zoe")
    assert "did you mean zoe?" in refusal("users", "disable", root, "zoee")
    assert "did you mean reviewer?" in refusal("users", "add", root, "x", "--role", "reviwer")
    for weak in ("short", "aaaaaaaaaaaaaaaa", "xavier and more"):
        refusal("users", "add", root, "xavier", "--role", "auditor", "--password-stdin", stdin=weak)


def test_the_network_gets_nothing_in_the_clear(corpus: Corpus) -> None:
    assert "in the clear" in refusal("serve", corpus.root, "--host", "0.0.0.0")
    refusal("serve", corpus.root, "--tls-cert", "x.pem")


def test_wrong_databases(corpus: Corpus) -> None:
    assert "--database takes" in refusal("users", "list", corpus.root, "--database", "nonsense")
    review("users", "list", corpus.root, "--database", "sqlite:////nowhere/x", code=1)


def test_queue_and_what_people_did_goes_into_the_corpus(
    corpus: Corpus, store: Store, task: str
) -> None:
    rows = json.loads(review("queue", corpus.root, "--json").stdout)
    assert len(rows) == 4 and all("text" not in row for row in rows)
    assert "reference" in refusal("simulate", corpus.root)
    review("assign", corpus.root, "--to", "tess")
    assert json.loads(review("export", corpus.root, "--json").stdout) == []
    with store.write() as db:
        db.get_one(Task, task).state = "approved"
    (row,) = json.loads(review("export", corpus.root, "--layer", "reference", "--json").stdout)
    assert row["unreviewed"] == 4
    session = corpus.sessions()[0]
    assert {"reference", "reference_phi"} <= set(session.layers)
    assert json.loads(review("agreement", corpus.root, "--json").stdout) == []
    review("audit", corpus.root)


def test_a_cut_audit_log_shows_against_the_journal(corpus: Corpus, store: Store) -> None:
    review("export", corpus.root)  # a checkpoint
    with store.write() as db:
        from speechkit.review.schema import AuditHead, AuditRow

        head = db.get_one(AuditHead, 1)
        last = db.get_one(AuditRow, head.number)
        head.number, head.hash = head.number - 1, last.previous
        db.delete(last)
    result = review("audit", corpus.root, code=1)
    assert "checkpoint" in result.stdout


def test_a_span_beyond_what_was_rejected_stays(corpus: Corpus) -> None:
    phi = corpus.layer(corpus.sessions()[0], "phi")
    assert phi is not None
    import msgspec

    (first, second) = phi.items
    rejected = msgspec.structs.replace(first, score=0.0)
    longer = msgspec.structs.replace(first, start_char=first.start_char - 7)
    assert merge_spans([rejected, second], [first, longer]) == (longer, second)


def test_open_store_twice(corpus: Corpus) -> None:
    for _ in range(2):
        open_store(corpus.root).close()
