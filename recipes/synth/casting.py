"""Who speaks: voices with their sex and accent, and the choice of them for a consultation."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache

import msgspec

from speechkit.core.errors import UsageError, did_you_mean

from . import kokoro
from .people import Sex
from .script import RoleName

# By language; these are drawn unless others are asked for.
_STANDARD: dict[str, dict[str, tuple[Sex, str]]] = {
    "en": {
        "piper:joe": ("male", "en-US"),
        "hibari:heart": ("female", "en-US"),
        "espeak:gmw/en+f4": ("female", "en-GB"),
        "espeak:gmw/en+m3": ("male", "en-GB"),
    },
    "es": {
        "espeak:roa/es+m3": ("male", "es-ES"),
        "espeak:roa/es+f2": ("female", "es-ES"),
        "espeak:roa/es-419+f4": ("female", "es-419"),
        "espeak:roa/es-419+m7": ("male", "es-419"),
    },
    "fr": {
        "espeak:roa/fr+m3": ("male", "fr-FR"),
        "espeak:roa/fr+f2": ("female", "fr-FR"),
        "espeak:roa/fr-BE+f4": ("female", "fr-BE"),
        "espeak:roa/fr-CH+m7": ("male", "fr-CH"),
    },
    "de": {
        "espeak:gmw/de+m3": ("male", "de-DE"),
        "espeak:gmw/de+f2": ("female", "de-DE"),
        "espeak:gmw/de+f4": ("female", "de-DE"),
        "espeak:gmw/de+m7": ("male", "de-DE"),
    },
}


class Sounds(msgspec.Struct, frozen=True):
    """What is known about a voice; an accent of "" is one nobody told."""

    sex: Sex
    accent: str


Voices = Mapping[str, Sounds]
_UNKNOWN = Sounds("female", "")


@cache
def standard(language: str) -> Voices:
    """Return the voices that are drawn unless others are asked for; none in other languages."""
    return {voice: Sounds(*about) for voice, about in _STANDARD.get(language, {}).items()}


@cache
def everything(language: str) -> Voices:
    """Return all voices that speak a language: the standard ones, then Kokoro's.

    Where Kokoro has few of a language, its English ones speak that too, in its accent.
    """
    found = dict(standard(language))
    native = [voice for voice in kokoro.voices().values() if voice.language == language]
    for voice in native:
        found[f"kokoro:{voice.name}"] = Sounds(voice.sex, voice.accent)
    if native and language != "en":
        accent = native[0].accent
        for voice in kokoro.voices().values():
            if voice.language == "en":
                found[f"kokoro:{voice.name},accent={accent}"] = Sounds(voice.sex, accent)
    return found


def languages() -> tuple[str, ...]:
    """Languages that have scripts and voices."""
    return tuple(_STANDARD)


def accents() -> dict[str, tuple[str, str]]:
    """Return accent → language and a standard voice that has it."""
    return {
        about.accent: (language, voice)
        for language in languages()
        for voice, about in standard(language).items()
    }


def pool(language: str, patterns: Sequence[str]) -> Voices:
    """Return the voices of a language whose person matches a pattern; no pattern: the standard."""
    if not patterns:
        return standard(language)
    return {
        voice: about
        for voice, about in everything(language).items()
        if any(fnmatchcase(person(voice), pattern) for pattern in patterns)
    }


def check_patterns(patterns: Sequence[str]) -> None:
    """Refuse patterns that no voice of any language matches.

    Raises:
        UsageError: with close matches.
    """
    names = {person(voice) for language in languages() for voice in everything(language)}
    for pattern in patterns:
        if not any(fnmatchcase(voice, pattern) for voice in names):
            raise UsageError(f"no voice matches {pattern!r}; {did_you_mean(pattern, names)}")


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of the voices of a consultation.

    Attributes:
        roles: who takes part.
        given: role → voice that is decided already.
        patient_sex: of the patient; "" for either.
        similar: all voices have the sex and accent of the patient's.
    """

    roles: tuple[RoleName, ...]
    given: Mapping[str, str] = {}
    patient_sex: str = ""
    similar: bool = False


def cast_voices(
    dice: random.Random, known: Voices, wishes: Wishes
) -> tuple[dict[str, str], dict[str, Sounds]]:
    """Choose a voice for each role, no voice twice; return them, and how they sound.

    Raises:
        UsageError: if there are too few voices for what is asked.
    """

    def alike(voice: str) -> Callable[[str], bool]:
        return lambda other: other != voice and known.get(other) == known.get(voice, _UNKNOWN)

    others = len(wishes.roles) - 1
    patients = [v for v, about in known.items() if wishes.patient_sex in ("", about.sex)]
    if wishes.similar:
        patients = [v for v in patients if sum(map(alike(v), known)) >= others]
    patient = wishes.given.get("patient") or _choose(dice, patients, wishes)
    left = [voice for voice in known if voice != patient]
    if wishes.similar:
        left = [voice for voice in left if alike(patient)(voice)]
    chosen = {"patient": patient}
    for role in wishes.roles:
        if role != "patient":
            chosen[role] = wishes.given.get(role) or _choose(dice, left, wishes)
            left = [voice for voice in left if voice != chosen[role]]
    voices = {role: chosen[role] for role in wishes.roles}
    return voices, {role: known.get(voice, _UNKNOWN) for role, voice in voices.items()}


def _choose(dice: random.Random, voices: Sequence[str], wishes: Wishes) -> str:
    if not voices:
        alike = " of one sex and accent" if wishes.similar else ""
        sex = f", the patient's {wishes.patient_sex}" if wishes.patient_sex else ""
        raise UsageError(
            f"there are no {len(wishes.roles)} voices{alike} to draw from{sex}; "
            "name more of them with --draw-from, as in --draw-from 'kokoro:*'"
        )
    return dice.choice(voices)


def person(voice: str) -> str:
    """Return who a voice is: a Kokoro voice is one person in every accent and at every pace."""
    return voice.split(",", maxsplit=1)[0] if voice.startswith("kokoro:") else voice
