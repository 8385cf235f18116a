"""Releases: what gets in, what does not, same bytes, nothing half-written, tampering found."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import subprocess
from pathlib import Path

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner

from speechkit.audio.encode import write_audio
from speechkit.cli.consent import command as consent_command
from speechkit.cli.release import command
from speechkit.core.digest import digest_file, recording_id
from speechkit.core.errors import StoreError, UsageError
from speechkit.core.types import (
    Audio,
    Context,
    Identifier,
    Layer,
    Participant,
    Provenance,
    Recording,
    RedactedCopy,
    Redaction,
    Segment,
    Session,
    SpeakerRole,
    Word,
)
from speechkit.governance.audit import LOG, read_events, verify_log
from speechkit.governance.signing import make_key
from speechkit.manifest import write as write_module
from speechkit.manifest.diff import diff_releases
from speechkit.manifest.lines import read_lines
from speechkit.manifest.release import ReleaseOptions, create_release
from speechkit.manifest.schema import (
    PAPERS,
    RECORDINGS,
    RELEASE_SCHEMA_VERSION,
    SEGMENTS,
    ReleasedSegment,
)
from speechkit.manifest.sign import check_signature, sign_release
from speechkit.manifest.splits import make_splits
from speechkit.manifest.verify import verify_release
from speechkit.manifest.versions import read_release
from speechkit.storage.corpus import Corpus

CANARY = "Zebulonia"
DOCTOR = Participant(id="p-doctor", role="doctor", accent="en-GB")


def add(
    corpus: Corpus,
    number: int,
    *,
    verdict: str = "clean",
    text: str = "Good morning, [NAME].",
    synthetic: bool = False,
    people: tuple[Participant, ...] | None = None,
    redacted: bool = True,
) -> str:
    """Put a recording with a redacted copy into a corpus; return its raw id."""
    sound = np.full((1, 16_000), number / 100, dtype=np.float32)
    path = corpus.root / f"new-{number}.flac"
    write_audio(path, sound, 8_000)
    sha = digest_file(path)
    raw_sha = hashlib.sha256(str(number).encode()).hexdigest()
    raw = recording_id(raw_sha)
    audio = Audio(
        sha256=raw_sha, uri="x", sample_rate=8_000, num_samples=16_000, num_channels=1, codec="wav"
    )
    people = people or (DOCTOR, Participant(id=f"p-{number}", role="patient"))
    corpus.put_session(
        Session(
            recording=Recording(
                id=raw,
                audio=audio,
                context=Context(
                    languages=("en",), period="2024-03-17", tags={"note": CANARY, "arm": "b"}
                ),
                participants=people,
                consent=f"consent-{number}",
                synthetic=synthetic,
            )
        )
    )
    if redacted:
        uri = corpus.put_audio(path, sha, area="redacted")
        segment = Segment(
            id=f"{raw}-0007",
            start=0.25,
            end=1.5,
            text=text,
            speaker="S1",
            words=(Word(text="Good", start=0.25, end=0.5, confidence=0.5, speaker="S1"),),
        )
        late = msgspec.structs.replace(segment, id=f"{raw}-0001", start=1.5, end=2.0, speaker="S2")
        copy = RedactedCopy(
            audio=msgspec.structs.replace(audio, sha256=sha, uri=uri, codec="flac/pcm_16"),
            segments=(late, segment) if verdict == "clean" else (),
            redactions=(
                Redaction(start=0.75, end=1.0, identifier=Identifier.NAME, verdict=verdict),
            ),
            verdict=verdict,
            heard=0 if verdict == "clean" else 2,
            checked_by=("ear:base",),
        )
        put(corpus, raw, "redacted", "redacted", (copy,))
        roles = (
            SpeakerRole(speaker="S1", role="doctor", confidence=0.9),
            SpeakerRole(speaker="S2", role="unknown", confidence=0.4),
        )
        put(corpus, raw, "roles", "roles", roles)
    path.unlink()
    return raw


def put(corpus: Corpus, raw: str, name: str, kind: str, items: tuple) -> None:
    made = Provenance(stage=name, version="1", engine="e:m", options={"margin": 0.05})
    corpus.add_layer(raw, Layer(name=name, kind=kind, recording=raw, items=items, provenance=made))


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    corpus = Corpus.create(tmp_path / "clinic")
    for number in (1, 2, 3):
        add(corpus, number)
    return corpus


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_same_corpus_same_bytes(corpus: Corpus, tmp_path: Path) -> None:
    create_release(corpus, "1.0.0", tmp_path / "a")
    again = Corpus.create(tmp_path / "elsewhere" / "clinic")
    for number in (3, 1, 2):
        add(again, number)
    create_release(again, "1.0.0", tmp_path / "b")
    first = contents(tmp_path / "a")
    assert first == contents(tmp_path / "b")
    assert len([name for name in first if name.endswith(".flac")]) == 3


def test_what_a_segment_says(corpus: Corpus, tmp_path: Path) -> None:
    path = create_release(corpus, "1.0.0", tmp_path / "out")
    segments = list(read_lines(path, SEGMENTS, ReleasedSegment))
    assert len(segments) == 6
    first, second = segments[:2]
    # In order of time, numbered anew, speakers by pseudonym where the role tells who it is.
    assert first.id == f"{first.recording}-0000"
    assert (first.start, second.start) == (0.25, 1.5)
    assert (first.speaker, first.role, first.review) == ("p-doctor", "doctor", "draft")
    assert first.words[0].speaker == "p-doctor"
    assert (second.speaker, second.role) == ("SPEAKER_01", "unknown")


def test_metadata_that_may_not_leave(corpus: Corpus, tmp_path: Path) -> None:
    path = create_release(corpus, "1.0.0", tmp_path / "out", ReleaseOptions(tags=("arm",)))
    row = json.loads((path / "recordings.jsonl").read_text().splitlines()[0])
    assert row["context"]["period"] == ""  # a date is finer than Safe Harbor lets stay
    assert row["context"]["tags"] == {"arm": "b"}
    assert row["phi"] == "redacted"
    assert row["derived_from"] in {s.recording.id for s in corpus.sessions()}
    assert row["audio"]["uri"].startswith("audio/sha256/")
    for name, data in contents(tmp_path / "out").items():
        assert CANARY.encode() not in data, name


def test_only_proved_clean_copies_leave(corpus: Corpus, tmp_path: Path) -> None:
    failed = add(corpus, 4, verdict="failed")
    absent = add(corpus, 5, redacted=False)
    broken = add(corpus, 6, redacted=False)
    corpus.record_failures("run", [{"item": broken, "stage": "align", "reason": CANARY}])
    path = create_release(corpus, "1.0.0", tmp_path / "out")
    release = read_release(path)
    assert {w.recording: w.reason for w in release.withheld} == {
        failed: "the check failed: 2 removed words are still heard",
        absent: "not de-identified",
        broken: "stage align failed",
    }
    assert release.counts.recordings == 3
    assert len(list((tmp_path / "out").rglob("*.flac"))) == 3
    assert verify_release(path) == ()


def test_nothing_to_release(tmp_path: Path) -> None:
    corpus = Corpus.create(tmp_path / "empty")
    add(corpus, 1, verdict="failed")
    with pytest.raises(StoreError, match=r"nothing in .* may be released \(1 the check failed"):
        create_release(corpus, "1.0.0", tmp_path / "out")


def test_never_over_an_old_one(corpus: Corpus, tmp_path: Path) -> None:
    create_release(corpus, "1.0.0", tmp_path / "out")
    before = contents(tmp_path / "out")
    add(corpus, 4)
    with pytest.raises(StoreError, match="exists; a release is never changed"):
        create_release(corpus, "1.0.0", tmp_path / "out")
    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize("step", ["_stage_audio", "write_lines", "_write_sums", "rename"])
def test_interrupted_leaves_nothing(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    if step == "rename":
        monkeypatch.setattr(Path, "rename", stop)
    elif step == "_stage_audio":
        monkeypatch.setattr(write_module.ReleaseWriter, step, stop)
    else:
        monkeypatch.setattr(write_module, step, stop)
    with pytest.raises(KeyboardInterrupt):
        create_release(corpus, "1.0.0", tmp_path / "out")
    assert contents(tmp_path / "out") == {}
    monkeypatch.undo()
    assert verify_release(create_release(corpus, "1.0.0", tmp_path / "out")) == ()


def test_full_disk_is_a_clear_line(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(StoreError, match="No space left on device; free some space"):
        create_release(corpus, "1.0.0", tmp_path / "out")
    assert contents(tmp_path / "out") == {}


def test_altered_redacted_audio_does_not_leave(corpus: Corpus, tmp_path: Path) -> None:
    next((corpus.root / "redacted").rglob("*.flac")).write_bytes(b"something else")
    with pytest.raises(StoreError, match="was altered"):
        create_release(corpus, "1.0.0", tmp_path / "out")
    assert contents(tmp_path / "out") == {}


def test_versions_share_audio_and_chain(corpus: Corpus, tmp_path: Path) -> None:
    first = create_release(corpus, "1.0.0", tmp_path / "out")
    add(corpus, 4)
    second = create_release(corpus, "1.1.0", tmp_path / "out", ReleaseOptions(parent=first))
    assert len(list((tmp_path / "out").rglob("*.flac"))) == 4
    parent = read_release(second).parent
    assert parent is not None
    assert parent.digest == digest_file(first / "SHA256SUMS.txt")
    assert verify_release(first) == verify_release(second) == ()


@pytest.mark.parametrize("version", ["1", "1.0", "v1.0.0", "01.0.0", "1.0.0/../x", "1.0.0-", ""])
def test_version_is_semantic(corpus: Corpus, tmp_path: Path, version: str) -> None:
    with pytest.raises(UsageError, match="not semantic"):
        create_release(corpus, version, tmp_path / "out")


def test_sha256sum_accepts_it(corpus: Corpus, tmp_path: Path) -> None:
    path = create_release(corpus, "1.0.0", tmp_path / "out")
    done = subprocess.run(
        ["sha256sum", "-c", "--strict", "SHA256SUMS.txt"],
        check=False,
        cwd=path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(": OK") == 6 + len(PAPERS) + 3


def test_lines_are_canonical_by_another_program(corpus: Corpus, tmp_path: Path) -> None:
    rfc8785 = pytest.importorskip("rfc8785")
    path = create_release(corpus, "1.0.0", tmp_path / "out")
    for name in ("release.json", "recordings.jsonl", "segments.jsonl", "redactions.jsonl"):
        for line in (path / name).read_bytes().splitlines():
            assert rfc8785.dumps(json.loads(line)) == line


LINES = ["recordings.jsonl", "segments.jsonl", "redactions.jsonl", "splits.jsonl", "custody.jsonl"]


@pytest.mark.parametrize("name", LINES)
def test_lines_dropped_moved_and_cut_are_named(corpus: Corpus, tmp_path: Path, name: str) -> None:
    """Even where somebody mends the digests."""
    path = create_release(corpus, "1.0.0", tmp_path / "out")
    lines = (path / name).read_bytes().splitlines(keepends=True)
    for changed in (
        lines[1:],  # dropped: the first, one between, the last
        [*lines[:1], *lines[2:]],
        lines[:-1],
        [lines[1], lines[0], *lines[2:]],  # moved
        [*lines[:1], *lines],  # twice
        [*lines[:-1], lines[-1][:-9]],  # its end cut off
    ):
        (path / name).write_bytes(b"".join(changed))
        mend(path, name)
        assert any(finding.file == name for finding in verify_release(path))


def test_another_word_is_named_by_its_recording(corpus: Corpus, tmp_path: Path) -> None:
    """Where a line keeps its form, and the digests of files are mended."""
    path = create_release(corpus, "1.0.0", tmp_path / "out")
    lines = (path / SEGMENTS).read_text().splitlines(keepends=True)
    lines[2] = lines[2].replace("morning", "evening")
    (path / SEGMENTS).write_text("".join(lines))
    mend(path, SEGMENTS)
    name = json.loads(lines[2])["recording"]
    assert [str(finding) for finding in verify_release(path)] == [
        f"{SEGMENTS}: the lines of {name} are not those that were released"
    ]


def test_lines_from_before_a_field_came_are_right(corpus: Corpus, tmp_path: Path) -> None:
    """Canonical is what is written, not what speechkit would write now."""
    path = create_release(corpus, "1.0.0", tmp_path / "out")
    text = (path / "recordings.jsonl").read_text()
    (path / "recordings.jsonl").write_text(text.replace(',"synthetic":false', ""))
    mend(path, "recordings.jsonl")
    assert verify_release(path) == ()
    (path / "recordings.jsonl").write_text(text.replace(',"synthetic"', ', "synthetic"'))
    mend(path, "recordings.jsonl")
    assert "recordings.jsonl, line 1: not canonical JSON" in map(str, verify_release(path))


def mend(path: Path, name: str) -> None:
    """Put a file's present digest into SHA256SUMS.txt."""
    sums = (path / "SHA256SUMS.txt").read_text().splitlines()
    digest = digest_file(path / name)
    mended = [f"{digest}  {name}" if line.endswith(f"  {name}") else line for line in sums]
    (path / "SHA256SUMS.txt").write_text("\n".join(mended) + "\n")


