"""A folder and a table become sessions; what does not fit becomes a failure row."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from speechkit.core.digest import digest_file, recording_id
from speechkit.core.errors import InputError, StoreError, UsageError
from speechkit.core.types import Layer, Provenance, Turn
from speechkit.ingestion.ingest import IngestOptions, ingest_folder
from speechkit.storage import files
from speechkit.storage.corpus import Corpus

CANARY = "Zebulonia"


def everything_in(corpus: Corpus) -> dict[str, bytes]:
    return {
        str(path.relative_to(corpus.root)): path.read_bytes()
        for path in sorted(corpus.root.rglob("*"))
        if path.is_file()
    }


def test_a_recording_without_a_table(record: Callable, only: Callable, tmp_path: Path) -> None:
    path = record("a.wav", seconds=2.5)
    session = only(language="en", consent="C-1")
    recording = session.recording
    assert recording.id == recording_id(digest_file(path))
    assert (recording.audio.sample_rate, recording.audio.num_samples) == (16_000, 40_000)
    assert recording.audio.codec == "wav/pcm_16"
    assert (recording.context.languages, recording.consent, recording.phi) == (
        ("en",),
        "C-1",
        "raw",
    )
    assert recording.quality is not None
    assert "noisy" in recording.quality.flags
    stored = Corpus.open(tmp_path / "corpus").audio_path(recording)
    assert stored.read_bytes() == path.read_bytes()


def test_all_fields(record: Callable, only: Callable) -> None:
    record("sub/a.wav")
    session = only(
        "file,language,encounter_class,specialty,modality,period,collection_intent,interpreter,site,"
        "device,synthetic,phi,consent,doctor_id,doctor_accent,patient_gender,patient_age,"
        "patient_language,notes,ward\n"
        "sub/a.wav,en,AMB,cardiology,phone,2023-05-06,research,yes,S1,headset,no,raw,C-9,"
        "4711,Scottish,F,93,Polish,secret,B\n",
        keep=("ward",),
    )
    recording, context = session.recording, session.recording.context
    assert context.languages == ("en", "pl")
    assert context.encounter_class is not None
    assert context.encounter_class.code == "AMB"
    assert context.specialty is not None
    assert context.specialty.code == "cardiology"
    assert (context.modality, context.period, context.interpreter) == ("phone", "2023", True)
    assert (context.site, context.device, recording.consent) == ("S1", "headset", "C-9")
    assert context.tags == {"ward": "B"}
    doctor, patient = recording.participants
    assert (doctor.role, doctor.accent) == ("doctor", "Scottish")
    assert (patient.role, patient.sex, patient.age_band, patient.language) == (
        "patient",
        "female",
        "90+",
        "pl",
    )
    assert doctor.id != patient.id
    assert "4711" not in doctor.id


def test_people_have_one_pseudonym_a_corpus(
    record: Callable, ingest: Callable, tmp_path: Path
) -> None:
    for seed in range(3):
        record(f"{seed}.wav", seed)
    table = "file,speaker\n0.wav,Ann Example\n1.wav,ann  example\n2.wav,Bob Example\n"
    _, corpus = ingest(table)
    by_seed = {s.recording.audio.sha256: s.recording.participants[0].id for s in corpus.sessions()}
    ids = [by_seed[digest_file(tmp_path / "in" / f"{seed}.wav")] for seed in range(3)]
    assert ids[0] == ids[1] != ids[2]
    assert all(len(i) == 14 and i.startswith("p-") for i in ids)
    key = corpus.root / "vault" / "pseudonym.key"
    assert key.stat().st_mode & 0o077 == 0
    assert b"xample" not in b"".join(everything_in(corpus).values())

    def ids_in(name: str, key_path: Path | None) -> set[str]:
        other = Corpus(tmp_path / name)
        options = IngestOptions(metadata=tmp_path / "table.csv", pseudonym_key=key_path)
        ingest_folder(tmp_path / "in", other, options)
        return {s.recording.participants[0].id for s in other.sessions()}

    assert ids_in("same-key", key) == set(ids)
    assert ids_in("own-key", None).isdisjoint(ids)
    with pytest.raises(UsageError, match="another pseudonym key"):
        ids_in("own-key", key)
    key.write_text("shortened")
    with pytest.raises(StoreError, match="restore it from a backup"):
        ids_in("corpus", None)


def test_a_reference_text_spans_the_recording(record: Callable, ingest: Callable) -> None:
    record("a.wav", seconds=3)
    _, corpus = ingest("file,language,text\na.wav,en,Good  morning.\n")
    (session,) = corpus.sessions()
    layer = corpus.layer(session, "reference")
    assert layer is not None
    assert layer.kind == "segments"
    assert layer.provenance.stage == "ingest"
    (segment,) = layer.items
    assert (segment.start, segment.end, segment.text) == (0, 3, "Good morning.")
    assert (segment.speaker, segment.language) == ("", "en")
    assert segment.id == f"{session.recording.id}-0000"


def test_a_row_a_channel(record: Callable, ingest: Callable) -> None:
    record("a.wav", channels=2)
    _, corpus = ingest(
        "file,channel,text,role,sex\na.wav,0,How are you?,doctor,f\na.wav,1,Fine.,patient,m\n"
    )
    (session,) = corpus.sessions()
    people = session.recording.participants
    assert [(p.role, p.sex, p.channel) for p in people] == [
        ("doctor", "female", 0),
        ("patient", "male", 1),
    ]
    layer = corpus.layer(session, "reference")
    assert layer is not None
    assert [(s.text, s.channel) for s in layer.items] == [("How are you?", 0), ("Fine.", 1)]


def test_channels_that_do_not_exist(record: Callable, ingest: Callable) -> None:
    record("a.wav")
    report, _ = ingest("file,channel,sex\na.wav,1,f\n")
    assert "the recording has 1" in report.failures[0].reason
    report, _ = ingest("file,channel,sex\na.wav,left,f\n")
    assert "whole number" in report.failures[0].reason


def test_reference_files_lose_the_names_of_speakers(
    record: Callable, ingest: Callable, tmp_path: Path
) -> None:
    record("call.wav", seconds=10)
    (tmp_path / "in" / "all.rttm").write_text(
        "SPEAKER call 1 0.5 2 <NA> <NA> Zebulonia <NA> <NA>\n"
        "SPEAKER call 1 3 4 <NA> <NA> doctor <NA> <NA>\n"
        "SPEAKER another 1 0 1 <NA> <NA> Xavier <NA> <NA>\n"
    )
    (tmp_path / "in" / "only.stm").write_text(
        "whatever 1 Zebulonia 0.5 2.5 hello there\nwhatever 1 Doctor 3.0 7.0 good morning\n"
    )
    report, corpus = ingest("file,rttm,stm\ncall.wav,all.rttm,only.stm\n")
    assert report.failures == ()
    (session,) = corpus.sessions()
    turns = corpus.layer(session, "reference_turns")
    segments = corpus.layer(session, "reference")
    assert turns is not None
    assert segments is not None
    assert [(t.start, t.end, t.speaker) for t in turns.items] == [
        (0.5, 2.5, "S1"),
        (3, 7, "doctor"),
    ]
    assert [(s.speaker, s.text) for s in segments.items] == [
        ("S1", "hello there"),
        ("doctor", "good morning"),
    ]
    assert [s.id[-5:] for s in segments.items] == ["-0000", "-0001"]
    assert CANARY.encode() not in b"".join(everything_in(corpus).values())


@pytest.mark.parametrize(
    ("rttm", "says"),
    [
        ("SPEAKER x 1 0.5 90 <NA> <NA> A <NA> <NA>\n", "the recording at 2.0 s"),
        ("SPEAKER x 1 0.5 oops <NA> <NA> A <NA> <NA>\n", "line 1"),
        (
            "SPEAKER x 1 0 1 <NA> <NA> A <NA> <NA>\nSPEAKER y 1 0 1 <NA> <NA> A <NA> <NA>\n",
            "is about 2",
        ),
        (None, "No such file"),
    ],
)
def test_a_reference_that_does_not_fit_costs_no_recording(
    record: Callable, ingest: Callable, tmp_path: Path, rttm: str | None, says: str
) -> None:
    record("call.wav")
    if rttm is not None:
        (tmp_path / "in" / f"{CANARY}.rttm").write_text(rttm)
    report, corpus = ingest(f"file,rttm\ncall.wav,{CANARY}.rttm\n")
    assert report.recordings == 1
    (failure,) = report.failures
    assert says in failure.reason
    assert CANARY not in failure.reason
    assert corpus.sessions()[0].layers == {}


def test_bad_files_become_rows_and_the_others_go_on(
    record: Callable, ingest: Callable, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    record("good.wav", 1)
    whole = record("cut.wav", 2, seconds=4).read_bytes()
    (folder / "cut.wav").write_bytes(whole[: len(whole) // 2])
    record("tiny.wav", 3, seconds=0.05)
    (folder / "empty.wav").touch()
    (folder / "text.wav").write_text("no audio")
    (folder / "dictation.ds2").write_bytes(b"\x03ds2")
    (folder / "headerless.raw").write_bytes(bytes(40_000))
    (folder / "notes.txt").write_text("kept out")
    report, corpus = ingest()
    assert {f.item: f.reason.split(";")[0] for f in report.failures} == {
        "dictation.ds2": "not a sound file that can be read",
        "empty.wav": "the file is empty",
        "headerless.raw": "a .raw file does not say what it holds",
        "text.wav": "not a sound file that can be read",
        "tiny.wav": "too short, 800 samples",
    }
    assert report.recordings == 2
    assert report.flags["truncated"] == 1
    assert report.ignored == 1
    rows = corpus.failures()
    assert [row["item"] for row in rows] == sorted(row["item"] for row in rows)
    assert all(row["run"] == "ingest" for row in rows)


def test_rows_that_name_no_file_or_one_twice(record: Callable, ingest: Callable) -> None:
    record("a.wav", 1)
    record("b.wav", 2)
    record("unlisted.wav", 3)
    table = "file,sex\na.wav,f\nabsent.wav,m\nb.wav,m\na.wav,m\n,f\n"
    report, corpus = ingest(table)
    assert [(f.item, f.line, f.reason.split(";")[0]) for f in report.failures] == [
        ("", 6, "the row names no file"),
        ("a.wav", 5, "the table names this file on line 2 already"),
        ("absent.wav", 3, "the table names a file that is not in the folder"),
    ]
    assert report.recordings == 3
    sexes = sorted(p.sex for s in corpus.sessions() for p in s.recording.participants)
    assert sexes == ["female", "male"]  # the first row about a.wav counts


def test_only_listed(record: Callable, ingest: Callable) -> None:
    record("a.wav", 1)
    record("b.wav", 2)
    report, _ = ingest("file\na.wav\n", only_listed=True)
    assert (report.recordings, report.failures) == (1, ())


def test_values_that_do_not_fit(record: Callable, ingest: Callable) -> None:
    record("a.wav", 1)
    record("b.wav", 2)
    report, corpus = ingest(
        f"file,sex,consent,accent\na.wav,{CANARY},C-1,Welsh\nb.wav,f,signed by {CANARY},Irish\n"
    )
    assert [(f.item, f.reason.partition(":")[0]) for f in report.failures] == [
        ("a.wav", "sex"),
        ("b.wav", "consent"),
    ]
    (session,) = corpus.sessions()  # without a readable consent, nothing is taken in
    assert (session.recording.consent, session.recording.participants[0].sex) == ("C-1", "")
    assert session.recording.participants[0].accent == "Welsh"
    assert CANARY.encode() not in b"".join(everything_in(corpus).values())


def test_the_same_bytes_twice_are_one_recording(
    record: Callable, ingest: Callable, tmp_path: Path
) -> None:
    first = record("a.wav", 1)
    (tmp_path / "in" / "b.wav").write_bytes(first.read_bytes())
    report, corpus = ingest()
    (session,) = corpus.sessions()
    (failure,) = report.failures
    assert (failure.item, failure.same_as) == ("b.wav", "a.wav")
    assert failure.reason.startswith(f"same audio as {session.recording.id}")


def test_again_writes_nothing(record: Callable, ingest: Callable) -> None:
    record("a.wav", 1)
    record("b.wav", 2)
    table = "file,speaker,text\na.wav,Ann,hello\n"
    _, corpus = ingest(table)
    before = everything_in(corpus)
    times = {p: p.stat().st_mtime_ns for p in corpus.root.rglob("*.json")}
    report, _ = ingest(table)
    assert (report.added, report.updated, report.unchanged) == (0, 0, 2)
    assert everything_in(corpus) == before
    assert {p: p.stat().st_mtime_ns for p in corpus.root.rglob("*.json")} == times


def test_other_metadata_keeps_layers_and_what_it_says_nothing_about(
    record: Callable, ingest: Callable
) -> None:
    record("a.wav")
    _, corpus = ingest("file,consent,sex,text\na.wav,C-1,f,hello\n")
    (session,) = corpus.sessions()
    layer = Layer(
        name="turns",
        kind="turns",
        recording=session.recording.id,
        items=(Turn(start=0.0, end=1.0, speaker="A"),),
        provenance=Provenance(stage="diarize", version="1"),
    )
    corpus.add_layer(session.recording.id, layer)
    report, _ = ingest("file,device\na.wav,phone\n")
    assert report.updated == 1
    (after,) = corpus.sessions()
    assert set(after.layers) == {"reference", "turns"}
    assert after.recording.context.device == "phone"
    assert after.recording.consent == "C-1"
    assert after.recording.participants[0].sex == "female"
    ingest("file,consent\na.wav,\n")  # a column left blank takes back
    assert corpus.sessions()[0].recording.consent == ""


def test_no_file_name_leaves_the_failure_rows(
    record: Callable, ingest: Callable, tmp_path: Path
) -> None:
    record(f"{CANARY}.wav", 1)
    whole = record(f"{CANARY}-2.wav", 2).read_bytes()
    (tmp_path / "in" / f"Dr. {CANARY}").write_bytes(whole + b"")
    (tmp_path / "in" / f"Dr. {CANARY}-2.wav").unlink(missing_ok=True)
    (tmp_path / "in" / f"{CANARY}-2.wav").unlink()
    (tmp_path / "in" / f"{CANARY}-3.wav").write_text("broken")
    report, corpus = ingest()
    assert report.recordings == 2
    for name, data in everything_in(corpus).items():
        assert CANARY.lower() not in name.lower()
        if name == "failures.jsonl":
            row = msgspec.json.decode(data)
            assert row["item"] == f"{CANARY}-3.wav"
            assert CANARY not in row["reason"]
        else:
            assert CANARY.encode() not in data


def test_names_that_are_no_utf8(record: Callable, ingest: Callable, tmp_path: Path) -> None:
    record("good.wav")
    whole = record("moved.wav", 1)
    whole.rename(whole.with_name(os.fsdecode(b"na\xefve.wav")))
    whole.with_name(os.fsdecode(b"caf\xe9.wav")).write_bytes(b"broken")
    report, corpus = ingest()
    assert report.recordings == 2
    assert [row["item"] for row in corpus.failures()] == ["caf\ufffd.wav"]


def test_nothing_to_do(ingest: Callable, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        ingest()
    (tmp_path / "in").mkdir()
    with pytest.raises(InputError, match="no recordings"):
        ingest()
    (tmp_path / "in" / "notes.txt").write_text("x")
    with pytest.raises(InputError, match="1 files of other kinds"):
        ingest()
    assert not (tmp_path / "corpus").exists()


@pytest.mark.parametrize("call", ["copyfile", "fsync"])
def test_a_full_disk_stops_with_a_clear_line(
    record: Callable, ingest: Callable, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, call: str
) -> None:
    record("a.wav")

    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if call == "copyfile":
        monkeypatch.setattr("shutil.copyfile", full)
    else:
        monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(StoreError, match="No space left on device; free"):
        ingest()
    monkeypatch.undo()
    left = [p for p in (tmp_path / "corpus").rglob("*") if p.is_file()]
    assert [p.name for p in left if p.name.startswith(".writing-") or p.suffix == ".wav"] == []
    report, _ = ingest()
    assert report.recordings == 1


def test_a_corpus_that_cannot_be_written(record: Callable, tmp_path: Path) -> None:
    record("a.wav")
    (tmp_path / "taken").write_text("a file where the corpus should be")
    with pytest.raises(StoreError):
        ingest_folder(tmp_path / "in", Corpus(tmp_path / "taken"))


def test_a_broken_session_is_not_overwritten(record: Callable, ingest: Callable) -> None:
    record("a.wav")
    _, corpus = ingest()
    path = next((corpus.root / "vault" / "sessions").iterdir())
    path.write_text("{")
    with pytest.raises(StoreError, match="cannot read session"):
        ingest()
    assert path.read_text() == "{"
