"""Corpora in the dialects of their own tools: what is in them is read, or named."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import soundfile

from speechkit.core.errors import InputError
from speechkit.manifest.export.bundle import Bundle
from speechkit.manifest.export.registry import find_format


def wave(seconds: float = 1.0) -> bytes:
    file = io.BytesIO()
    samples = np.random.default_rng(0).standard_normal(int(8000 * seconds)) * 0.1
    soundfile.write(file, samples.astype(np.float32), 8000, format="WAV")
    return file.getvalue()


def put(folder: Path, files: Mapping[str, bytes | str | object]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = data if isinstance(data, str | bytes) else json.dumps(data)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def tar(path: Path, members: Mapping[str, bytes | str | object]) -> None:
    mode = "w:gz" if path.name.endswith("gz") else "w"
    with tarfile.open(path, mode) as file:
        for name, data in members.items():
            text = data if isinstance(data, str | bytes) else json.dumps(data)
            raw = text if isinstance(text, bytes) else text.encode()
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            file.addfile(info, io.BytesIO(raw))


def read(name: str, path: Path) -> Bundle:
    reader = find_format(name).read
    assert reader is not None
    return reader(path)


def said(bundle: Bundle) -> list[tuple[str, float, str, str]]:
    return [(s.recording, s.end, s.speaker, s.text) for s in bundle.segments]


def test_webdataset_with_text_and_json_beside_each_other(tmp_path: Path) -> None:
    tar(
        tmp_path / "shard-000.tar",
        {
            "a/1.wav": wave(),
            "a/1.txt": "take two",
            "a/1.json": {"speaker": "P", "language": "en", "duration": 1.0, "snr": 20},
            "a/._1.wav": b"what a Mac keeps",
            "a/1.cls": "0",
        },
    )
    tar(tmp_path / "shard-001.tar.gz", {"b.flac": wave(2), "b.json": {"text": "at night"}})
    bundle = read("webdataset", tmp_path)
    assert said(bundle) == [("a/1", 1.0, "P", "take two"), ("b", 2.0, "", "at night")]
    assert bundle.segments[0].language == "en"
    assert set(bundle.notes) == {
        "line 3: the field 'duration'",
        "line 3: the field 'snr'",
        "line 4: a hidden member",
        "line 5: a member of the kind 'cls'",
    }


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"a.txt": "two", "a.json": {"text": "three"}}, "another text than in its .json"),
        ({"a.json": {"snr": 20}}, "nor a 'text', nor a .txt"),
    ],
)
def test_webdataset_that_contradicts_itself(
    tmp_path: Path, members: dict[str, object], reason: str
) -> None:
    tar(tmp_path / "x.tar", {"a.wav": wave(), **members})
    with pytest.raises(InputError, match=reason):
        read("webdataset", tmp_path)


def test_audiofolder_with_one_table_for_all_splits(tmp_path: Path) -> None:
    table = "file_name,transcription\ntrain/a.wav,one\nval/b.wav,two\n"
    put(
        tmp_path,
        {
            "metadata.csv": table,
            "train/a.wav": wave(),
            "val/b.wav": wave(),
            "train/forgotten.wav": wave(),
        },
    )
    bundle = read("audiofolder", tmp_path)
    assert said(bundle) == [("train/a.wav", 1.0, "", "one"), ("val/b.wav", 1.0, "", "two")]
    assert bundle.splits == {"train/a.wav": "train", "val/b.wav": "dev"}
    assert bundle.notes == ("a sound file that no metadata names",)


def label_studio_task(**more: object) -> dict[str, object]:
    span = {"start": 0.5, "end": 1.0, "channel": 0}
    result = [
        {
            "id": "x",
            "from_name": "emotion",
            "type": "labels",
            "value": {**span, "labels": ["Angry", "Loud"]},
        },
        {
            "id": "x",
            "from_name": "speaker",
            "type": "labels",
            "value": {**span, "labels": ["Doctor"]},
        },
        {
            "id": "x",
            "from_name": "transcription",
            "type": "textarea",
            "value": {**span, "text": ["Sit."]},
        },
        {
            "id": "x",
            "from_name": "translation",
            "type": "textarea",
            "value": {**span, "text": ["Setzen."]},
        },
    ]
    return {"data": {"audio": "a.wav"}, "annotations": [{"result": result}], **more}


def test_label_studio_with_two_sets_of_labels_and_of_texts(tmp_path: Path) -> None:
    task = label_studio_task(drafts=[{"result": []}], predictions=[{"result": []}])
    put(tmp_path, {"a.wav": wave(), "tasks.json": [task]})
    bundle = read("labelstudio", tmp_path)
    assert said(bundle) == [("a.wav", 1.0, "Doctor", "Sit.")]
    assert bundle.notes == (
        "line 1: a prediction beside an annotation",
        "line 1: a draft that nobody submitted",
        "line 1: a further label of a region (2 times)",
        "line 1: a further text of a region, of which the first counts",
    )


def test_label_studio_json_min_is_refused(tmp_path: Path) -> None:
    row = {"audio": "a.wav", "id": 1, "annotator": 1, "annotation_id": 2, "transcription": ["x"]}
    put(tmp_path, {"tasks.json": [row]})
    with pytest.raises(InputError, match="JSON-MIN"):
        read("labelstudio", tmp_path)


def test_doccano_labels_that_people_added_are_noted(tmp_path: Path) -> None:
    row = {
        "id": 1,
        "text": "[NAME_1] is Tom.",
        "label": [[0, 8, "NAME"], [12, 15, "NAME"]],
        "Comments": ["check"],
        **{"segment": "s", "recording": "r", "start": 0, "end": 1},
    }
    put(tmp_path, {"doccano.jsonl": row})
    bundle = read("doccano", tmp_path)
    assert said(bundle) == [("r", 1.0, "", "[NAME_1] is Tom.")]
    assert bundle.notes == (
        "line 1: one of its Comments",
        "line 1: a label that is no tag of the text",
    )


def test_labelbox_exports_what_was_said_of_a_whole_recording(tmp_path: Path) -> None:
    classifications = [
        {"name": "Transcription", "value": "transcription", "text_answer": {"content": "Sit."}},
        {"name": "Quality", "value": "quality", "radio_answer": {"name": "good"}},
    ]
    label = {"annotations": {"objects": [], "classifications": classifications}}
    row = {
        "data_row": {"id": "d1", "global_key": "visit-1", "row_data": "a.wav"},
        "projects": {"p": {"labels": [label, label]}},
    }
    empty = {"data_row": {"id": "d2", "global_key": "visit-2"}, "projects": {"p": {"labels": []}}}
    lines = f"{json.dumps(row)}\n{json.dumps(empty)}\n"
    put(tmp_path, {"a.wav": wave(), "annotations.ndjson": lines})
    bundle = read("labelbox", tmp_path)
    assert said(bundle) == [("visit-1", 1.0, "", "Sit.")]
    assert bundle.notes == (
        "line 1: a further label of a data row, of which the first counts",
        "line 1: one of its classifications",
        "line 2: a data row that nobody labeled",
    )


def test_kaldi_with_epsilons(tmp_path: Path) -> None:
    put(tmp_path, {"text": "a <eps> take two <eps>\n", "wav.scp": "a a.wav\n", "a.wav": wave()})
    bundle = read("kaldi", tmp_path)
    assert said(bundle) == [("a", 1.0, "", "take two")]
    assert bundle.notes == ("line 1: <eps>, which stands for no word (2 times)",)
