"""Options that are given as NAME=VALUE, several times."""

from __future__ import annotations

from collections.abc import Iterable

from speechkit.core.errors import UsageError


def parse_pairs(
    given: Iterable[str], option: str = "--set", form: str = "OPTION=VALUE"
) -> dict[str, str]:
    """Return names and values; of a name given twice, the last value.

    Args:
        given: what stood after the option, each time.
        option: its name, for the message.
        form: how it is to be written, for the message; an example may follow.

    Raises:
        UsageError: if one has no name or no equals sign.

    >>> parse_pairs(["beam_size=1", "vad = false"])
    {'beam_size': '1', 'vad': 'false'}
    """
    pairs = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not (equals and name.strip()):
            raise UsageError(f"{option} {pair}: write it as {form}")
        pairs[name.strip()] = value.strip()
    return pairs
