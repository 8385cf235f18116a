"""Dates in words and digits: day and month, month and year, month alone with an event, birth dates.

A bare year, a weekday and relative time ("last week") are not identifiers here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from speechkit.deidentification.text.cues import get_language, phrase
from speechkit.deidentification.text.scene import COMMA, STOP, Candidate, Scene
from speechkit.language import number_phrases
from speechkit.language.phrases_table import phrases

DETECTOR = "dates"
_CAPITAL_MONTHS = ("en", "de")
_SLASHED = re.compile(
    r"(?<![\d./-])(?:(\d{1,2})([./-])(\d{1,2})(?:\2(\d{4}|\d{2})(?!\d))?|(\d{4})([./-])(\d{1,2})\6(\d{1,2}))(?![\d%]|[./-]\d)"
)
_DAY_MONTH = re.compile(r"(?<![\d./,-])(\d{1,2})\.\s?(\d{1,2})\.(?!\s?\d)")  # German: "19.3."
_MONTH_SHORT_YEAR = re.compile(r"(?<![\d./,-])(0?[1-9]|1[0-2])/(\d{2})(?![\d./,%]|-\d)")
_MONTH_YEAR = re.compile(r"(?<![\d./-])(\d{1,2})[./-]((?:19|20)\d{2})(?![\d./-])")


def recognize(scene: Scene) -> Iterator[Candidate]:
    """Yield dates of days, months with an event, and dates of birth."""
    yield from _digits(scene)
    patterns = _patterns(scene.language.code)
    for first, after, _ in scene.conversation.matches(patterns["dated"]):
        if not _broken(scene, first, after):
            yield scene.candidate(first, after, "DATE", 0.95, DETECTOR)
    yield from _month_alone(scene, patterns["month"])
    yield from _day_alone(scene, patterns["day"])
    yield from _birth(scene)


def _broken(scene: Scene, first: int, after: int) -> bool:
    """Say whether a sentence ends inside; the point of "17. August", "Sept. 2063" ends none."""
    return any(
        scene.conversation.gap(index) >= STOP and not _pointed(scene, index)
        for index in range(first + 1, after)
    )


def _pointed(scene: Scene, index: int) -> bool:
    before = scene.tokens[index - 1]
    short = before.key in scene.cues.month_short or (before.key.isdecimal() and len(before.key) < 3)
    return short and scene.conversation.text[before.end : before.end + 1] == "."


def _digits(scene: Scene) -> Iterator[Candidate]:
    text = scene.conversation.text
    for match in _SLASHED.finditer(text):
        day, mark, month, year = match.group(1, 2, 3, 4)
        if day is not None and not _is_day_month(int(day), int(month)):
            continue
        if day is not None and year is None and not _bare_ok(scene, match, mark):
            continue
        yield Candidate(match.start(), match.end(), _DATE, 0.9, DETECTOR)
    if scene.language.code == "de":
        yield from _german(scene, text)
    for match in _MONTH_YEAR.finditer(text):
        if 1 <= int(match.group(1)) <= 12:
            yield Candidate(match.start(), match.end(), _DATE, 0.9, DETECTOR)


def _german(scene: Scene, text: str) -> Iterator[Candidate]:
    """Yield "19.3." and "7/63", as German letters write day and month, month and year."""
    for match in _DAY_MONTH.finditer(text):
        if 1 <= int(match.group(1)) <= 31 and 1 <= int(match.group(2)) <= 12:
            yield Candidate(match.start(), match.end(), _DATE, 0.8, DETECTOR)
    for match in _MONTH_SHORT_YEAR.finditer(text):
        first, after = scene.conversation.tokens_in(match.start(), match.end())
        if scene.language.units_after.match(scene.following(after, 3)):
            continue
        if scene.language.labs_before.search(scene.before(first, 2)) is None:
            yield Candidate(match.start(), match.end(), _DATE, 0.6, DETECTOR)


def _is_day_month(one: int, other: int) -> bool:
    return (1 <= one <= 31 and 1 <= other <= 12) or (1 <= one <= 12 and 1 <= other <= 31)


def _bare_ok(scene: Scene, match: re.Match[str], mark: str) -> bool:
    """Say whether two numbers and a mark are day and month: not a score, a share, a version."""
    if mark != "/":
        return False
    first, after = scene.conversation.tokens_in(match.start(), match.end())
    if first >= after:
        return False
    if match.group(3) == "10" or match.group(1) == match.group(3):
        return False
    if match.group() in ("1/2", "1/3", "2/3", "1/4", "3/4", "24/7", "20/20"):
        return False
    if scene.language.units_after.match(scene.following(after, 3)):
        return False
    line, _ = scene.line_of(first)
    return scene.language.labs_before.search(scene.before(first, min(10, first - line))) is None


@cache
def _patterns(code: str) -> dict[str, re.Pattern[str]]:
    language = get_language(code)
    cues = language.cues
    numbers = _number_words(code, 31)
    years = rf"(?:(?:19|20)\d\d|\d\d|{_year_words(code)})"
    marks = "|".join(cues.ordinal_marks) or "(?!)"
    ordinals = "|".join(sorted((word.replace(" ", r"\s") for word in cues.ordinals), key=len)[::-1])
    day = rf"(?:(?:0?[1-9]|[12]\d|3[01])(?:\s?(?:{marks}))?|{ordinals}|{numbers})"
    month = language.months
    links = "|".join(cues.date_links)
    link = rf"(?:\s(?:{links})){{0,2}}"
    year = rf"(?:{link}\s{years})"
    the = r"(?:(?:the|el|le|den|dem|der)\s)?"
    article = r"(?:the\s)?" if code == "en" else ""  # "the tenth" is one; "el diez" is "diez"
    dated = (
        rf"(?<![\w'])(?:{article}{day}{link}\s{month}{year}?"
        rf"|{month}{link}\s{day}(?![\w'])(?!\s(?:{'|'.join(cues.units)})\b){year}?"
        rf"|{month}{link}\s{years}"
        rf"|(?:{'|'.join(cues.weekdays)})\s{the}{day}(?!\s(?:{'|'.join(cues.units)})\b)"
        rf"(?:{link}\s{month}{year}?)?"
        rf"|{article}{day}(?:\s(?:{links}))+\s{_month_number(code)}(?:\s(?:{links}))*\s{years})(?![\w'])"
    )
    return {
        "dated": re.compile(dated),
        "month": re.compile(rf"(?<![\w']){month}(?![\w'])"),
        "day": re.compile(
            rf"(?<![\w'])(?:{'|'.join(w.replace(' ', chr(92) + 's') for w in cues.day_before)})"
            rf"\s(?P<day>{ordinals}|\d\d?\s?(?:{marks}))(?![\w'])"
        ),
    }


@cache
def whole_dates(code: str) -> re.Pattern[str]:
    """Return a pattern of dates with a day or a year and the full name of a month."""
    cues = get_language(code).cues
    months = "|".join(sorted(cues.months, key=len)[::-1])
    marks = "|".join(cues.ordinal_marks) or "(?!)"
    ordinals = "|".join(sorted((word.replace(" ", r"\s") for word in cues.ordinals), key=len)[::-1])
    day = rf"(?:(?:0?[1-9]|[12]\d|3[01])(?:\s?(?:{marks}))?|{ordinals}|{_number_words(code, 31)})"
    link = rf"(?:\s(?:{'|'.join(cues.date_links)})){{0,2}}"
    year = rf"(?:{link}\s(?:(?:19|20)\d\d|{_year_words(code)}))"
    return re.compile(
        rf"(?<![\w'])(?:{day}{link}\s(?:{months}){year}?|(?:{months}){link}\s{day}{year}?"
        rf"|(?:{months}){link}\s(?:19|20)\d\d)(?![\w'])"
    )


def _month_number(code: str) -> str:
    """Twelve numbers as months are counted: "doce del siete", "the fourth of the seventh"."""
    ordinals = get_language(code).cues.ordinals
    names = [word.replace(" ", r"\s") for word in ordinals[: 12 if code == "en" else 0]]
    return rf"(?:0?[1-9]|1[0-2]|{'|'.join([*names, _number_words(code, 12)])})"


def _number_words(code: str, most: int) -> str:
    words = [w for ways in number_phrases(code).below_hundred[1 : most + 1] for w in ways]
    return "|".join(sorted((word.replace(" ", r"\s") for word in words), key=len)[::-1])


def _year_words(code: str) -> str:
    found: set[str] = set()
    table = number_phrases(code)
    for options in phrases(code).values():
        found.update(
            r"\s".join(words)
            for words, digits in options
            if len(digits) == 4 and digits[:2] in ("19", "20")
        )
    for century in (19, 20):
        for way in table.below_hundred[century]:
            stem = way.replace(" ", r"\s")
            words = [word for ways in table.below_hundred[1:] for word in ways]
            words.sort(key=len, reverse=True)
            rest = "|".join(word.replace(" ", r"\s") for word in words)
            zeros = "|".join([*table.zeros, "zero", "cero", "null"])
            found.add(rf"{stem}\s(?:(?:{zeros})\s)?(?:{rest})")
    tens = [w.replace(" ", r"\s") for ways in table.below_hundred[20:] for w in ways]
    return "|".join(sorted(found | set(tens), key=lambda words: (-len(words), words)))


def _month_alone(scene: Scene, pattern: re.Pattern[str]) -> Iterator[Candidate]:
    before = phrase(scene.cues.month_before)
    for first, after, match in scene.conversation.matches(pattern):
        word = match.group()
        same_line = scene.before(first, min(2, first - scene.line_of(first)[0]))
        asked = scene.language.questions["DATE"].search(scene.previous_line(first))
        line, line_end = scene.line_of(first)
        alone = line_end - line <= 3 and after == line_end
        cued = any(found.end() == len(same_line) for found in before.finditer(same_line))
        if (
            word in scene.cues.month_words
            and scene.conversation.cased
            and scene.language.code in _CAPITAL_MONTHS
        ):
            cued = cued and scene.tokens[first].capital
        if cued or (asked and (alone or word not in scene.cues.month_words)):
            yield scene.candidate(first, after, "DATE", 0.7, DETECTOR)
        elif word not in scene.cues.month_words and len(word) > 3:
            yield scene.candidate(first, after, "DATE", 0.5, DETECTOR)


def _day_alone(scene: Scene, pattern: re.Pattern[str]) -> Iterator[Candidate]:
    nouns = scene.cues.not_ordinal.split()
    for _first, after, match in scene.conversation.matches(pattern):
        start, end = scene.conversation.tokens_of(match, "day")
        same_clause = scene.conversation.gap(after) < COMMA
        if same_clause and scene.tokens[after].key in nouns:
            continue
        small = match.group("day") in scene.cues.ordinals[:3]
        if small and not _date_near(scene, start):
            continue
        if same_clause and not _closes(scene, after):
            continue
        yield scene.candidate(start, end, "DATE", 0.7, DETECTOR)


def _closes(scene: Scene, index: int) -> bool:
    """Say whether a word after an ordinal is not a noun: the clause ends, or continues in another way."""
    return scene.word(index) in scene.language.stopwords


def _date_near(scene: Scene, index: int) -> bool:
    near = scene.before(index, 20)
    return re.search(rf"\b{scene.language.months}\b", near) is not None or bool(
        scene.language.questions["DATE"].search(scene.previous_line(index))
    )


def _birth(scene: Scene) -> Iterator[Candidate]:
    """Yield number runs after "born" or a question for the date of birth."""
    birth = phrase(scene.cues.birth)
    for run in scene.runs:
        start, _ = scene.line_of(run.first)
        same = scene.before(run.first, min(8, run.first - start))
        asked = run.first - start <= 8 and birth.search(scene.previous_line(run.first))
        if not (birth.search(same) or asked):
            continue
        if sum(part.kind == "digits" for part in run.parts) == 0 or len(run.digits) < 3:
            continue
        if len(run.digits) > 8 or (len(run.parts) < 2 and len(run.digits) < 5):
            continue
        if scene.language.units_after.match(scene.following(run.after, 2)):
            continue
        if any(scene.tokens[at].key in scene.cues.places.street for at in _next(scene, run.after)):
            continue
        yield scene.candidate(run.first, run.after, "DATE", 0.85, DETECTOR)


def _next(scene: Scene, index: int) -> range:
    return range(index, min(index + 4, scene.line_of(index - 1)[1]))


from speechkit.core.types import Identifier  # noqa: E402

_DATE = Identifier.DATE
