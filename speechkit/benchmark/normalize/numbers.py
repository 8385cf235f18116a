"""English numbers in words → digits, as Whisper's EnglishNumberNormalizer writes them.

Source of the behavior: openai-whisper, `whisper/normalizers/english.py`; equality is tested on
real transcripts and on random number words. Its quirks are kept on purpose ("oh" is a zero, "nine
hundred one" is 901, "one oh one" is 101, "nineteen sixty two" is 1962): figures must compare.
"""

from __future__ import annotations

import re
from fractions import Fraction

_UNITS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_POWERS = (
    "thousand million billion trillion quadrillion quintillion sextillion septillion octillion "
    "nonillion decillion"
).split()

UNITS = {word: number for number, word in enumerate(_UNITS, 1)}
TENS = {word: 10 * number for number, word in enumerate(_TENS, 2)}
POWERS = {"hundred": 100} | {word: 1000**index for index, word in enumerate(_POWERS, 1)}

_IRREGULAR = {"zeroth": (0, "th"), "first": (1, "st"), "second": (2, "nd"), "third": (3, "rd")}
_IRREGULAR |= {"fifth": (5, "th"), "twelfth": (12, "th")}
UNIT_FORMS = (
    {("sixes" if w == "six" else w + "s"): (n, "s") for w, n in UNITS.items()}
    | _IRREGULAR
    | {
        w + ("h" if w.endswith("t") else "th"): (n, "th")
        for w, n in UNITS.items()
        if n > 3 and n not in (5, 12)
    }
)
TEN_FORMS = {w[:-1] + "ies": (n, "s") for w, n in TENS.items()} | {
    w[:-1] + "ieth": (n, "th") for w, n in TENS.items()
}
POWER_FORMS = {w + "s": (n, "s") for w, n in POWERS.items()} | {
    w + "th": (n, "th") for w, n in POWERS.items()
}
SIGNS = {"minus": "-", "negative": "-", "plus": "+", "positive": "+"}
CURRENCIES = {"pound": "£", "euro": "€", "dollar": "$", "cent": "¢"}
CURRENCIES |= {word + "s": sign for word, sign in CURRENCIES.items()}
PREFIXES = frozenset("-+£€$¢")
_CONNECTORS = ("and", "double", "triple", "point")
_NUMERIC = re.compile(r"\d+(\.\d+)?\n?\Z")

Value = int | str | None
_REMEMBERED = 1 << 16  # words


class NumberWriter:
    """Rewrites tokens; `zeros` are the words read as the digit 0."""

    def __init__(self, zeros: frozenset[str]) -> None:
        self.zeros = zeros
        self.decimals = zeros | UNITS.keys() | TENS.keys()
        self.words = self.decimals.union(
            UNIT_FORMS,
            TEN_FORMS,
            POWERS,
            POWER_FORMS,
            SIGNS,
            CURRENCIES,
            ("per", "percent"),
            _CONNECTORS,
        )
        self.may_count = _MayCount(self.words)

    def rewrite(self, tokens: list[str]) -> list[str]:
        """Return the tokens with number words written in digits."""
        return _Scan(self, tokens).run()


class _MayCount(dict[str, bool]):
    """Whether a word can have to do with a number; remembered, as words come again."""

    def __init__(self, words: frozenset[str]) -> None:
        super().__init__()
        self.words = words

    def __missing__(self, word: str) -> bool:
        known = word in self.words or word[0].isdigit() or word[0] in PREFIXES
        if len(self) < _REMEMBERED:
            self[word] = known
        return known


