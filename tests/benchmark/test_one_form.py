"""One form for what is said one way and written two, in every language (en@3, world@2)."""

from __future__ import annotations

import pytest

from speechkit.benchmark.normalize import language_code, normalizer_for, resolve_name
from speechkit.core.errors import UsageError

ENGLISH = [
    ("I don’t think it’s worse", "I don't think it's worse"),
    ("don´t canʼt", "don't can't"),
    (
        "Come at ten thirty a.m., take one point five milligrams, blood pressure one hundred "
        "twenty over eighty, call nine one nine six nine six three nine zero one.",
        "Come at 10:30 AM, take 1.5 mg, blood pressure 120/80, call 919-696-3901.",
    ),
    ("twelve oh five a.m.", "12:05 AM"),
    ("one twenty over eighty", "120/80"),
    ("C O two", "CO2"),
    ("c.o.2", "CO2"),
    ("b.i.d.", "BID"),
    ("b i d", "BID"),
    ("120 pounds", "120 lbs"),
    ("one hundred and twenty pounds", "120 lb"),
    ("one half", "1/2"),
    ("half a tablet", "½ a tablet"),
    ("minus five", "-5"),
    ("one thousand", "1k"),
    ("one thousand dollars", "$1,000"),
    ("five dollars and fifty cents", "$5.50"),
    ("two three days", "2-3 days"),
    ("two to three days", "2-3 days"),
    ("the first of May", "the 1st of May"),
    ("twenty first", "21st"),
    ("one hundred micrograms", "100 mcg"),
    ("100 μg", "100 micrograms"),
    ("two and a half", "2.5"),
    ("two and a half", "2½"),
    ("a hundred and twenty", "120"),
    ("five per cent", "5%"),
    ("five percent", "5 %"),
    ("half past ten", "10:30"),
    ("quarter to ten", "9:45"),
    ("ten o'clock", "10:00"),
    ("nineteen sixty two", "1962"),
    ("twenty twenty four", "2024"),
    ("double oh seven", "007"),
    ("five out of ten", "5/10"),
    ("thirty seven point five degrees", "37.5°C"),
    ("B twelve", "B12"),
    ("vitamin D three", "vitamin D3"),
    ("H I V", "HIV"),
    ("ten milligrams per day", "10 mg/day"),
    ("five milligrams per kilogram", "5 mg/kg"),
    ("zero point five", "0.5"),
    ("point five", "0.5"),
    ("point five", ".5"),
    ("three thousand five hundred", "3,500"),
    ("(919) 696-3901", "nine one nine six nine six three nine oh one"),
    ("nine one one", "911"),
    ("two million", "2,000,000"),
    ("2.5 million", "2500000"),
    ("twenty four seven", "24/7"),
    ("A and E", "A&E"),
    ("fifteen hundred", "1500"),
    ("three times a day", "3 times a day"),
    ("i took one", "I took 1"),
    ("ten to twelve weeks", "10-12 weeks"),
    ("eight hours", "8 hrs"),
    ("sixty beats per minute", "60 bpm"),
    ("one forty over ninety millimeters of mercury", "140/90 mmHg"),
    ("she's been", "she's been"),
    ("okay", "OK"),
    ("six foot two", "6 foot 2"),
    ("T four", "T4"),
    ("i v fluids", "IV fluids"),
    ("eleven p m", "11 pm"),
    ("five fifteen", "5:15"),
    ("at seven", "at 7:00"),
    ("three quarters", "3/4"),
    ("six one four, five five five, oh one two three", "614-555-0123"),
    ("nine hundred one", "901"),
    ("two hundred fifty", "250"),
    ("two fifty", "250"),
    ("one gram", "1 g"),
    ("fifty mils", "50 ml"),
    ("one to two", "1-2"),
    ("mmhg", "mmHg"),
    ("fahrenheit one hundred one point four", "fahrenheit 101.4"),
]
OTHERS = [
    ("fr", "vingt pour cent", "20 %"),
    ("de", "fünf Prozent", "5 %"),
    ("tr", "İlaç alıyorum IŞIK", "ilaç alıyorum ışık"),
    ("fr", "le premier mai", "le 1er mai"),
    ("fr", "à dix heures trente", "à 10h30"),
    ("fr", "à dix heures", "à 10 h"),
    ("fr", "à dix heures et demie", "à 10:30"),
    ("es", "el primero de mayo", "el 1 de mayo"),
    ("es", "la tercera vez", "la 3ª vez"),
    ("es", "veinte por ciento", "20%"),
    ("es", "a las diez y media", "a las 10:30"),
    ("de", "am dritten Mai", "am 3. Mai"),
    ("de", "um zehn Uhr dreißig", "um 10:30 Uhr"),
    ("de", "halb elf", "10:30"),
    ("de", "zweihundertdreiundvierzig Milligramm", "243 mg"),
    ("de", "eins Komma fünf Milliliter", "1,5 ml"),
    ("de", "eintausendfünfhundert", "1.500"),
    ("de", "zweitausenddreihundert", "2300"),
    ("fr", "cœur", "coeur"),
    ("fr", "dix milligrammes par jour", "10 mg/jour"),
    ("fr", "zéro virgule cinq", "0,5"),
    ("it", "centoventi su ottanta", "120/80"),
    ("pt", "cento e vinte por oitenta", "120/80"),
    ("pt", "vinte e cinco por cento", "25%"),
    ("ru", "двадцать процентов", "20 %"),
    ("ru", "пять миллиграммов", "5 мг"),
    ("ru", "третий", "3-й"),
    ("hi", "बीस प्रतिशत", "20%"),
    ("hi", "एक सौ बीस बटा अस्सी", "120/80"),
    ("sw", "asilimia ishirini", "20%"),
    ("tr", "yüzde yirmi", "%20"),
    ("nl", "eenentwintig procent", "21%"),
    ("nl", "half elf", "10:30"),
    ("pl", "dwadzieścia procent", "20%"),
    ("pl", "dwieście trzydzieści cztery miligramy", "234 mg"),
    ("vi", "hai mươi phần trăm", "20%"),
    ("vi", "ba trăm mười lăm", "315"),
    ("ar", "عشرون بالمائة", "٢٠٪"),
    ("ar", "خمسة وعشرون", "25"),
    ("ko", "이십오 퍼센트", "25%"),
    ("ko", "백이십", "120"),
    ("bn", "কুড়ি শতাংশ", "20%"),
    ("ta", "இருபது சதவீதம்", "20%"),
    ("fr", "zéro six douze trente-quatre cinquante-six soixante-dix-huit", "06 12 34 56 78"),
    ("fr", "C O deux", "CO2"),
    ("es", "dos mil trescientos cuarenta y cinco", "2.345"),
    ("es", "dos tres días", "2-3 días"),
    ("ar", "كَتَبَ", "كتب"),
    ("he", "שָׁלוֹם", "שלום"),
    ("hi", "पाँच", "५"),
    ("fr", "l’homme n’a pas", "l'homme n'a pas"),
    ("it", "l'uomo", "l’uomo"),
    ("fr", "quatre-vingt-dix-sept", "97"),
    ("de", "neunzehnhundertzweiundsechzig", "1962"),
    ("sw", "mia mbili thelathini na nne", "234"),
    ("sw", "elfu mbili mia tatu", "2300"),
    ("tr", "yüz yirmi bölü seksen", "120/80"),
    ("es", "la segunda dosis", "la 2ª dosis"),
    ("fr", "trente-huit degrés", "38°"),
    ("fr", "trente-sept virgule cinq degrés", "37,5 °C"),
    ("uk", "двадцять", "20"),
    ("fa", "بیست درصد", "۲۰٪"),
    ("vi", "một trăm hai mươi trên tám mươi", "120/80"),
    ("fr", "deux à trois jours", "2-3 jours"),
    ("de", "zwei bis drei Tage", "2–3 Tage"),
    ("es", "mil quinientos", "1500"),
    ("fr", "moins cinq", "-5"),
    ("de", "dreißig", "30"),
    ("pl", "dziesiąta trzydzieści", "10:30"),
    ("fr", "deux comprimés et demi", "2 comprimés et demi"),
]
DIFFERENT = [
    ("en", "two three days", "23 days"),
    ("en", "fifteen milligrams", "50 mg"),
    ("en", "five milligrams", "5 mcg"),
    ("en", "ten thirty", "10:13"),
    ("en", "I can do it", "I can't do it"),
    ("en", "no pain", "pain"),
    ("en", "5/10", "5/100"),
    ("en", "the first week", "one week"),
    ("fr", "vingt pour cent", "80 %"),
    ("fr", "deux trois jours", "23 jours"),
    ("de", "halb elf", "11:30"),
    ("es", "dos tres días", "23 días"),
    ("tr", "kıl", "kil"),
    ("ar", "كتب", "كتاب"),
    ("vi", "bốn", "bọn"),
]


