"""Hallucinations and omissions, passage by passage, with times where there are any.

A word error rate counts words; what does harm are passages: text where there is no speech, a phrase said in
a loop, a turn that is gone. Runs come from the alignment: neighboring insertions (or deletions)
with at most one other word between them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from speechkit.benchmark.der import SHORT_TURN
from speechkit.benchmark.errors import Edit, align
from speechkit.benchmark.results import Passage, PassageKind
from speechkit.core.types import Segment

RUN = 8  # words: below that a run of insertions or deletions is an ordinary error
_BRIDGE = 1  # words of another kind that do not end a run
_LONGEST_LOOP = 12  # words in what is said again and again
_TURN = 3  # words: a shorter turn that is gone is a backchannel
_NEAR = 0.5  # s: times of words are rough


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens, the segments they are from, and which segment each token is from (−1: unknown)."""

    tokens: Sequence[str]
    segments: Sequence[Segment]
    owners: Sequence[int]


def owners_of(tokens: Sequence[str], parts: Sequence[Sequence[str]]) -> list[int]:
    """Return which part each token is from.

    Tokens are made from the text as a whole, so that a cut changes no figure; where they differ
    from those of the parts (a number joined across a cut), they are aligned.
    """
    pieces = [token for part in parts for token in part]
    owners = [index for index, part in enumerate(parts) for _ in part]
    if pieces == list(tokens) or not owners:
        return owners or [-1] * len(tokens)
    found = [-1] * len(tokens)
    for edit in align(tokens, pieces):
        width = edit.hypothesis_end - edit.hypothesis_start
        for offset in range(edit.reference_end - edit.reference_start):
            at = edit.hypothesis_start + min(offset, max(width - 1, 0))
            found[edit.reference_start + offset] = owners[min(at, len(owners) - 1)]
    return found


def runs(edits: Sequence[Edit], kind: str) -> Iterator[tuple[int, int, int, int, int]]:
    """Yield (number of words, reference start, end, hypothesis start, end) of each long run."""
    open_: list[int] | None = None
    for edit in edits:
        if edit.kind == kind:
            width = edit.reference_end - edit.reference_start
            width = width or edit.hypothesis_end - edit.hypothesis_start
            if open_ is None:
                open_ = [0, edit.reference_start, 0, edit.hypothesis_start, 0]
            open_[0] += width
            open_[2], open_[4] = edit.reference_end, edit.hypothesis_end
        elif open_ is not None and edit.reference_end - edit.reference_start > _BRIDGE:
            if open_[0] >= RUN:
                yield open_[0], open_[1], open_[2], open_[3], open_[4]
            open_ = None
    if open_ is not None and open_[0] >= RUN:
        yield open_[0], open_[1], open_[2], open_[3], open_[4]