def test_verify_names_line_and_never_quotes(corpus: Corpus, tmp_path: Path) -> None:
    path = create_release(corpus, "1.0.0", tmp_path / "out")
    lines = (path / SEGMENTS).read_text().splitlines()
    lines[3] = lines[3].replace('"review":"draft"', f'"review":"{CANARY}"')
    (path / SEGMENTS).write_text("\n".join(lines) + "\n")
    findings = verify_release(path)
    assert (SEGMENTS, 4) in {(f.file, f.line) for f in findings}
    assert CANARY not in " ".join(map(str, findings))


def test_a_missing_sound_file_is_named(corpus: Corpus, tmp_path: Path) -> None:
    path = create_release(corpus, "1.0.0", tmp_path / "out")
    gone = next((tmp_path / "out").rglob("*.flac"))
    gone.unlink()
    (path / "extra.txt").write_text("x")
    assert {Path(f.file).name for f in verify_release(path)} == {gone.name, "extra.txt"}


def test_diff(corpus: Corpus, tmp_path: Path) -> None:
    first = create_release(corpus, "1.0.0", tmp_path / "out")
    assert diff_releases(first, first).is_empty
    add(corpus, 3, text="Good evening, [NAME].")
    add(corpus, 4)
    first_raw = recording_id(hashlib.sha256(b"1").hexdigest())
    (corpus.root / "vault" / "sessions" / f"{first_raw}.json").unlink()
    second = create_release(corpus, "2.0.0", tmp_path / "out")
    found = diff_releases(first, second)
    counts = found.counts()
    # 1 left, 4 came, 3 has other words in both of its segments, 2 is as it was.
    assert (counts["recordings_removed"], counts["recordings_added"]) == (1, 1)
    assert (counts["recordings_changed"], counts["recordings_same"]) == (1, 1)
    assert counts["segments_changed"] == counts["segments_changed_words"] == 2
    assert (counts["segments_same"], counts["segments_added"]) == (2, 0)
    assert counts["redactions_added"] == counts["redactions_removed"] == 0
    # "Good morning, [NAME]." four times; two of them have another second word.
    assert (found.words_before, found.words_edited, found.wer) == (12, 2, 0.1667)