@pytest.mark.parametrize(("said", "written"), ENGLISH)
def test_english(said: str, written: str) -> None:
    tokens = normalizer_for("en").tokens
    assert tokens(said) == tokens(written)


@pytest.mark.parametrize(("language", "said", "written"), OTHERS)
def test_other_languages(language: str, said: str, written: str) -> None:
    tokens = normalizer_for(language).tokens
    assert tokens(said) == tokens(written)


@pytest.mark.parametrize(("language", "first", "second"), DIFFERENT)
def test_what_is_different_stays_different(language: str, first: str, second: str) -> None:
    tokens = normalizer_for(language).tokens
    assert tokens(first) != tokens(second)


@pytest.mark.parametrize("language", ["en", "tr", "nl", "pl", "vi", "ar", "bn", "ta", "ko", "uk"])
def test_own_output_is_left_alone(language: str) -> None:
    tokens = normalizer_for(language).tokens
    for text in ("120/80, 5 mg/kg", "10:30", "20 %", "919-696-3901", "1.5 ml 2-3 days", "H I V"):
        once = tokens(text)
        assert tokens(" ".join(once)) == once


def test_world_names_what_each_language_gets() -> None:
    assert normalizer_for("fr", "world@2").name == "fr@2"
    assert normalizer_for("fr", "world@1").name == "fr@1"
    assert normalizer_for("pl", "world@1").name == "basic@1"
    assert normalizer_for("", "world").name == "world@2"
    assert resolve_name("en") == "en@3"


@pytest.mark.parametrize(("given", "close"), [("englsh", "english"), ("Swahli", "swahili")])
def test_an_unknown_language_is_refused_with_what_was_meant(given: str, close: str) -> None:
    with pytest.raises(UsageError, match=close):
        normalizer_for(given)


def test_a_language_may_be_named_in_english() -> None:
    assert language_code("Turkish") == "tr"
    assert language_code("pt_BR") == "pt"
