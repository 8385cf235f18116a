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

from .acoustics import CONDITIONS, DRAWN, Condition
from .casting import (
    Sounds,
    Wishes,
    cast_voices,
    check_patterns,
    languages,
    person,
    pool,
)
from .consultation import OVERLAP, accompany, compose, find_case
from .people import make_cast
from .script import ROLES
from .write import Consultation, Made, Studio, write_consultation


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked for.

    Attributes:
        languages: each gets the same number of consultations, in turn; () for all that the
            voices speak.
        count: how many; 0 to go on until `minutes` are full.
        minutes: of all recordings together.
        specialty: only cases of it.
        condition: only recordings of that kind; empty for all in turn.
        voices: role → voice, in place of those that are drawn.
        draw_from: patterns of voices, as `kokoro:*`; () for the standard ones.
        num_speakers: 2, or 3 with somebody who came along.
        similar_voices: all speakers have the same sex and accent.
        overlap: share of turns that begin before the one before has ended.
        patient_sex, patient_ages: of the patient, where the voices do not decide.
        seed: another one makes others.
    """

    languages: tuple[str, ...] = ()
    count: int = 0
    minutes: float = 0.0
    specialty: str = ""
    condition: str = ""
    voices: dict[str, str] = {}
    draw_from: tuple[str, ...] = ()
    num_speakers: int = 2
    similar_voices: bool = False
    overlap: float = OVERLAP
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
        UsageError: for a language, specialty, condition or voice that does not exist, or too few
            voices for what is asked.
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


def spoken_in(request: Request) -> tuple[str, ...]:
    """Return the languages of a request: those asked for, or all that its voices speak."""
    return request.languages or tuple(
        language for language in languages() if pool(language, request.draw_from)
    )


def _check(request: Request) -> None:
    check_patterns(request.draw_from)
    for language in spoken_in(request):
        if language not in languages():
            raise UsageError(f"no scripts in {language!r}; {did_you_mean(language, languages())}")
        if not pool(language, request.draw_from):
            raise UsageError(f"no voice to draw from speaks {language!r}: {request.draw_from}")
        find_case(language, request.specialty, 0)
    if request.condition and request.condition not in CONDITIONS:
        hint = did_you_mean(request.condition, CONDITIONS)
        raise UsageError(f"no condition {request.condition!r}; {hint}")
    if not 2 <= request.num_speakers <= len(ROLES):
        raise UsageError(f"a consultation has 2 to {len(ROLES)} speakers")
    if not 0 <= request.overlap <= 1:
        raise UsageError("the share of turns that overlap is a number from 0 to 1")
    roles = ROLES[: request.num_speakers]
    for role in request.voices:
        if role not in roles:
            raise UsageError(f"no role {role!r}; {did_you_mean(role, roles)}")
    low, high = request.patient_ages
    if not 18 <= low <= high <= 120:
        raise UsageError("ages of patients: two numbers from 18 to 120, the lower one first")


def draw(request: Request, number: int) -> Consultation:
    """Decide on the consultation of that number: case, people, voices, condition."""
    among = spoken_in(request)
    turn, which = divmod(number - 1, len(among))
    language = among[which]
    seed = request.seed * 1_000_003 + number
    case = find_case(language, request.specialty, turn)
    condition: Condition = request.condition or DRAWN[(turn + which) % len(DRAWN)]  # type: ignore[assignment]
    roles = ROLES[: request.num_speakers]
    wishes = Wishes(
        roles=roles,
        given=request.voices,
        patient_sex=request.patient_sex,
        similar=request.similar_voices,
    )
    dice = random.Random(request.seed * 7919 + turn)
    voices, sounds = cast_voices(dice, pool(language, request.draw_from), wishes)
    cast = make_cast(
        seed, language, sounds["doctor"].sex, sounds["patient"].sex, request.patient_ages
    )
    script = compose(seed, language, case, cast, overlap=request.overlap)
    if "companion" in roles:
        script = accompany(seed, language, script, cast, overlap=request.overlap)
    return Consultation(
        language=language,
        specialty=case.specialty,
        condition=condition,
        seed=seed,
        voices=voices,
        people=_people(voices, sounds, cast.patient_age),
        script=script,
    )


def _people(voices: dict[str, str], sounds: dict[str, Sounds], age: int) -> dict[str, str]:
    told = {}
    for role, voice in voices.items():
        # The person of a recording is its voice: whoever evaluates must not count it twice.
        told[f"{role}_id"] = person(voice)
        told[f"{role}_sex"] = sounds[role].sex
        told[f"{role}_accent"] = sounds[role].accent
    return {**told, "patient_age": str(age)}