def is_loop(tokens: Sequence[str]) -> bool:
    """Say whether most of a passage repeats what stood up to 12 words before, thrice at least.

    >>> is_loop("thank you for watching thank you for watching thank you for watching".split())
    True
    >>> is_loop("no pain in the chest and no pain in the arm".split())
    False
    """
    for period in range(1, min(_LONGEST_LOOP, len(tokens) // 3) + 1):
        again = sum(a == b for a, b in zip(tokens, tokens[period:], strict=False))
        if again >= 0.9 * (len(tokens) - period):
            return True
    return False


def short_turns(said: Side, edits: Sequence[Edit]) -> tuple[int, int]:
    """Return of how many turns under a second at least half of the words are there, and how many
    such turns there are. They are mostly backchannels: "mm", "yes", "okay"."""
    short = {
        index
        for index, segment in enumerate(said.segments)
        if 0 < segment.end - segment.start < SHORT_TURN
    }
    if not short:
        return 0, 0
    size = Counter(owner for owner in said.owners if owner in short)
    kept: Counter[int] = Counter()
    for edit in edits:
        if edit.kind == "equal":
            kept.update(said.owners[edit.reference_start : edit.reference_end])
    return sum(2 * kept[owner] >= number for owner, number in size.items()), len(size)


def passages(
    name: str, system: str, said: Side, wrote: Side, edits: Sequence[Edit], *, contexts: bool
) -> list[Passage]:
    """List the hallucinations and omissions of one system in one recording.

    Args:
        name: the recording.
        system: the system.
        said: the reference.
        wrote: the hypothesis.
        edits: their alignment.
        contexts: keep the words. They are what patients said.
    """
    found = []

    def add(
        kind: PassageKind, side: Side, words: Sequence[str], span: tuple[int, int], num: int
    ) -> None:
        start, end = _times(side, *span)
        text = " ".join(words) if contexts else ""
        found.append(
            Passage(
                system=system,
                recording=name,
                kind=kind,
                start=start,
                end=end,
                num_words=num,
                text=text,
            )
        )

    for number, _, _, start, end in runs(edits, "insert"):
        words = wrote.tokens[start:end]
        add("loop" if is_loop(words) else "invented", wrote, words, (start, end), number)
    gone = _lost_turns(said, edits)
    covered = {position for span in gone for position in range(*span)}
    for start, end in gone:
        add("turn lost", said, said.tokens[start:end], (start, end), end - start)
    for number, start, end, _, _ in runs(edits, "delete"):
        left = [position for position in range(start, end) if position not in covered]
        if len(left) >= RUN:
            add("omitted", said, said.tokens[start:end], (start, end), number)
    found += _in_silence(name, system, said, wrote, contexts=contexts)
    return sorted(found, key=lambda p: (p.start is None, p.start or 0.0, p.kind))


def _lost_turns(said: Side, edits: Sequence[Edit]) -> list[tuple[int, int]]:
    """Return the token spans of segments of which not one word is left."""
    if len(said.segments) < 2:
        return []
    first: dict[int, int] = {}
    size: dict[int, int] = {}
    for position, owner in enumerate(said.owners):
        first.setdefault(owner, position)
        size[owner] = size.get(owner, 0) + 1
    gone: dict[int, int] = {}
    for edit in edits:
        if edit.kind == "delete":
            for position in range(edit.reference_start, edit.reference_end):
                gone[said.owners[position]] = gone.get(said.owners[position], 0) + 1
    return [
        (first[owner], first[owner] + size[owner])
        for owner, number in gone.items()
        if owner >= 0 and number == size[owner] >= _TURN
    ]


def _in_silence(
    name: str, system: str, said: Side, wrote: Side, *, contexts: bool
) -> list[Passage]:
    """List what was written where the reference has no speech, half a second around."""
    speech = sorted((s.start - _NEAR, s.end + _NEAR) for s in said.segments if s.end > s.start)
    if not speech or len(speech) < len([s for s in said.segments if s.text.strip()]):
        return []  # without times for all of it, silence is unknown
    found: list[Passage] = []
    last: list[tuple[float, float, str]] = []

    def close() -> None:
        if last:
            found.append(
                Passage(
                    system=system,
                    recording=name,
                    kind="no speech",
                    start=last[0][0],
                    end=last[-1][1],
                    num_words=sum(len(text.split()) for _, _, text in last),
                    text=" ".join(text for _, _, text in last) if contexts else "",
                )
            )
            last.clear()

    at = 0
    for start, end, text in _timed(wrote.segments):
        while at < len(speech) and speech[at][1] <= start:
            at += 1
        # Speech may overlap: what began earlier can still go on.
        if any(a < end and start < b for a, b in speech[max(at - 3, 0) : at + 1]):
            close()
        else:
            if last and start - last[-1][1] > 2.0:
                close()
            last.append((start, end, text))
    close()
    return found


def _timed(segments: Sequence[Segment]) -> list[tuple[float, float, str]]:
    spans = []
    for segment in segments:
        if segment.words:
            spans += [(word.start, word.end, word.text) for word in segment.words]
        elif segment.end > segment.start and segment.text.strip():
            spans.append((segment.start, segment.end, segment.text))
    return sorted(spans)


def _times(side: Side, start: int, end: int) -> tuple[float | None, float | None]:
    """Return from when to when tokens [start, end) were said, by words where they fit, else by
    how far into its segment a token stands."""
    times = [_time(side, position) for position in (start, end - 1)]
    if None in times:
        return None, None
    return times[0][0], times[1][1]  # type: ignore[index]


def _time(side: Side, position: int) -> tuple[float, float] | None:
    owner = side.owners[position] if position < len(side.owners) else -1
    if owner < 0 or side.segments[owner].end <= side.segments[owner].start:
        return None
    segment = side.segments[owner]
    begin = position
    while begin > 0 and side.owners[begin - 1] == owner:
        begin -= 1
    end = position + 1
    while end < len(side.owners) and side.owners[end] == owner:
        end += 1
    if segment.words:
        place = (position - begin) * len(segment.words) // (end - begin)
        return segment.words[place].start, segment.words[place].end
    length = (segment.end - segment.start) / (end - begin)
    at = segment.start + (position - begin) * length
    return round(at, 3), round(at + length, 3)
