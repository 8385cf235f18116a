# ruff: noqa: E501 - tables
"""Spoken words → phonemes of the aligner's model.

English words go through the model's own G2P, a word at a time: it was trained on that G2P's
spelling of sounds ("two" is t w oʊ to it), and longer input makes it invent endings. The model
hears English only. For other languages its phonemes are summed into 14 broad classes (a Spanish
"a" is heard as æ, ɑ or ə, but nearly always as an open vowel), and letters map to classes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable

# What the model really emits for English; the rest of its 191 symbols are other languages' and tones.
ENGLISH = (
    "a aɪ aʊ b d d͡ʒ e eɪ f g h i j k l m n o oʊ p s t t͡ʃ u v w z æ ð ŋ ɑ ɔ ɔɪ ə ɚ ɛ ɝ ɪ ɫ ɹ ʃ ʊ ʌ ʒ θ"
).split()

_LETTERS = {
    "a": "eɪ", "b": "b i", "c": "s i", "d": "d i", "e": "i", "f": "ɛ f", "g": "d͡ʒ i", "h": "eɪ t͡ʃ",
    "i": "aɪ", "j": "d͡ʒ eɪ", "k": "k eɪ", "l": "ɛ l", "m": "ɛ m", "n": "ɛ n", "o": "oʊ", "p": "p i",
    "q": "k j u", "r": "ɑ ɹ", "s": "ɛ s", "t": "t i", "u": "j u", "v": "v i", "w": "d ʌ b ə l j u",
    "x": "ɛ k s", "y": "w aɪ", "z": "z i",
}  # fmt: skip
# Where the G2P is wrong or there are two ways; the first is tried first.
_SPECIAL = {
    "i": ("aɪ",), "a": ("ə", "eɪ"), "one": ("w ʌ n", "o n e"), "two": ("t u", "t w oʊ"),
    "three": ("θ ɹ i",), "i'm": ("aɪ m",), "i'll": ("aɪ l",), "i've": ("aɪ v",), "i'd": ("aɪ d",),
    "it's": ("ɪ t s",), "you're": ("j ʊ ɹ",), "we're": ("w ɪ ɹ",), "they're": ("ð ɛ ɹ",),
    "that's": ("ð æ t s",), "what's": ("w ʌ t s",), "let's": ("l ɛ t s",), "don't": ("d oʊ n t",),
    "can't": ("k æ n t",), "won't": ("w oʊ n t",), "isn't": ("ɪ z ə n t",),
    "didn't": ("d ɪ d ə n t",), "doesn't": ("d ʌ z ə n t",), "there's": ("ð ɛ ɹ z",),
    "uh": ("ʌ",), "um": ("ʌ m",), "mm": ("m",), "hmm": ("h m", "m"), "mhm": ("m h m",),
    "uh-huh": ("ʌ h ʌ",), "ibuprofen": ("aɪ b j u p ɹ oʊ f ə n",),
}  # fmt: skip
_LETTER_NAMES = {
    "es": dict(zip(
        "abcdefghijklmnñopqrstuvwxyz",
        "a be ce de e efe ge ache i jota ka ele eme ene eñe o pe cu erre ese te u uve dobleuve equis "
        "ye ceta".split(), strict=True)),
    "fr": dict(zip(
        "abcdefghijklmnopqrstuvwxyz",
        "a bé cé dé e effe gé ache i ji ka elle emme enne o pé cu erre esse té u vé doublevé ixe "
        "igrec zède".split(), strict=True)),
    "de": dict(zip(
        "abcdefghijklmnopqrstuvwxyz",
        "a be ze de e eff ge ha i jott ka ell emm enn o pe ku err ess te u fau we ix üpsilon "
        "zett".split(), strict=True)),
    "it": dict(zip(
        "abcdefghijklmnopqrstuvwxyz",
        "a bi ci di e effe gi acca i ilunga cappa elle emme enne o pi cu erre esse ti u vu doppiavu "
        "ics ipsilon zeta".split(), strict=True)),
}  # fmt: skip

# Broad classes; ə and the r-colored vowels stand for any vowel.
BROAD: dict[str, tuple[str, ...]] = {
    "A": tuple("a æ ɑ ʌ ɐ aɪ aʊ ə ɚ ɝ".split()),
    "E": tuple("e eɪ ɛ i ɪ j ə y ø œ ɝ".split()),
    "O": tuple("o oʊ ɔ ɔɪ u ʊ w ə ʌ".split()),
    "P": tuple("p b".split()),
    "T": tuple("t d ð θ ɾ".split()),
    "K": tuple("k g ɡ".split()),
    "S": tuple("s z ʃ ʒ t͡ʃ d͡ʒ θ".split()),
    "F": tuple("f v b w".split()),
    "M": ("m",),
    "N": tuple("n ŋ ɲ".split()),
    "L": tuple("l ɫ".split()),
    "R": tuple("ɹ ɾ r ɝ ɚ ʁ l d".split()),
    "H": tuple("h x ɹ k g".split()),
    "W": tuple("w u v".split()),
}
_BASE = {
    "a": "A", "b": "P", "c": "K", "d": "T", "e": "E", "f": "F", "g": "K", "h": "", "i": "E", "j": "S",
    "k": "K", "l": "L", "m": "M", "n": "N", "o": "O", "p": "P", "q": "K", "r": "R", "s": "S", "t": "T",
    "u": "O", "v": "F", "w": "W", "x": "KS", "y": "E", "z": "S",
}  # fmt: skip
# Longest first; "$" is the end of the word.
_RULES: dict[str, dict[str, str]] = {
    "es": {"ch": "S", "ll": "E", "rr": "R", "qu": "K", "gue": "KE", "gui": "KE", "ge": "HE",
           "gi": "HE", "ce": "SE", "ci": "SE", "j": "H", "ñ": "NE", "v": "P", "hue": "WE"},
    "fr": {"eaux$": "O", "eau": "O", "aux$": "O", "au": "O", "ou": "O", "oi": "WA", "ai": "E",
           "ei": "E", "ch": "S", "gn": "NE", "qu": "K", "ph": "F", "ce": "SE", "ci": "SE", "cé": "SE",
           "ç": "S", "ge": "SE", "gi": "SE", "gé": "SE", "an": "AN", "en": "AN", "ent$": "AN",
           "ez$": "E", "er$": "E", "es$": "", "e$": "", "s$": "", "t$": "", "x$": "", "d$": "",
           "p$": "", "ll": "L", "th": "T", "eu": "O", "œu": "O", "ill": "EE", "u": "E"},
    "de": {"sch": "S", "ch": "H", "ei": "AE", "eu": "OE", "äu": "OE", "ie": "E", "ck": "K", "z": "TS",
           "tz": "TS", "w": "F", "v": "F", "ph": "F", "pf": "PF", "st": "ST", "sp": "SP", "ß": "S",
           "qu": "KF", "h": "H", "ah": "A", "eh": "E", "oh": "O", "ih": "E", "uh": "O", "j": "E",
           "ng": "N", "ä": "E", "ö": "E", "ü": "E", "er$": "A"},
    "it": {"ch": "K", "gh": "K", "ci": "SE", "ce": "SE", "gi": "SE", "ge": "SE", "gli": "LE",
           "gn": "NE", "sci": "SE", "sce": "SE", "qu": "KW", "zz": "TS", "z": "TS"},
}  # fmt: skip
SUPPORTED = ("en", *_RULES)


def letters_en(letter: str) -> tuple[tuple[str, ...], ...]:
    """Return the phonemes of an English letter's name, with the British z; () for other letters."""
    plain = unicodedata.normalize("NFD", letter)[0]
    if plain not in _LETTERS:
        return ()
    forms = [tuple(_LETTERS[plain].split())]
    return (*forms, ("z", "ɛ", "d")) if plain == "z" else tuple(forms)


