"""Recognizers that are installed: ours and those of other packages.

An entry point of the group `speechkit.recognizers` names a function `(Scene) -> Iterable[Candidate]`.
Candidates of all of them are merged alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from speechkit.core.errors import InputError, SpeechkitError
from speechkit.deidentification.text.candidate import Candidate
from speechkit.deidentification.text.scene import Scene

GROUP = "speechkit.recognizers"
BUILT_IN = frozenset(
    "addresses ages codes dates email feasts fields handles mailboxes "
    "names numbers orgs other_languages places postcodes spelled written".split()
)

Recognize = Callable[[Scene], Iterable[Candidate]]


@cache
def recognizers() -> tuple[tuple[str, Recognize], ...]:
    """Return the installed recognizers with their names, sorted by name.

    Raises:
        SpeechkitError: if one of speechkit's own is not registered: it must not be missed silently.
    """
    points = _points()
    if missing := BUILT_IN - points.keys():
        raise SpeechkitError(
            f"the installation of speechkit is out of date: recognizers {sorted(missing)} are not "
            "registered; install it again"
        )
    return tuple((name, points[name].load()) for name in sorted(points))


def added() -> tuple[tuple[str, str], ...]:
    """Return (name, package and version) of the recognizers that other packages add."""
    return tuple(
        (name, f"{point.dist.name} {point.dist.version}" if point.dist else point.value)
        for name, point in sorted(_points().items())
        if name not in BUILT_IN
    )


def candidates_in(scene: Scene) -> list[Candidate]:
    """Return what all recognizers see in a conversation.

    Raises:
        InputError: naming the recognizer whose candidate lies outside the text.
    """
    size = len(scene.conversation.text)
    candidates: list[Candidate] = []
    for name, recognize in recognizers():
        for candidate in recognize(scene):
            if not 0 <= candidate.start < candidate.end <= size:
                raise InputError(
                    f"recognizer {name!r} returned offsets {candidate.start}–{candidate.end} in a "
                    f"text of {size} characters"
                )
            candidates.append(candidate)
    return candidates


def _points() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}
