"""Real consultations (PriMock57's TextGrids) through every command and format, and other tools.

There is no audio among them, so what is proved here are words, times, speakers and splits.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from speechkit.cli.audit import command as audit_command
from speechkit.cli.release import command
from speechkit.manifest.export.bundle import Bundle
from speechkit.manifest.export.exchange import load_bundle
from speechkit.manifest.export.registry import FORMATS, LOSSLESS, WRITABLE
from speechkit.manifest.verify import verify_release

pytestmark = pytest.mark.data

IMPORT = ("--corpus", "primock57", "--version", "1.0.0", "--phi", "none", "--vouched-by", "authors")


def run(*args: object, into=command) -> str:
    done = CliRunner().invoke(into, [str(arg) for arg in args])
    assert done.exit_code == 0, (args, done.output, done.exception)
    return done.stdout


def brought_in(source: Path, name: str, out: Path) -> Path:
    said = run("import", source, "--from", name, *IMPORT, "--output", out, "--json")
    return Path(json.loads(said)["path"])


@pytest.fixture(scope="module")
def source(shared_data: Path) -> Path:
    return shared_data / "primock57_text" / "transcripts"


@pytest.fixture(scope="module")
def release(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return brought_in(source, "textgrid", tmp_path_factory.mktemp("out"))


@pytest.fixture(scope="module")
def exports(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    for name in (*WRITABLE, "bagit"):
        run("export", release, "--to", name, "--output", folder / name)
    return folder


@pytest.fixture(scope="module")
def bundle(release: Path) -> Bundle:
    return load_bundle(release)


def words(bundle: Bundle) -> Counter[str]:
    return Counter(word for segment in bundle.segments for word in segment.text.split())


def said(bundle: Bundle) -> set[tuple[float, float, str]]:
    return {(s.start, s.end, s.text) for s in bundle.segments if s.text.split()}


def test_all_that_praat_reads_is_in_the_release(
    source: Path, release: Path, bundle: Bundle
) -> None:
    """Two files, a side each, are one recording; not an interval is lost."""
    textgrid = pytest.importorskip("praatio.textgrid")
    files = sorted(source.glob("*.TextGrid"))
    read = []
    for file in files:
        grid = textgrid.openTextgrid(str(file), includeEmptyIntervals=False)
        read += [
            (round(entry.start, 3), round(entry.end, 3), " ".join(entry.label.split()))
            for name in grid.tierNames
            for entry in grid.getTier(name).entries
            if entry.label.strip()
        ]
    assert len(bundle.recordings) == len(files) / 2
    assert sorted((s.start, s.end, s.text) for s in bundle.segments) == sorted(read)
    assert {s.role for s in bundle.segments} == {"doctor", "patient"}
    assert json.loads(run("verify", release, "--json"))["ok"]


@pytest.mark.parametrize("name", [name for name in WRITABLE if FORMATS[name].read])
def test_every_format_there_and_back(
    name, release: Path, bundle: Bundle, exports: Path, tmp_path: Path
) -> None:
    back = brought_in(exports / name, name, tmp_path)
    assert verify_release(back) == ()
    again = load_bundle(back)
    assert len(again.recordings) == len(bundle.recordings)
    if name in LOSSLESS:
        for file in ("recordings.jsonl", "segments.jsonl", "redactions.jsonl", "splits.jsonl"):
            assert (back / file).read_bytes() == (release / file).read_bytes(), file
    elif name in ("instruct", "ctm", "txt"):  # runs of speech are joined, or words alone are left
        assert words(again) == words(bundle)
    elif name == "rttm":
        assert {s[:2] for s in said(bundle)} <= {(s.start, s.end) for s in again.segments}
    else:
        assert said(again) == said(bundle)


def test_every_command(release: Path, source: Path, tmp_path: Path) -> None:
    assert "primock57 1.0.0" in run("show", release)
    assert {row["name"] for row in json.loads(run("formats", "--json"))} == set(FORMATS)
    counts = json.loads(run("diff", release, release, "--json"))["counts"]
    total = json.loads(run("show", release, "--json"))["release"]["counts"]["segments"]
    assert counts["segments_same"] == total
    doctors, patients = (
        int(run("filter", release, "--role", role, "--count")) for role in ("doctor", "patient")
    )
    assert doctors + patients == total
    assert json.loads(run("leaks", release, "--json")) == []
    (tmp_path / "targets.csv").write_text("field,value,people\nrole,doctor,100\n")
    (line,) = json.loads(run("stats", release, "--targets", tmp_path / "targets.csv", "--json"))[
        "plan"
    ]
    assert line["missing"] == 100 - line["have"] > 0


def test_it_is_signed_bagged_and_what_went_out_is_known(source: Path, tmp_path: Path) -> None:
    pytest.importorskip("cryptography")
    bagit = pytest.importorskip("bagit")
    release = brought_in(source, "textgrid", tmp_path / "out")
    run("key", tmp_path / "k.key")
    run("sign", release, "--key", tmp_path / "k.key")
    assert json.loads(run("verify", release, "--key", tmp_path / "k.pub", "--json"))["ok"]
    run("export", release, "--to", "bagit", "--output", tmp_path / "bag")
    assert bagit.Bag(str(tmp_path / "bag")).is_valid()
    log = release.parent / "handed-out.jsonl"
    run("verify", log, into=audit_command)
    (event,) = [
        json.loads(line) for line in run("show", log, "--json", into=audit_command).splitlines()
    ]
    assert (event["event"], event["format"]) == ("export", "bagit")


def test_a_person_is_withdrawn_from_an_import(source: Path, tmp_path: Path) -> None:
    release = brought_in(source, "textgrid", tmp_path / "out")
    before = load_bundle(release)
    gone = before.recordings[3]
    patient = next(person.id for person in gone.participants if person.role == "patient")
    run("export", release, "--to", "kaldi", "--output", tmp_path / "kaldi")
    ask = ("withdraw", release, "--participant", patient, "--version", "2.0.0", "--json")
    done = json.loads(run(*ask))
    assert (done["recordings"], done["versions"], done["left"]) == ([gone.id], ["1.0.0"], [])
    assert not (tmp_path / "kaldi").exists()
    new = release.parent / "2.0.0"
    assert verify_release(new) == ()
    after = load_bundle(new)
    assert after.recordings == tuple(r for r in before.recordings if r.id != gone.id)
    assert after.splits == {name: before.splits[name] for name in after.splits}
    assert [str(finding) for finding in verify_release(release)] == [
        f"WITHDRAWN.json: {gone.id} was withdrawn and is gone from here"
    ]
    words = next(s.text for s in before.segments if s.recording == gone.id and len(s.text) > 60)
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or words.encode() not in path.read_bytes(), path
    run("verify", release.parent / "handed-out.jsonl", into=audit_command)


# ---- what other tools make of the exports


def test_lhotse(exports: Path, bundle: Bundle) -> None:
    lhotse = pytest.importorskip("lhotse")
    supervisions = lhotse.SupervisionSet.from_file(exports / "lhotse" / "supervisions.jsonl")
    recordings = lhotse.RecordingSet.from_file(exports / "lhotse" / "recordings.jsonl")
    assert [s.text for s in supervisions] == [s.text for s in bundle.segments]
    assert sum(r.duration for r in recordings) == pytest.approx(
        sum(r.duration for r in bundle.recordings)
    )
    lhotse.validate(supervisions)
    folder = exports / "shar"
    cuts = lhotse.CutSet.from_shar(
        fields={
            "cuts": sorted(map(str, folder.glob("cuts.*"))),
            "recording": sorted(map(str, folder.glob("recording.*"))),
        }
    )
    heard = [(s.start, s.text) for cut in cuts for s in cut.supervisions]
    assert heard == [(s.start, s.text) for s in bundle.segments]


@pytest.mark.parametrize("name", ["audiofolder", "parquet"])
def test_datasets(name: str, exports: Path, bundle: Bundle, datasets: ModuleType) -> None:
    loaded = datasets.load_dataset(str(exports / name), streaming=True)
    rows = [row for split in loaded.values() for row in split]
    names = {"dev": "validation"}  # as `datasets` calls it
    assert set(loaded) <= {*bundle.splits.values(), *names.values()}
    assert len(loaded) == len(set(bundle.splits.values()))
    assert sorted(row["recording"] for row in rows) == [r.id for r in bundle.recordings]
    texts = Counter(segment["text"] for row in rows for segment in row["segments"])
    assert texts == Counter(s.text for s in bundle.segments)


def test_mlcroissant(release: Path, bundle: Bundle) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    dataset = mlcroissant.Dataset(jsonld=release / "croissant.json")
    assert not dataset.metadata.issues.errors
    texts = [row["segments/text"].decode() for row in dataset.records("segments")]
    assert texts == [s.text for s in bundle.segments]


def test_praatio(exports: Path, bundle: Bundle) -> None:
    textgrid = pytest.importorskip("praatio.textgrid")
    for recording, mine in bundle.by_recording():
        grid = textgrid.openTextgrid(
            str(exports / "textgrid" / f"{recording.id}.TextGrid"), includeEmptyIntervals=False
        )
        found = [(e.start, e.end, e.label) for name in grid.tierNames for e in grid.getTier(name)]
        assert sorted(found) == sorted((s.start, s.end, s.text) for s in mine)


def test_pympi(exports: Path, bundle: Bundle) -> None:
    elan = pytest.importorskip("pympi.Elan")
    for recording, mine in bundle.by_recording():
        eaf = elan.Eaf(str(exports / "eaf" / f"{recording.id}.eaf"))
        found = [
            row for tier in eaf.get_tier_names() for row in eaf.get_annotation_data_for_tier(tier)
        ]
        assert sorted((start, end, text) for start, end, text, *_ in found) == sorted(
            (round(s.start * 1000), round(s.end * 1000), s.text) for s in mine
        )


def test_meeteval(exports: Path, bundle: Bundle) -> None:
    meeteval = pytest.importorskip("meeteval")
    for name in ("seglst", "stm", "ctm", "rttm"):
        (file,) = (exports / name).glob("primock57*")
        loaded = meeteval.io.load(file).to_seglst()
        assert {row["session_id"] for row in loaded} == {r.id for r in bundle.recordings}
        if name != "rttm":
            heard = Counter(word for row in loaded for word in row["words"].split())
            assert heard == words(bundle)


def test_pandas(exports: Path, bundle: Bundle) -> None:
    import pandas as pd

    a = pd.read_csv(exports / "csv" / "segments.csv", keep_default_na=False)
    b = pd.read_parquet(exports / "table" / "segments.parquet")
    assert list(a.text) == list(b.text) == [s.text for s in bundle.segments]


def test_subtitles(exports: Path, bundle: Bundle) -> None:
    pysubs2 = pytest.importorskip("pysubs2")
    for name in ("vtt", "srt"):
        for recording, mine in bundle.by_recording():
            loaded = pysubs2.load(str(exports / name / f"{recording.id}.{name}"))
            found = sorted((event.start, event.end) for event in loaded)
            assert found == sorted((round(s.start * 1000), round(s.end * 1000)) for s in mine)
