"""What stays silent: places in the sound, which those without the right can only add to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from speechkit.core.margins import word_margin
from speechkit.core.time import Interval, subtract, union
from speechkit.review.access import RefusedError
from speechkit.review.edit import SHORTEST, offsets_of
from speechkit.review.line import Line
from speechkit.review.schema import Task

_SLACK = 0.001  # seconds: times are rounded to milliseconds


def muted(lines: Iterable[Line]) -> tuple[Interval, ...]:
    """Return where the identifiers of these lines may be heard; whole lines if in doubt."""
    found: list[Interval] = []
    for line in lines:
        offsets = offsets_of(line)
        margin = word_margin(line.labels)
        for one in line.identifiers:
            said = [
                word
                for word, (start, end) in zip(line.words, offsets, strict=False)
                if start < one.end and end > one.start
            ]
            # A word that somebody put in where the engine left no time is anywhere in the line.
            if not said or any(word.end - word.start < SHORTEST for word in said):
                found.append((line.start, line.end))
            else:
                found += [(max(0.0, w.start - margin), w.end + margin) for w in said]
    return union(found)


def silent(task: Task, lines: Iterable[Line]) -> tuple[Interval, ...]:
    """Return all that is muted of a task: where its marks are now, and where they were."""
    return union([*muted(lines), *kept_mutes(task)])


def kept_mutes(task: Task) -> tuple[Interval, ...]:
    """Return the stretches that stay silent wherever the marks go."""
    return tuple((float(start), float(end)) for start, end in task.mutes)


def keep_silent(
    task: Task, before: Sequence[Line], after: Sequence[Line], *, hidden: bool, moves: bool
) -> None:
    """Have what was silent before an edit stay so, unless a person with the right made it.

    Args:
        task: of which the lines are.
        before: the lines that the edit touches, as they were.
        after: the same as they become.
        hidden: whether identifiers are hidden from whoever made it.
        moves: whether the edit gives times to words.

    Raises:
        RefusedError: if it moves an identifier to another place in the sound.
    """
    were, are = muted(before), muted(after)
    lost = [(start, end) for start, end in subtract(were, are) if end - start > _SLACK]
    if not lost:
        return
    if hidden and moves:
        raise RefusedError(
            "that would move an identifier to another place in the sound; only someone who may "
            "hear the unredacted audio can do that"
        )
    kept = union([*kept_mutes(task), *were]) if hidden else subtract(kept_mutes(task), lost)
    task.mutes = [list(stretch) for stretch in kept]
