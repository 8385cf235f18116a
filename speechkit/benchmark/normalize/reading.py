"""Numbers, units and letters in one form, however they are said or written, in any language.

    ten thirty · 10:30 · 10 30                      1030
    nine one nine, six nine six · 919-696           919696
    vingt pour cent · 20 %                          20 %
    five milligrams · 5 mg                          5 mg
    one twenty over eighty · 120/80                 120 / 80
    two three days · 2-3 days · two to three days   2 3 days
    C O two · CO2                                   co 2

Numbers are read by what CLDR says of the language (`cldr`). Neighbors are joined only as people
read out one number: three or more single digits, or a number before one of two digits ("one
twenty"). Two single digits stay two: "two three days" is not 23 days.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import msgspec

from speechkit.benchmark.normalize.cldr import (
    Phrase,
    Tokenize,
    cardinal_words,
    first_words,
    forms,
    number_phrases,
    scale_phrases,
    sign_words,
    unit_phrases,
)

_NUMERAL = re.compile(r"\d+(?:\.\d+)?")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
_REMEMBERED = 1 << 14
# Abbreviations of two letters, read out as letters, that consultations are full of.
_TWO_LETTERS = frozenset(
    "bp gp iv im bd od po pr ct tb hb ed er md uk us pm am bm rr hr mi pe".split()
)
SIGNS = frozenset("/°−$€£¢₹")  # carry nothing by themselves
_LONG = 9  # digits of groups beside each other that make one long number: a telephone's


class Phrases:
    """Phrases by their first token, the longest first."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self.by_first: dict[str, list[Phrase]] = {}
        for phrase in sorted(set(phrases), key=len, reverse=True):
            if phrase:
                self.by_first.setdefault(phrase[0], []).append(phrase)

    def at(self, tokens: Sequence[str], start: int) -> Phrase:
        """Return the longest phrase that begins at `start`, or ()."""
        for phrase in self.by_first.get(tokens[start], ()) if start < len(tokens) else ():
            if len(phrase) == 1 or tuple(tokens[start : start + len(phrase)]) == phrase:
                return phrase
        return ()


class _Part(msgspec.Struct, frozen=True, gc=False):
    """One number as said or written, at tokens [start, end)."""

    text: str
    start: int
    end: int
    ordinal: bool = False


class _MayBegin(dict[str, bool]):
    """Whether a number may begin with a token; remembered, as words come again."""

    def __init__(self, reader: NumberReader) -> None:
        super().__init__()
        self.reader = reader

    def __missing__(self, token: str) -> bool:
        reader = self.reader
        known = token in reader.begins or token[0].isdigit() or reader.compound(token) is not None
        if len(self) < _REMEMBERED:
            self[token] = known
        return known


