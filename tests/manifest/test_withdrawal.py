"""Signatures, consent and withdrawal of releases."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from speechkit.cli.consent import command as consent_command
from speechkit.cli.release import command
from speechkit.core.digest import recording_id
from speechkit.core.errors import StoreError, UsageError
from speechkit.core.types import (
    Recording,
)
from speechkit.governance.audit import LOG, read_events, verify_log
from speechkit.governance.signing import make_key
from speechkit.manifest.lines import read_lines
from speechkit.manifest.release import ReleaseOptions, create_release
from speechkit.manifest.schema import (
    RECORDINGS,
    SEGMENTS,
    ReleasedSegment,
)
from speechkit.manifest.sign import check_signature, sign_release
from speechkit.manifest.verify import verify_release
from speechkit.manifest.versions import read_release
from speechkit.storage.corpus import Corpus
from tests.manifest.release_corpus import (
    add,
    invoke,
    mend,
)


@pytest.mark.skipif(shutil.which("minisign") is None, reason="minisign is not installed")
def test_signed_and_verified_by_minisign(corpus: Corpus, tmp_path: Path) -> None:
    path = create_release(corpus, "1.0.0", tmp_path / "out")
    code, public = invoke("key", tmp_path / "k.key")
    assert code == 0
    assert invoke("verify", path, "--key", public.strip())[0] == 1  # not signed yet
    assert invoke("sign", path, "--key", tmp_path / "k.key")[0] == 0
    assert verify_release(path) == ()
    assert invoke("verify", path, "--key", tmp_path / "k.pub")[0] == 0
    ask = ["minisign", "-V", "-P", public.strip(), "-m", "SHA256SUMS.txt"]
    done = subprocess.run(ask, check=False, cwd=path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "clinic 1.0.0" in done.stdout
    # Files and digests changed together: only the signature tells.
    (path / "README.md").write_text("nothing was removed")
    mend(path, "README.md")
    assert verify_release(path) == ()
    code, text = invoke("verify", path, "--key", tmp_path / "k.pub")
    assert code == 1
    assert "is not what SHA256SUMS.txt.minisig signed" in text


CONSENTS = """\
{"id":"consent-1","status":"active","purposes":["research"],"valid_until":"2030-01-01"}
{"id":"consent-2","status":"active","purposes":["quality"]}
"""


def test_consent_is_asked_and_denied_by_default(corpus: Corpus, tmp_path: Path) -> None:
    add(corpus, 4, synthetic=True)
    (tmp_path / "c.jsonl").write_text(CONSENTS)
    done = CliRunner().invoke(
        consent_command, ["import", str(tmp_path / "c.jsonl"), "--corpus", str(corpus.root)]
    )
    assert done.exit_code == 0, done.output
    path = create_release(corpus, "1.0.0", tmp_path / "out", ReleaseOptions(on="2025-01-01"))
    release = read_release(path)
    assert sorted(w.reason for w in release.withheld) == [
        "consent: no consent is on record",
        "consent: the consent does not permit the purpose",
    ]
    assert release.consent is not None
    assert (release.consent.permitted, release.consent.not_needed) == (1, 1)
    assert release.consent.purpose == "research"
    assert "the consent register permits the purpose" in (path / "README.md").read_text()
    assert verify_release(path) == ()
    late = ReleaseOptions(on="2030-01-02")
    release = read_release(create_release(corpus, "1.1.0", tmp_path / "out", late))
    assert release.counts.recordings == release.counts.synthetic == 1
    code, _ = invoke(
        "export", path, "--to", "kaldi", "--output", tmp_path / "k", "--purpose", "quality"
    )
    assert code == 1
    assert not (tmp_path / "k").exists()
    # Asked again at export: what has run out, or was withdrawn, since the release was made.
    ask = ("export", path, "--to", "kaldi", "--output", tmp_path / "k", "--corpus", corpus.root)
    assert invoke(*ask)[0] == 0
    (tmp_path / "c.jsonl").write_text(CONSENTS.replace("2030-01-01", "2020-01-01"))
    CliRunner().invoke(
        consent_command, ["import", str(tmp_path / "c.jsonl"), "--corpus", str(corpus.root)]
    )
    done = CliRunner().invoke(command, [str(arg) for arg in (*ask[:5], tmp_path / "k2", *ask[6:])])
    assert "the consent has run out" in str(done.exception)
    assert not (tmp_path / "k2").exists()
    # Asked for a purpose without a register: nobody is known to permit it.
    other = Corpus.create(tmp_path / "other")
    add(other, 1)
    with pytest.raises(StoreError, match="consent: no consent is on record"):
        create_release(other, "1.0.0", tmp_path / "out", ReleaseOptions(purpose="research"))


@pytest.mark.parametrize("by", ["participant", "consent"])
def test_withdrawal_leaves_nothing(corpus: Corpus, tmp_path: Path, by: str) -> None:
    """Nothing of the person is in any file but ledgers, wherever it was."""
    add(
        corpus, 1, text="What was redacted worse before."
    )  # replaces layers, which stay in the vault
    corpus.remember("redact", "a-key", corpus.sessions()[0].layers["redacted"])
    first = create_release(corpus, "1.0.0", tmp_path / "out")
    add(corpus, 1)
    second = create_release(corpus, "1.1.0", tmp_path / "out")
    assert invoke("export", first, "--to", "webdataset", "--output", tmp_path / "w")[0] == 0
    assert invoke("export", second, "--to", "lhotse", "--output", tmp_path / "l")[0] == 0
    shutil.move(tmp_path / "l", tmp_path / "moved")
    raw = recording_id(hashlib.sha256(b"1").hexdigest())
    gone = [r for r in read_lines(second, RECORDINGS, Recording) if r.derived_from == raw]
    others = [r for r in read_lines(second, RECORDINGS, Recording) if r.derived_from != raw]
    who = {"participant": "p-1", "consent": "consent-1"}[by]
    code, text = invoke(
        *("withdraw", corpus.root, f"--{by}", who, "--version", "2.0.0"),
        *("--output", tmp_path / "out", "--parent", second, "--json"),
    )
    assert code == 0, text
    done = json.loads(text)
    assert done["recordings"] == [raw]
    assert done["versions"] == ["1.0.0", "1.1.0"]
    assert [e["format"] for e in done["exports_deleted"]] == ["webdataset"]
    assert [e["format"] for e in done["exports_elsewhere"]] == ["lhotse"]
    assert not (tmp_path / "w").exists()
    assert done["left"] == []
    # The new version is right, and has a tombstone; old ones name what is gone and nothing else.
    new = tmp_path / "out" / "clinic" / "2.0.0"
    assert verify_release(new) == ()
    assert [w.recording for w in read_release(new).withdrawn] == [r.id for r in gone]
    assert gone[0].id in (new / "README.md").read_text()
    for old in (first, second):
        assert [str(f) for f in verify_release(old)] == [
            f"WITHDRAWN.json: {gone[0].id} was withdrawn and is gone from here"
        ]
        assert [r.id for r in read_lines(old, RECORDINGS, Recording)] == [r.id for r in others]
        assert all(s.recording != gone[0].id for s in read_lines(old, SEGMENTS, ReleasedSegment))
    # No file is left that holds sound or words of the person.
    ledgers = {"journal.jsonl", "withdrawals.jsonl", "WITHDRAWN.json", "release.json", "prov.json"}
    ledgers |= {"provenance.fhir.json", "README.md", "RECORDS", "SHA256SUMS.txt", "croissant.json"}
    for folder in (corpus.root, tmp_path / "out"):
        for path in folder.rglob("*"):
            if path.is_file() and path.name not in ledgers:
                assert gone[0].audio.sha256 not in path.name
                for name in (raw, gone[0].id, "redacted worse"):
                    assert name.encode() not in path.read_bytes(), path
    # Brought in again, it stays out.
    add(corpus, 1)
    again = create_release(corpus, "2.1.0", tmp_path / "out")
    assert [w.reason for w in read_release(again).withheld] == ["consent was withdrawn"]
    assert verify_log(corpus.root / LOG) == ()
    assert list(read_events(corpus.root / LOG))[-2]["event"] == "withdraw"


def test_withdrawal_asks_who(corpus: Corpus, tmp_path: Path) -> None:
    for args in ((), ("--participant", "p-1", "--consent", "consent-1")):
        done = CliRunner().invoke(
            command, ["withdraw", str(corpus.root), "--version", "2.0.0", *args]
        )
        assert isinstance(done.exception, UsageError)
    done = CliRunner().invoke(
        command, ["withdraw", str(corpus.root), "--version", "2.0.0", "--participant", "p-9"]
    )
    assert "no recording of participant p-9" in str(done.exception)
    assert len(corpus.sessions()) == 3


def test_every_changed_byte_of_a_signed_release_and_its_log_is_found(
    corpus: Corpus, tmp_path: Path
) -> None:
    """1,000 changes of one byte: in lines, papers, sound, digests, signature, checkpoints, logs."""
    pytest.importorskip("cryptography")
    path = create_release(corpus, "1.0.0", tmp_path / "out")
    invoke("export", path, "--to", "txt", "--output", tmp_path / "t")
    key = make_key(tmp_path / "k.key")
    log, handed = corpus.root / LOG, path.parent / "handed-out.jsonl"
    sign_release(path, key, log)
    files = [p for p in sorted((tmp_path / "out").rglob("*")) if p.is_file()]
    files += [log, log.parent / "audit-checkpoints.jsonl"]
    assert {"SHA256SUMS.txt.minisig", "audit-checkpoint.json", "handed-out.jsonl"} < {
        file.name for file in files
    }

    def wrong() -> list[str]:
        findings = [*verify_release(path), *check_signature(path, key.public)]
        findings += [*verify_log(log, key.public), *verify_log(handed)]
        return [str(finding) for finding in findings]

    assert wrong() == []
    rng = random.Random(11)
    for _ in range(1000):
        file = rng.choice(files)
        good = file.read_bytes()
        at = rng.randrange(len(good))
        bad = bytearray(good)
        bad[at] ^= 1 << rng.randrange(8)
        file.write_bytes(bytes(bad))
        # A digest that does not match may be wrong on either side: both places are named.
        assert any(file.name in finding for finding in wrong()), (file.name, at)
        file.write_bytes(good)
    assert wrong() == []
