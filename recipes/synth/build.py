"""As many synthetic consultations as are asked for: which case, who, in which voices and where.

Each is written as `write.py` says; `table.csv` and `pseudonym.key` are for `speechkit ingest`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from speechkit.core.errors import UsageError, did_you_mean
from speechkit.recipe.prepared import Prepared, write_prepared
from speechkit.storage.files import write_bytes

from . import spoken
from .acoustics import CONDITIONS, Condition
from .consultation import compose, find_case
from .people import Sex, make_cast
from .write import Consultation, Made, Studio, write_consultation

# Voice → sex and accent, by language; doctors and patients take them in turn.
_VOICES: dict[str, dict[str, tuple[Sex, str]]] = {
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


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked for.

    Attributes:
        languages: each gets the same number of consultations, in turn.
        count: how many; 0 to go on until `minutes` are full.
        minutes: of all recordings together.
        specialty: only cases of it.
        condition: only recordings of that kind; empty for all in turn.
        voices: role → voice, in place of those of the language.
        patient_sex, patient_ages: of the patient, where the voices do not decide.
        seed: another one makes others.
    """

    languages: tuple[str, ...] = spoken.LANGUAGES
    count: int = 0
    minutes: float = 0.0
    specialty: str = ""
    condition: str = ""
    voices: dict[str, str] = {}
    patient_sex: str = ""
    patient_ages: tuple[int, int] = (19, 89)
    seed: int = 1


def build(
    dest: Path,
    request: Request | Sequence[Request] = Request(count=8),  # noqa: B008 (frozen)
    progress: Callable[[Made], None] | None = None,
) -> Prepared:
    """Write what is asked for into `dest`; of several requests, one after the other.

    The same machine with the same voices writes the same bytes.

    Raises:
        UsageError: for a language, specialty, condition or voice that does not exist.
        MissingExtraError: if a voice or Faker is not installed.
        StoreError: if `dest` cannot be written.
    """
    requests = (request,) if isinstance(request, Request) else tuple(request)
    for asked in requests:
        _check(asked)
    studio, clips = Studio(), []
    for asked in requests:
        count, minutes = 0, 0.0
        while count < asked.count or minutes < asked.minutes:
            number = len(clips) + 1
            told = draw(asked, number)
            clip, made = write_consultation(dest, f"synthetic-{number:04d}", told, studio)
            clips.append(clip)
            count, minutes = count + 1, minutes + made.seconds / 60
            if progress is not None:
                progress(made)
    # There is nobody to protect here: a public key gives the release the same bytes everywhere.
    write_bytes(dest / "pseudonym.key", b"5e" * 32 + b"\n")
    return write_prepared(dest, dest, clips, notes=["all recordings are synthetic, nobody exists"])


def languages() -> tuple[str, ...]:
    """Languages that have scripts and voices."""
    return tuple(_VOICES)


def accents() -> dict[str, tuple[str, str]]:
    """Return accent → language and a voice that has it."""
    return {
        accent: (language, voice)
        for language, voices in _VOICES.items()
        for voice, (_, accent) in voices.items()
    }


def _check(request: Request) -> None:
    for language in request.languages:
        if language not in _VOICES:
            raise UsageError(f"no scripts in {language!r}; {did_you_mean(language, _VOICES)}")
        find_case(language, request.specialty, 0)
    if request.condition and request.condition not in CONDITIONS:
        hint = did_you_mean(request.condition, CONDITIONS)
        raise UsageError(f"no condition {request.condition!r}; {hint}")
    for role in request.voices:
        if role not in ("doctor", "patient"):
            raise UsageError(f"no role {role!r}; {did_you_mean(role, ('doctor', 'patient'))}")
    low, high = request.patient_ages
    if not 18 <= low <= high <= 120:
        raise UsageError("ages of patients: two numbers from 18 to 120, the lower one first")


def draw(request: Request, number: int) -> Consultation:
    """Decide on the consultation of that number: case, people, voices, condition."""
    turn, which = divmod(number - 1, len(request.languages))
    language = request.languages[which]
    seed = request.seed * 1_000_003 + number
    case = find_case(language, request.specialty, turn)
    condition: Condition = request.condition or CONDITIONS[(turn + which) % len(CONDITIONS)]  # type: ignore[assignment]
    voices, sexes, accents = _cast_voices(request, language, turn)
    cast = make_cast(seed, language, sexes["doctor"], sexes["patient"], request.patient_ages)
    return Consultation(
        language=language,
        specialty=case.specialty,
        condition=condition,
        seed=seed,
        voices=voices,
        people=_people(voices, sexes, accents, cast.patient_age),
        script=compose(seed, language, case, cast),
    )


def _cast_voices(
    request: Request, language: str, turn: int
) -> tuple[dict[str, str], dict[str, Sex], dict[str, str]]:
    """Choose two voices; say their sexes and accents."""
    known = _VOICES[language]
    dice = random.Random(request.seed * 7919 + turn)
    patients = [v for v, (sex, _) in known.items() if request.patient_sex in ("", sex)]
    patient = request.voices.get("patient") or dice.choice(patients)
    others = [voice for voice in known if voice != patient]
    doctor = request.voices.get("doctor") or dice.choice(others)
    voices = {"doctor": doctor, "patient": patient}
    unknown: tuple[Sex, str] = ("female", "")
    about = {role: known.get(voice, unknown) for role, voice in voices.items()}
    return (
        voices,
        {role: sex for role, (sex, _) in about.items()},
        {role: accent for role, (_, accent) in about.items()},
    )


def _people(
    voices: dict[str, str], sexes: dict[str, Sex], accents: dict[str, str], age: int
) -> dict[str, str]:
    told = {}
    for role in ("doctor", "patient"):
        # The person of a recording is its voice: whoever evaluates must not count it twice.
        told[f"{role}_id"] = voices[role]
        told[f"{role}_sex"] = sexes[role]
        told[f"{role}_accent"] = accents[role]
    return {**told, "patient_age": str(age)}