def english(token: str, g2p: Callable[[str], Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    """Return the ways to pronounce a spoken token (see `spoken.py`) in the model's phonemes.

    >>> english("b.", lambda word: ())
    (('b', 'i'),)
    >>> english("cat", lambda word: ["k", "æ", "t", " ", "⁵"])
    (('k', 'æ', 't'),)
    """
    if token.endswith("."):
        return letters_en(token[0])
    if token in _SPECIAL:
        return tuple(tuple(form.split()) for form in _SPECIAL[token])
    plain = "".join(
        char
        for char in unicodedata.normalize("NFD", token)
        if char.isascii() and char.isprintable()
    )
    if not any(char.isalpha() for char in plain):
        return ()
    sounds = tuple(sound for sound in g2p(plain) if sound in ENGLISH)
    return (sounds,) if sounds else ()


def broad(token: str, language: str) -> tuple[str, ...]:
    """Return the broad sound classes of a spoken token; () for letters of another script.

    >>> broad("queso", "es"), broad("chiesa", "it"), broad("beaux", "fr"), broad("conferencia", "es")
    (('K', 'E', 'S', 'O'), ('K', 'E', 'S', 'A'), ('P', 'O'), ('K', 'O', 'N', 'F', 'E', 'R', 'E', 'N', 'S', 'E', 'A'))
    >>> broad("привет", "es")
    ()
    """
    if token.endswith("."):
        token = _LETTER_NAMES.get(language, {}).get(token[0], token[0])
    rules = _RULES.get(language, {})
    text = f"{token}$"
    sounds: list[str] = []
    at = 0
    while text[at] != "$":
        for length in (5, 4, 3, 2, 1):
            if (found := rules.get(text[at : at + length])) is not None:
                step = min(length, len(text) - 1 - at)
                break
        else:
            plain = unicodedata.normalize("NFD", text[at])[0]
            found, step = _BASE.get(plain, ""), 1
        sounds += found
        at += step
    # CTC would ask for a pause between two equal classes.
    return tuple(s for i, s in enumerate(sounds) if i == 0 or s != sounds[i - 1])
