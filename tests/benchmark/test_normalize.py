"""Whisper's own normalizer is the oracle for English; other languages keep their marks."""

from __future__ import annotations

import importlib.util
import random
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from speechkit.benchmark.normalize import normalizer_for
from speechkit.benchmark.normalize.numbers import (
    CURRENCIES,
    POWER_FORMS,
    POWERS,
    SIGNS,
    TEN_FORMS,
    TENS,
    UNIT_FORMS,
    UNITS,
)


@pytest.fixture(scope="module")
def whisper_normalizer() -> Callable[[str], str]:
    """Whisper's normalizer, loaded without whisper (and so without torch)."""
    spec = importlib.util.find_spec("whisper")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("openai-whisper is not installed")
    folder = Path(spec.submodule_search_locations[0]) / "normalizers"
    name = "whisper_normalizers_alone"
    alone = importlib.util.spec_from_file_location(
        name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert alone and alone.loader
    module = importlib.util.module_from_spec(alone)
    sys.modules[name] = module
    alone.loader.exec_module(module)
    return module.EnglishTextNormalizer()


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "Mr. Park's got 3,000.50 mg.", "it's um got", "let's been let's got outlet's been",
        "he'd been, I'd gone. She'd done it", "two and a half milligrams", "dogs and a half",
        "and a half", "and a half and a half x", "two and, um, a mm half. two and a half and two",
        "point and and five", "minus and dog", "and and 5 and, six hundred and um five and half",
        "nineteen sixty two", "one oh one", "oh no",
        "twenty-one percent, five per cent, per day", "$20 million and 7 cents", "$2 and ¢7",
        "minus five, plus, negative one", "double oh seven triple two double", "1 st 2 nd",
        "one's ones 1s", "0.5 point five 3 point 1 4", "fifty second hundredth thousands 12th",
        "œuvre naïve Łódź ½ ¨x ﬁ", "a.b.c. U.S.A. 4.5.6 .5. ..x x..", "café (laughs) [x] <UNK>",
        "st 's got", "y'all'd been", "10% % x% 5 %", "£0.50 €3 and ¢4", "color gray organize",
        "zero hundred", "0 hundred 0 hundreds", "two hundred and five and six", "o o o hundred",
    ],
)  # fmt: skip
def test_english_equals_whisper_on_edges(
    text: str, whisper_normalizer: Callable[[str], str]
) -> None:
    assert normalizer_for("en", "en@1").tokens(text) == whisper_normalizer(text).split()


def test_english_equals_whisper_on_random_number_words(
    whisper_normalizer: Callable[[str], str],
) -> None:
    words = [
        *UNITS, *TENS, *POWERS, *UNIT_FORMS, *TEN_FORMS, *POWER_FORMS, *SIGNS, *CURRENCIES, "oh",
        "zero", "o", "per", "percent", "cent", "and", "double", "triple", "point", "3", "4.5",
        "$6", "0", "10", "100", "mg", "it's", "been", "got", "let's", "um", "dr", "color", "x.",
        "5mg", "and a half", "and", "a", "half", "he'd", "1,000", "-", "¢5", "%", "5%", "'s",
        "1", "st", "(a)", "1.0",
    ]  # fmt: skip
    ours = normalizer_for("en", "en@1").tokens
    chance = random.Random(7)
    for _ in range(4000):
        text = " ".join(chance.choices(words, k=chance.randint(1, 9)))
        try:
            expected = whisper_normalizer(text).split()
        except (AssertionError, ValueError, TypeError):
            continue  # Whisper's own fails on it
        assert ours(text) == expected, text


def test_english_equals_whisper_on_random_characters(
    whisper_normalizer: Callable[[str], str],
) -> None:
    ours = normalizer_for("en", "en@1").tokens
    chance = random.Random(11)
    alphabet = "aestdnm'’.,;-0159 \n$%£<>[](){}éöß½²ﬁ—…"
    for _ in range(4000):
        text = "".join(chance.choices(alphabet, k=chance.randint(0, 30)))
        assert ours(text) == whisper_normalizer(text).split(), repr(text)


@pytest.mark.data
def test_english_equals_whisper_on_real_transcripts(
    shared_data: Path, whisper_normalizer: Callable[[str], str]
) -> None:
    folder = shared_data / "primock57_12_systems" / "hypotheses"
    files = sorted(folder.glob("*/day1_consultation0[1-3]*.txt"))
    assert files
    for path in files:
        text = path.read_text("utf-8")
        assert normalizer_for("en", "en@1").tokens(text) == whisper_normalizer(text).split(), (
            path.name
        )


def test_spoken_english_keeps_oh_and_joins_variants() -> None:
    tokens = normalizer_for("en", "en-spoken").tokens
    assert (
        tokens("Oh, okay. {end} Erm, yeah, mum's alright") == "oh ok yes mom is all right".split()
    )
    assert normalizer_for("en", "en@1").tokens("oh no") == ["0", "no"]


