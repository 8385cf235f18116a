"""What lhotse's users have: recordings of a file a channel, supervisions of several channels, cuts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from speechkit.core.errors import InputError
from speechkit.manifest.export.bundle import Bundle
from speechkit.manifest.export.registry import find_format

RATE = 8000


def _write(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))


def _tone(path: Path, level: float, seconds: float = 1.0) -> None:
    soundfile.write(path, np.full(round(RATE * seconds), level), RATE)


def _recording(*files: tuple[str, list[int]], name: str = "visit") -> dict[str, Any]:
    channels = sorted(c for _, each in files for c in each)
    return {
        "id": name,
        "sources": [{"type": "file", "channels": c, "source": f} for f, c in files],
        "sampling_rate": RATE,
        "num_samples": RATE,
        "duration": 1.0,
        "channel_ids": channels,
    }


def _said(name: str, channel: int | list[int], **more: Any) -> dict[str, Any]:
    row = {"id": name, "recording_id": "visit", "start": 0.1, "duration": 0.5}
    return {**row, "channel": channel, "text": name, **more}


def _read(folder: Path) -> Bundle:
    read = find_format("lhotse").read
    assert read is not None
    return read(folder)


def test_a_file_a_channel_becomes_one_file(tmp_path: Path) -> None:
    _tone(tmp_path / "patient.wav", 0.5)
    _tone(tmp_path / "doctor.wav", 0.25)
    rows = [_recording(("patient.wav", [7]), ("doctor.wav", [3]))]
    _write(tmp_path, "recordings.jsonl", rows)
    said = [_said("doctor", 3), _said("patient", 7), _said("both", [3, 7])]
    _write(tmp_path, "supervisions.jsonl", said)
    bundle = _read(tmp_path)
    samples, rate = soundfile.read(bundle.sounds["visit"])
    assert rate == RATE
    assert samples.shape == (RATE, 2)
    np.testing.assert_allclose(samples[100], [0.25, 0.5], atol=1e-4)
    channels = {segment.text: segment.channel for segment in bundle.segments}
    assert channels == {"doctor": 0, "patient": 1, "both": None}


@pytest.mark.parametrize(
    ("seconds", "channels", "reason"),
    [(2.0, [1], "differ in length"), (1.0, [1, 2], "another number of channels")],
)
def test_files_that_do_not_fit_together_are_refused(
    tmp_path: Path, seconds: float, channels: list[int], reason: str
) -> None:
    _tone(tmp_path / "a.wav", 0.5)
    _tone(tmp_path / "b.wav", 0.5, seconds)
    _write(tmp_path, "recordings.jsonl", [_recording(("a.wav", [0]), ("b.wav", channels))])
    _write(tmp_path, "supervisions.jsonl", [])
    with pytest.raises(InputError, match=f"recordings.jsonl, line 1: .*{reason}"):
        _read(tmp_path)


def test_a_missing_channel_is_missing_sound(tmp_path: Path) -> None:
    _tone(tmp_path / "a.wav", 0.5)
    _write(tmp_path, "recordings.jsonl", [_recording(("a.wav", [0]), ("b.wav", [1]))])
    _write(tmp_path, "supervisions.jsonl", [])
    bundle = _read(tmp_path)
    assert len(bundle.missing) == 1
    assert not bundle.sounds


def test_some_channels_of_many_are_noted(tmp_path: Path) -> None:
    _tone(tmp_path / "a.wav", 0.5)
    rows = [_recording(*((f"{n}.wav", [n]) for n in range(3)))]
    _write(tmp_path, "recordings.jsonl", rows)
    _write(tmp_path, "supervisions.jsonl", [_said("two", [0, 1])])
    assert "some channels" in _read(tmp_path).notes[0]


def test_cuts_alone_are_read_at_their_times_in_the_recording(tmp_path: Path) -> None:
    _tone(tmp_path / "a.wav", 0.5)
    recording = _recording(("a.wav", [0]))
    window = {"type": "MonoCut", "duration": 0.5, "channel": 0, "recording": recording}
    # Two windows over the same words: they were said once.
    cuts = [
        {**window, "id": "1", "start": 0.0, "supervisions": [_said("hello", 0, start=0.2)]},
        {**window, "id": "2", "start": 0.5, "supervisions": [_said("hello", 0, start=-0.3)]},
    ]
    _write(tmp_path, "cuts_train.jsonl", cuts)
    bundle = _read(tmp_path)
    assert [(s.start, s.end, s.text) for s in bundle.segments] == [(0.2, 0.7, "hello")]
    assert set(bundle.sounds) == {"visit"}


def test_mixed_cuts_are_refused_and_cuts_beside_supervisions_named(tmp_path: Path) -> None:
    _write(tmp_path, "cuts.jsonl", [{"type": "MixedCut", "id": "1", "tracks": []}])
    with pytest.raises(InputError, match=r"cuts.jsonl, line 1: a MixedCut"):
        _read(tmp_path)
    _tone(tmp_path / "a.wav", 0.5)
    _write(tmp_path, "recordings.jsonl", [_recording(("a.wav", [0]))])
    _write(tmp_path, "supervisions.jsonl", [_said("hello", 0)])
    assert "cuts.jsonl" in _read(tmp_path).notes[0]
