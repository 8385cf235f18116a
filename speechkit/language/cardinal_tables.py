"""Words for whole numbers and months, a table a language (`tables/<language>/cardinals.toml`).

Forms of one word stand beside each other with a bar, the one to pronounce first: "uno|un|una".
Everybody who reads or says numbers takes them from here. One table stands elsewhere on purpose:
`benchmark/normalize/numbers.py` follows Whisper's normalizer token for token, quirks included.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec

from speechkit.language.folding import fold


class Cardinals(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A language's words for numbers.

    `ones` count from 0, `tens` from 20 in steps of ten, `hundreds` from 100 where they are words
    of their own; `scales` maps further values to words. `articles` are forms of one that mostly
    mean "a". `joint` joins tens and ones, `points` stand for the decimal sign. `one_word`: compounds
    are written in one word; `scale_first`: "mia mbili", hundred two. `spoken_thousand` and
    `spoken_million` are what is said for one and for several. `respelled` are spellings that
    transcripts have and dictionaries do not. `months` are written as in running text.
    """

    ones: str
    tens: str
    scales: dict[int, str]
    hundreds: str = ""
    joint: str = ""
    points: tuple[str, ...] = ()
    articles: frozenset[str] = frozenset()
    one_word: bool = False
    scale_first: bool = False
    spoken_thousand: tuple[str, str] = ("", "")
    spoken_million: tuple[str, str] = ("", "")
    respelled: dict[str, int] = {}
    months: str = ""

    def forms(self) -> dict[str, int]:
        """Return every form of `ones`, `tens`, `hundreds` and `scales` with its value."""
        values: dict[str, int] = {}
        for words, first, step in (
            (self.ones, 0, 1),
            (self.tens, 20, 10),
            (self.hundreds, 100, 100),
        ):
            for index, alternatives in enumerate(words.split()):
                for form in alternatives.split("|"):
                    values[form] = first + step * index
        for value, alternatives in self.scales.items():
            for form in alternatives.split("|"):
                values[form] = value
        return values


def pronounced(words: str) -> list[str]:
    """Return the first form of each word of a table's field.

    >>> pronounced("cero uno|un|una dos")
    ['cero', 'uno', 'dos']
    """
    return [alternatives.partition("|")[0] for alternatives in words.split()]


@cache
def cardinals(language: str) -> Cardinals:
    """Return the table of a language (its primary subtag).

    Raises:
        KeyError: if there is none.
    """
    path = files("speechkit.language") / "tables" / language / "cardinals.toml"
    if not path.is_file():
        raise KeyError(language)
    return msgspec.toml.decode(path.read_bytes(), type=Cardinals, strict=False)


@cache
def digits_of_words(language: str) -> dict[str, str]:
    """Return folded words for numbers below a hundred with their digits; no articles.

    >>> digits_of_words("de")["zwo"], digits_of_words("de").get("eine")
    ('2', None)
    """
    table = cardinals(language)
    small = {form: value for form, value in table.forms().items() if value < 100} | table.respelled
    return {fold(word): str(value) for word, value in small.items() if word not in table.articles}