def person(number: int) -> Participant:
    return Participant(id=f"p-{number}", role="patient")


def recording(number: int, *people: Participant, synthetic: bool = False) -> Recording:
    audio = Audio(
        sha256=f"{number:064x}", uri="", sample_rate=8, num_samples=8, num_channels=1, codec=""
    )
    return Recording(id=f"rec-{number:04d}", audio=audio, participants=people, synthetic=synthetic)


def test_nobody_is_in_two_splits() -> None:
    rng = random.Random(1)
    recordings = [recording(n, person(rng.randrange(200)), person(n % 90)) for n in range(300)]
    split_of = {s.recording: s.split for s in make_splits(recordings)}
    by_person: dict[str, set[str]] = {}
    for one in recordings:
        for who in one.participants:
            by_person.setdefault(who.id, set()).add(split_of[one.id])
    assert all(len(splits) == 1 for splits in by_person.values())


def test_splits_keep_their_shares_and_their_people() -> None:
    recordings = [recording(n, person(n)) for n in range(2000)]
    before = {s.recording: s.split for s in make_splits(recordings)}
    # Binomial with n = 2000: three standard deviations are 54 for train, 40 for the others.
    counts = [list(before.values()).count(name) for name in ("train", "dev", "test")]
    assert abs(counts[0] - 1600) < 54
    assert abs(counts[1] - 200) < 40
    assert abs(counts[2] - 200) < 40
    grown = make_splits([*reversed(recordings), recording(9000, person(9000))])
    after = {s.recording: s.split for s in grown}
    assert before.items() <= after.items()


