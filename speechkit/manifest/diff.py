"""What changed between two releases: recordings, segments, and what was removed.

Recordings are matched by the raw recording they derive from, so a new redaction is a change and
not another recording. Segments of a recording are matched by time: those that overlap most, first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby, zip_longest
from pathlib import Path

import msgspec
from rapidfuzz.distance import Levenshtein

from speechkit.core.errors import InputError
from speechkit.core.types import Recording
from speechkit.manifest.lines import raw_lines, read_lines, reason_of
from speechkit.manifest.match import Aspect, Removed, changes, match
from speechkit.manifest.schema import (
    RECORDINGS,
    REDACTIONS,
    SEGMENTS,
    ReleasedRedaction,
    ReleasedSegment,
)
from speechkit.manifest.versions import read_release


class SegmentChange(msgspec.Struct, frozen=True, kw_only=True):
    """A segment of both releases that is not the same; ids in the old and in the new one."""

    old: str
    new: str
    what: tuple[Aspect, ...]


class ReleaseDiff(msgspec.Struct, frozen=True, kw_only=True):
    """Ids of what is in one release and not the other, and what changed. Never text."""

    old: str
    new: str
    recordings_added: tuple[str, ...]
    recordings_removed: tuple[str, ...]
    recordings_changed: tuple[str, ...]
    recordings_same: int
    segments_added: tuple[str, ...]
    segments_removed: tuple[str, ...]
    segments_changed: tuple[SegmentChange, ...]
    segments_same: int
    redactions_added: int
    redactions_removed: int
    words_before: int
    words_edited: int

    @property
    def wer(self) -> float | None:
        """Word error rate of the old version against the new one's recordings that both have.

        Edits over the old words, as written: no normalizing. None where there were no words.
        """
        return round(self.words_edited / self.words_before, 4) if self.words_before else None

    def counts(self) -> dict[str, int]:
        """How many there are of each, changes by aspect too."""
        counts = {
            name: value if isinstance(value, int) else len(value)
            for name in self.__struct_fields__[2:]
            if not isinstance(value := getattr(self, name), str)
        }
        for aspect in ("words", "speaker", "times", "phi"):
            counts[f"segments_changed_{aspect}"] = sum(
                aspect in change.what for change in self.segments_changed
            )
        return counts

    @property
    def is_empty(self) -> bool:
        """Say whether nothing changed."""
        counts = self.counts()
        quiet = ("_same", "words_before")
        return not any(n for name, n in counts.items() if not name.endswith(quiet))


class _Side(msgspec.Struct, frozen=True, kw_only=True):
    """A release: its recordings by what they derive from. Segments are streamed."""

    path: Path
    version: str
    recordings: dict[str, Recording]
    names: dict[str, str]
    redactions: dict[str, list[ReleasedRedaction]]


def diff_releases(old_path: Path, new_path: Path) -> ReleaseDiff:
    """Compare two releases, recording by recording: memory does not grow with their segments.

    Raises:
        StoreError: if a folder is not a release.
        InputError: for a malformed line, with file and number.
    """
    old, new = _read(old_path), _read(new_path)
    both = [name for name in new.recordings if name in old.recordings]
    compared = dict(_compare_all(old, new, set(both)))
    found = [compared.get(name) or _compare_lines(old, new, name, [], []) for name in both]
    is_same = [
        old.recordings[name] == new.recordings[name] and one.is_same
        for name, one in zip(both, found, strict=True)
    ]
    return ReleaseDiff(
        old=old.version,
        new=new.version,
        recordings_added=_only_in(new, old),
        recordings_removed=_only_in(old, new),
        recordings_changed=tuple(
            new.recordings[name].id for name, same in zip(both, is_same, strict=True) if not same
        ),
        recordings_same=sum(is_same),
        segments_added=tuple(name for one in found for name in one.added),
        segments_removed=tuple(name for one in found for name in one.removed),
        segments_changed=tuple(change for one in found for change in one.changed),
        segments_same=sum(one.same for one in found),
        redactions_added=sum(one.redactions_added for one in found),
        redactions_removed=sum(one.redactions_removed for one in found),
        words_before=sum(one.words_before for one in found),
        words_edited=sum(one.words_edited for one in found),
    )


def _compare_all(old: _Side, new: _Side, both: Collection[str]) -> Iterator[tuple[str, _Compared]]:
    """Compare the recordings of both; of those without segments, only where one side has some.

    Both files are in the order of released ids, so the same recording comes up at about the same
    time on both sides: what waits for the other side is little, and lines, not objects.
    """
    waiting: tuple[dict[str, list[bytes]], dict[str, list[bytes]]] = ({}, {})
    for pair in zip_longest(_groups(old), _groups(new)):
        for mine, group in enumerate(pair):
            if group is None or group[0] not in both:
                continue
            name, lines = group
            theirs = waiting[1 - mine].pop(name, None)
            if theirs is None:
                waiting[mine][name] = lines
            else:
                a, b = (lines, theirs) if mine == 0 else (theirs, lines)
                yield name, _compare_lines(old, new, name, a, b)
    for name in [*waiting[0], *waiting[1]]:
        a, b = (side.get(name, []) for side in waiting)
        yield name, _compare_lines(old, new, name, a, b)


def _compare_lines(old: _Side, new: _Side, name: str, a: list[bytes], b: list[bytes]) -> _Compared:
    before, after = _removed(old, name), _removed(new, name)
    if a == b and before == after:
        said = msgspec.json.Decoder(_Said)
        return _Compared(
            added=(),
            removed=(),
            changed=(),
            same=len(a),
            redactions_added=0,
            redactions_removed=0,
            words_before=sum(len(said.decode(line).text.split()) for line in a),
            words_edited=0,
        )
    return _compare(_decoded(old, a), _decoded(new, b), before, after)


def _groups(side: _Side) -> Iterator[tuple[str, list[bytes]]]:
    """Yield each recording's lines, under what it derives from."""
    decoder = msgspec.json.Decoder(_Place)

    def place(item: tuple[Path, int, bytes]) -> str:
        file, number, line = item
        try:
            return decoder.decode(line).recording
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise InputError(f"{file}, line {number}: {reason_of(error)}") from error

    for recording, items in groupby(raw_lines(side.path, SEGMENTS), key=place):
        yield side.names.get(recording, recording), [line for _, _, line in items]


