"""Languages written without spaces: a character is a token, a number is one."""

from __future__ import annotations

import re

from speechkit.benchmark.normalize.basic import character_tokens
from speechkit.benchmark.normalize.numbers_world import cjk_numbers
from speechkit.benchmark.normalize.written import fold_apostrophes, plain_signs, take_apart

# "20 percent" as it is said: before the number in Chinese, behind it in Japanese.
_PERCENT = re.compile(r"百分之\s*(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?)\s*(?:パーセント|プロ|%|เปอร์เซ็นต์)")
_DIGITS = dict(zip("〇一二三四五六七八九十两", "0 1 2 3 4 5 6 7 8 9 10 2".split(), strict=True))
# One numeral alone is mostly no number; before an hour's sign or around a decimal point it is.
_SINGLE = re.compile(
    r"(?<![〇一二三四五六七八九十百千])[一二三四五六七八九十两](?=[点點時时])|(?<=[点點])[〇一二三四五六七八九]+(?![十百])"
)
_SPACE = re.compile(r"(?<=[\u3040-\u9fff])\s+|\s+(?=[\u3040-\u9fff])")
_POINT = re.compile(r"(?<=\d)[点點](?=\d)")
_HALF = re.compile(r"(\d{1,2})[点點時时]半")
_CLOCK = re.compile(r"(\d{1,2})[点點時时](\d{2})分?")
_PERCENT_SIGN = "百分号"  # a token of letters: signs go


def unspaced_tokens(text: str) -> list[str]:
    """Return characters as tokens; numbers, clock times and percent in one form.

    >>> unspaced_tokens("血压一百二十，百分之二十") == unspaced_tokens("血压120，20%")
    True
    >>> unspaced_tokens("三十八度") == unspaced_tokens("38度")
    True
    """
    text = cjk_numbers(_SINGLE.sub(_digit, plain_signs(fold_apostrophes(text))))
    text = _PERCENT.sub(lambda m: f"{m[1] or m[2]}{_PERCENT_SIGN}", take_apart(text))
    text = _SPACE.sub("", text)
    text = _HALF.sub(r"\g<1>30", text)
    text = _CLOCK.sub(lambda m: f"{m[1]}{int(m[2]):02}", text)
    return character_tokens(_POINT.sub(".", text))


def _digit(match: re.Match[str]) -> str:
    return "".join(_DIGITS[char] for char in match[0])
