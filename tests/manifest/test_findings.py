"""The two findings of a release: sums over its recordings, and words for people."""

from __future__ import annotations

import msgspec

from speechkit.core.types import Discovery, Removal
from speechkit.manifest.findings import discovery_of, findings_in_words, removal_of
from speechkit.manifest.schema import Statement

REMOVALS = [
    Removal(verdict="clean", listeners=("a", "b"), channels=2),
    Removal(verdict="clean", listeners=("b",), channels=1, rounds=3),
]
DISCOVERIES = [
    Discovery(
        verdict="within-limits", doubt=0.1, speech=30.0, faint=2.0, added=1, languages=("en",)
    ),
    Discovery(
        verdict="within-limits", doubt=0.2, speech=10.0, unwritten=1.5, keyed=1, languages=("es",)
    ),
]


def statement(**findings: object) -> Statement:
    return Statement(
        standard="", method="", check="", checked_by=(), caveat="", removed={}, **findings
    )  # type: ignore[arg-type]


def test_sums() -> None:
    removal, discovery = removal_of(REMOVALS), discovery_of(DISCOVERIES)
    assert removal is not msgspec.UNSET and discovery is not msgspec.UNSET
    assert (removal.recordings, removal.channels, removal.listeners) == (2, 3, ("a", "b"))
    assert discovery.doubt == 0.125, "by seconds of speech: (0.1 · 30 + 0.2 · 10) / 40"
    assert (discovery.highest_doubt, discovery.speech) == (0.2, 40.0)
    assert (discovery.faint, discovery.unwritten) == (2.0, 1.5)
    assert (discovery.added, discovery.keyed) == (1, 1)
    assert (discovery.languages, discovery.left) == (("en", "es"), None)


def test_an_estimate_of_what_is_left_needs_one_of_each() -> None:
    estimated = [msgspec.structs.replace(one, left=0.25) for one in DISCOVERIES]
    assert discovery_of(estimated).left == 0.5  # type: ignore[union-attr]
    assert discovery_of([estimated[0], DISCOVERIES[1]]).left is None  # type: ignore[union-attr]
    spread = discovery_of([msgspec.structs.replace(one, spread=2.0) for one in estimated])
    assert spread.left_low == 0 < spread.left < spread.left_high  # type: ignore[union-attr]


def test_copies_from_before_there_were_findings_leave_no_claim() -> None:
    assert removal_of([*REMOVALS, msgspec.UNSET]) is msgspec.UNSET
    assert discovery_of([]) is msgspec.UNSET
    old = statement()
    assert b"removal" not in msgspec.json.encode(old), "the bytes of older releases stay"
    assert list(findings_in_words(old)) == []


def test_words() -> None:
    told = dict(
        findings_in_words(
            statement(removal=removal_of(REMOVALS), discovery=discovery_of(DISCOVERIES))
        )
    )
    assert told["removal"].startswith("proved: nothing removed was heard again in 2 recordings")
    assert "3 channels, by 2 listeners" in told["removal"]
    assert told["discovery"].startswith(
        "estimated: 12% of the words are probably wrong (20% at most)"
    )
    assert "identifiers left: no estimate" in told["discovery"]
