"""Splits: nobody is in two, shares hold, synthetic recordings stay out of test."""

from __future__ import annotations

import random

from speechkit.core.types import (
    Audio,
    Participant,
    Recording,
)
from speechkit.manifest.splits import make_splits


def person(number: int) -> Participant:
    return Participant(id=f"p-{number}", role="patient")


def recording(number: int, *people: Participant, synthetic: bool = False) -> Recording:
    audio = Audio(
        sha256=f"{number:064x}", uri="", sample_rate=8, num_samples=8, num_channels=1, codec=""
    )
    return Recording(id=f"rec-{number:04d}", audio=audio, participants=people, synthetic=synthetic)


def test_nobody_is_in_two_splits() -> None:
    rng = random.Random(1)
    recordings = [recording(n, person(rng.randrange(200)), person(n % 90)) for n in range(300)]
    split_of = {s.recording: s.split for s in make_splits(recordings)}
    by_person: dict[str, set[str]] = {}
    for one in recordings:
        for who in one.participants:
            by_person.setdefault(who.id, set()).add(split_of[one.id])
    assert all(len(splits) == 1 for splits in by_person.values())


def test_splits_keep_their_shares_and_their_people() -> None:
    recordings = [recording(n, person(n)) for n in range(2000)]
    before = {s.recording: s.split for s in make_splits(recordings)}
    # Binomial with n = 2000: three standard deviations are 54 for train, 40 for the others.
    counts = [list(before.values()).count(name) for name in ("train", "dev", "test")]
    assert abs(counts[0] - 1600) < 54
    assert abs(counts[1] - 200) < 40
    assert abs(counts[2] - 200) < 40
    grown = make_splits([*reversed(recordings), recording(9000, person(9000))])
    after = {s.recording: s.split for s in grown}
    assert before.items() <= after.items()


def test_made_up_recordings_are_not_in_test() -> None:
    recordings = [recording(n, person(n), synthetic=n % 2 == 0) for n in range(400)]
    barred = {s.recording: s.split for s in make_splits(recordings)}
    asked = {s.recording: s.split for s in make_splits(recordings, synthetic_in_test=True)}
    assert not any(barred[r.id] == "test" for r in recordings if r.synthetic)
    assert any(asked[r.id] == "test" for r in recordings if r.synthetic)
    assert all(barred[r.id] == asked[r.id] for r in recordings if not r.synthetic)
