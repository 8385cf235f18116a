"""Numbers beside each other that are one: "nine one nine" and "one twenty" are, "two three" is not."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

_LONG = 9  # digits of groups beside each other that make one long number: a telephone's


class Part(msgspec.Struct, frozen=True, gc=False):
    """One number as said or written, at tokens [start, end)."""

    text: str
    start: int
    end: int
    ordinal: bool = False


def clock(hour: str, minutes: int) -> str:
    """Return an hour and minutes as four digits; minutes below 0 are before the hour.

    >>> clock("10", 30), clock("1", -15)
    ('1030', '1245')
    """
    if minutes >= 0:
        return f"{hour}{minutes:02}"
    return f"{(int(hour) - 2) % 12 + 1}{60 + minutes}"


def read_out_groups(parts: Sequence[Part], read_out: int) -> list[list[Part]]:
    """Group what is read out as one number."""
    groups: list[list[Part]] = []
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


def _joins(group: Sequence[Part], part: Part) -> bool:
    """Say whether a number of two digits follows one that it is read out with."""
    last = group[-1]
    if not (last.text.isdigit() and part.text.isdigit()) or last.ordinal or part.ordinal:
        return False
    if len(part.text) == 2 and (last.text != "0" or len(group) > 1):
        return True
    # "twelve oh five": a zero behind a number, and what follows that zero.
    zero = part.text == "0" and len(last.text) == 2 and last.text[0] != "0"
    return zero or (len(part.text) == 1 and not last.text.strip("0"))


def _long_numbers(groups: Sequence[list[Part]]) -> list[list[Part]]:
    """Join groups of digits beside each other that make one long number."""
    joined: list[list[Part]] = []
    at = 0
    while at < len(groups):
        end = at
        while end < len(groups) and _is_digits(groups[end]):
            end += 1
        whole = [part for group in groups[at:end] for part in group]
        longest = max((len(text_of(group)) for group in groups[at:end]), default=0)
        if end - at > 1 and longest > 2 and len(text_of(whole)) >= _LONG:
            joined.append(whole)
        else:
            joined += groups[at : max(end, at + 1)]
        at = max(end, at + 1)
    return joined


def plain(text: str) -> str:
    """Leave out zeros at the end of decimals."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def _is_digits(group: Sequence[Part]) -> bool:
    return all(part.text.isdigit() and not part.ordinal for part in group)


def text_of(group: Sequence[Part]) -> str:
    return "".join(part.text for part in group)


def ordinal_text(text: str) -> str:
    """Write an ordinal as English does.

    >>> [ordinal_text(text) for text in ("1", "12", "22", "113")]
    ['1st', '12th', '22nd', '113th']
    """
    teens = len(text) > 1 and text[-2] == "1"
    return text + ("th" if teens else {"1": "st", "2": "nd", "3": "rd"}.get(text[-1], "th"))