class NumberReader:
    """Rewrites tokens of one language.

    Args:
        language: primary subtag.
        tokens: how the language's text is cut and folded; phrases of CLDR pass it too.
        ordinals: words for "first", "second", … → number, where they keep a form of their own
            ("1st"); elsewhere "premier" is 1, as "1er" is.
        lone_one: what "1" becomes where it stands alone: words for one are articles, too.
        read_out: how many single digits beside each other make a number that was read out.
    """

    def __init__(
        self,
        language: str,
        tokens: Tokenize,
        *,
        ordinals: Mapping[str, int] | None = None,
        lone_one: str = "",
        read_out: int = 4,
    ) -> None:
        own = forms(language)
        self.ordinals = dict(ordinals or {})
        one, _ = first_words(language)
        self.lone_one = lone_one or " ".join(tokens(one)) or "1"
        self.ones = frozenset(tuple(tokens(word)) for word in cardinal_words(language, 1))
        self.read_out = read_out
        self.values = {
            phrase: number
            for phrase, number in number_phrases(language, tokens).items()
            if phrase[-1] not in self.ordinals
        }
        scales, self.scale_first = scale_phrases(language, tokens)
        self.scales = {phrase[0]: scale for phrase, scale in scales.items()}
        self.words = Phrases(self.values)
        self.joint = {next(iter(tokens(word))) for word in own.joint}
        self.joint_in_tens = own.joint_in_tens
        minus, point = sign_words(language, tokens)
        self.minus, self.point = Phrases({*minus, ("−",)}), Phrases(point)
        self.over, self.per, self.hour, self.to, self.and_half = (
            Phrases(tuple(tokens(word)) for word in words)
            for words in (own.over, own.per, own.hour, own.to, own.and_half)
        )
        self.minutes = {
            tuple(tokens(text)): minutes
            for text, minutes in (*own.clock_before.items(), *own.clock_after.items())
        }
        self.clock_before, self.clock_after = (
            Phrases(tuple(tokens(text)) for text in texts)
            for texts in (own.clock_before, own.clock_after)
        )
        self.article = frozenset(own.article)
        self.zero = frozenset(own.zero)
        self.times = dict.fromkeys(own.twice, 2) | dict.fromkeys(own.thrice, 3)
        self.units = unit_phrases(language, tokens)
        self.unit_words = Phrases(self.units)
        self.percent_first = Phrases(p for p, unit in self.units.items() if unit == "%")
        self.begins = frozenset(self.words.by_first).union(
            self.scales,
            self.ordinals,
            self.zero,
            self.times,
            self.clock_before.by_first,
            self.point.by_first,
            self.percent_first.by_first,
        )
        self.compound = lru_cache(maxsize=_REMEMBERED)(self._compound)
        self.may_begin = _MayBegin(self)

    def rewrite(self, tokens: Sequence[str], keys: Sequence[str] | None = None) -> list[str]:
        """Return the tokens with numbers, units and what stands between them in one form.

        `keys` are the tokens as they are looked up, where that is not as they are.
        """
        keys = tokens if keys is None else keys
        out: list[str] = []
        at = 0
        for spot in [index for index, key in enumerate(keys) if self.may_begin[key]]:
            if spot < at:
                continue
            parts, end = self._run(keys, spot)
            if not parts:
                continue
            out += (token for token in tokens[at:spot] if token not in SIGNS)
            if out and out[-1] in self.article and keys[spot] in self.scales:
                out.pop()
            out += self._written(tokens, keys, parts, out, at)
            at = self._unit(keys, end, out)
        return [*out, *(token for token in tokens[at:] if token not in SIGNS)]

    # ---- one run of numbers

    def _run(self, tokens: Sequence[str], start: int) -> tuple[list[_Part], int]:
        """Read numbers that stand beside each other, and "over" or "to" between two of them."""
        parts: list[_Part] = []
        at = start
        while at < len(tokens):
            part = self._part(tokens, at, parts)
            if part is not None:
                parts.append(part)
                at = part.end
                continue
            if not parts:
                break
            if (
                len(self.unit_words.at(tokens, at)) > 1
            ):  # "por ciento", before "por" is read as over
                break
            if phrase := self.over.at(tokens, at) or (("/",) if tokens[at] == "/" else ()):
                follows = self._part(tokens, at + len(phrase), [])
                if follows is not None and not follows.ordinal:
                    parts.append(_Part("/", at, at + len(phrase)))
                    at += len(phrase)
                    continue
            is_hour = parts[-1].text.isdigit() and len(parts[-1].text) < 3
            hour = self.hour.at(tokens, at) if is_hour else ()
            ahead = self._part(tokens, at + len(hour), []) if hour else None
            if ahead is not None and len(ahead.text) == 2:
                at += len(hour)
                continue
            if is_hour and (phrase := self.clock_after.at(tokens, at + len(hour))):
                minutes = self.minutes[phrase]
            elif phrase := self.and_half.at(tokens, at + len(hour)):
                minutes = 30 if hour else 0
            else:
                phrase = self.to.at(tokens, at)
                if not phrase or self._part(tokens, at + len(phrase), []) is None:
                    break
                at += len(phrase)
                continue
            last = parts.pop()
            at += len(hour) + len(phrase)
            text = _clock(last.text, minutes) if minutes else f"{last.text}.5"
            parts.append(_Part(text, last.start, at))
        return parts, at

    def _part(self, tokens: Sequence[str], at: int, before: Sequence[_Part]) -> _Part | None:
        """Read one number from `at` on."""
        if at >= len(tokens):
            return None
        word = tokens[at]
        if word in self.zero:
            return self._zero(tokens, at, before)
        if word in self.times and at + 1 < len(tokens):
            if tokens[at + 1] in self.zero:
                return _Part("0" * self.times[word], at, at + 2)
            digit = self._part(tokens, at + 1, [])
            if digit is not None and len(digit.text) == 1 and digit.text.isdigit():
                return _Part(digit.text * self.times[word], at, digit.end)
            return None
        if phrase := self.point.at(tokens, at):
            decimals, end = self._digits(tokens, at + len(phrase))
            return _Part(f"0.{decimals}", at, end) if decimals else None
        if phrase := self.clock_before.at(tokens, at):
            value, end = self._cardinal(tokens, at + len(phrase))
            if value is not None and value.isdigit() and 1 <= int(value) <= 12:
                return _Part(_clock(value, self.minutes[phrase]), at, end)
            return None
        if written := _ORDINAL.fullmatch(word):
            return _Part(written[1], at, at + 1, ordinal=True)
        value, end = self._cardinal(tokens, at)
        if value is None:
            if word in self.ordinals:
                return _Part(str(self.ordinals[word]), at, at + 1, ordinal=True)
            return None
        text = value
        if end < len(tokens) and tokens[end] in self.ordinals and value.isdigit():
            number, last = int(value), self.ordinals[tokens[end]]
            if last >= 100 or (last < number and number % (10 if last < 10 else 100) == 0):
                joined = number * last if last >= 100 else number + last
                return _Part(str(joined), at, end + 1, ordinal=True)
        point = self.point.at(tokens, end)
        if point and "." not in text:
            decimals, after = self._digits(tokens, end + len(point))
            if decimals:
                return _Part(f"{text}.{decimals}", at, after)
        return _Part(text, at, end)

    def _zero(self, tokens: Sequence[str], at: int, before: Sequence[_Part]) -> _Part | None:
        """Read "oh" as 0 between digits: behind a number, or before two single digits."""
        ahead, _ = self._digits(tokens, at + 1)
        point = self.point.at(tokens, at + 1)
        if point and self._digits(tokens, at + 1 + len(point))[0]:
            decimals, end = self._digits(tokens, at + 1 + len(point))
            return _Part(f"0.{decimals}", at, end)
        behind = bool(before) and before[-1].text.isdigit()
        if (behind and ahead) or len(ahead) > 1 or (behind and len(before) > 1):
            return _Part("0", at, at + 1)
        return None

    def _digits(self, tokens: Sequence[str], at: int) -> tuple[str, int]:
        """Read numbers that follow each other as a string: behind a decimal sign, or in a code."""
        text = ""
        while at < len(tokens):
            if tokens[at] in self.zero:
                text, at = f"{text}0", at + 1
                continue
            value, end = self._cardinal(tokens, at)
            if value is None or not value.isdigit() or len(value) > 2 or (text and len(value) > 1):
                break
            text, at = text + value, end
        return text, at

    def _cardinal(self, tokens: Sequence[str], at: int) -> tuple[str | None, int]:
        """Read a whole number, or one in digits; return its digits and where it ends."""
        if at >= len(tokens):
            return None, at
        total, current, last = 0, -1, 10**15  # −1: nothing yet
        end = at
        if _NUMERAL.fullmatch(tokens[end]):
            text, scale = tokens[end], self._scale(tokens, end + 1)
            if not scale or (len(text) > 1 and text[0] == "0" and "." not in text):
                return text, end + 1
            scaled = float(text) * scale
            if scaled != int(scaled):
                return text, end + 1
            total, last, end = int(scaled), scale, end + 2
        while end < len(tokens):
            if tokens[end] in self.joint and (current > 0 or total):
                value, length = self._small(tokens, end + 1)
                tens = 20 <= current < 100 or not self.joint_in_tens
                if value is None or not tens or not _adds(current, value, joined=True):
                    break
                current, end = max(current, 0) + value, end + 1 + length
                continue
            scale = self._scale(tokens, end)
            if self.scale_first and len(self.words.at(tokens, end)) > 1:
                scale = 0  # "mia mbili" is two hundred
            if scale and (current != -1 or not total):
                if scale == 100:
                    if current >= 100 or current == 0:
                        break
                    current = 100 * max(current, 1)
                elif scale >= last:
                    break
                elif self.scale_first and current == -1:
                    value, length = self._small(tokens, end + 1)
                    total, last = total + (value or 1) * scale, scale
                    end += length
                else:
                    total, last, current = total + max(current, 1) * scale, scale, -1
                end += 1
                continue
            value, length = self._small(tokens, end)
            if value is None:
                break
            if current == -1:
                if total and value >= last:
                    break
                current = value
            elif _adds(current, value):
                current += value
            else:
                break
            end += length
        if end == at or (current == -1 and not total):
            return None, at
        return str(total + max(current, 0)), end

    def _scale(self, tokens: Sequence[str], at: int) -> int:
        return self.scales.get(tokens[at], 0) if at < len(tokens) else 0

    def _small(self, tokens: Sequence[str], at: int) -> tuple[int | None, int]:
        """Read a number below a thousand (or one in a single word) and how many tokens it takes."""
        if at >= len(tokens):
            return None, 0
        phrase = self.words.at(tokens, at)
        if phrase and not (len(phrase) == 1 and phrase[0] in self.scales):
            return self.values[phrase], len(phrase)
        value = self.compound(tokens[at])
        return value, 1 if value is not None else 0

    def _compound(self, word: str) -> int | None:
        """Read a number in one word: "zweitausenddreihundert", "이천삼백"."""
        if (known := self.values.get((word,))) is not None:
            return known
        if len(word) < 2 or word in self.scales:
            return None
        for scale, value in sorted(self.scales.items(), key=lambda item: -item[1]):
            head, found, tail = word.partition(scale)
            if not found or len(scale) == len(word):
                continue
            times = 1 if not head else self.values.get((head,))
            tail = next((tail[len(j) :] for j in self.joint if tail.startswith(j)), tail)
            rest = 0 if not tail else self.compound(tail)
            if times is not None and rest is not None and rest < value and times < 1000:
                return times * value + rest
        return None

    # ---- how a run is written

    def _written(
        self,
        tokens: Sequence[str],
        keys: Sequence[str],
        parts: Sequence[_Part],
        out: list[str],
        since: int,
    ) -> list[str]:
        """Join what is read out as one number; take a sign or "percent" before it along."""
        first = parts[0]
        if len(parts) == 1 and first.text == "1" and not first.ordinal:
            own = list(tokens[first.start : first.end])
            key = tuple(keys[first.start : first.end])
            texts = own if key in self.ones and own != ["1"] else [self.lone_one]
        else:
            groups = _groups(parts, self.read_out)
            texts = [_ordinal(g[0].text) if g[0].ordinal else _plain(_text(g)) for g in groups]
        for phrases, sign in ((self.minus, "-"), (self.percent_first, "%")):
            for phrase in _behind(phrases, keys[since : first.start]):
                del out[len(out) - len(phrase) :]
                texts = [f"-{texts[0]}", *texts[1:]] if sign == "-" else [*texts, "%"]
                break
        return texts

    def _unit(self, tokens: Sequence[str], at: int, out: list[str]) -> int:
        """Write the unit behind a number in its one form; return where it ends."""
        if out[-1].isdigit() and (phrase := self.hour.at(tokens, at)):
            return at + len(phrase)
        phrase = self.unit_words.at(tokens, at)
        if not phrase or out[-1] == "%":
            return at
        out.append(self.units[phrase])
        at += len(phrase)
        per = self.per.at(tokens, at) or (("/",) if tokens[at : at + 1] == ["/"] else ())
        if per and (below := self.unit_words.at(tokens, at + len(per))):
            out += ["per", self.units[below]]
            at += len(per) + len(below)
        elif per:  # "mg / day"
            out.append("per")
            at += len(per)
        return at


