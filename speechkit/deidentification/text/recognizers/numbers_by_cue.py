"""Numbers of people and things: what is said before them, or asked, tells which.

A run of numbers and letters is an identifier if a cue says so, or if it is long. Doses, lab values,
durations and counts are left: what follows (unit) or precedes (test) tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from speechkit.core.types import Identifier
from speechkit.deidentification.text.recognizers.series import is_series
from speechkit.deidentification.text.scene import Candidate, Scene
from speechkit.deidentification.text.sequences import Run
from speechkit.deidentification.text.tokens import NONE

DETECTOR = "numbers"
_WINDOW = 12  # words before a number in which a cue counts
_SPELLED_UNITS = frozenset(("c c", "m l", "k g", "m m", "c m", "p m", "a m"))
_LONG = 7  # digits that are an identifier without any cue
_HOTLINES = frozenset(("911", "999", "112", "111", "101", "988", "061", "116117"))
_TABLE = 34  # digits in a row that belong to no number: measurements in columns


def recognize(scene: Scene) -> Iterator[Candidate]:
    """Yield identifiers made of numbers."""
    for run in scene.runs:
        if is_quantity(scene, run):
            continue
        label, score = label_of(scene, run)
        if label is not None:
            first, after = _whole(scene, run)
            yield scene.candidate(first, after, label, score, DETECTOR)


def is_quantity(scene: Scene, run: Run) -> bool:
    """Say whether a number is a dose, a lab value, a duration, an age or a count."""
    if is_series(scene, run):
        return True
    following = scene.following(run.after, 3)
    tail = " ".join(_letters_at_end(run))
    if tail in _SPELLED_UNITS or scene.language.doses_after.fullmatch(tail):
        return True
    glued = _glued_unit(scene, run)
    if glued or scene.language.units_after.match(following):
        return len(run.digits) < 8
    if len(run.digits) > 6:
        return False
    before = scene.before(run.first, 4)
    lab = None
    for match in scene.language.labs_before.finditer(before):
        lab = match
    return lab is not None and not _id_cue(scene, before[lab.end() :])


def _letters_at_end(run: Run) -> list[str]:
    letters: list[str] = []
    for part in reversed(run.parts):
        if part.kind != "letters":
            break
        letters.insert(0, part.value)
    return letters


def _glued_unit(scene: Scene, run: Run) -> bool:
    last = scene.tokens[run.after - 1]
    return (
        run.after < len(scene.tokens)
        and scene.tokens[run.after].gap == NONE
        and last.key.isdecimal()
        and scene.language.units_after.match(scene.tokens[run.after].key) is not None
    )


def _id_cue(scene: Scene, before: str) -> str | None:
    """Return the identifier of the last cue in a text, None without one."""
    best: tuple[int, int, str] | None = None
    for label, pattern in scene.language.ids.items():
        for match in pattern.finditer(before):
            found = (match.end(), match.end() - match.start(), label)
            if best is None or found[:2] > best[:2]:
                best = found
    return best[2] if best else None


def label_of(scene: Scene, run: Run) -> tuple[Identifier | None, float]:
    """Return which identifier a run is, and how sure that is."""
    size = len(run.digits)
    letters = len(run.letters)
    start, _ = scene.line_of(run.first)
    same = scene.before(run.first, min(_WINDOW, run.first - start))
    label = _id_cue(scene, same)
    if label is None and run.first - start <= 8:
        label = _id_cue(scene, _asked(scene, run.first))
    if label is not None and _enough(scene, run, size, letters):
        return Identifier(label), 0.9
    digit_by_digit = sum(len(part.value) <= 2 for part in run.parts if part.spoken) >= 4
    if size > _TABLE or _is_counting(run):
        return None, 0.0
    if size >= _LONG:
        return (Identifier.PHONE if 9 <= size <= 12 else Identifier.OTHER_ID), 0.8
    if letters and size >= 3 and len(run.parts) >= 3:
        return Identifier.OTHER_ID, 0.6
    if size >= 5 and digit_by_digit and not _is_measure(run):
        return Identifier.OTHER_ID, 0.6
    if size >= 3 and _is_read_out(run) and not _is_schedule(scene, run):
        return Identifier.OTHER_ID, 0.5
    return None, 0.0


def _asked(scene: Scene, index: int) -> str:
    """Return the turn before, or the two before if the last one is short."""
    line = scene.tokens[index].line
    if line == 0:
        return ""
    first, after = scene.lines[line - 1]
    words = scene.conversation.words(first, after)
    if after - first <= 4 and line > 1:
        words = scene.conversation.words(*scene.lines[line - 2]) + " " + words
    return words


def _enough(scene: Scene, run: Run, size: int, letters: int) -> bool:
    """Say whether a run with a cue is long enough to be a person's number."""
    if size + letters >= 4 and size >= 2:
        return True
    if size >= 3:
        near = scene.before(run.first, 3)
        words = "|".join(scene.cues.number_words)
        return len(run.parts) >= 2 or re.search(rf"\b(?:{words})\b", near) is not None
    return False


def _is_measure(run: Run) -> bool:
    return all(len(part.value) > 2 for part in run.parts if part.kind == "digits")


def _is_counting(run: Run) -> bool:
    """Say whether the speaker counts: "one two three … five six eight ten"."""
    if run.letters or len(run.parts) < 4:
        return False
    return all(
        0 < int(after.value) - int(before.value) <= 2 for before, after in pairwise(run.parts)
    )


def _is_read_out(run: Run) -> bool:
    """Say whether digits are read one by one, and are neither a count ("one, two, three") nor a hotline."""
    values = [part.value for part in run.parts]
    if run.letters or any(len(value) != 1 for value in values) or run.digits in _HOTLINES:
        return False
    steps = {int(after) - int(before) for before, after in pairwise(values)}
    return steps not in ({1}, {-1}) and len(set(values)) > 1


def _is_schedule(scene: Scene, run: Run) -> bool:
    """Say whether digits are how often a day something is taken: "1-0-2"."""
    inside = range(run.first + 1, run.after)
    glued = all(scene.conversation.gap(index) == NONE for index in inside)
    return glued and set(run.digits) <= set("0123") and len(run.digits) <= 4


def _whole(scene: Scene, run: Run) -> tuple[int, int]:
    """Take what is written without a space around the run: `MRN-2231`, `AB12345C`."""
    first, after = run.first, run.after
    tokens = scene.tokens
    while after < len(tokens) and tokens[after].gap == NONE:
        after += 1
    while first > 0 and tokens[first].gap == NONE:
        first -= 1
    return first, after
