"""Malformed files are refused with file, line and reason."""

from __future__ import annotations

import contextlib
import json
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from speechkit.core.errors import InputError
from speechkit.manifest.export.exchange import export_release, load_bundle
from speechkit.manifest.export.registry import FORMATS
from speechkit.manifest.importer import import_release
from speechkit.manifest.verify import verify_release
from tests.manifest.exchanged import (
    OPTIONS,
)

SUPERVISION = {"id": "u", "recording_id": "r", "start": 0, "duration": 1, "text": "x"}


LHOTSE = {"id": "r", "sampling_rate": 8000, "num_samples": 8000, "sources": []}


@pytest.mark.parametrize(
    ("name", "files", "reason"),
    [
        (
            "lhotse",
            {
                "recordings.jsonl": {**LHOTSE, "sources": [{"type": "command", "source": "rm x"}]},
                "supervisions.jsonl": SUPERVISION,
            },
            r"recordings.jsonl, line 1: the source is a command",
        ),
        (
            "lhotse",
            {"recordings.jsonl": LHOTSE, "supervisions.jsonl": {**SUPERVISION, "duration": -1}},
            "supervisions.jsonl, line 1: 'duration' is not a time",
        ),
        (
            "lhotse",
            {"recordings.jsonl": LHOTSE, "supervisions.jsonl": {**SUPERVISION, "recording_id": 7}},
            "of no recording",
        ),
        (
            "nemo",
            {"a_manifest.json": '{"audio_filepath": "x.wav"}\n'},
            "line 1: no field|not a time",
        ),
        ("nemo", {"a_manifest.json": '{"audio_filepath": "x"'}, "line 1: not JSON"),
        ("kaldi", {"text": "u1 hello\n", "wav.scp": "r1 sox x |\n"}, "wav.scp, line 1: a pipe"),
        ("kaldi", {"text": "u1 a\nu1 b\n"}, "text, line 2: the same key twice"),
        ("kaldi", {"text": "u1 a\n", "segments": "u1 r 0 x\n"}, "segments, line 1: 'x'"),
        ("kaldi", {"text": "u1 a\n", "segments": "u2 r 0 1\n"}, "text, line 1: segments does not"),
        ("espnet", {"x": ""}, "no data/train"),
        ("audiofolder", {"data/train/metadata.jsonl": '{"recording": "r"}'}, "line 1: no field"),
        ("parquet", {"data/train-0.parquet": "nonsense"}, "train-0.parquet: not Parquet"),
        ("csv", {"segments.csv": "recording,start,end\nr,0,1\n"}, "line 2: no column 'text'"),
        (
            "csv",
            {"segments.csv": "recording,start,end,text\nr,0,1,a\nr,0\n"},
            "line 3: not as many",
        ),
        ("csv", {"segments.csv": "recording,start,end,text\nr,2,1,a\n"}, "line 2: ends before"),
        ("table", {"segments.parquet": "nonsense"}, "segments.parquet: not Parquet"),
        ("webdataset", {"a.tar": "nonsense"}, "a.tar: not a tar file"),
        ("shar", {"x": ""}, r"no recording"),
        ("labelstudio", {"tasks.json": "{}"}, "tasks.json: not a list"),
        ("labelstudio", {"tasks.json": '[{"data": {}}]'}, "line 1: the task names no"),
        (
            "labelbox",
            {"annotations.ndjson": '{"name": "transcript"}'},
            "line 1: no field 'dataRow'",
        ),
        (
            "labelbox",
            {
                "annotations.ndjson": '{"name": "transcript", "dataRow": {"globalKey": "r"}, '
                '"answer": [{"value": "a", "frames": [{"start": 1.5, "end": 2}]}]}'
            },
            "line 1: 'start' is not a number of milliseconds",
        ),
        ("doccano", {"doccano.jsonl": '{"text": "a"}'}, "line 1: no field 'segment'"),
        ("instruct", {"a.jsonl": '{"messages": [{"role": "user"}]}'}, "line 1: no field 'content'"),
        ("eaf", {"a.eaf": "<a>\n<b>\n</a>"}, "a.eaf, line 3: not well-formed"),
        ("eaf", {"a.eaf": '<!DOCTYPE x [<!ENTITY a "b">]><a/>'}, "document type"),
        ("textgrid", {"a.TextGrid": "nonsense"}, "line 1: not a TextGrid"),
        ("rttm", {"a.rttm": "SPEAKER a"}, "line 1: 2 fields"),
    ],
)
def test_malformed_files_say_file_line_and_reason(
    tmp_path: Path, name: str, files, reason: str
) -> None:
    for file, content in files.items():
        path = tmp_path / "in" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(InputError, match=reason) as caught:
        import_release(tmp_path / "in", name, "c", "1.0.0", tmp_path / "out", OPTIONS)
    assert str(tmp_path / "in") in str(caught.value)
    assert not list((tmp_path / "out").rglob("*.jsonl"))