def _clock(hour: str, minutes: int) -> str:
    """Return an hour and minutes as four digits; minutes below 0 are before the hour.

    >>> _clock("10", 30), _clock("1", -15)
    ('1030', '1245')
    """
    if minutes >= 0:
        return f"{hour}{minutes:02}"
    return f"{(int(hour) - 2) % 12 + 1}{60 + minutes}"


def _adds(current: int, value: int, *, joined: bool = False) -> bool:
    """Say whether a smaller number may follow: 300 40, 40 2; with "and" also behind a thousand.

    >>> _adds(300, 40), _adds(40, 2), _adds(4, 2)
    (True, True, False)
    """
    if current <= 0:
        return joined and value < 1000
    if value == 0:
        return False
    if current % 100 == 0:
        return value < 100
    return current >= 20 and current % 10 == 0 and value < 10


def _groups(parts: Sequence[_Part], read_out: int) -> list[list[_Part]]:
    """Group what is read out as one number."""
    groups: list[list[_Part]] = []
    at = 0
    while at < len(parts):
        end = at
        while end < len(parts) and len(parts[end].text) == 1 and _is_digits([parts[end]]):
            end += 1
        if end - at >= read_out:
            groups.append(list(parts[at:end]))
            at = end
            continue
        if groups and _joins(groups[-1], parts[at]):
            groups[-1].append(parts[at])
        else:
            groups.append([parts[at]])
        at += 1
    return _long_numbers(groups)


