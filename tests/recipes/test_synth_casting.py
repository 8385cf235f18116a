"""Who speaks in made-up consultations: how many, how alike, out of which voices, and where."""

from __future__ import annotations

import importlib
import json
from ctypes.util import find_library
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from speechkit.cli.main import cli
from speechkit.core.errors import UsageError
from speechkit.recipe.discovery import load_recipe
from speechkit.storage.corpus import Corpus

pytest.importorskip("faker")
needs_espeak = pytest.mark.skipif(
    find_library("espeak-ng") is None, reason="libespeak-ng is not installed"
)
KOKORO = ("kokoro:*",)


def part(name: str) -> ModuleType:
    load_recipe("synth")
    return importlib.import_module(f"speechkit._recipes.synth.{name}")


def drawn(count: int, **asked: Any) -> list[Any]:
    build = part("build")
    return [build.draw(build.Request(**asked), number) for number in range(1, count + 1)]


def test_kokoro_speaks_in_every_language_that_it_can() -> None:
    casting = part("casting")
    assert {language: len(casting.pool(language, KOKORO)) for language in ("en", "es", "fr")} == {
        "en": 28,
        "es": 31,  # three of its own, and the English ones in that accent
        "fr": 29,
    }
    assert not casting.pool("de", KOKORO)
    assert part("build").spoken_in(part("build").Request(draw_from=KOKORO)) == ("en", "es", "fr")
    assert list(casting.pool("en", ("kokoro:bm_*", "piper:*"))) == [
        "piper:joe",
        "kokoro:bm_daniel",
        "kokoro:bm_fable",
        "kokoro:bm_george",
        "kokoro:bm_lewis",
    ]


def test_parts_of_the_voices_have_no_speaker_in_common() -> None:
    """Material to learn from and to test on: people of one are not in the other."""
    training = drawn(40, draw_from=("kokoro:*[a-k]",))
    testing = drawn(40, draw_from=("kokoro:*[l-z]",))
    people = [
        {told.people[f"{role}_id"] for told in some for role in ("doctor", "patient")}
        for some in (training, testing)
    ]
    assert min(map(len, people)) >= 8
    assert not people[0] & people[1]


def test_a_voice_in_a_borrowed_accent_is_the_same_person() -> None:
    french = drawn(30, draw_from=KOKORO, languages=("fr",))
    voices = {voice for told in french for voice in told.voices.values()}
    assert any(",accent=fr-FR" in voice for voice in voices)
    for told in french:
        for role, voice in told.voices.items():
            assert told.people[f"{role}_id"] == voice.removesuffix(",accent=fr-FR")
            assert told.people[f"{role}_accent"] == "fr-FR"


@pytest.mark.parametrize("num_speakers", [2, 3])
def test_similar_voices_have_one_sex_and_one_accent(num_speakers: int) -> None:
    seen = set()
    for told in drawn(
        40, draw_from=KOKORO, languages=("en",), num_speakers=num_speakers, similar_voices=True
    ):
        assert len(set(told.voices.values())) == len(told.voices) == num_speakers
        kinds = {
            (told.people[f"{role}_sex"], told.people[f"{role}_accent"]) for role in told.voices
        }
        assert len(kinds) == 1
        seen |= kinds
    assert {("female", "en-US"), ("male", "en-US"), ("male", "en-GB")} <= seen


def test_the_patients_sex_goes_with_similar_voices() -> None:
    for told in drawn(
        12, draw_from=KOKORO, languages=("en",), patient_sex="male", similar_voices=True
    ):
        assert {told.people["doctor_sex"], told.people["patient_sex"]} == {"male"}


def test_too_few_voices_of_a_kind() -> None:
    with pytest.raises(UsageError, match=r"no 2 voices of one sex and accent.*--draw-from"):
        drawn(1, languages=("en",), similar_voices=True)
    with pytest.raises(UsageError, match="no 3 voices"):
        drawn(1, languages=("en",), draw_from=("piper:*", "hibari:*"), num_speakers=3)


@pytest.mark.parametrize("language", ["en", "es", "fr", "de"])
def test_a_companion_joins_in_after_the_patient(language: str) -> None:
    two = drawn(8, languages=(language,))
    three = drawn(8, languages=(language,), num_speakers=3)
    for alone, together in zip(two, three, strict=True):
        roles = [turn.role for turn in together.script.turn]
        assert roles.count("companion") >= 1
        assert all(
            roles[at - 1] == "patient" for at, role in enumerate(roles) if role == "companion"
        )
        assert set(together.voices) == {"doctor", "patient", "companion"}
        # What the others say is as it is without a companion, with their answers in between.
        said = [turn.text for turn in together.script.turn]
        at = 0
        for turn in alone.script.turn:
            at = said.index(turn.text, at) + 1


