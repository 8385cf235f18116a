"""Leopard's test samples: one JSON file holds the text of all of them."""

from __future__ import annotations

import json
from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.recipe.prepared import Clip, Prepared, write_prepared
from speechkit.recipe.published import find_one


def prepare(raw: Path, dest: Path) -> Prepared:
    """Write a table of the sentences, and of the clip with several speakers."""
    table = find_one(raw, "test_data.json")
    try:
        tests = json.loads(table.read_text("utf-8"))["tests"]
    except (ValueError, KeyError) as error:
        raise InputError(f"{table}: not Leopard's test data") from error
    clips = {}
    for test in tests["language_tests"]:
        told = {"language": test["language"], "consent": "public:picovoice"}
        audio = find_one(raw, test["audio_file"]).relative_to(raw).as_posix()
        clips[audio] = Clip(audio=audio, told=told, text=test["transcript_with_punctuation"])
    for test in tests.get("diarization_tests", ()):
        told = {"language": test["language"], "consent": "public:picovoice"}
        audio = find_one(raw, test["audio_file"]).relative_to(raw).as_posix()
        text = " ".join(word["word"] for word in test["words"])
        clips[audio] = Clip(audio=audio, told=told, text=text)
    return write_prepared(dest, raw, clips.values())