def _joins(group: Sequence[_Part], part: _Part) -> bool:
    """Say whether a number of two digits follows one that it is read out with."""
    last = group[-1]
    if not (last.text.isdigit() and part.text.isdigit()) or last.ordinal or part.ordinal:
        return False
    if len(part.text) == 2 and (last.text != "0" or len(group) > 1):
        return True
    # "twelve oh five": a zero behind a number, and what follows that zero.
    zero = part.text == "0" and len(last.text) == 2 and last.text[0] != "0"
    return zero or (len(part.text) == 1 and not last.text.strip("0"))


def _long_numbers(groups: Sequence[list[_Part]]) -> list[list[_Part]]:
    """Join groups of digits beside each other that make one long number."""
    joined: list[list[_Part]] = []
    at = 0
    while at < len(groups):
        end = at
        while end < len(groups) and _is_digits(groups[end]):
            end += 1
        whole = [part for group in groups[at:end] for part in group]
        longest = max((len(_text(group)) for group in groups[at:end]), default=0)
        if end - at > 1 and longest > 2 and len(_text(whole)) >= _LONG:
            joined.append(whole)
        else:
            joined += groups[at : max(end, at + 1)]
        at = max(end, at + 1)
    return joined


def _plain(text: str) -> str:
    """Leave out zeros at the end of decimals."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def _is_digits(group: Sequence[_Part]) -> bool:
    return all(part.text.isdigit() and not part.ordinal for part in group)


def _text(group: Sequence[_Part]) -> str:
    return "".join(part.text for part in group)


def _behind(phrases: Phrases, tokens: Sequence[str]) -> Iterable[Phrase]:
    """Yield a phrase that the tokens end with."""
    for length in (3, 2, 1):
        if len(tokens) >= length and tuple(tokens[-length:]) in phrases.by_first.get(
            tokens[-length], ()
        ):
            yield tuple(tokens[-length:])


def _ordinal(text: str) -> str:
    """Write an ordinal as English does.

    >>> [_ordinal(text) for text in ("1", "12", "22", "113")]
    ['1st', '12th', '22nd', '113th']
    """
    teens = len(text) > 1 and text[-2] == "1"
    return text + ("th" if teens else {"1": "st", "2": "nd", "3": "rd"}.get(text[-1], "th"))


def join_letters(tokens: Sequence[str]) -> list[str]:
    """Join letters that are spelled out: "c o 2" is "co 2", "h i v" is "hiv".

    Three to six letters are an abbreviation, two only before a number or where they are known as
    one. "a" and "i" are words, too, and do not begin one.

    >>> join_letters("i i take b 12 and a h i v test i v or c o 2".split())
    ['i', 'i', 'take', 'b', '12', 'and', 'a', 'hiv', 'test', 'iv', 'or', 'co', '2']
    """
    spots = [index for index, word in enumerate(tokens) if len(word) == 1 and word.isalpha()]
    if not spots:
        return list(tokens)
    out: list[str] = []
    at = 0
    for spot in spots:
        if spot < at:
            continue
        end = spot + 1
        while end < len(tokens) and len(tokens[end]) == 1 and tokens[end].isalpha():
            end += 1
        start = spot
        while start < end and tokens[start] == "a":
            start += 1
        if _is_spelled(tokens[start:end], tokens[end] if end < len(tokens) else ""):
            out += [*tokens[at:start], "".join(tokens[start:end])]
        else:
            out += tokens[at:end]
        at = end
    return [*out, *tokens[at:]]


def _is_spelled(letters: Sequence[str], after: str) -> bool:
    if len(letters) == 2:
        return "".join(letters) in _TWO_LETTERS or (
            after[:1].isdigit() and letters[0] != letters[1]
        )
    return 3 <= len(letters) <= 6 and len(set(letters)) > 1 and not set(letters) <= set("aio")
