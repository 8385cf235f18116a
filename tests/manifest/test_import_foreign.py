"""Corpora as other people make them: nothing merged, nothing dropped, nothing guessed in silence."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from speechkit.core.errors import InputError
from speechkit.core.types import Recording
from speechkit.formats import transcript_formats
from speechkit.manifest.export.registry import CORPORA, find_format
from speechkit.manifest.export.transcripts import transcript_exports
from speechkit.manifest.importer import ImportOptions, import_release
from speechkit.manifest.lines import read_lines
from speechkit.manifest.schema import RECORDINGS, SEGMENTS, ReleasedSegment
from speechkit.manifest.verify import verify_release

OPTIONS = ImportOptions(phi="none", vouched_by="the tests")


def sound(path: Path, seed: int, seconds: float = 3.0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = np.random.default_rng(seed).standard_normal(int(8000 * seconds)) * 0.1
    soundfile.write(path, samples.astype(np.float32), 8000)
    return path


def lines(path: Path, *rows: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))


def imported(
    folder: Path, name: str, options: ImportOptions = OPTIONS
) -> tuple[set[str], list[str]]:
    """Return what each recording with sound says, and what was told."""
    told: list[str] = []
    path = import_release(
        folder / "in",
        name,
        "c",
        f"1.0.{len(list(folder.glob('out*')))}",
        folder / "out",
        options,
        told.append,
    )
    assert verify_release(path) == ()
    recordings = {r.id: r for r in read_lines(path, RECORDINGS, Recording)}
    said = dict.fromkeys(recordings, "")
    for segment in read_lines(path, SEGMENTS, ReleasedSegment):
        said[segment.recording] = f"{said[segment.recording]} {segment.text}".strip()
    texts = {
        f"{'' if recordings[n].audio.sha256 else 'no sound: '}{text}" for n, text in said.items()
    }
    assert len(texts) == len(recordings)
    return texts, told


def test_nemo_two_visits_of_one_file_name_are_two(tmp_path: Path) -> None:
    rows = []
    for number, day in enumerate(("day1", "day2")):
        sound(tmp_path / "in" / day / "visit.wav", number)
        rows += [
            {"audio_filepath": f"{day}/visit.wav", "duration": 2, "text": day, "pred_text": "x"}
        ]
    lines(tmp_path / "in" / "train_manifest.json", *rows)
    texts, told = imported(tmp_path, "nemo")
    assert texts == {"day1", "day2"}
    assert told == ["passed over: line 1: the field 'pred_text' (2 times)"]
    with pytest.raises(InputError, match="--strict"):
        imported(tmp_path, "nemo", ImportOptions(phi="none", vouched_by="me", strict=True))


@pytest.mark.parametrize(
    ("name", "file", "row"),
    [
        ("nemo", "a_manifest.json", {"audio_filepath": "gone.wav", "duration": 2, "text": "hello"}),
        ("audiofolder", "metadata.jsonl", {"file_name": "gone.wav", "text": "hello"}),
        ("labelstudio", "tasks.json", [{"data": {"audio": "/data/upload/1/3f2c1a9b-gone.wav"}}]),
    ],
)
def test_sound_that_is_named_and_not_there(
    tmp_path: Path, name: str, file: str, row: object
) -> None:
    lines(tmp_path / "in" / file, row)
    with pytest.raises(InputError, match=r"line 1: its sound file is not there.*--allow-missing"):
        imported(tmp_path, name)
    assert not list(tmp_path.rglob("release.json"))
    if name == "nemo":
        allowed = ImportOptions(phi="none", vouched_by="me", allow_missing=True)
        texts, told = imported(tmp_path, name, allowed)
        assert texts == {"no sound: hello"}
        assert len(told) == 1
        assert told[0].startswith("without sound: ")


def test_what_verify_would_refuse_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    sound(tmp_path / "in" / "a.wav", 1)
    lines(
        tmp_path / "in" / "a_manifest.json", {"audio_filepath": "a.wav", "duration": 9, "text": "x"}
    )
    with pytest.raises(InputError, match=r"recording 1 of 1, segment 1, at 0\.000 s: ends after"):
        imported(tmp_path, "nemo")
    assert not list(tmp_path.rglob("release.json"))


def test_kaldi_splits_at_any_blank_and_knows_the_end(tmp_path: Path) -> None:
    sound(tmp_path / "in" / "a.wav", 1)
    for file, text in {
        "wav.scp": "r\ta.wav\n",
        "segments": "u1\tr\t0.5\t1.5\nu2 r  2.0 -1\nu3 r 0 1\n",
        "text": "u1\tgood  morning\nu2 doctor\n",
        "utt2spk": "u1\ts\nu2\ts\n",
    }.items():
        (tmp_path / "in" / file).write_text(text)
    texts, told = imported(tmp_path, "kaldi")
    assert texts == {"good  morning doctor"}
    assert told == ["passed over: line 3: an utterance of segments without a line in text"]


def test_shar_and_webdataset_ids_may_hold_slashes_and_dots(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    with tarfile.open(folder / "a.tar", "w") as tar:
        for number, key in enumerate(("spk1/utt", "spk2/utt")):
            data = sound(tmp_path / "x.flac", number).read_bytes()
            members = {
                f"{key}.flac": data,
                f"{key}.txt": f"text of {key}".encode(),
                f"{key}.cls": b"1",
            }
            for member, content in members.items():
                info = tarfile.TarInfo(member)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    texts, told = imported(tmp_path, "webdataset")
    assert texts == {"text of spk1/utt", "text of spk2/utt"}
    assert told == ["passed over: line 3: a member of the kind 'cls' (2 times)"]
    assert sorted(p.name for p in folder.iterdir()) == ["a.tar"]  # nothing is unpacked there


def region(kind: str, key: str, value: dict[str, object]) -> dict[str, object]:
    return {"id": key, "type": kind, "value": value, "original_length": 3}


def test_label_studio_submitted_regions_only(tmp_path: Path) -> None:
    sound(tmp_path / "in" / "day2" / "a.wav", 1)
    span = {"start": 0, "end": 1, "channel": 0}
    good = [
        region("labels", "x", {**span, "labels": ["Doctor"]}),
        region("textarea", "x", {**span, "text": ["good morning"]}),
        region("choices", "q", {"choices": ["fine"]}),
    ]
    wrong = [region("textarea", "y", {**span, "text": ["WRONG"]})]
    task = {
        "data": {"audio": "/data/local-files/?d=day2/a.wav"},
        "annotations": [{"was_cancelled": True, "result": wrong}, {"result": good}],
    }
    lines(tmp_path / "in" / "tasks.json", [task])
    texts, told = imported(tmp_path, "labelstudio")
    assert texts == {"good morning"}
    assert told == [
        "passed over: line 1: a cancelled annotation",
        "passed over: line 1: a result of the type 'choices'",
    ]


def test_audiofolders_as_people_make_them(tmp_path: Path) -> None:
    for split in ("train", "validation"):
        sound(tmp_path / "in" / split / "a.wav", len(split))
        table = f"file_name,transcription,rating\na.wav,said in {split},5\n"
        (tmp_path / "in" / split / "metadata.csv").write_text(table)
    texts, _ = imported(tmp_path, "audiofolder")
    assert texts == {"said in train", "said in validation"}


def test_subtitles_in_folders_are_called_by_their_paths(tmp_path: Path) -> None:
    for day in ("day1", "day2"):
        (tmp_path / "in" / day).mkdir(parents=True)
        cue = f"1\n00:00:01,000 --> 00:00:02,000\n{day}\n"
        (tmp_path / "in" / day / "visit.srt").write_text(cue)
    texts, _ = imported(tmp_path, "srt")
    assert texts == {"no sound: day1", "no sound: day2"}


def test_one_recording_in_two_files_is_an_error(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / f"{name}.stm").write_text("visit 1 A 0 1 hello\n")
    with pytest.raises(InputError, match=r"b\.stm: holds a recording that .*a\.stm holds, too"):
        imported(tmp_path, "stm")


def test_a_corpus_goes_before_the_transcript_format_of_its_name() -> None:
    shared = CORPORA & transcript_formats().keys()
    assert {"kaldi", "nemo"} <= shared
    transcripts = {each.name: each for each in transcript_exports()}
    for name in shared:
        assert find_format(name).read is not transcripts[name].read


def test_nemo_as_its_loader_takes_it(tmp_path: Path) -> None:
    sound(tmp_path / "in" / "wavs" / "a.wav", 1)
    sound(tmp_path / "in" / "wavs" / "b.wav", 2)
    (tmp_path / "in" / "b.txt").write_text("hello\ndoctor\n")
    lines(
        tmp_path / "in" / "train_manifest.json",
        {"audio_filename": "wavs/a.wav", "duration": None, "normalized_text": "good morning"},
        {"audio_filepath": "wavs/b.wav", "duration": 2.0, "text_filepath": "b.txt"},
    )
    texts, told = imported(tmp_path, "nemo")
    assert texts == {"good morning", "hello doctor"}
    assert told == []