def test_nothing_private_in_what_companions_say() -> None:
    for language in ("en", "es", "fr", "de"):
        for piece in part("consultation").read_scripts(language).companion:
            for line in piece.lines:
                assert "{" not in line and not any(c.isdigit() for c in line)


def test_more_overlap_is_more_turns_that_begin_early() -> None:
    def early(share: float) -> float:
        pauses = [
            turn.pause
            for told in drawn(12, languages=("en",), overlap=share)
            for turn in told.script.turn
        ]
        return sum(pause < 0 for pause in pauses) / len(pauses)

    assert early(0.0) == 0
    assert early(1.0) == 1
    assert 0.3 < early(0.5) < 0.7


# ---- what is written


@needs_espeak
def test_three_speakers_have_a_channel_each_and_reach_the_corpus(tmp_path: Path) -> None:
    dest = tmp_path / "made"
    done = CliRunner().invoke(
        cli,
        ["synth", str(dest), "--num-consultations", "1", "--language", "de", "--num-speakers", "3",
         "--condition", "headset", "--json"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    samples, _ = soundfile.read(dest / "synthetic-0001.wav")
    assert samples.shape[1] == 3
    lines = json.loads((dest / "references/synthetic-0001.json").read_text())["segments"]
    assert {line["speaker"]: line["channel"] for line in lines} == {
        "doctor": 0,
        "patient": 1,
        "companion": 2,
    }
    for line in lines:
        piece = samples[round(line["start"] * 16000) : round(line["end"] * 16000)]
        assert np.sqrt((piece[:, line["channel"]] ** 2).mean()) > 0.01
    brought = CliRunner().invoke(
        cli,
        ["ingest", str(dest), "--corpus", str(tmp_path / "corpus"), "--metadata",
         str(dest / "table.csv"), "--pseudonym-key", str(dest / "pseudonym.key"), "--json"],
    )  # fmt: skip
    assert brought.exit_code == 0, brought.output
    corpus = Corpus.open(tmp_path / "corpus")
    (session,) = corpus.sessions()
    assert {p.role: p.channel for p in session.recording.participants} == {
        "doctor": 0,
        "patient": 1,
        "companion": 2,
    }


def timeline(second: str) -> Any:
    """Two tones of a second each, a second apart, by a doctor and somebody else."""
    mix = part("mix")
    tone = (0.06 * np.sqrt(2) * np.sin(np.arange(16_000) / 5)).astype(np.float32)
    pieces = tuple(
        mix.Piece(start=start, role=role, samples=tone)
        for start, role in ((16_000, "doctor"), (48_000, second))
    )
    return mix.Timeline(pieces=pieces, spoken=(), num_samples=96_000)


def level(samples: np.ndarray, start: float, end: float) -> float:
    return float(np.sqrt((samples[0, round(start * 16_000) : round(end * 16_000)] ** 2).mean()))


def test_a_far_microphone_hears_more_of_the_room() -> None:
    record = part("acoustics").record
    for seed in range(4):
        near, _ = record(timeline("patient"), "room", seed)
        far, rate = record(timeline("patient"), "far", seed)
        assert (rate, far.shape) == (16_000, (1, 96_000))
        # What is left 50 to 250 ms after a tone has ended, beside the tone itself.
        tails = [level(one, 2.05, 2.25) / level(one, 1.2, 1.9) for one in (near, far)]
        assert tails[1] > 1.5 * tails[0]
        assert level(far, 0.1, 0.9) / level(far, 1.2, 1.9) > level(near, 0.1, 0.9) / level(
            near, 1.2, 1.9
        )


def test_speakers_stand_at_distances_of_their_own_from_a_far_microphone() -> None:
    record = part("acoustics").record
    ratios = []
    for seed in range(6):
        far, _ = record(timeline("companion"), "far", seed)
        ratios.append(level(far, 1.2, 1.9) / level(far, 3.2, 3.9))
    assert max(ratios) > 1.3 or min(ratios) < 1 / 1.3
    assert len({round(ratio, 2) for ratio in ratios}) > 3
