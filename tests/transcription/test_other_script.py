"""Drafts in another script than their language's are labeled; what is borrowed is not."""

from __future__ import annotations

import pytest

from speechkit.core.types import Segment
from speechkit.transcription.other_script import OTHER_SCRIPT, label_scripts


def labeled(language: str, *texts: str) -> list[bool]:
    segments = [
        Segment(id="", start=i, end=i + 1, text=text, language=language)
        for i, text in enumerate(texts)
    ]
    return [OTHER_SCRIPT in segment.labels for segment in label_scripts(segments)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "принимайте лизиноприл каждый день"),
        ("en", "每天服用賴諾普利一次早上空腹"),
        ("hi", "aap roz subah ek goli lijiye"),
        ("hi", "روز صبح ایک گولی لیجیے"),
    ],
)
def test_a_draft_in_another_script(language: str, text: str) -> None:
    assert labeled(language, text) == [True]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "take lisinopril every morning"),
        ("en-GB", "naïve café, Ångström"),
        ("sr", "uzimajte lek svakog jutra"),
        ("sr", "узимајте лек сваког јутра"),
        ("ja", "毎朝リシノプリルを飲んでください"),
        ("ko", "매일 아침 리시노프릴을 드세요"),
        ("", "принимайте лизиноприл"),
        ("xx", "принимайте лизиноприл"),
        ("en", "да"),  # too little to tell
    ],
)
def test_a_draft_in_a_script_of_its_language(language: str, text: str) -> None:
    assert labeled(language, text) == [False]


def test_words_of_english_stand_in_every_language_and_those_of_others_do_not() -> None:
    hindi = "आप रोज़ सुबह एक गोली लीजिए और शाम को भी"
    assert labeled("hi", hindi, "okay thank you doctor") == [False, False]
    assert labeled("hi", hindi, "принимайте каждый день") == [False, True]
    assert labeled("hi", "आप", "okay thank you doctor", "see you tomorrow") == [True, True, True]
