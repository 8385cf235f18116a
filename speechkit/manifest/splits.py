"""Train, dev and test by people: recordings that share anybody are in the same split.

A group of recordings linked by shared participants gets its split from a digest, so the choice
depends neither on the order nor on what other groups there are: adding recordings of new people
moves nobody.
"""

from __future__ import annotations

from collections.abc import Sequence

from speechkit.core.digest import digest_bytes
from speechkit.core.types import Recording
from speechkit.manifest.schema import Split, SplitName

_DIGITS = 12


def make_splits(
    recordings: Sequence[Recording],
    *,
    shares: tuple[float, float, float] = (0.8, 0.1, 0.1),
    synthetic_in_test: bool = False,
) -> tuple[Split, ...]:
    """Assign each recording to train, dev or test; sorted by recording.

    Args:
        recordings: with participants; one without any known person is a group of its own.
        shares: of train, dev and test among the groups; they add up to 1.
        synthetic_in_test: if false, a group with a made-up recording goes to train instead of test.
    """
    splits = []
    for group in groups(recordings):
        key = _key(group)
        name = _draw(key, shares)
        if name == "test" and not synthetic_in_test and any(r.synthetic for r in group):
            name = "train"
        splits += [Split(recording=r.id, split=name, group=key) for r in group]
    return tuple(sorted(splits, key=lambda split: split.recording))


def groups(recordings: Sequence[Recording]) -> tuple[tuple[Recording, ...], ...]:
    """Return the connected components of recordings under 'shares a participant'."""
    root: dict[str, str] = {recording.id: recording.id for recording in recordings}

    def find(name: str) -> str:
        while root[name] != name:
            root[name] = root[root[name]]
            name = root[name]
        return name

    first_of: dict[str, str] = {}
    for recording in recordings:
        for person in recording.participants:
            if person.id:
                other = first_of.setdefault(person.id, recording.id)
                root[find(recording.id)] = find(other)
    groups: dict[str, list[Recording]] = {}
    for recording in sorted(recordings, key=lambda r: r.id):
        groups.setdefault(find(recording.id), []).append(recording)
    return tuple(tuple(group) for group in groups.values())


def _key(group: Sequence[Recording]) -> str:
    # The smallest person's id, so that a group keeps its split while it grows.
    people = [person.id for recording in group for person in recording.participants if person.id]
    smallest = min(people, default=min(recording.id for recording in group))
    return f"grp-{digest_bytes(smallest.encode())[:_DIGITS]}"


def _draw(key: str, shares: tuple[float, float, float]) -> SplitName:
    drawn = int(key.removeprefix("grp-"), 16) / 16**_DIGITS
    if drawn < shares[0]:
        return "train"
    return "dev" if drawn < shares[0] + shares[1] else "test"
