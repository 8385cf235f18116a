"""One side of a benchmark: which recordings there are, and how to read each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from speechkit.benchmark.types import Hypothesis, Reference
from speechkit.core.time import Interval
from speechkit.core.types import Segment, Turn


def _no_turns(_: str) -> tuple[Turn, ...]:
    return ()


def _no_fields(_: str) -> Mapping[str, str]:
    return {}


def _no_speakers(_: str) -> Mapping[str, Mapping[str, str]]:
    return {}


def _yes(_: str) -> bool:
    return True


def _all_scored(_: str) -> tuple[Interval, ...] | None:
    return None


def _none_unscored(_: str) -> tuple[Interval, ...]:
    return ()


def _no_duration(_: str) -> float | None:
    return None


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """Names of recordings, and functions from a name to what is known of it."""

    names: tuple[str, ...]
    segments: Callable[[str], tuple[Segment, ...]]
    turns: Callable[[str], tuple[Turn, ...]] = _no_turns
    fields: Callable[[str], Mapping[str, str]] = _no_fields
    speakers: Callable[[str], Mapping[str, Mapping[str, str]]] = _no_speakers
    duration: Callable[[str], float | None] = _no_duration
    transcribed: Callable[[str], bool] = _yes
    scored: Callable[[str], tuple[Interval, ...] | None] = _all_scored
    unscored: Callable[[str], tuple[Interval, ...]] = _none_unscored

    def hypothesis(self, name: str) -> Hypothesis:
        """Read one recording as a hypothesis."""
        return Hypothesis(segments=self.segments(name), turns=self.turns(name))

    def reference(self, name: str, more: Mapping[str, str]) -> Reference:
        """Read one recording as a reference; `more` fields win over its own."""
        fields = {**self.fields(name), **more}
        segments = self.segments(name)
        spoken = next((s.language for s in segments if s.language), "")
        return Reference(
            segments=segments,
            turns=self.turns(name),
            transcribed=self.transcribed(name),
            language=fields.get("language", "") or spoken,
            duration=self.duration(name),
            scored=self.scored(name),
            unscored=self.unscored(name),
            fields=fields,
            speakers=self.speakers(name),
        )
