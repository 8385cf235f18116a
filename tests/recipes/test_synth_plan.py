"""What a release lacks, made up: a collection plan becomes requests."""

from __future__ import annotations

import importlib
import json
from ctypes.util import find_library
from pathlib import Path
from typing import Any

import pytest

from speechkit.core.errors import InputError
from speechkit.recipe.discovery import load_recipe

pytest.importorskip("faker")


def test_a_plan_becomes_requests(tmp_path: Path) -> None:
    synth = load_recipe("synth").module
    rows = [
        ("language", "de", "minutes", 12.5),
        ("age_band", "80-89", "recordings", 3.0),
        ("sex", "female", "recordings", 2.0),
        ("modality", "video", "recordings", 1.0),
        ("accent", "es-419", "minutes", 4.0),
        ("specialty", "neurology", "people", 5.0),
        ("accent", "Punjabi", "recordings", 9.0),
        ("site", "north", "minutes", 9.0),
    ]
    plan = [
        {"field": f, "value": v, "unit": u, "target": m, "have": 0.0, "missing": m}
        for f, v, u, m in rows
    ]
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({"groups": [], "plan": plan}))
    base = synth.Request(count=8, seed=5)
    requests, left = synth.requests_for(synth.read_plan(path), base)
    assert [line.value for line in left] == ["neurology", "Punjabi", "north"]
    german, old, women, video, latin = requests
    assert (german.languages, german.minutes, german.count, german.seed) == (("de",), 12.5, 0, 5)
    assert (old.patient_ages, old.count) == ((80, 89), 3)
    assert (women.patient_sex, video.condition) == ("female", "headset")
    accents = importlib.import_module("speechkit._recipes.synth.casting").accents
    assert (latin.languages, latin.voices) == (("es",), {"patient": accents()["es-419"][1]})
    path.write_text("[]")
    with pytest.raises(InputError, match="release stats"):
        synth.read_plan(path)


@pytest.mark.skipif(find_library("espeak-ng") is None, reason="libespeak-ng is not installed")
def test_several_requests_are_numbered_on(tmp_path: Path) -> None:
    synth = load_recipe("synth").module
    made: list[Any] = []
    requests = [
        synth.Request(languages=("de",), count=1, specialty="neurology"),
        synth.Request(languages=("fr",), count=1, condition="phone"),
    ]
    prepared = synth.build(tmp_path, requests, made.append)
    assert prepared.recordings == 2
    assert [(one.name, one.language) for one in made] == [
        ("synthetic-0001", "de"),
        ("synthetic-0002", "fr"),
    ]
    assert (made[0].specialty, made[1].condition) == ("neurology", "phone")
