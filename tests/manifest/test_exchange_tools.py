"""Exports are loaded by the tools that they are for."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from speechkit.core.errors import InputError
from speechkit.formats.uem import format_uem, parse_uem
from speechkit.manifest.export.bundle import write_bundle
from speechkit.manifest.export.exchange import export_release, load_bundle
from speechkit.manifest.export.registry import FORMATS
from speechkit.manifest.importer import import_release
from tests.manifest.exchanged import (
    OPTIONS,
)


def test_lhotse_loads_it(release: Path, tmp_path: Path) -> None:
    lhotse = pytest.importorskip("lhotse")
    export_release(release, "lhotse", tmp_path / "l")
    recordings = lhotse.RecordingSet.from_file(tmp_path / "l" / "recordings.jsonl")
    supervisions = lhotse.SupervisionSet.from_file(tmp_path / "l" / "supervisions.jsonl")
    cuts = lhotse.CutSet.from_manifests(
        recordings=recordings.with_path_prefix(tmp_path / "l"), supervisions=supervisions
    )
    lhotse.validate(cuts)
    bundle = load_bundle(release)
    assert len(cuts) == 2
    for cut in cuts:
        mine = [s for s in bundle.segments if s.recording == cut.recording_id]
        assert [s.text for s in cut.supervisions] == [s.text for s in mine]
        words = cut.supervisions[0].alignment["word"]
        assert [(w.symbol, w.start) for w in words] == [(w.text, w.start) for w in mine[0].words]
        assert cut.load_audio().shape == (1, 16_000)


def test_lhotse_loads_shar(release: Path, tmp_path: Path) -> None:
    lhotse = pytest.importorskip("lhotse")
    export_release(release, "shar", tmp_path / "s")
    cuts = lhotse.CutSet.from_shar(
        fields={
            "cuts": [str(tmp_path / "s" / "cuts.000000.jsonl.gz")],
            "recording": [str(tmp_path / "s" / "recording.000000.tar")],
        }
    )
    assert [cut.load_audio().shape for cut in cuts] == [(1, 16_000)] * 2
    assert sum(len(cut.supervisions) for cut in cuts) == 4


def test_lhotse_loads_a_kaldi_directory(release: Path, tmp_path: Path) -> None:
    kaldi = pytest.importorskip("lhotse.kaldi")
    export_release(release, "kaldi", tmp_path / "k")
    scp = (
        tmp_path / "k" / "wav.scp"
    )  # its paths are relative to it, as Kaldi's are to where it runs
    lines = [line.split(" ", 1) for line in scp.read_text().splitlines()]
    scp.write_text("".join(f"{name} {tmp_path / 'k' / path}\n" for name, path in lines))
    recordings, supervisions, _ = kaldi.load_kaldi_data_dir(tmp_path / "k", 8_000)
    assert [r.num_samples for r in recordings] == [16_000] * 2
    found = {(s.recording_id, s.start, s.end, s.text, s.speaker) for s in supervisions}
    assert found == {
        (s.recording, s.start, s.end, s.text, s.speaker) for s in load_bundle(release).segments
    }


def test_shar_has_placeholders_where_there_is_no_sound(release: Path, tmp_path: Path) -> None:
    lhotse = pytest.importorskip("lhotse")
    bundle = load_bundle(release)
    first, second = bundle.recordings
    less = msgspec.structs.replace(bundle, sounds={second.id: bundle.sounds[second.id]})
    write_bundle(FORMATS["shar"], less, tmp_path / "s")
    cuts = lhotse.CutSet.from_shar(
        fields={
            "cuts": [str(tmp_path / "s" / "cuts.000000.jsonl.gz")],
            "recording": [str(tmp_path / "s" / "recording.000000.tar")],
        }
    )
    assert {cut.id: cut.has_recording for cut in cuts} == {first.id: False, second.id: True}
    back = FORMATS["shar"].read(tmp_path / "s")
    assert back.segments == bundle.segments
    assert set(back.sounds) == {second.id}


def test_lhotse_written_by_lhotse_is_read(release: Path, tmp_path: Path) -> None:
    lhotse = pytest.importorskip("lhotse")
    sound = next(iter(load_bundle(release).sounds.values()))
    recording = lhotse.Recording.from_file(sound, recording_id="one")
    lhotse.RecordingSet.from_recordings([recording]).to_file(tmp_path / "x_recordings.jsonl.gz")
    supervision = lhotse.SupervisionSegment(
        id="u", recording_id="one", start=0.5, duration=1.0, text="hola", speaker="1272"
    )
    lhotse.SupervisionSet.from_segments([supervision]).to_file(tmp_path / "x_supervisions.jsonl.gz")
    made = import_release(tmp_path, "lhotse", "c", "1.0.0", tmp_path / "out", OPTIONS)
    (segment,) = load_bundle(made).segments
    assert (segment.start, segment.end, segment.text) == (0.5, 1.5, "hola")
    assert segment.speaker.startswith("p-")


@pytest.mark.parametrize("name", ["audiofolder", "parquet"])
def test_datasets_loads_it(release: Path, tmp_path: Path, datasets: ModuleType, name: str) -> None:
    export_release(release, name, tmp_path / "d")
    loaded = datasets.load_dataset(str(tmp_path / "d"), streaming=True)
    assert set(loaded) == {"train", "test"}
    assert isinstance(loaded["train"].features["audio"], datasets.Audio)
    (row,) = loaded["train"].cast_column("audio", datasets.Audio(decode=False))
    assert row["segments"][0]["text"] == "Good morning, [NAME_1]."
    assert (row["audio"]["bytes"] or Path(row["audio"]["path"]).read_bytes())[:4] == b"fLaC"


def test_praatio_loads_textgrids(release: Path, tmp_path: Path) -> None:
    textgrid = pytest.importorskip("praatio.textgrid")
    export_release(release, "textgrid", tmp_path / "t")
    bundle = load_bundle(release)
    for recording, mine in bundle.by_recording():
        grid = textgrid.openTextgrid(
            str(tmp_path / "t" / f"{recording.id}.TextGrid"), includeEmptyIntervals=False
        )
        found = sorted(
            (e.start, e.end, name, e.label) for name in grid.tierNames for e in grid.getTier(name)
        )
        assert found == [(s.start, s.end, s.speaker, s.text) for s in mine]


def test_pympi_loads_eaf(release: Path, tmp_path: Path) -> None:
    elan = pytest.importorskip("pympi.Elan")
    export_release(release, "eaf", tmp_path / "e")
    for recording, mine in load_bundle(release).by_recording():
        eaf = elan.Eaf(str(tmp_path / "e" / f"{recording.id}.eaf"))
        found = sorted(
            (start, end, tier, text)
            for tier in eaf.get_tier_names()
            for start, end, text in eaf.get_annotation_data_for_tier(tier)
        )
        assert found == [
            (round(s.start * 1000), round(s.end * 1000), s.speaker, s.text) for s in mine
        ]


def test_meeteval_loads_seglst_stm_ctm_rttm(release: Path, tmp_path: Path) -> None:
    meeteval = pytest.importorskip("meeteval")
    for name in ("seglst", "stm", "ctm", "rttm"):
        export_release(release, name, tmp_path / name)
        (file,) = (tmp_path / name).glob("clinic*")
        loaded = meeteval.io.load(file).to_seglst()
        assert len({row["session_id"] for row in loaded}) == 2
        assert len(loaded) == (14 if name == "ctm" else 4)


def test_pandas_loads_tables(release: Path, tmp_path: Path) -> None:
    import pandas as pd

    export_release(release, "csv", tmp_path / "c")
    export_release(release, "table", tmp_path / "t")
    a = pd.read_csv(tmp_path / "c" / "segments.csv", keep_default_na=False)
    b = pd.read_parquet(tmp_path / "t" / "segments.parquet")
    assert list(a.text) == list(b.text) == [s.text for s in load_bundle(release).segments]
    assert b.end.dtype == float


def test_kaldi_files_are_sorted_as_kaldi_wants_them(release: Path, tmp_path: Path) -> None:
    export_release(release, "kaldi", tmp_path)
    for name in ("wav.scp", "segments", "text", "utt2spk", "spk2utt", "utt2lang"):
        lines = (tmp_path / name).read_bytes().splitlines()
        keys = [line.split()[0] for line in lines]
        assert keys == sorted(keys), name
    for line in (tmp_path / "utt2spk").read_text().splitlines():
        utterance, speaker = line.split()
        assert utterance.startswith(speaker)


def test_labelbox_knows_all_features_it_is_sent(release: Path, tmp_path: Path) -> None:
    export_release(release, "labelbox", tmp_path / "l")
    ontology = json.loads((tmp_path / "l" / "ontology.json").read_text())
    (feature,) = ontology["classifications"]
    speaker, _ = feature["options"]
    known = {option["value"] for option in speaker["options"]}
    keys = [
        json.loads(row) for row in (tmp_path / "l" / "data_rows.ndjson").read_text().splitlines()
    ]
    for line in (tmp_path / "l" / "annotations.ndjson").read_text().splitlines():
        row = json.loads(line)
        assert row["name"] == feature["name"]
        assert row["dataRow"]["globalKey"] in {key["global_key"] for key in keys}
        for answer in row["answer"]:
            inside = {one["name"]: one["answer"][0] for one in answer["classifications"]}
            assert set(inside) <= {option["name"] for option in feature["options"]}
            assert inside["speaker"]["name"] in known
            assert all(isinstance(at, int) for at in answer["frames"][0].values())


def test_an_llm_conversation_names_its_source(release: Path, tmp_path: Path) -> None:
    export_release(release, "instruct", tmp_path)
    row = json.loads((tmp_path / "train.jsonl").read_text())
    assert [m["role"] for m in row["messages"]] == ["assistant", "user"]
    assert row["version"] == "1.0.0"
    assert row["recording"] in row["citation"]


def test_uem_reads_back(tmp_path: Path) -> None:
    parts = {"a": ((0.0, 1.5), (2.0, 3.25)), "b": ((0.0, 10.0),)}
    assert parse_uem(format_uem(parts), tmp_path) == parts
    with pytest.raises(InputError, match="line 2: ends before"):
        parse_uem("a 1 0 1\na 1 2 1\n", tmp_path)