def test_made_up_recordings_are_not_in_test() -> None:
    recordings = [recording(n, person(n), synthetic=n % 2 == 0) for n in range(400)]
    barred = {s.recording: s.split for s in make_splits(recordings)}
    asked = {s.recording: s.split for s in make_splits(recordings, synthetic_in_test=True)}
    assert not any(barred[r.id] == "test" for r in recordings if r.synthetic)
    assert any(asked[r.id] == "test" for r in recordings if r.synthetic)
    assert all(barred[r.id] == asked[r.id] for r in recordings if not r.synthetic)


def invoke(*args: object) -> tuple[int, str]:
    done = CliRunner().invoke(command, [str(arg) for arg in args])
    return done.exit_code, done.stdout


def test_command_line(corpus: Corpus, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, text = invoke("create", corpus.root, "--version", "1.0.0", "--output", out, "--json")
    assert code == 0
    made = json.loads(text)
    assert made["release"]["counts"]["recordings"] == 3
    code, text = invoke("verify", made["path"], "--json")
    assert (code, json.loads(text)["ok"]) == (0, True)
    code, text = invoke("show", made["path"])
    assert code == 0
    assert "clinic 1.0.0" in text
    code, text = invoke("diff", made["path"], made["path"], "--json")
    assert json.loads(text)["counts"]["segments_same"] == 6
    (Path(made["path"]) / "README.md").write_text("?")
    code, text = invoke("verify", made["path"])
    assert code == 1
    assert "README.md" in text


def test_withheld_recordings_are_said(corpus: Corpus, tmp_path: Path) -> None:
    failed = add(corpus, 4, verdict="failed")
    args = ["create", str(corpus.root), "--version", "1.0.0", "--output", str(tmp_path / "out")]
    done = CliRunner().invoke(command, args)
    assert done.exit_code == 1
    assert f"withheld: {failed}: the check failed" in done.stderr


GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("version", [1, 2])
def test_releases_of_every_schema_version_are_read(version: int) -> None:
    """Written by the speechkit of that time and never again; verified by the one of today."""
    path = GOLDEN / f"v{version}" / "clinic" / "1.0.0"
    release = read_release(path)
    assert (release.schema_version, release.counts.segments) == (RELEASE_SCHEMA_VERSION, 4)
    assert verify_release(path) == ()
    assert [s.role for s in read_lines(path, SEGMENTS, ReleasedSegment)] == [
        "doctor",
        "unknown",
    ] * 2
    assert diff_releases(path, path).counts()["segments_same"] == 4


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
