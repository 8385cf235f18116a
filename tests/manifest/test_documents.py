"""The documents of a release: other programs accept them, they agree and claim no more than is there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from speechkit.core.types import Context, Participant, Recording
from speechkit.manifest.export.bundle import Bundle, no_audio, write_bundle
from speechkit.manifest.export.exchange import export_release
from speechkit.manifest.export.registry import FORMATS
from speechkit.manifest.importer import ImportOptions, import_release
from speechkit.manifest.schema import DOCUMENTS, ReleasedSegment
from speechkit.manifest.verify import verify_release


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("papers")
    recording = Recording(
        id="r",
        audio=no_audio(60.0),
        context=Context(languages=("es", "en")),
        participants=(
            Participant(id="p-000000000001", role="doctor", sex="female"),
            Participant(id="p-000000000002", role="patient", accent="es-MX"),
        ),
    )
    segment = ReleasedSegment(
        id="s",
        recording="r",
        start=0,
        end=2,
        speaker="p-000000000001",
        role="doctor",
        text="¿Qué tal?",
    )
    bundle = Bundle(name="x", recordings=(recording,), segments=(segment,))
    write_bundle(FORMATS["csv"], bundle, root / "csv")
    options = ImportOptions(phi="none", vouched_by="the tests", licence="CC-BY-4.0")
    return import_release(root / "csv", "csv", "clinic", "1.0.0", root / "out", options)


def test_mlcroissant_validates_and_loads(release: Path) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    dataset = mlcroissant.Dataset(jsonld=release / "croissant.json")
    assert not dataset.metadata.issues.errors
    assert dataset.metadata.ctx.conforms_to.value == "http://mlcommons.org/croissant/1.1"
    (row,) = dataset.records("segments")
    assert row["segments/text"].decode() == "¿Qué tal?"
    assert dataset.metadata.data_biases


def test_the_card_is_one_that_hugging_face_reads(release: Path) -> None:
    yaml = pytest.importorskip("yaml")
    card = (release / "README.md").read_text()
    _, head, body = card.split("---\n", 2)
    meta = yaml.safe_load(head)
    assert meta["language"] == ["en", "es"]
    assert meta["license_name"] == "CC-BY-4.0"
    assert "speechkit removed nothing" in body


def test_papers_say_the_same(release: Path) -> None:
    texts = {name: (release / name).read_text() for name in DOCUMENTS}
    summary = json.loads(texts["croissant.json"])["description"]
    for name in ("README.md", "DATASHEET.md", "DATA-GOVERNANCE.md"):
        assert summary in texts[name], name
    for name, text in texts.items():
        assert "{" not in text or name.endswith(".json"), name


def test_sheets_claim_no_more_than_there_is(release: Path) -> None:
    deidentified = (release / "DE-IDENTIFICATION.md").read_text()
    assert deidentified.count("not by speechkit") == 16  # all of A–R but voices and pictures
    assert "De-identified is not anonymous" in deidentified
    evidence = (release / "EVIDENCE.md").read_text()
    assert "no register was asked" in evidence
    assert "does not claim that the control is met" in evidence


def test_provenance_is_prov_json(release: Path) -> None:
    document = json.loads((release / "prov.json").read_text())
    entities, activities = document["entity"], document["activity"]
    for relation in ("hadMember", "wasGeneratedBy", "wasAssociatedWith"):
        for row in document[relation].values():
            for key, value in row.items():
                if key in ("prov:entity", "prov:collection"):
                    assert value in entities
                elif key == "prov:activity":
                    assert value in activities


def test_bagit_validates(release: Path, tmp_path: Path) -> None:
    bagit = pytest.importorskip("bagit")
    export_release(release, "bagit", tmp_path / "bag")
    bag = bagit.Bag(str(tmp_path / "bag"))
    bag.validate()
    assert bag.info["External-Identifier"] == "clinic 1.0.0"
    assert verify_release(tmp_path / "bag" / "data" / "1.0.0") == ()
    (tmp_path / "bag" / "data" / "1.0.0" / "README.md").write_text("x")
    with pytest.raises(bagit.BagError):
        bag.validate()
