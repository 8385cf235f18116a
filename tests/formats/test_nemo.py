"""NeMo manifests as transcripts: recordings are called by their files, never merged."""

from __future__ import annotations

from pathlib import Path

from speechkit.formats import read_transcripts

LINE = '{{"audio_filepath": "{}", "duration": 2.0, "text": "{}"}}\n'


def test_visits_of_one_file_name_are_two_recordings(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    path.write_text(
        LINE.format("day1/visit.wav", "good morning")
        + LINE.format("day2/visit.wav", "hello doctor")
        + LINE.format("day2/other.wav", "goodbye")
    )
    reading = read_transcripts(path)
    assert {name: [s.text for s in items] for name, items in reading.recordings.items()} == {
        "day1/visit.wav": ["good morning"],
        "day2/visit.wav": ["hello doctor"],
        "other": ["goodbye"],
    }
