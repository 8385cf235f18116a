"""The two findings of a release: what was proved and what is estimated, over all its recordings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from speechkit.core.estimates import count_interval
from speechkit.core.time import round_ms
from speechkit.core.types import Discovery, Removal
from speechkit.manifest.schema import ReleaseDiscovery, ReleaseRemoval, Statement


def removal_of(
    removals: Sequence[Removal | msgspec.UnsetType],
) -> ReleaseRemoval | msgspec.UnsetType:
    """Sum up what was proved; unset where one recording has no such finding."""
    known = [one for one in removals if one is not msgspec.UNSET]
    if not known or len(known) < len(removals):
        return msgspec.UNSET
    return ReleaseRemoval(
        recordings=len(known),
        channels=sum(one.channels for one in known),
        listeners=tuple(sorted({name for one in known for name in one.listeners})),
    )


def discovery_of(
    discoveries: Sequence[Discovery | msgspec.UnsetType],
) -> ReleaseDiscovery | msgspec.UnsetType:
    """Sum up what is estimated; unset where one recording has no such finding."""
    known = [one for one in discoveries if one is not msgspec.UNSET]
    if not known or len(known) < len(discoveries):
        return msgspec.UNSET
    speech = sum(one.speech for one in known)
    weighted = sum(one.doubt * one.speech for one in known)
    estimates = [one.left for one in known if one.left is not None]
    left = round(sum(estimates), 2) if len(estimates) == len(known) else None
    # What one author does differently, one author does in all of a release: spreads do not average out.
    spread = min((one.spread for one in known if one.spread is not None), default=None)
    low, high = (None, None) if left is None or spread is None else count_interval(left, spread)
    return ReleaseDiscovery(
        recordings=len(known),
        doubt=round(weighted / speech, 4) if speech else 0.0,
        highest_doubt=max(one.doubt for one in known),
        speech=round_ms(speech),
        faint=round_ms(sum(one.faint for one in known)),
        unwritten=round_ms(sum(one.unwritten for one in known)),
        added=sum(one.added for one in known),
        keyed=sum(one.keyed for one in known),
        languages=tuple(sorted({language for one in known for language in one.languages})),
        left=left,
        left_low=low,
        left_high=high,
    )


def findings_in_words(statement: Statement) -> Iterator[tuple[str, str]]:
    """Yield each finding of a release as (name, sentence); nothing where it has none."""
    removal, discovery = statement.removal, statement.discovery
    if removal is not msgspec.UNSET:
        yield (
            "removal",
            f"proved: nothing removed was heard again in {removal.recordings} recordings, "
            f"{removal.channels} channels, by {len(removal.listeners)} listeners",
        )
    if discovery is not msgspec.UNSET:
        left = (
            "no estimate"
            if discovery.left is None
            else f"{discovery.left:.1f}{_between(discovery)}"
        )
        yield (
            "discovery",
            f"estimated: {discovery.doubt:.0%} of the words are probably wrong "
            f"({discovery.highest_doubt:.0%} at most); {discovery.faint:.0f} s of "
            f"{discovery.speech:.0f} s of speech were faint, {discovery.unwritten:.0f} s without "
            f"words were muted; listening again added {discovery.added} masks; "
            f"identifiers left: {left}",
        )


def _between(discovery: ReleaseDiscovery) -> str:
    if discovery.left_low is None:
        return ""
    return f" ({discovery.left_low} to {discovery.left_high} with 90 %)"