def test_altered_text_without_audio_is_found(tmp_path: Path) -> None:
    (tmp_path / "a_doctor.txt").write_text("take one")
    made = import_release(tmp_path, "txt", "c", "1.0.0", tmp_path / "out", OPTIONS)
    assert verify_release(made) == ()
    (recording,) = load_bundle(made).recordings
    assert recording.participants[0].role == "doctor"
    text = (made / "segments.jsonl").read_text()
    (made / "segments.jsonl").write_text(text.replace("take one", "take two"))
    reasons = {finding.reason for finding in verify_release(made)}
    assert "its id does not come from its segments" in reasons


JUNK = [None, 3, -1.5, "x", [], {}, [3], {"a": 1}, True]


def spoiled(value, rng):
    """The same JSON with one value lost, or replaced by one of another kind."""
    box = [value]
    places = [(box, 0)]
    for holder, key in places:  # grows while it is walked
        inner = holder[key]
        if isinstance(inner, dict | list):
            places += [
                (inner, at) for at in (inner if isinstance(inner, dict) else range(len(inner)))
            ]
    holder, key = rng.choice(places)
    if isinstance(holder, dict) and rng.random() < 0.3:
        holder.pop(key)
    else:
        holder[key] = rng.choice(JUNK)
    return box[0]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("lhotse", "supervisions.jsonl"),
        ("lhotse", "recordings.jsonl"),
        ("nemo", "train_manifest.json"),
        ("audiofolder", "data/train/metadata.jsonl"),
        ("labelstudio", "tasks.json"),
        ("labelbox", "annotations.ndjson"),
        ("doccano", "doccano.jsonl"),
        ("instruct", "train.jsonl"),
        ("csv", "speechkit.jsonl"),
    ],
)
def test_values_of_another_kind_are_errors_not_crashes(
    release: Path, tmp_path: Path, name: str, file: str
) -> None:
    export_release(release, name, tmp_path)
    first, *rest = (tmp_path / file).read_text().split("\n")
    if name == "labelstudio":
        first, rest = (tmp_path / file).read_text(), []
    rng = random.Random(name + file)
    refused = 0
    for _ in range(60):
        spoilt = json.dumps(spoiled(json.loads(first), rng))
        (tmp_path / file).write_text("\n".join([spoilt, *rest]))
        try:
            FORMATS[name].read(tmp_path)
        except InputError as error:
            refused += 1
            assert str(tmp_path) in str(error)
    assert refused > 5


@given(data=st.binary(max_size=60))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.parametrize(
    "name", ["parquet", "table", "webdataset", "shar", "eaf", "textgrid", "csv"]
)
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, name: str, data
) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    file = {
        "parquet": "data/train-0.parquet",
        "table": "segments.parquet",
        "webdataset": "a.tar",
        "shar": "recording.0.tar",
        "csv": "segments.csv",
        "eaf": "a.eaf",
        "textgrid": "a.TextGrid",
    }[name]
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_bytes(data)
    with contextlib.suppress(InputError):
        FORMATS[name].read(folder)
