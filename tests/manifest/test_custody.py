"""Chain of custody and FHIR Provenance: from device to release, broken links named, both FHIRs accept it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner

from speechkit.audio.encode import write_audio
from speechkit.cli.release import command
from speechkit.core.digest import digest_file, keyed_digest, recording_id
from speechkit.core.types import (
    Audio,
    Context,
    Layer,
    Provenance,
    Recording,
    RedactedCopy,
    Segment,
    Session,
    SpeakerRole,
)
from speechkit.manifest.lines import read_lines
from speechkit.manifest.release import create_release
from speechkit.manifest.schema import CUSTODY, Custody
from speechkit.manifest.verify import verify_release
from speechkit.storage.corpus import Corpus

RAW = hashlib.sha256(b"as it was recorded").hexdigest()
NAME = recording_id(RAW)
STAGES = {"draft": (), "turns": (), "roles": ("draft", "turns"), "redacted": ("draft",)}


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """One recording that went through four stages, all of them in the audit log."""
    corpus = Corpus.create(tmp_path / "clinic")
    sound = tmp_path / "masked.flac"
    write_audio(sound, np.zeros((1, 8000), dtype=np.float32), 8000)
    sha = digest_file(sound)
    uri = corpus.put_audio(sound, sha, area="redacted")
    raw = Audio(
        sha256=RAW, uri="x", sample_rate=8000, num_samples=8000, num_channels=1, codec="wav"
    )
    segment = Segment(id="s", start=0, end=1, text="Good morning.", speaker="S1")
    copy = RedactedCopy(
        audio=msgspec.structs.replace(raw, sha256=sha, uri=uri),
        segments=(segment,),
        redactions=(),
        verdict="clean",
    )
    items = {
        "draft": ("segments", segment),
        "turns": ("segments", segment),
        "roles": ("roles", SpeakerRole(speaker="S1", role="doctor", confidence=0.9)),
        "redacted": ("redacted", copy),
    }
    recording = Recording(id=NAME, audio=raw, context=Context(device="recorder-7"))
    corpus.put_session(Session(recording=recording))
    corpus.note("received", recording=NAME, device="recorder-7", audio=keyed_digest(RAW, RAW))
    for name, reads in STAGES.items():
        layers = corpus.session(NAME).layers
        made = Provenance(
            stage=f"make-{name}",
            version="1",
            engine="e:m",
            inputs={"audio": RAW, **{given: layers[given] for given in reads}},
        )
        kind, item = items[name]
        digest = corpus.add_layer(
            NAME, Layer(name=name, kind=kind, recording=NAME, items=(item,), provenance=made)
        )
        corpus.note("stage", recording=NAME, stage=f"make-{name}", layer=keyed_digest(RAW, digest))
    return corpus


@pytest.fixture
def release(corpus: Corpus, tmp_path: Path) -> Path:
    return create_release(corpus, "1.0.0", tmp_path / "out")


def ask(*args: object) -> tuple[int, str]:
    done = CliRunner().invoke(command, [str(arg) for arg in args])
    assert not done.exception or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout


def test_each_hand_over_has_a_digest_that_says_nothing_by_itself(
    corpus: Corpus, release: Path
) -> None:
    (chain,) = read_lines(release, CUSTODY, Custody)
    assert chain.device == "recorder-7"
    assert [link.layer for link in chain.hand_overs] == ["draft", "turns", "roles", "redacted"]
    digests = {link.layer: link.digest for link in chain.hand_overs}
    assert chain.hand_overs[-1].inputs == {"audio": chain.vault, "draft": digests["draft"]}
    everything = b"".join(path.read_bytes() for path in release.iterdir())
    for secret in (RAW, *corpus.session(NAME).layers.values()):
        assert secret.encode() not in everything
        assert secret.encode() not in (corpus.root / "journal.jsonl").read_bytes()
    assert verify_release(release) == ()


def test_the_vault_and_the_log_agree_with_it(corpus: Corpus, release: Path) -> None:
    code, text = ask("custody", release, "--corpus", corpus.root, "--json")
    assert code == 0
    (chain,) = json.loads(text)["chains"]
    steps = [(step["to"], bool(step["when"])) for step in chain["steps"]]
    names = ["vault", "make-draft", "make-turns", "make-roles", "make-redacted", "release"]
    assert steps == [(name, True) for name in names]
    # Another draft since, and a line of the log that is not there.
    journal = corpus.root / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(line for line in lines if b"make-turns" not in line))
    layer = corpus.get_layer(corpus.session(NAME).layers["draft"])
    corpus.add_layer(NAME, msgspec.structs.replace(layer, items=()))
    code, text = ask("custody", release, "--corpus", corpus.root, "--json")
    assert code == 1
    assert [f["reason"] for f in json.loads(text)["findings"]] == [
        "the vault now has other layers than those it was released from",
        "the audit log does not have the hand-over by stage make-turns",
    ]


def test_a_broken_chain_is_named(release: Path) -> None:
    """Even where its digests are mended: a stage got what no other handed over."""
    line = json.loads((release / CUSTODY).read_text())
    for place, reason in (
        (("hand_overs", 3, "inputs", "draft"), "stage make-redacted got another 'draft'"),
        (("vault",), "got another 'audio'"),
        (("released",), "does not end with the audio"),
    ):
        spoilt = json.loads(json.dumps(line))
        holder = spoilt
        for key in place[:-1]:
            holder = holder[key]
        holder[place[-1]] = "ab" * 32
        text = json.dumps(spoilt, sort_keys=True, separators=(",", ":")) + "\n"
        (release / CUSTODY).write_text(text)
        findings = [f for f in verify_release(release) if f.file == CUSTODY and f.line]
        assert [f.line for f in findings] == [1]
        assert reason in findings[0].reason
    (release / CUSTODY).write_text("")
    assert "chains are missing" in " ".join(map(str, verify_release(release)))


@pytest.mark.parametrize("version", ["R4B", "R5"])
def test_fhir_accepts_it(corpus: Corpus, release: Path, version: str) -> None:
    name = "fhir.resources.R4B.bundle" if version == "R4B" else "fhir.resources.bundle"
    bundle = pytest.importorskip(name)
    written = json.loads((release / "provenance.fhir.json").read_text())
    code, text = ask("provenance", release, "--corpus", corpus.root)
    assert code == 0
    for document in (written, json.loads(text)):
        read = bundle.Bundle.model_validate(document)
        whole, one = (entry.resource for entry in read.entry)
        assert whole.target[0].identifier.value == "clinic/1.0.0"
        assert [entity.role for entity in one.entity] == ["source"] * 5
        assert one.entity[0].agent[0].who.display == "recorder-7"
        assert one.entity[4].agent[0].who.display == "make-redacted 1 e:m"
    assert read.entry[0].resource.recorded is not None
    assert whole.agent[-1].type.coding[0].code == "enterer"
