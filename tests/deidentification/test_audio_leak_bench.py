"""The attack of `make bench-leak` in its short form: nothing that was hidden is recognized."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from speechkit.core.engines import Transcript


@pytest.mark.models
def test_nothing_hidden_is_recognized(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("piper")
    leak = pytest.importorskip("benchmarks.deidentification.leak")
    assert leak.main(["--short"]) == 0
    rows = {line[:27].strip(): line[27:].split() for line in capsys.readouterr().out.splitlines()}
    for way in ("anti-phase", "50 dB under other channel", "keyed"):
        plants, audible, left = map(int, rows[way][:3])
        assert plants == 4 and left == 0
        assert audible >= 3, "the attacker hears them in the original"


def test_the_attacker_reads_telephone_keys() -> None:
    attack = pytest.importorskip("benchmarks.fixtures.attack")
    hiding = pytest.importorskip("benchmarks.fixtures.hiding")
    random = np.random.default_rng(2)
    keys = hiding.keyed("219099999", 0.05)
    noise = random.normal(0, 0.01, len(keys)).astype(np.float32)
    assert "219099999" in attack.decoded_keys(keys)
    assert "219099999" in attack.decoded_keys(0.01 * keys)
    assert "219099999" in attack.decoded_keys(keys + noise)
    assert len(attack.decoded_keys(noise)) < 3
    assert attack.decoded_keys(np.zeros(16_000, np.float32)) == ""


def test_what_sounds_the_same_to_a_recognizer_is_heard_once() -> None:
    attack = pytest.importorskip("benchmarks.fixtures.attack")
    random = np.random.default_rng(4)
    sound = random.normal(0, 0.05, 32_000).astype(np.float32)
    other = random.normal(0, 0.05, 32_000).astype(np.float32)
    played: list[int] = []

    def hears_nothing(samples: object, language: str) -> Transcript:
        played.append(1)
        return Transcript(segments=(), language=language, language_probability=1.0)

    def times(*channels: object) -> int:
        attacker = object.__new__(attack.Attack)
        attacker._short, attacker.listeners = False, {"deaf": hears_nothing}
        played.clear()
        attacker.recognized(np.stack(channels), [plant], [(0.0, 2.0)])
        return len(played)

    plant = pytest.importorskip("benchmarks.fixtures.hiding").Plant("", ("none",))
    alone = times(sound)
    assert times(sound, -sound) == alone, "the difference is twice the channel, the sum is nothing"
    sound[16_000:] = other[:16_000] = 0
    assert times(sound, sound + other / 300) > 2 * alone, (
        "what is 50 dB softer in a pause is listened to"
    )


def test_an_interrupted_bench_goes_on(tmp_path: Path) -> None:
    """Rows that are there are shown, and nothing is measured again."""
    leak = pytest.importorskip("benchmarks.deidentification.leak")
    rows = [
        leak.Row(way="hum", story="made up 0", plants=4, audible=3, innocent=12.0, muted=1.2),
        leak.Row(way="hum", story="made up 1", plants=4, audible=4, reason="too doubtful"),
        leak.Row(way="music", story="made up 0", plants=4, audible=4, left=("plant 1: x",)),
    ]
    file = tmp_path / "rows.jsonl"
    file.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    known = leak._known(file)
    assert known == {(row.way, row.story): row for row in rows}
    assert [name for name in leak._names(["hum", "music"], short=False) if name not in known] == [
        ("music", "made up 1")
    ]


def test_an_interrupted_bench_prints_what_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    leak = pytest.importorskip("benchmarks.deidentification.leak")
    row = leak.Row(way="hum", story="made up 0", plants=4, audible=3, innocent=10.0, muted=1.0)

    def measured(names: object, keep: object, *, short: bool) -> Iterator[object]:
        yield row
        raise KeyboardInterrupt

    monkeypatch.setattr(leak, "_measured", measured)
    assert leak.main(["hum", "music", "--rows", str(tmp_path / "rows.jsonl")]) == 1
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in told[1:3]] == ["hum", "all"]
    assert "withheld 0%, innocent speech muted 10.0%" in told[-2]
    assert told[-1] == "interrupted: 1 of 4 recordings"
    assert leak._known(tmp_path / "rows.jsonl") == {("hum", "made up 0"): row}


def test_what_the_bench_adds_up(capsys: pytest.CaptureFixture[str]) -> None:
    leak = pytest.importorskip("benchmarks.deidentification.leak")
    rows = [
        leak.Row(way="hum", story="made up 0", plants=4, audible=3, innocent=12.0, muted=1.2),
        leak.Row(way="hum", story="made up 1", plants=4, audible=4, innocent=12.0, reason="no"),
        leak.Row(way="music", story="made up 0", plants=4, audible=4, left=("plant 1: x",)),
    ]
    leak.show(["hum", "music"], rows)
    assert capsys.readouterr().out.splitlines()[-1] == (
        "recognizable 1 of 12 (usual recipe 0 of 8), wrongly called clean 1 of 3, withheld 33%, "
        "innocent speech muted 10.0%"
    )