@pytest.mark.parametrize(
    ("language", "text", "tokens"),
    [
        ("hi", "क्या आपको दर्द है?", ["क्या", "आपको", "दर्द", "है"]),
        ("hi", "क्\u200dया \ufeffदर्द है", ["क्या", "दर्द", "है"]),
        ("fa", "می\u200cخواهم", ["میخواهم"]),
        ("fr", "L’hôpital, c'est où ?", ["l", "hôpital", "c", "est", "où"]),
        ("de", "Straße, GROSS; 3,5 mg", ["strasse", "gross", "3", "5", "mg"]),
        ("ru", "Ёлка (смеётся) – Да!", ["елка", "да"]),
        ("zh", "你好，发烧38度。", ["你", "好", "发", "烧", "38", "度"]),
        ("sw", "Ng'ombe ng’ambo, n'na", ["ngombe", "ngambo", "n", "na"]),
        ("th", "ปวดหัว", ["ป", "ว", "ด", "หั", "ว"]),
    ],
)
def test_other_languages(language: str, text: str, tokens: list[str]) -> None:
    """The first version of every language keeps its tokens."""
    assert normalizer_for(language, "world@1").tokens(text) == tokens


def test_marks_survive_in_every_script() -> None:
    word = "কি தமிழ் తెలుగు ಕನ್ನಡ മലയാളം اَلعَرَبِيّة"
    kept = "".join(normalizer_for("ta", "basic@1").tokens(word))
    marks = [
        char for char in unicodedata.normalize("NFKC", word) if unicodedata.category(char)[0] == "M"
    ]
    assert marks
    assert all(mark in kept for mark in marks)


@pytest.mark.parametrize(
    ("language", "said", "written"),
    [
        ("es", "tomo trescientos cuarenta y dos miligramos", "tomo 342 miligramos"),
        ("es", "dos mil veintitrés", "2.023"),
        ("es", "eh, tengo treinta y ocho coma cinco", "tengo 38,5"),
        ("es", "cien mil y dos perros", "100000 y 2 perros"),
        ("fr", "quatre-vingt-dix-sept euros", "97 euros"),
        ("fr", "soixante et onze, soixante-dix-sept, dix-huit", "71, 77, 18"),
        ("fr", "euh deux cent mille trois cents", "200300"),
        ("fr", "trente-huit virgule cinq", "38,5"),
        ("de", "zweihundertdreiundvierzig Milligramm, ähm", "243 Milligramm"),
        ("de", "zweitausendfünfhundert", "2.500"),
        ("de", "achtunddreißig Komma fünf Grad", "38,5 Grad"),
        ("it", "duecentotrentaquattro e ventuno", "234 e 21"),
        ("it", "duemilacinquecento", "2.500"),
        ("pt", "trezentos e quarenta e dois", "342"),
        ("pt", "mil novecentos e noventa", "1.990"),
        ("ru", "триста сорок два, э, миллиграмма", "342 миллиграмма"),
        ("ru", "две тысячи пятьсот", "2500"),
        ("hi", "दो सौ पचास", "२५०"),
        ("sw", "mia tatu na hamsini", "350"),
        ("sw", "elfu mbili mia tano", "2500"),
        ("zh", "体温三十八度", "体温38度"),
        ("ja", "二千五年、百二十三", "2005年、123"),
    ],
)
def test_numbers_in_words_equal_numbers_in_digits(language: str, said: str, written: str) -> None:
    tokens = normalizer_for(language).tokens
    assert tokens(said) == tokens(written)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "una casa y un perro"),
        ("fr", "un chat et une souris"),
        ("de", "ein Hund und eine Katze"),
        ("it", "un cane e una casa"),
        ("pt", "um cão e uma casa"),
        ("sw", "mtu moja na mbwa"),
    ],
)
def test_articles_are_no_numbers(language: str, text: str) -> None:
    assert normalizer_for(language).tokens(text) == text.lower().split()


def test_lists_of_numbers_stay_lists() -> None:
    assert normalizer_for("es").tokens("dos tres y cuatro") == ["2", "3", "y", "4"]
    assert normalizer_for("fr").tokens("deux, quatre, six") == ["2", "4", "6"]
    assert normalizer_for("de").tokens("zwei und drei") == ["2", "und", "3"]


@pytest.mark.parametrize("language", ["es", "fr", "it", "pt", "de", "ru", "hi", "sw", "zh", "ja"])
def test_every_normalizer_leaves_its_own_output_alone(language: str) -> None:
    tokens = normalizer_for(language).tokens
    for text in ("120 / 80", "3,5 mg", "¡Sí! d'accord – Straße №5", "１２３ 四十二 ２５०"):
        once = tokens(text)
        assert tokens(" ".join(once)) == once
