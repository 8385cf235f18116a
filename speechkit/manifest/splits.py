"""Train, dev and test by people: recordings that share anybody are in the same split.

A group of recordings linked by shared participants (and sites, where asked) gets its split from a
digest, so the choice depends neither on the order nor on what other groups there are: adding
recordings of new people does not move anybody. Stratified, groups go where their kind is missing most; then
only the parent's splits keep people in place.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from speechkit.core.digest import digest_bytes
from speechkit.core.types import Recording
from speechkit.manifest.schema import Split, SplitName

_DIGITS = 12
_NAMES: tuple[SplitName, ...] = ("train", "dev", "test")
STRATA = ("accent", "language", "role", "sex", "age_band", "specialty", "site")


def make_splits(
    recordings: Sequence[Recording],
    *,
    shares: tuple[float, float, float] = (0.8, 0.1, 0.1),
    synthetic_in_test: bool = False,
    by: Collection[str] = ("participant",),
    stratify: Sequence[str] = (),
    kept: Mapping[str, SplitName] | None = None,
) -> tuple[Split, ...]:
    """Assign each recording to train, dev or test; sorted by recording.

    Args:
        recordings: with participants; one without any known person is a group of its own.
        shares: of train, dev and test among the groups; they add up to 1.
        synthetic_in_test: if false, a group with a synthetic recording goes to train instead of test.
        by: what recordings of one group share: `participant`, or also `site`.
        stratify: fields by whose values the splits are balanced, of `STRATA`.
        kept: splits of an earlier version, by the raw recording; only used when stratified.
    """
    found = groups(recordings, by)
    names = _stratified(found, shares, stratify, kept or {}) if stratify else {}
    splits = []
    for group in found:
        key = _key(group)
        name = names.get(key) or _draw(key, shares)
        if name == "test" and not synthetic_in_test and any(r.synthetic for r in group):
            name = "train"
        splits += [Split(recording=r.id, split=name, group=key) for r in group]
    return tuple(sorted(splits, key=lambda split: split.recording))


def groups(
    recordings: Sequence[Recording], by: Collection[str] = ("participant",)
) -> tuple[tuple[Recording, ...], ...]:
    """Return the connected components of recordings under 'shares a participant' (or a site)."""
    root: dict[str, str] = {recording.id: recording.id for recording in recordings}

    def find(name: str) -> str:
        while root[name] != name:
            root[name] = root[root[name]]
            name = root[name]
        return name

    first_of: dict[tuple[str, str], str] = {}
    for recording in recordings:
        shared = [("participant", person.id) for person in recording.participants if person.id]
        if "site" in by and recording.context.site:
            shared.append(("site", recording.context.site))
        for what in shared:
            other = first_of.setdefault(what, recording.id)
            root[find(recording.id)] = find(other)
    found: dict[str, list[Recording]] = {}
    for recording in sorted(recordings, key=lambda r: r.id):
        found.setdefault(find(recording.id), []).append(recording)
    return tuple(tuple(group) for group in found.values())


def strata_of(recording: Recording, fields: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield (field, value) for each value that a recording has of these fields.

    >>> from speechkit.core.types import Audio, Context
    >>> audio = Audio(sha256="", uri="", sample_rate=1, num_samples=1, num_channels=1, codec="")
    >>> context = Context(languages=("en",))
    >>> list(strata_of(Recording(id="r", audio=audio, context=context), ["language", "accent"]))
    [('language', 'en')]
    """
    for field in fields:
        if field == "language":
            values = set(recording.context.languages)
        elif field == "specialty":
            values = {recording.context.specialty.code if recording.context.specialty else ""}
        elif field == "site":
            values = {recording.context.site}
        else:
            values = {getattr(person, field) for person in recording.participants}
        yield from ((field, value) for value in sorted(values) if value)


def _stratified(
    found: Sequence[Sequence[Recording]],
    shares: tuple[float, float, float],
    fields: Sequence[str],
    kept: Mapping[str, SplitName],
) -> dict[str, SplitName]:
    """Give each group, the largest first, to the split that misses its kinds most."""
    kinds: dict[str, Counter[tuple[str, str]]] = {}
    for group in found:
        counted: Counter[tuple[str, str]] = Counter()
        for recording in group:
            counted.update([("", ""), *strata_of(recording, fields)])
        kinds[_key(group)] = counted
    total: Counter[tuple[str, str]] = Counter()
    for counted in kinds.values():
        total.update(counted)
    have: dict[SplitName, Counter[tuple[str, str]]] = defaultdict(Counter)
    names: dict[str, SplitName] = {}
    before = {_key(group): _kept_of(group, kept) for group in found}
    # What an earlier version has settled comes first; then large groups, which fit nowhere else.
    for key in sorted(kinds, key=lambda k: (before[k] is None, -kinds[k][("", "")], k)):
        missing = {
            split: _missing(split, kinds[key], have, total, shares)
            for split, share in zip(_NAMES, shares, strict=True)
            if share > 0
        }
        neediest: SplitName = max(missing, key=missing.__getitem__)
        name = before[key] or neediest
        names[key] = name
        have[name].update(kinds[key])
    return names


def _missing(
    split: SplitName,
    kinds: Counter[tuple[str, str]],
    have: Mapping[SplitName, Counter[tuple[str, str]]],
    total: Counter[tuple[str, str]],
    shares: tuple[float, float, float],
) -> float:
    """Return how much of a group's kinds a split still misses, as shares of what it should have."""
    share = shares[_NAMES.index(split)]
    return sum(1 - have[split][kind] / (total[kind] * share) for kind in kinds) / len(kinds)


def _kept_of(group: Sequence[Recording], kept: Mapping[str, SplitName]) -> SplitName | None:
    said = {kept[r.derived_from or r.id] for r in group if (r.derived_from or r.id) in kept}
    return said.pop() if len(said) == 1 else None


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
