"""Contexts as FHIR Encounter and OMOP tables: codes there and back as given, both FHIRs accept them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from speechkit.cli.context import command
from speechkit.core.errors import InputError
from speechkit.core.types import Audio, Code, Context, Participant, Recording, Session
from speechkit.governance.encounter import from_encounter, to_encounter
from speechkit.governance.omop import read_omop, to_omop, write_omop
from speechkit.storage.corpus import Corpus

AUDIO = Audio(sha256="", uri="", sample_rate=8, num_samples=8, num_channels=1, codec="")
PEOPLE = (Participant(id="p-1", role="doctor"), Participant(id="p-2", role="patient"))
FULL = Context(
    languages=("en", "es"),
    encounter_class=Code(
        code="AMB", system="http://terminology.hl7.org/CodeSystem/v3-ActCode", display="ambulatory"
    ),
    encounter_type=Code(code="11429006", system="http://snomed.info/sct", display="Consultation"),
    specialty=Code(code="394579002", system="http://snomed.info/sct", display="Cardiology"),
    reason=Code(code="R07.4", system="http://hl7.org/fhir/sid/icd-10", display="Chest pain"),
    modality="video",
    interpreter=True,
    site="s-3",
    device="recorder-7",
    period="2024",
)

WORDS = st.text("abcXYZ 0123456789.-", min_size=1, max_size=12).map(str.strip).filter(bool)
CODES = st.none() | st.builds(Code, code=WORDS, system=WORDS, display=st.just("") | WORDS)
CONTEXTS = st.builds(
    Context, encounter_class=CODES, encounter_type=CODES, specialty=CODES,
    period=st.sampled_from(["", "2024"]),
)  # fmt: skip


def recording(context: Context, name: str = "rec-1") -> Recording:
    return Recording(id=name, audio=AUDIO, context=context, participants=PEOPLE)


@pytest.mark.parametrize("version", ["R4B", "R5"])
@pytest.mark.parametrize("context", [FULL, Context(), Context(period="2019-2021")])
def test_fhir_there_and_back(context: Context, version: str) -> None:
    name = "fhir.resources.R4B.encounter" if version == "R4B" else "fhir.resources.encounter"
    resource = to_encounter(recording(context), version)
    accepted = pytest.importorskip(name).Encounter.model_validate(resource)
    assert json.loads(accepted.model_dump_json()) == resource
    assert from_encounter(resource, version) == context


@given(context=CONTEXTS)
def test_codes_are_kept_as_given(context: Context) -> None:
    for version in ("R4B", "R5"):
        assert from_encounter(to_encounter(recording(context), version), version) == context


def test_an_encounter_from_elsewhere() -> None:
    """As HL7's own examples have it: several codings, a period to the minute, no extensions."""
    context = from_encounter(
        {
            "resourceType": "Encounter",
            "id": "f001",
            "status": "finished",
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
            "type": [{"coding": [{"code": "270427003"}, {"code": "other"}]}],
            "serviceType": {"text": "no code"},
            "reasonCode": [{"coding": [{"system": "http://snomed.info/sct", "code": "34068001"}]}],
            "period": {"start": "2023-06-28T10:20:00+02:00", "end": "2023-06-28T11:00:00+02:00"},
        },
        "R4B",
    )
    assert context == Context(
        encounter_class=Code(code="AMB", system="http://terminology.hl7.org/CodeSystem/v3-ActCode"),
        encounter_type=Code(code="270427003"),
        reason=Code(code="34068001", system="http://snomed.info/sct"),
        period="2023-06-28",
    )


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Patient"},
        {"resourceType": "Encounter", "class": "AMB"},
        {"resourceType": "Encounter", "type": [7]},
        {"resourceType": "Encounter", "extension": [{"no": "url"}]},
        {"resourceType": "Encounter", "class": {"code": 7}},
    ],
)
def test_what_is_no_encounter_is_refused(resource: dict) -> None:
    with pytest.raises(InputError):
        from_encounter(resource, "R4B")


def test_omop_there_and_back(tmp_path: Path) -> None:
    concept = Context(encounter_class=Code(code="9202", system="OMOP", display="Outpatient Visit"))
    bare = Context(specialty=Code(code="cardiology"))
    sent = {"rec-1": FULL, "rec-2": concept, "rec-3": bare, "rec-4": Context()}
    recordings = [recording(context, name) for name, context in sent.items()]
    write_omop(to_omop(recordings, {"rec-1": "doctor: [NAME_1], hello"}), tmp_path)
    kept = msgspec.structs.replace(
        FULL, languages=(), modality="", interpreter=None, site="", device=""
    )
    assert read_omop(tmp_path) == {**sent, "rec-1": kept}
    with (tmp_path / "visit_occurrence.csv").open() as file:
        visits = list(csv.DictReader(file))
    assert [row["visit_concept_id"] for row in visits] == ["0", "9202", "0", "0"]
    assert {row["person_id"] for row in visits} == {"1"}  # one patient
    with (tmp_path / "note.csv").open() as file:
        assert next(csv.DictReader(file))["note_text"] == "doctor: [NAME_1], hello"


def test_omop_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"visit_occurrence\.csv: No such file"):
        read_omop(tmp_path)
    (tmp_path / "visit_occurrence.csv").write_text("visit_occurrence_id\n1\n")
    (tmp_path / "note.csv").write_text("visit_occurrence_id,note_source_value\n2,rec-1\n")
    with pytest.raises(InputError, match=r"note\.csv, line 2: visit_occurrence has no such visit"):
        read_omop(tmp_path)
    (tmp_path / "note.csv").write_text("visit_occurrence_id\n1\n")
    with pytest.raises(InputError, match="line 2: no column 'note_source_value'"):
        read_omop(tmp_path)


def test_a_corpus_takes_contexts(tmp_path: Path) -> None:
    corpus = Corpus.create(tmp_path / "clinic")
    before = Context(languages=("en",), tags={"encounter": "f001"})
    corpus.put_session(Session(recording=recording(before)))
    resource = to_encounter(recording(FULL), "R5") | {
        "identifier": [{"system": "urn:hospital", "value": "f001"}]
    }
    (tmp_path / "e.json").write_text(
        json.dumps({"resourceType": "Bundle", "entry": [{"resource": resource}]})
    )
    ask = ["import", str(tmp_path / "e.json"), "--corpus", str(corpus.root), "--fhir", "R5"]
    done = CliRunner().invoke(command, ask)
    assert done.exit_code == 0, done.exception
    (session,) = corpus.sessions()
    assert session.recording.context == msgspec.structs.replace(FULL, tags=before.tags)
    for version in ("R4B", "R5"):
        done = CliRunner().invoke(command, ["export", str(corpus.root), "--fhir", version])
        (entry,) = json.loads(done.stdout)["entry"]
        assert from_encounter(entry["resource"], version).reason == FULL.reason
    done = CliRunner().invoke(command, ["export", str(corpus.root), "--omop", str(tmp_path / "o")])
    assert done.exit_code == 0
    done = CliRunner().invoke(command, [*ask[:1], str(tmp_path / "o"), *ask[2:4]])
    assert "1 recordings" in done.stdout
