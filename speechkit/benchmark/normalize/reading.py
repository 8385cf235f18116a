"""Numbers and units in one form, however they are said or written, in any language.

    ten thirty · 10:30 · 10 30                      1030
    nine one nine, six nine six · 919-696           919696
    vingt pour cent · 20 %                          20 %
    five milligrams · 5 mg                          5 mg
    one twenty over eighty · 120/80                 120 / 80
    two three days · 2-3 days · two to three days   2 3 days

Numbers are read by what CLDR says of the language (`cldr`). Neighbors are joined only as people
read out one number: three or more single digits, or a number before one of two digits ("one
twenty"). Two single digits stay two: "two three days" is not 23 days.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from speechkit.benchmark.normalize.cardinals import REMEMBERED, Cardinals
from speechkit.benchmark.normalize.cldr import (
    Tokenize,
    cardinal_words,
    first_words,
    forms,
    sign_words,
    unit_phrases,
)
from speechkit.benchmark.normalize.groups import (
    Part,
    clock,
    ordinal_text,
    plain,
    read_out_groups,
    text_of,
)
from speechkit.benchmark.normalize.phrases import Phrases

_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
SIGNS = frozenset("/°−$€£¢₹")  # carry nothing by themselves


class _MayBegin(dict[str, bool]):
    """Whether a number may begin with a token; remembered, as words come again."""

    def __init__(self, reader: NumberReader) -> None:
        super().__init__()
        self.reader = reader

    def __missing__(self, token: str) -> bool:
        reader = self.reader
        known = (
            token in reader.begins
            or token[0].isdigit()
            or reader.cardinals.compound(token) is not None
        )
        if len(self) < REMEMBERED:
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
        self.cardinals = Cardinals(language, tokens, self.ordinals)
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
        self.times = dict.fromkeys(own.twice, 2) | dict.fromkeys(own.thrice, 3)
        self.units = unit_phrases(language, tokens)
        self.unit_words = Phrases(self.units)
        self.percent_first = Phrases(p for p, unit in self.units.items() if unit == "%")
        self.begins = frozenset(self.cardinals.words.by_first).union(
            self.cardinals.scales,
            self.ordinals,
            self.cardinals.zero,
            self.times,
            self.clock_before.by_first,
            self.point.by_first,
            self.percent_first.by_first,
        )
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
            if out and out[-1] in self.article and keys[spot] in self.cardinals.scales:
                out.pop()
            out += self._written(tokens, keys, parts, out, at)
            at = self._unit(keys, end, out)
        return [*out, *(token for token in tokens[at:] if token not in SIGNS)]

    # ---- one run of numbers

    def _run(self, tokens: Sequence[str], start: int) -> tuple[list[Part], int]:
        """Read numbers that stand beside each other, and "over" or "to" between two of them."""
        parts: list[Part] = []
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
                    parts.append(Part("/", at, at + len(phrase)))
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
            text = clock(last.text, minutes) if minutes else f"{last.text}.5"
            parts.append(Part(text, last.start, at))
        return parts, at

    def _part(self, tokens: Sequence[str], at: int, before: Sequence[Part]) -> Part | None:
        """Read one number from `at` on."""
        if at >= len(tokens):
            return None
        word = tokens[at]
        if word in self.cardinals.zero:
            return self._zero(tokens, at, before)
        if word in self.times and at + 1 < len(tokens):
            if tokens[at + 1] in self.cardinals.zero:
                return Part("0" * self.times[word], at, at + 2)
            digit = self._part(tokens, at + 1, [])
            if digit is not None and len(digit.text) == 1 and digit.text.isdigit():
                return Part(digit.text * self.times[word], at, digit.end)
            return None
        if phrase := self.point.at(tokens, at):
            decimals, end = self.cardinals.digits(tokens, at + len(phrase))
            return Part(f"0.{decimals}", at, end) if decimals else None
        if phrase := self.clock_before.at(tokens, at):
            value, end = self.cardinals.whole(tokens, at + len(phrase))
            if value is not None and value.isdigit() and 1 <= int(value) <= 12:
                return Part(clock(value, self.minutes[phrase]), at, end)
            return None
        if written := _ORDINAL.fullmatch(word):
            return Part(written[1], at, at + 1, ordinal=True)
        value, end = self.cardinals.whole(tokens, at)
        if value is None:
            if word in self.ordinals:
                return Part(str(self.ordinals[word]), at, at + 1, ordinal=True)
            return None
        text = value
        if end < len(tokens) and tokens[end] in self.ordinals and value.isdigit():
            number, last = int(value), self.ordinals[tokens[end]]
            if last >= 100 or (last < number and number % (10 if last < 10 else 100) == 0):
                joined = number * last if last >= 100 else number + last
                return Part(str(joined), at, end + 1, ordinal=True)
        point = self.point.at(tokens, end)
        if point and "." not in text:
            decimals, after = self.cardinals.digits(tokens, end + len(point))
            if decimals:
                return Part(f"{text}.{decimals}", at, after)
        return Part(text, at, end)

    def _zero(self, tokens: Sequence[str], at: int, before: Sequence[Part]) -> Part | None:
        """Read "oh" as 0 between digits: behind a number, or before two single digits."""
        ahead, _ = self.cardinals.digits(tokens, at + 1)
        point = self.point.at(tokens, at + 1)
        if point and self.cardinals.digits(tokens, at + 1 + len(point))[0]:
            decimals, end = self.cardinals.digits(tokens, at + 1 + len(point))
            return Part(f"0.{decimals}", at, end)
        behind = bool(before) and before[-1].text.isdigit()
        if (behind and ahead) or len(ahead) > 1 or (behind and len(before) > 1):
            return Part("0", at, at + 1)
        return None

    # ---- how a run is written

    def _written(
        self,
        tokens: Sequence[str],
        keys: Sequence[str],
        parts: Sequence[Part],
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
            groups = read_out_groups(parts, self.read_out)
            texts = [ordinal_text(g[0].text) if g[0].ordinal else plain(text_of(g)) for g in groups]
        for phrases, sign in ((self.minus, "-"), (self.percent_first, "%")):
            if phrase := phrases.ending(keys[since : first.start]):
                del out[len(out) - len(phrase) :]
                texts = [f"-{texts[0]}", *texts[1:]] if sign == "-" else [*texts, "%"]
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
