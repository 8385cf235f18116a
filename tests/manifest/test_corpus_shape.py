"""Splits, leakage, statistics, coverage, filters: what a release says about whom it holds."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from speechkit.audio.encode import write_audio
from speechkit.cli.release import command
from speechkit.core.errors import InputError
from speechkit.core.types import Audio, Code, Context, Participant, Recording
from speechkit.manifest import lines as lines_module
from speechkit.manifest.export.bundle import Bundle, no_audio, write_bundle
from speechkit.manifest.export.exchange import load_bundle
from speechkit.manifest.export.registry import FORMATS
from speechkit.manifest.filter import Filter, count_segments, filtered
from speechkit.manifest.importer import ImportOptions, import_release
from speechkit.manifest.leaks import find_leaks
from speechkit.manifest.lines import line_files
from speechkit.manifest.schema import SEGMENTS, ReleasedSegment
from speechkit.manifest.splits import make_splits
from speechkit.manifest.stats import coverage, release_stats
from speechkit.manifest.verify import verify_release

WORDS = "the pain comes and goes at night when it rains or after long walks uphill".split()


def recording(number: int, accent: str, *, site: str = "", doctor: str = "") -> Recording:
    audio = Audio(
        sha256=f"{number:064x}", uri="", sample_rate=8, num_samples=8, num_channels=1, codec=""
    )
    people = [Participant(id=f"p-{number}", role="patient", accent=accent)]
    if doctor:
        people.append(Participant(id=doctor, role="doctor"))
    return Recording(
        id=f"rec-{number:04d}",
        audio=audio,
        context=Context(site=site),
        participants=tuple(people),
    )


def test_stratified_splits_keep_rare_accents_in_every_split() -> None:
    rng = random.Random(5)
    # 200 recordings, 20 of them of a rare accent; five share a doctor now and then.
    recordings = [
        recording(n, "rare" if n % 10 == 0 else "common", doctor=f"d-{rng.randrange(120)}")
        for n in range(200)
    ]
    split_of = {s.recording: s.split for s in make_splits(recordings, stratify=("accent",))}
    by_accent = Counter((r.participants[0].accent, split_of[r.id]) for r in recordings)
    assert 14 <= by_accent["rare", "train"] <= 17
    assert by_accent["rare", "dev"] >= 1
    assert by_accent["rare", "test"] >= 1
    assert abs(by_accent["common", "train"] - 144) <= 6
    people: dict[str, set[str]] = {}
    for one in recordings:
        for who in one.participants:
            people.setdefault(who.id, set()).add(split_of[one.id])
    assert all(len(splits) == 1 for splits in people.values())
    # With the earlier version's splits at hand, new recordings move nobody.
    more = [*recordings, *(recording(n, "rare") for n in range(300, 330))]
    after = {s.recording: s.split for s in make_splits(more, stratify=("accent",), kept=split_of)}
    assert split_of.items() <= after.items()


def test_sites_are_kept_apart_when_asked() -> None:
    recordings = [recording(n, "", site=f"site-{n % 12}") for n in range(240)]
    split_of = {s.recording: s.split for s in make_splits(recordings, by=("participant", "site"))}
    for site in range(12):
        assert len({split_of[r.id] for r in recordings if r.context.site == f"site-{site}"}) == 1
    loose = {s.recording: s.split for s in make_splits(recordings)}
    assert len({loose[r.id] for r in recordings if r.context.site == "site-0"}) > 1


def made(
    folder: Path, said: dict[str, tuple[str, str]], sounds: dict[str, Path] | None = None
) -> Path:
    """A release of conversations: name → (split, words)."""
    recordings, segments = [], []
    for number, (name, (_, words)) in enumerate(said.items()):
        recordings.append(
            Recording(
                id=name,
                audio=no_audio(600.0),
                context=Context(
                    languages=("en",) if number % 2 else ("es",),
                    specialty=Code(code="cardiology"),
                    tags={"region": "south"},
                ),
                participants=(
                    Participant(id=f"p-{number:012x}", role="patient", sex="female"),
                    Participant(id="p-ffffffffffff", role="nurse"),
                )[: 1 + (number == 0)],
            )
        )
        segments.append(
            ReleasedSegment(
                id=name,
                recording=name,
                start=0,
                end=10,
                speaker=f"p-{number:012x}",
                role="patient",
                text=words,
                language="en" if number % 2 else "es",
            )
        )
    bundle = Bundle(
        name="x",
        recordings=tuple(recordings),
        segments=tuple(segments),
        splits={name: split for name, (split, _) in said.items()},
        sounds=sounds or {},
    )
    write_bundle(FORMATS["csv"], bundle, folder / "csv")
    options = ImportOptions(phi="none", vouched_by="the tests")
    return import_release(folder / "csv", "csv", "clinic", "1.0.0", folder / "out", options)


def talk(seed: int, length: int = 80) -> list[str]:
    rng = random.Random(seed)
    return [rng.choice(WORDS) for _ in range(length)]


def test_nearly_the_same_words_in_two_splits_are_found(tmp_path: Path) -> None:
    words = talk(1)
    altered = [*words]
    altered[40] = "suddenly"
    path = made(
        tmp_path,
        {
            "a": ("train", " ".join(words)),
            "b": ("test", " ".join(altered)),  # one word of eighty
            "c": ("train", " ".join([*words[:-1], "again"])),  # the same split as a
            "d": ("test", " ".join(talk(2))),
        },
    )
    leaks = find_leaks(path)
    assert {leak.what for leak in leaks} == {"words"}
    assert all(set(leak.splits) == {"train", "test"} for leak in leaks)
    assert len(leaks) == 2  # b with a, b with c
    done = CliRunner().invoke(command, ["leaks", str(path)])
    assert done.exit_code == 1
    assert "nearly the same words" in done.stdout


def test_what_was_removed_is_not_what_was_said(tmp_path: Path) -> None:
    tags = " ".join(["[PHONE_1]"] * 8)
    frame = " ".join(f"[NAME_{index}]" for index in range(1, 9))
    path = made(
        tmp_path,
        {
            "a": ("train", tags),
            "b": ("test", tags),
            "c": ("train", f"{' '.join(talk(3)[:30])} {frame}"),
            "d": ("test", f"{' '.join(talk(4)[:30])} {frame}"),
        },
    )
    assert find_leaks(path) == ()


def test_nearly_the_same_sound_in_two_splits_is_found(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    loudness = np.repeat(rng.uniform(0.05, 0.5, 300), 800)
    sounds = {}
    for name, wave in {
        "a": loudness * rng.standard_normal(240_000) * 0.3,
        "b": loudness * rng.standard_normal(240_000) * 0.1,  # another voice of the same shape
        "c": np.repeat(rng.uniform(0.05, 0.5, 300), 800) * rng.standard_normal(240_000) * 0.3,
    }.items():
        sounds[name] = tmp_path / f"{name}.flac"
        write_audio(sounds[name], wave[None].astype(np.float32), 8_000)
    said = {name: (split, name) for name, split in (("a", "train"), ("b", "test"), ("c", "dev"))}
    path = made(tmp_path, said, sounds)
    assert find_leaks(path) == ()
    (leak,) = find_leaks(path, sound=True)
    assert set(leak.splits) == {"train", "test"}
    assert leak.what == "sound"


def test_stats_and_what_is_missing(tmp_path: Path) -> None:
    path = made(tmp_path, {name: ("train", name) for name in "abcd"})
    groups = {(g.field, g.value): g for g in release_stats(path)}
    assert (groups["language", "es"].recordings, groups["language", "es"].minutes) == (2, 20.0)
    assert groups["role", "patient"].people == 4
    assert groups["role", "nurse"].people == 1
    assert groups["accent", ""].people == 5  # nobody said
    targets = tmp_path / "targets.csv"
    targets.write_text(
        "field,value,minutes,people\nlanguage,es,60,\nlanguage,en,20,2\nlanguage,de,30,3\n"
        "specialty,cardiology,40,\ntag:region,north,10,\n"
    )
    plan = coverage(path, targets)
    assert [(m.value, m.unit, m.missing) for m in plan] == [
        ("de", "minutes", 30.0),
        ("de", "people", 3.0),
        ("north", "minutes", 10.0),
        ("es", "minutes", 40.0),
    ]
    done = CliRunner().invoke(command, ["stats", str(path), "--targets", str(targets)])
    assert done.exit_code == 0
    assert "to collect" in done.stdout
    targets.write_text("field,value,minutes\nlangage,es,60\n")
    with pytest.raises(InputError, match=r"line 2: no field 'langage'; did you mean language"):
        coverage(path, targets)
    targets.write_text("who,how\n")
    with pytest.raises(InputError, match="line 1: the columns are"):
        coverage(path, targets)


def test_filters_read_what_is_asked(tmp_path: Path) -> None:
    path = made(tmp_path, {name: ("train", f'"language":"en" {name}') for name in "abcd"})
    everything = load_bundle(path).segments
    assert count_segments(path, "es") == sum(s.language == "es" for s in everything) == 2
    assert list(filtered(path, Filter(language="en", role="patient"))) == [
        s for s in everything if s.language == "en"
    ]
    assert list(filtered(path, Filter())) == list(everything)
    done = CliRunner().invoke(command, ["filter", str(path), "--language", "es", "--count"])
    assert done.stdout == "2\n"


def test_many_lines_are_sharded_and_read_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("zstandard")
    said = {f"r{n}": ("train", f"words {n}") for n in range(25)}
    plain = made(tmp_path / "plain", said)
    monkeypatch.setattr(lines_module, "SHARD_LINES", 10)
    sharded = made(tmp_path / "sharded", said)
    assert [p.name for p in line_files(sharded, SEGMENTS)] == [
        f"segments-0000{n}.jsonl.zst" for n in range(3)
    ]
    assert load_bundle(sharded).segments == load_bundle(plain).segments
    assert verify_release(sharded) == ()
    shard = line_files(sharded, SEGMENTS)[1]
    good = shard.read_bytes()
    for at in (0, len(good) // 2, len(good) - 1):
        bad = bytearray(good)
        bad[at] ^= 1
        shard.write_bytes(bytes(bad))
        assert any(shard.name in str(finding) for finding in verify_release(sharded))
    shard.unlink()
    assert any("No such file" in finding.reason for finding in verify_release(sharded))
