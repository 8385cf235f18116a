"""Invented people: names and places by Faker, random numbers, all as they are said."""

from __future__ import annotations

import datetime as dt
import random
import unicodedata
from typing import Literal

import msgspec

from speechkit.core.errors import MissingExtraError

from . import spoken

_LOCALES = {"en": "en_US", "es": "es_ES", "fr": "fr_FR", "de": "de_DE"}
_NOW = dt.date(2025, 6, 1)  # consultations are set in mid 2025, whenever they are made
_CLINICS = {
    "en": ("{} Family Clinic", "{} Health Center"),
    "es": ("Centro de Salud {}", "Clínica {}"),
    "fr": ("Clinique {}", "Centre médical {}"),
    "de": ("Praxis {}", "Klinikum {}"),
}
_HOSPITALS = {
    "en": "{} Hospital",
    "es": "Hospital {}",
    "fr": "Hôpital {}",
    "de": "Krankenhaus {}",
}


class Cast(msgspec.Struct, frozen=True, kw_only=True):
    """Who takes part, and what is said about them: slot → words, as `patient.spelled`."""

    slots: dict[str, str]
    patient_age: int


Sex = Literal["female", "male"]


def make_cast(
    seed: int, language: str, doctor_sex: Sex, patient_sex: Sex, ages: tuple[int, int]
) -> Cast:
    """Invent a doctor, a patient and those around them.

    Raises:
        MissingExtraError: if Faker is not installed.
    """
    try:
        from faker import Faker
    except ModuleNotFoundError as error:
        raise MissingExtraError("faker", extra="deidentify") from error
    fake = Faker(_LOCALES[language])
    fake.seed_instance(seed)
    dice = random.Random(seed)
    first = {
        role: fake.first_name_female() if sex == "female" else fake.first_name_male()
        for role, sex in (("doctor", doctor_sex), ("patient", patient_sex))
    }
    last = {role: fake.last_name() for role in ("doctor", "patient", "nurse", "clinic")}
    age = dice.randint(*ages)
    born = dt.date(_NOW.year - age, dice.randint(1, 5), dice.randint(1, 28))
    visit = _NOW + dt.timedelta(days=dice.randint(7, 60))
    city, place = _plain(fake.city()), _plain(fake.city())
    local = (_ascii(first["patient"].split()[0]), _ascii(last["patient"].split()[0]))
    house = spoken.number(dice.randint(2, 99), language)
    slots = {
        "patient.first": first["patient"],
        "patient.last": last["patient"],
        "patient.full": f"{first['patient']} {last['patient']}",
        "patient.spelled": spoken.spelled(last["patient"]),
        "patient.born": spoken.date(born, language),
        "patient.age": spoken.number(age, language),
        "patient.phone": spoken.digits(_figures(dice, 9), language),
        "patient.mrn": spoken.digits(_figures(dice, 6), language),
        "patient.email": spoken.email(local, "example.org", language),
        "patient.street": _street(language, house, _plain(fake.street_name())),
        "patient.city": city,
        "doctor.last": last["doctor"],
        "doctor.full": f"{first['doctor']} {last['doctor']}",
        "nurse.last": last["nurse"],
        "relative.first": _plain(fake.first_name_female()),
        "clinic": dice.choice(_CLINICS[language]).format(last["clinic"]),
        "hospital": _HOSPITALS[language].format(place),
        "visit.date": spoken.date(visit, language, year=False),
    }
    return Cast(slots=slots, patient_age=age)


def _street(language: str, house: str, street: str) -> str:
    return f"{house} {street}" if language in ("en", "fr") else f"{street} {house}"


def _figures(dice: random.Random, count: int) -> str:
    return "".join(str(dice.randint(0, 9)) for _ in range(count))


def _plain(name: str) -> str:
    """Leave out what is not spoken: signs and figures in invented places."""
    kept = "".join(c if c.isalpha() or c in " '-" else " " for c in name)
    return " ".join(kept.split())


def _ascii(name: str) -> str:
    bare = unicodedata.normalize("NFD", name.lower().replace("ß", "ss"))
    return "".join(c for c in bare if c.isascii() and c.isalpha())