class _Scan:
    """One pass over the tokens. `value` is the number so far: an int while it can be added to, a
    string once digits are strung together or a decimal point was read."""

    def __init__(self, writer: NumberWriter, tokens: list[str]) -> None:
        self.writer = writer
        self.tokens = tokens
        self.out: list[str] = []
        self.value: Value = None
        self.sign: str | None = None

    def run(self) -> list[str]:
        tokens, may_count = self.tokens, self.writer.may_count
        at = 0
        for index in [i for i, word in enumerate(tokens) if may_count[word]]:
            if index < at:
                continue
            self.pass_over(tokens[at:index])
            before = tokens[index - 1] if index else None
            after = tokens[index + 1] if index + 1 < len(tokens) else None
            at = index + (2 if self.step(before, tokens[index], after) else 1)
        self.pass_over(tokens[at:])
        self.flush()
        return self.out

    def pass_over(self, words: list[str]) -> None:
        """Write words that are not numbers."""
        if words:
            self.flush()
            self.emit(words[0])
            self.out += words[1:]

    def emit(self, text: Value) -> None:
        """Write a word; a sign that was waiting goes before it, and the number so far ends."""
        self.out.append(f"{self.sign or ''}{text}")
        self.value = self.sign = None

    def flush(self) -> None:
        if self.value is not None:
            self.emit(self.value)

    def step(self, before: str | None, word: str, after: str | None) -> bool:
        """Take one word; return whether the next one was taken with it."""
        bare = word[1:] if word[0] in PREFIXES else word
        if _NUMERIC.match(bare):
            self.take_digits(word, bare)
        elif word not in self.writer.words:
            self.flush()
            self.emit(word)
        elif word in self.writer.zeros:
            self.value = f"{self.value or ''}0"
        elif word in UNITS:
            self.value = self.with_unit(UNITS[word], before)
        elif word in UNIT_FORMS:
            number, ending = UNIT_FORMS[word]
            self.emit(f"{self.with_unit(number, before)}{ending}")
        elif word in TENS:
            self.value = self.with_ten(TENS[word])
        elif word in TEN_FORMS:
            number, ending = TEN_FORMS[word]
            self.emit(f"{self.with_ten(number)}{ending}")
        elif word in POWERS:
            self.take_power(POWERS[word], "")
        elif word in POWER_FORMS:
            self.take_power(*POWER_FORMS[word])
        else:
            return self.take_symbol(before, word, after)
        return False

    def take_digits(self, word: str, bare: str) -> None:
        if isinstance(self.value, str) and self.value.endswith("."):
            self.value += word
            return
        self.flush()
        if bare is not word:
            self.sign = word[0]
        number = Fraction(bare)
        self.value = number.numerator if number.denominator == 1 else bare

    def with_unit(self, number: int, before: str | None) -> int | str:
        value = self.value
        if value is None:
            return number
        if isinstance(value, str) or before in UNITS:
            if before in TENS and number < 10:
                return f"{str(value)[:-1]}{number}"
            return f"{value}{number}"
        room = 10 if number < 10 else 100
        return value + number if value % room == 0 else f"{value}{number}"

    def with_ten(self, number: int) -> int | str:
        value = self.value
        if value is None:
            return number
        if isinstance(value, int) and value % 100 == 0:
            return value + number
        return f"{value}{number}"

    def take_power(self, power: int, ending: str) -> None:
        value = self.value
        product: Value
        if value is None:
            product = power
        # A written 0 is multiplied as a string is, but only by the bare word: so does Whisper.
        elif isinstance(value, str) or (value == 0 and not ending):
            scaled = _fraction(value)
            if scaled is None or (scaled * power).denominator != 1:
                self.emit(value)
                product = power
            else:
                product = (scaled * power).numerator
        else:
            product = value // 1000 * 1000 + value % 1000 * power
        if ending:
            self.emit(f"{product}{ending}")
        else:
            self.value = product

    def take_symbol(self, before: str | None, word: str, after: str | None) -> bool:
        numeric_next = after is not None and bool(_NUMERIC.match(after))
        if word in SIGNS:
            self.flush()
            if after in self.writer.words or numeric_next:
                self.sign = SIGNS[word]
            else:
                self.emit(word)
        elif word in CURRENCIES:
            if self.value is None:
                self.emit(word)
            else:
                self.sign = CURRENCIES[word]
                self.flush()
        elif word in ("per", "percent"):
            if self.value is None:
                self.emit(word)
            elif word == "percent" or after == "cent":
                self.emit(f"{self.value}%")
                return word == "per"
            else:
                self.flush()
                self.emit(word)
        else:
            return self.take_connector(before, word, after, numeric_next)
        return False

    def take_connector(
        self, before: str | None, word: str, after: str | None, numeric_next: bool
    ) -> bool:
        if after not in self.writer.words and not numeric_next:
            self.flush()
            self.emit(word)
        elif word == "and":
            if before not in POWERS:  # "two hundred and five": the "and" goes
                self.flush()
                self.emit(word)
        elif word == "point":
            if after in self.writer.decimals or numeric_next:
                self.value = f"{self.value or ''}."
        elif after in UNITS or after in self.writer.zeros:
            assert after is not None
            self.value = (
                f"{self.value or ''}{str(UNITS.get(after, 0)) * (2 if word == 'double' else 3)}"
            )
            return True
        else:
            self.flush()
            self.emit(word)
        return False


def _fraction(value: int | str) -> Fraction | None:
    try:
        return Fraction(value)
    except ValueError:
        return None
