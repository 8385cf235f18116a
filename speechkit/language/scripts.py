"""Scripts: which one a text is in, and which a language is written in.

Told by the letters' names in Unicode, and by CLDR's likely subtags.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import islice

from babel.core import get_global

from speechkit.core.types import Segment

# ISO 15924 → how Unicode's character names begin.
_SCRIPTS = {
    "Latn": "LATIN", "Cyrl": "CYRILLIC", "Grek": "GREEK", "Arab": "ARABIC", "Hebr": "HEBREW",
    "Deva": "DEVANAGARI", "Beng": "BENGALI", "Taml": "TAMIL", "Telu": "TELUGU", "Gujr": "GUJARATI",
    "Guru": "GURMUKHI", "Knda": "KANNADA", "Mlym": "MALAYALAM", "Orya": "ORIYA", "Sinh": "SINHALA",
    "Thai": "THAI", "Laoo": "LAO", "Khmr": "KHMER", "Mymr": "MYANMAR", "Geor": "GEORGIAN",
    "Armn": "ARMENIAN", "Ethi": "ETHIOPIC", "Hang": "HANGUL", "Kore": "HANGUL", "Hans": "CJK",
    "Hant": "CJK", "Jpan": "CJK",
}  # fmt: skip
_JAPANESE = frozenset(("HIRAGANA", "KATAKANA"))
_FEWEST = 10  # letters below which nothing is said of a script
_MAIN = 0.6  # share of the letters that makes a script the main one


def main_script(segments: Sequence[Segment]) -> str:
    """Return the script most letters are in ("LATIN"), empty where there are few or none leads."""
    if all(segment.text.isascii() for segment in segments):
        letters_seen = (char for segment in segments for char in segment.text if char.isalpha())
        return "LATIN" if len(list(islice(letters_seen, _FEWEST))) == _FEWEST else ""
    chars: Counter[str] = Counter()
    for segment in segments:
        chars.update(segment.text)
    letters: Counter[str] = Counter()
    for char, count in chars.items():
        if script := _script(char):
            letters[script] += count
    total = sum(letters.values())
    if total < _FEWEST:
        return ""
    script, number = letters.most_common(1)[0]
    return script if number >= _MAIN * total else ""


@lru_cache(maxsize=1 << 13)
def _script(char: str) -> str:
    if not char.isalpha():
        return ""
    name = unicodedata.name(char, "").partition(" ")[0]
    return "CJK" if name in _JAPANESE else name


@cache
def script_of_language(language: str) -> str:
    """Return the script a language is mostly written in, empty where that is not known.

    >>> script_of_language("hi"), script_of_language("sw")
    ('DEVANAGARI', 'LATIN')
    """
    likely = get_global("likely_subtags").get(language, "")
    parts = likely.split("_")
    return _SCRIPTS.get(parts[1], "") if len(parts) > 1 else ""


@cache
def scripts_of_language(language: str) -> frozenset[str]:
    """Return the scripts a language is written in anywhere; none where that is not known.

    >>> sorted(scripts_of_language("sr")), sorted(scripts_of_language("ja"))
    (['CYRILLIC', 'LATIN'], ['CJK'])
    """
    pairs = get_global("likely_subtags").items()
    subtags = {
        part
        for tag, likely in pairs
        if tag.split("_")[0] == language
        for part in (*tag.split("_"), *likely.split("_"))
    }
    return frozenset(_SCRIPTS[each] for each in subtags if each in _SCRIPTS)
