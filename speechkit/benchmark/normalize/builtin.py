"""The normalizers that come with speechkit: name → what makes it.

Names say `<rules>@<version>`. A version keeps its tokens for ever: figures must compare.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from speechkit.benchmark.normalize.any_language import AnyLanguage
from speechkit.benchmark.normalize.basic import basic_tokens, character_tokens
from speechkit.benchmark.normalize.english import HESITATIONS, SAME_WORD, English
from speechkit.benchmark.normalize.english_forms import EnglishForms
from speechkit.benchmark.normalize.unspaced import unspaced_tokens
from speechkit.benchmark.normalize.world import WORLD, World, cjk_tokens

Tokenize = Callable[[str], list[str]]

# Languages whose fillers, numbers and units have been looked at; others get what CLDR knows.
LANGUAGES = (
    "es", "fr", "it", "pt", "de", "ru", "hi", "sw", "tr", "nl", "pl", "vi", "ar", "bn", "ta", "ko",
)  # fmt: skip


def whisper_english() -> Tokenize:
    """en@1: what Whisper's EnglishTextNormalizer does, exactly."""
    return English()


def english_2() -> Tokenize:
    """en@2: en@1, but "oh" is not a zero, okay = ok, yeah = yes, mum = mom; "erm" goes.

    What the published PriMock57 leaderboard counts with, within 0.02 points on the same transcripts
    (`make bench-wer`). Stock Whisper rules read each "oh" as a zero and tell "okay" from "ok": on
    conversations that adds two to three points to most systems.
    """
    return English(oh_is_zero=False, same=SAME_WORD, dropped=frozenset({"erm"}))


def english_3() -> Tokenize:
    """en@3: en@2, and one form for what is said one way and written two."""
    return EnglishForms()


def spoken_english_1() -> Tokenize:
    """en-spoken@1: en@2, and more hesitations go ("er", "uhm", "hm"), and what is in {braces}."""
    return English(oh_is_zero=False, same=SAME_WORD, dropped=HESITATIONS, braces=True)


def spoken_english_2() -> Tokenize:
    """en-spoken@2: en@3, and more hesitations go, and what is in {braces}."""
    return EnglishForms(dropped=HESITATIONS, braces=True)


def any_language(language: str = "und") -> Tokenize:
    """world@2: rules for any language, with what CLDR knows of it."""
    return AnyLanguage(language)


BUILT_IN: dict[str, Callable[[], Tokenize]] = {
    "en@1": whisper_english,
    "en@2": english_2,
    "en@3": english_3,
    "en-spoken@1": spoken_english_1,
    "en-spoken@2": spoken_english_2,
    "basic@1": lambda: basic_tokens,
    "world@2": any_language,
    "chars@1": lambda: character_tokens,
    "chars@2": lambda: unspaced_tokens,
    "zh@1": lambda: cjk_tokens,
    "ja@1": lambda: cjk_tokens,
    "zh@2": lambda: unspaced_tokens,
    "ja@2": lambda: unspaced_tokens,
    **{f"{language}@1": partial(World, language) for language in WORLD},
    **{f"{language}@2": partial(AnyLanguage, language) for language in LANGUAGES},
}
IN_CHARACTERS = frozenset(name for name in BUILT_IN if name.split("@")[0] in ("chars", "zh", "ja"))
