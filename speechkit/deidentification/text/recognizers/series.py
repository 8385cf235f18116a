"""Series of readings, tapers, times and codes: numbers in a row that identify nobody.

What tells them: their shape (132/84, 2.8, 10:30, 1,200,000), even steps (93 86 79, 60 50 40), or a
measurement, a drug or a code system named before them, with no cue for an identifier after it.
"""

from __future__ import annotations

import re
from itertools import pairwise

from speechkit.deidentification.text.negatives import is_negative
from speechkit.deidentification.text.scene import STOP, Scene
from speechkit.deidentification.text.sequences import Run

_WINDOW = 8  # words before a series in which a measurement counts
_FEWEST = 3  # numbers
_LARGEST_STEPWISE = 999
_PRESSURE = re.compile(r"(\d{2,3})/(\d{2,3})")
_DECIMAL = re.compile(r"\d{1,3}[.,]\d{1,2}|\d{1,2}/\d{1,2}")
_CLOCK = re.compile(r"(?:[01]?\d|2[0-4]):[0-5]\d")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?!\d)")
_PLAIN = re.compile(r"\d{1,3}")
_ICD = re.compile(r"(?i)[A-TV-Z]\d[\dA-Z](?:\.[\dA-Z]{1,4})?")  # diagnoses, WHO ICD-10 and -CM
_LEVEL = re.compile(r"[A-Z]\d{1,2}(?:[-/][A-Z]?\d{1,2})?")  # leads, vertebrae: V1, L4-L5
_CODE_SYSTEMS = re.compile(r"(?<!\w)(?:icd|cpt|hcpcs|loinc|snomed|atc|dsm|opcs)(?!\w)")
_SCALE = re.compile(r"[A-Z]{2,6}-?\d{1,2} \d{1,3}")  # "PHQ-9 12": a questionnaire and its score
_APART = re.compile(r"\s*[,;]\s+|\s+[^\W\d_]+\s+|\s+")


def is_series(scene: Scene, run: Run) -> bool:
    """Say whether a run of numbers is a series of values and not one identifier."""
    source = _source(scene, run)
    groups = [group for group in _APART.split(source) if group]
    if _all(_CLOCK, groups) or _all(_ICD, groups) or _SCALE.fullmatch(source):
        return True
    if _all(_LEVEL, groups) and (len(groups) > 1 or "-" in source):
        return True
    if all(_is_pressure(group) for group in groups) or _THOUSANDS.fullmatch(source):
        return True
    before = _before(scene, run)
    measured = _is_measured(scene, run, before)
    if len(groups) > 1 and _all(_DECIMAL, groups):
        return measured or any("." in group for group in groups)
    if any(_THOUSANDS.fullmatch(group) for group in groups):
        return all(group.replace(",", "").isdecimal() for group in groups)
    if _CODE_SYSTEMS.search(before) and not _cued(scene, before, last(_CODE_SYSTEMS, before)):
        return True
    if any(part.kind == "letters" for part in run.parts):
        return any(_DECIMAL.search(group) for group in groups)
    if _cued(scene, before, 0):
        return measured and _in_groups(run)
    return _is_stepwise(run) or (measured and _in_groups(run)) or _is_listed(source, groups)


def last(pattern: re.Pattern[str], text: str) -> int:
    """Return where the last match of a pattern ends; 0 without one."""
    return max((match.end() for match in pattern.finditer(text)), default=0)


def _source(scene: Scene, run: Run) -> str:
    start, end = scene.conversation.span(run.first, run.after)
    return scene.conversation.text[start:end]


def _all(pattern: re.Pattern[str], groups: list[str]) -> bool:
    return all(pattern.fullmatch(group) for group in groups)


def _is_pressure(group: str) -> bool:
    match = _PRESSURE.fullmatch(group)
    return match is not None and 300 > int(match[1]) > int(match[2]) >= 20 and int(match[1]) >= 60


def _before(scene: Scene, run: Run) -> str:
    """Return the words before a run in its sentence."""
    first = run.first
    line, _ = scene.line_of(first)
    while first > line and run.first - first < _WINDOW and not _ends_sentence(scene, first):
        first -= 1
    words = scene.before(run.first, run.first - first)
    own = run.parts[0]  # "CPT 99213"
    return f"{words} {own.value}" if own.kind == "letters" and len(own.value) > 1 else words


def _ends_sentence(scene: Scene, index: int) -> bool:
    """Say whether a sentence ends before a token; a colon ends none."""
    if scene.conversation.gap(index) < STOP:
        return False
    between = scene.conversation.text[scene.tokens[index - 1].end : scene.tokens[index].start]
    return between.strip() != ":"


def _is_measured(scene: Scene, run: Run, before: str) -> bool:
    """Say whether a measurement or a drug is named before a run, and no identifier since."""
    if run.first and is_negative(scene.word(run.first - 1)):
        return True
    named = last(scene.language.labs_before, before)
    return named > 0 and not _cued(scene, before, named)


def _cued(scene: Scene, before: str, start: int) -> bool:
    """Say whether a cue for an identifier stands in a text from an offset on."""
    return any(pattern.search(before, start) for pattern in scene.language.ids.values())


def _in_groups(run: Run) -> bool:
    """Say whether a run is several numbers of up to three digits, not digits read one by one."""
    values = _values(run)
    single = sum(len(value) == 1 for value in values)
    return (
        len(values) > 1 and all(len(value) <= 3 for value in values) and single * 2 <= len(values)
    )


def _values(run: Run) -> list[str]:
    return [part.value for part in run.parts]


def _is_stepwise(run: Run) -> bool:
    """Say whether numbers go up or down in even steps, or down by fives and tens: tapers."""
    values = [int(value) for value in _values(run) if len(value) <= 3]
    if len(values) < _FEWEST or len(values) < len(run.parts) or max(values) > _LARGEST_STEPWISE:
        return False
    steps = [after - before for before, after in pairwise(values)]
    if min(values) < 10 and max(values) < 10:
        return False  # digits read out
    even = len(set(steps)) == 1 and steps[0] != 0
    taper = all(step < 0 for step in steps) and all(value % 5 == 0 for value in values)
    return even or taper


def _is_listed(source: str, groups: list[str]) -> bool:
    """Say whether small numbers are listed as in prose: "14, 15, 36 and 46"."""
    joined = re.search(r",.*\s[^\W\d_]+\s+\d+$", source) is not None
    return joined and len(groups) >= _FEWEST and _all(_PLAIN, groups)