def _decoded(side: _Side, lines: list[bytes]) -> list[ReleasedSegment]:
    decoder = msgspec.json.Decoder(ReleasedSegment)
    try:
        return [decoder.decode(line) for line in lines]
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(f"{side.path / SEGMENTS}: {reason_of(error)}; see: verify") from error


class _Said(msgspec.Struct):
    text: str


class _Place(msgspec.Struct):
    recording: str


class _Compared(msgspec.Struct, frozen=True, kw_only=True):
    """What changed in one recording."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[SegmentChange, ...]
    same: int
    redactions_added: int
    redactions_removed: int
    words_before: int
    words_edited: int

    @property
    def is_same(self) -> bool:
        return not (
            self.added
            or self.removed
            or self.changed
            or self.redactions_added
            or self.redactions_removed
        )


def _compare(
    old_segments: Sequence[ReleasedSegment],
    new_segments: Sequence[ReleasedSegment],
    before: set[Removed],
    after: set[Removed],
) -> _Compared:
    pairs = match(old_segments, new_segments)
    kept, continued = {a.id for a, _ in pairs}, {b.id for _, b in pairs}
    changed = tuple(
        SegmentChange(old=a.id, new=b.id, what=what)
        for a, b in pairs
        if (what := changes(a, b, before, after))
    )
    return _Compared(
        added=tuple(s.id for s in new_segments if s.id not in continued),
        removed=tuple(s.id for s in old_segments if s.id not in kept),
        changed=changed,
        same=len(pairs) - len(changed),
        redactions_added=len(after - before),
        redactions_removed=len(before - after),
        words_before=sum(len(s.text.split()) for s in old_segments),
        words_edited=sum(Levenshtein.distance(a.text.split(), b.text.split()) for a, b in pairs)
        + sum(len(s.text.split()) for s in old_segments if s.id not in kept)
        + sum(len(s.text.split()) for s in new_segments if s.id not in continued),
    )


def _read(path: Path) -> _Side:
    release = read_release(path)
    recordings = {r.derived_from or r.id: r for r in read_lines(path, RECORDINGS, Recording)}
    names = {recording.id: name for name, recording in recordings.items()}
    redactions: dict[str, list[ReleasedRedaction]] = defaultdict(list)
    for row in read_lines(path, REDACTIONS, ReleasedRedaction):
        redactions[names.get(row.recording, row.recording)].append(row)
    return _Side(
        path=path,
        version=release.version,
        recordings=recordings,
        names=names,
        redactions=redactions,
    )


def _only_in(side: _Side, other: _Side) -> tuple[str, ...]:
    return tuple(r.id for name, r in side.recordings.items() if name not in other.recordings)


def _removed(side: _Side, name: str) -> set[Removed]:
    return {(r.start, r.end, r.identifier, r.channel) for r in side.redactions.get(name, [])}
