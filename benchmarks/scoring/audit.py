"""Faults planted into references, and how many of them the audit finds: `make bench-audit`.

Data in view: PriMock57 days 1 and 2 as 12 systems wrote them. Two hundred faults are planted into
the cleaned references as people make them (a word misheard, left out, added, a negation or a number
turned); found is one whose place is among the first 300.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import msgspec

from benchmarks.fixtures.clips import data_folder
from speechkit.benchmark.audit import Doubt, audit_references
from speechkit.benchmark.audit.places import DOUBTFUL
from speechkit.benchmark.errors import align
from speechkit.benchmark.normalize import normalizer_for
from speechkit.benchmark.types import Reference, ScoreOptions
from speechkit.workflows.score_inputs import read_references, read_systems

FOLDER = data_folder("primock57_12_systems") / "primock57_12_systems"
FAULTS, PLACES = 200, 300
KINDS = ("misheard", "left out", "added", "number", "negation")


def main() -> None:
    """Print the share of planted faults among the first places, for three sets of faults."""
    clean = read_references(str(FOLDER / "reference"))
    systems = read_systems((str(FOLDER / "hypotheses"),), clean)
    options = ScoreOptions(language="en")
    published = audit_references(clean, systems, options, limit=1 << 20)
    known = {key_of(doubt) for doubt in published.doubts if doubt.sureness >= DOUBTFUL}
    for seed in (1, 2, 3):
        planted, faults = plant({name: clean[name] for name in clean}, seed)
        doubts = audit_references(planted, systems, options, limit=1 << 20).doubts
        new = [doubt for doubt in doubts if key_of(doubt) not in known]
        first = hits(faults, doubts[:PLACES])
        parts = ", ".join(f"{kind} {found} of {number}" for kind, (found, number) in first.items())
        print(
            f"faults {seed}: {total(first)} of {len(faults)} in the first {PLACES} places, "
            f"{total(hits(faults, doubts[: 2 * PLACES]))} in the first {2 * PLACES}, "
            f"{total(hits(faults, new[:PLACES]))} in the first {PLACES} without those that were "
            f"doubtful as published; {parts}"
        )
    audit = published
    print(f"as published: {audit.num_doubtful} doubtful places in {audit.num_words} words")
    for row in audit.systems:
        print(
            f"{row.system:32} {100 * (row.wer or 0):6.2f} {row.rank:3}   without them "
            f"{100 * (row.wer_without or 0):6.2f} {row.rank_without:3}"
        )


def hits(faults: list[tuple[str, int, str]], doubts: Sequence[Doubt]) -> dict[str, tuple[int, int]]:
    """Return kind → (faults found at these places, all faults)."""
    places = [(doubt.recording, *doubt.position) for doubt in doubts]
    found = {kind: [0, 0] for kind in KINDS}
    for name, position, kind in faults:
        found[kind][1] += 1
        found[kind][0] += any(
            where == name and start - 1 <= position <= end for where, start, end in places
        )
    return {kind: (here, number) for kind, (here, number) in found.items()}


def total(found: dict[str, tuple[int, int]]) -> int:
    """Return all faults that were found."""
    return sum(here for here, _ in found.values())


def key_of(doubt: Doubt) -> tuple[str, str, str, str, str]:
    """Return what a place is known by though faults were planted elsewhere in the recording."""
    before, after = " ".join(doubt.before.split()[-2:]), " ".join(doubt.after.split()[:2])
    return doubt.recording, doubt.said, doubt.written, before, after


def plant(
    references: dict[str, Reference], seed: int
) -> tuple[dict[str, Reference], list[tuple[str, int, str]]]:
    """Return references with faults, and (recording, token, kind) of each."""
    chance = random.Random(seed)
    tokens = normalizer_for("en").tokens
    words = {
        name: tokens(" ".join(segment.text for segment in reference.segments))
        for name, reference in references.items()
    }
    vocabulary = [word for own in words.values() for word in own if len(word) > 3]
    faults: list[tuple[str, int, str]] = []
    names = sorted(words)
    taken: set[tuple[str, int]] = set()
    edits: dict[str, list[tuple[int, str, str]]] = {name: [] for name in names}
    while len(taken) < FAULTS:
        name = chance.choice(names)
        position = chance.randrange(5, len(words[name]) - 5)
        kind = chance.choice(KINDS)
        if any((name, position + shift) in taken for shift in range(-4, 5)):
            continue
        word = words[name][position]
        changed = _fault(kind, word, vocabulary, chance)
        if changed is None:
            continue
        taken.add((name, position))
        edits[name].append((position, kind, changed))
    planted = {}
    for name, own in edits.items():
        out = list(words[name])
        for position, _, changed in sorted(own, reverse=True):
            out[position : position + 1] = changed.split()
        again = tokens(" ".join(out))  # numbers that came to stand together may be one now
        moved = {e.reference_start: e.hypothesis_start for e in align(out, again)}
        shift = 0
        for position, kind, changed in sorted(own):
            at = position + shift
            start = max((begin for begin in moved if begin <= at), default=0)
            faults.append((name, at + moved.get(start, 0) - start, kind))
            shift += len(changed.split()) - 1
        (first, *_) = references[name].segments
        segment = msgspec.structs.replace(first, text=" ".join(out), words=())
        planted[name] = msgspec.structs.replace(references[name], segments=(segment,))
    return planted, faults


def _fault(kind: str, word: str, vocabulary: list[str], chance: random.Random) -> str | None:
    if kind == "misheard" and len(word) > 3:
        return chance.choice([w for w in chance.sample(vocabulary, 40) if w != word])
    if kind == "left out" and len(word) > 3:
        return ""
    if kind == "added":
        return f"{word} {chance.choice(vocabulary)}"
    if kind == "number" and word.isdigit():
        return str(int(word) + chance.choice((1, 2, 10)))
    if kind == "negation" and word in ("not", "no", "is", "do", "have", "can"):
        return "" if word in ("not", "no") else f"{word} not"
    return None


if __name__ == "__main__":
    main()
