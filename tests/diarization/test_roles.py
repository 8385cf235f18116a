"""Roles from words: consultations in four languages, abstention elsewhere, metadata first."""

from __future__ import annotations

from pathlib import Path

import pytest

from speechkit.core.types import Participant, Turn
from speechkit.diarization.roles import Speech, assign_roles
from speechkit.diarization.roles_stage import roles_by_channel

TALKS = {
    "en": (
        ["Good morning, I'm Doctor Lee.", "How can I help you today?", "Any fever or cough?"],
        ["I've been having a headache for three days.", "It hurts behind my eye.", "No fever, no."],
    ),
    "es": (
        ["Buenos días, soy la doctora Ruiz.", "¿En qué puedo ayudarle?", "¿Ha tenido fiebre?"],
        ["Me duele la cabeza desde hace tres días.", "No, doctora.", "Tengo náuseas y mareos."],
    ),
    "fr": (
        ["Bonjour, je suis le docteur Martin.", "Depuis quand avez-vous de la fièvre ?"],
        ["J'ai mal à la gorge depuis lundi.", "Je prends du paracétamol.", "Non, docteur."],
    ),
    "de": (
        ["Guten Tag, was führt Sie zu mir?", "Haben Sie Fieber?", "Nehmen Sie Medikamente?"],
        ["Ich habe seit drei Tagen Halsschmerzen.", "Mir ist übel.", "Nein, Herr Doktor."],
    ),
}


def speech(*sentences: str) -> Speech:
    return Speech(sentences=sentences)


def roles(**said: Speech) -> dict[str, str]:
    return {role.speaker: role.role for role in assign_roles(said, "en")}


@pytest.mark.parametrize("language", TALKS)
@pytest.mark.parametrize("doctor_first", [True, False])
def test_doctor_and_patient_are_told_apart_in_each_language(
    language: str, doctor_first: bool
) -> None:
    doctor, patient = TALKS[language]
    first, second = (doctor, patient) if doctor_first else (patient, doctor)
    said = {"SPEAKER_00": speech(*first), "SPEAKER_01": speech(*second)}
    found = [role.role for role in assign_roles(said, language)]
    assert found == (["doctor", "patient"] if doctor_first else ["patient", "doctor"])


def test_a_talk_that_is_not_about_health_gives_no_roles() -> None:
    found = roles(
        A=speech("Hello, who is there?", "I'm calling from the garage.", "Your car is ready."),
        B=speech("Oh good, I was wondering.", "How much is it?", "I'll come by this afternoon."),
    )
    assert set(found.values()) == {"unknown"}


def test_two_who_talk_alike_get_no_roles() -> None:
    same = speech("I've been having pain in my chest.", "Have you had a cough?", "It hurts.")
    assert set(roles(A=same, B=same).values()) == {"unknown"}


def test_little_speech_one_speaker_or_silence_give_no_roles() -> None:
    assert roles(A=speech("Any pain?"), B=speech("No.")) == {"A": "unknown", "B": "unknown"}
    assert roles(A=speech(*TALKS["en"][0])) == {"A": "unknown"}
    assert roles() == {}


def test_of_three_there_is_at_most_one_doctor_and_one_patient() -> None:
    doctor, patient = TALKS["en"]
    found = roles(A=speech(*doctor), B=speech(*patient), C=speech("Yes, that is so."))
    assert found["A"] == "doctor"
    assert sorted(found.values()).count("doctor") == 1
    assert found["C"] not in ("doctor", "patient")


def test_speech_is_not_shown_in_repr() -> None:
    assert "pain" not in repr(speech("I have pain"))


def test_listed_roles_of_channels_come_first() -> None:
    people = (
        Participant(id="p1", role="patient", channel=1),
        Participant(id="d1", role="doctor", channel=0),
    )
    turns = (
        Turn(start=0, end=1, speaker="SPEAKER_00", channel=1),
        Turn(start=1, end=2, speaker="SPEAKER_01", channel=0),
    )
    found = roles_by_channel(turns, people)
    assert found is not None
    assert [(role.speaker, role.role, role.confidence) for role in found] == [
        ("SPEAKER_00", "patient", 1.0),
        ("SPEAKER_01", "doctor", 1.0),
    ]
    mixed = (Turn(start=0, end=1, speaker="SPEAKER_00"),)
    assert roles_by_channel(mixed, people) is None


def test_the_real_call_gets_no_roles(real_call: Path) -> None:
    from benchmarks.diarization.roles import call_roles

    assert set(call_roles()) <= {"unknown", "other"}


@pytest.mark.data
def test_consultations_not_fitted_on_are_nearly_all_right(shared_data: Path) -> None:
    from benchmarks.diarization.roles import collections, tally

    found = collections(shared_data)
    talks = found["osce"][1::2] + found["primock57"][1::2]
    right, wrong, abstained = tally(talks, written=False, first_words=0)
    assert right + wrong + abstained == 2 * len(talks)
    assert right >= 0.95 * (right + wrong + abstained)
    assert wrong <= 0.01 * (right + wrong + abstained)
