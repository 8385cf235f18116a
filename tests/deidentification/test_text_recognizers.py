"""Each recognizer on what it must find and what it must leave, cased and as ASR writes it.

A row is (language, text, part): `|` parts turns. All names are made up.
"""

# ruff: noqa: E501 (a row a line)
from __future__ import annotations

import pytest

import speechkit
from tests.deidentification.text_finding import covered, untouched

FOUND = {
    "numbers": [
        ("en", "your NHS number?|eight two one, four four six, oh three nine|sorry, oh three nine?", "oh three nine"),
        ("en", "my phone number is oh seven seven double one, nine hundred, six four two", "oh seven seven double one, nine hundred, six four two"),
        ("en", "what is your NHS number?|it's four five oh um five five seven seven one oh four", "four five oh um five five seven seven one oh four"),
        ("en", "your member ID please|A B triple seven nineteen forty two K", "A B triple seven nineteen forty two K"),
        ("en", "social security ends in six one double four", "six one double four"),
        ("en", "the plate is kilo lima, I mean K L sixty two T X P", "K L sixty two T X P"),
        ("en", "my record number is 88-20-41", "88-20-41"),
        ("en", "the serial number of the pump reads four four one nine zero x two", "four four one nine zero x two"),
        ("en", "fax it to 0161 496 0345", "0161 496 0345"),
        ("es", "mi móvil es seis uno dos, treinta y cuatro, cero cinco, noventa", "seis uno dos, treinta y cuatro, cero cinco, noventa"),
        ("es", "¿me da el DNI?|48 217 603 Z", "48 217 603 Z"),
        ("fr", "mon numéro c'est le zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit", "zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit"),
        ("de", "meine Telefonnummer ist null eins sieben sechs, drei drei vier, zwei eins", "null eins sieben sechs, drei drei vier, zwei eins"),
    ],
    "dates": [
        ("en", "I was born on the third of May, nineteen eighty one", "third of May, nineteen eighty one"),
        ("en", "the scan was on March twenty second", "March twenty second"),
        ("en", "it was 14/09/2021 I think", "14/09/2021"),
        ("en", "date of birth?|seven eleven sixty three", "seven eleven sixty three"),
        ("en", "we start in february", "february"),
        ("es", "nací el doce de octubre de mil novecientos sesenta y ocho", "doce de octubre de mil novecientos sesenta y ocho"),
        ("fr", "l'opération c'était le vingt-deux janvier deux mille vingt", "vingt-deux janvier deux mille vingt"),
        ("de", "sie kam am 4. März 2019 zu uns", "4. März 2019"),
        ("de", "Aufnahme vom 9.11. bis 14.11.2022", "9.11."),
    ],
    "ages": [
        ("en", "my grandmother is ninety four", "ninety four"),
        ("en", "a 101 year old man", "101 year old"),
        ("es", "mi padre tiene noventa y seis años", "noventa y seis años"),
        ("fr", "elle a quatre-vingt-douze ans", "quatre-vingt-douze ans"),
    ],
    "emails": [
        ("en", "you can write to petra underscore voss at gmail dot com", "petra underscore voss at gmail dot com"),
        ("en", "it's r dot quist nine at outlook dot co dot uk", "r dot quist nine at outlook dot co dot uk"),
        ("en", "go to www.quistlings.org", "www.quistlings.org"),
        ("es", "mi correo es nuria guion bajo salas arroba correo punto es", "nuria guion bajo salas arroba correo punto es"),
        ("fr", "c'est p point marchal arobase orange point fr", "p point marchal arobase orange point fr"),
    ],
    "addresses": [
        ("en", "Right. 2, 1, Golden, Ridge, Drive, 706. Thanks.", "2, 1, Golden, Ridge, Drive, 706"),
        ("en", "the last one please|3, 1, 0.|Juniper Lane 264.|thanks", "3, 1, 0.|Juniper Lane 264"),
        ("en", "Perfect.|38, IV-LAN, 905.|Lovely.", "38, IV-LAN, 905"),
        ("fr", "j'habite vingt-deux ter chemin des Sorbiers", "vingt-deux ter chemin des Sorbiers"),
        ("es", "vivo en la avenida del Puerto, treinta, segundo derecha", "avenida del Puerto, treinta, segundo derecha"),
        ("en", "we live at thirty one Alder Crescent, Stoke", "thirty one Alder Crescent, Stoke"),
        ("en", "my address is 9 Tansy Road flat three b", "9 Tansy Road flat three b"),
        ("en", "the postcode is L E 2 7 F Q", "L E 2 7 F Q"),
        ("es", "vivo en la calle Olmos, número 14, segundo B", "calle Olmos, número 14, segundo B"),
        ("fr", "j'habite au douze rue des Tilleuls, à Angers", "douze rue des Tilleuls, à Angers"),
        ("de", "Ich wohne in der Lindenstraße 14, 10969 Berlin", "Lindenstraße 14, 10969 Berlin"),
    ],
    "spelled": [
        ("en", "your surname?|I, we, a, n, k, o, f|thanks", "I, we, a, n, k, o, f"),
        ("en", "how do you spell that?|V O S S", "V O S S"),
        ("en", "it's M-C-double L-E-A", "M-C-double L-E-A"),
        ("en", "spell it please|K as in kite, O, W as in water, A, L", "K as in kite, O, W as in water, A, L"),
        ("es", "¿cómo se escribe?|uve, i, ele, a", "uve, i, ele, a"),
    ],
    "names": [
        ("en", "Hi. Call me Babs, everyone does.", "Babs"),
        ("en", "my son grant mostly cooks", "grant"),
        ("en", "hello it's kavita ringing about my scan", "kavita"),
        ("en", "Hello, I'm Doctor Okonjo.", "Okonjo"),
        ("en", "my name is Hedda Brandvold", "Hedda Brandvold"),
        ("en", "my name is will", "will"),
        ("en", "My wife Grace drove me.", "Grace"),
        ("en", "My daughter April is here.", "April"),
        ("en", "and who is this?|oh that's my brother tomasz", "tomasz"),
        ("en", "thank you mrs abernathy", "abernathy"),
        ("en", "nurse kowalczyk gave me the form", "kowalczyk"),
        ("es", "me llamo Begoña Arrizabalaga", "Begoña Arrizabalaga"),
        ("es", "la doctora Quiroga me vio", "Quiroga"),
        ("fr", "je m'appelle Solène Marchetti", "Solène Marchetti"),
        ("de", "Mein Name ist Wiebke Petersen.", "Wiebke Petersen"),
        ("de", "Frau Osterkamp kommt morgen wieder.", "Osterkamp"),
    ],
    "organisations": [
        ("en", "I had it done at Thornfield General Hospital.", "Thornfield General Hospital"),
        ("en", "send it to quayside pharmacy please", "quayside pharmacy"),
        ("en", "Which clinic was it?|The Marlowe Clinic.", "Marlowe Clinic"),
        ("es", "me operaron en el hospital san cipriano", "hospital san cipriano"),
        ("fr", "il est suivi à la clinique des Ormeaux", "clinique des Ormeaux"),
        ("de", "Sie lag im Klinikum Wolfsbrunn.", "Wolfsbrunn"),
    ],
    "places": [
        ("en", "i live in doncaster", "doncaster"),
        ("en", "We moved to Reykjavik last year.", "Reykjavik"),
        ("es", "vivo en albacete", "albacete"),
        ("fr", "j'habite à perpignan", "perpignan"),
        ("de", "Ich wohne in Paderborn.", "Paderborn"),
    ],
    "written": [
        ("en", "mail me: jo.quist@example.org", "jo.quist@example.org"),
        ("en", "the server is 192.168.20.7", "192.168.20.7"),
        ("en", "my number is 123-45-6789", "123-45-6789"),
        ("en", "card 4111 1111 1111 1111", "4111 1111 1111 1111"),
        ("en", "the pump's address is 00:1B:44:11:3A:B7", "00:1B:44:11:3A:B7"),
        ("fr", "sa sécu: 1 84 12 76 451 089 46", "1 84 12 76 451 089 46"),
    ],
    "fields": [
        ("es", "Nombre: Íñigo.|Apellidos: Zubiri Lasa.|NHC: 441902.", "Zubiri Lasa"),
        ("es", "Localidad/ Provincia: Teruel.|CP: 44001.", "Teruel"),
        ("de", "Patientin: Osterkamp, Wiebke geb. am 2.3.1961", "Osterkamp, Wiebke"),
        ("de", "Mit freundlichen Grüßen||Hedda Brandvold|Oberärztin", "Hedda Brandvold"),
        ("de", "Rostock, am 3.5.2021|Befund", "Rostock"),
    ],
}  # fmt: skip

LEFT = {
    "doses": [
        ("en", "I take five milligrams of ramipril twice a day", "five milligrams of ramipril"),
        ("en", "two puffs of ventolin", "two puffs of ventolin"),
        ("en", "the Augmentin didn't help", "Augmentin"),
        ("es", "tomo seiscientos miligramos de ibuprofeno", "seiscientos miligramos de ibuprofeno"),
        ("fr", "je prends mille milligrammes de Doliprane", "mille milligrammes de Doliprane"),
        ("de", "Ramipril 5 mg morgens", "Ramipril 5 mg"),
    ],
    "values": [
        ("en", "now count for me please|one, two, three, four, five, six, seven", "one, two, three, four, five, six, seven"),
        ("de", "Pantoloc 40mg 1-0-1", "1-0-1"),
        ("en", "your blood pressure is one forty two over ninety", "one forty two over ninety"),
        ("en", "the A1C was seven point four", "seven point four"),
        ("en", "sats are ninety six percent", "ninety six"),
        ("en", "I weigh ninety two kilos", "ninety two"),
        ("es", "la tensión está en ciento treinta con ochenta", "ciento treinta con ochenta"),
        ("de", "RR 145/85 mmHg", "145/85"),
        ("de", "Diabetes mellitus (E11.9), Tumoranämie D63.0", "D63.0"),
    ],
    "times": [
        ("en", "it started last week, about three days ago", "last week, about three days ago"),
        ("en", "I see the nurse on Tuesday", "Tuesday"),
        ("en", "for two or three months", "two or three months"),
        ("en", "twenty years ago", "twenty years ago"),
        ("es", "desde hace tres semanas", "hace tres semanas"),
        ("fr", "depuis la semaine dernière", "semaine dernière"),
    ],
    "ages up to 89": [
        ("en", "I am sixty seven years old", "sixty seven"),
        ("en", "she is eighty nine", "eighty nine"),
        ("es", "tiene ochenta y ocho años", "ochenta y ocho"),
    ],
    "eponyms": [
        ("en", "my father had Parkinson's", "Parkinson's"),
        ("en", "they tested me for Graves disease", "Graves"),
        ("en", "he has crohn's and hodgkin lymphoma", "crohn's and hodgkin"),
        ("en", "Lachman's test was negative", "Lachman's"),
        ("de", "Verdacht auf Morbus Basedow", "Basedow"),
    ],
    "words that are names": [
        ("en", "To be frank, the cholesterol is high", "frank"),
        ("en", "ohhh, I see, uum, fine", "ohhh, I see, uum"),
        ("en", "call me back tomorrow", "back tomorrow"),
        ("de", "Meine Oma hat es mit der Leber", "Oma hat es mit der Leber"),
        ("en", "I will be fine, may I go?", "will"),
        ("en", "it may hurt a bit", "may"),
        ("en", "give me a hand with the mark on my arm", "mark"),
        ("en", "um ok right aye thanks", "um ok right aye thanks"),
        ("en", "there is hope, by the grace of god", "hope"),
        ("es", "me duele mucho la cruz y no veo la luz", "luz"),
        ("fr", "j'ai mal à la pierre de rein", "pierre"),
    ],
    "countries": [
        ("en", "I grew up in Portugal", "Portugal"),
        ("en", "we lived in Ohio", "Ohio"),
        ("en", "she moved to New Jersey", "New Jersey"),
        ("en", "he is from West Virginia or South Dakota", "West Virginia or South Dakota"),
        ("es", "soy de Ecuador", "Ecuador"),
    ],
    "care in general": [
        ("en", "he was champ in high school", "champ in high school"),
        ("en", "any sputum or phlegm at all?", "sputum or phlegm"),
        ("en", "he works at a pharmaceutical company", "pharmaceutical company"),
        ("en", "I went to the local hospital and then to the eye clinic", "the local hospital and then to the eye clinic"),
        ("en", "my kids go to high school", "high school"),
        ("es", "fui a urgencias del centro de salud", "urgencias"),
    ],
    "rare words": [
        ("en", "we will take care of your echocardiogram today", "echocardiogram"),
        ("en", "that's what we call bitemporal hemianopia", "bitemporal hemianopia"),
        ("en", "a nodule in the upper lobe", "upper lobe"),
        ("en", "there is a 4/6 systolic murmur", "4/6"),
        ("en", "it does n't I think", "n't I"),
    ],
    "acronyms": [
        ("en", "we did an E C G and an M R I", "E C G and an M R I"),
        ("en", "the CT and the MRI were normal", "CT and the MRI"),
    ],
}  # fmt: skip


def rows(table):
    return [
        pytest.param(*row, id=f"{kind}-{number}")
        for kind, group in table.items()
        for number, row in enumerate(group)
    ]


def as_asr(text):
    """Lower case, no punctuation but what ASR keeps inside words."""
    kept = "".join(c if c.isalnum() or c in "'|@._:/- " else " " for c in text.lower())
    words = [word.strip("._:/-") for word in kept.replace("|", " \n ").split(" ")]
    return " ".join(word for word in words if word).replace(" \n ", "\n")


@pytest.mark.parametrize(("language", "text", "part"), rows(FOUND))
def test_found(language, text, part) -> None:
    assert covered(text.replace("|", "\n"), part.replace("|", "\n"), language)


@pytest.mark.parametrize(("language", "text", "part"), rows(LEFT))
def test_left(language, text, part) -> None:
    assert untouched(text.replace("|", "\n"), part, language)


SPOKEN = {kind: rows for kind, rows in FOUND.items() if kind not in ("written", "fields")}


@pytest.mark.parametrize(("language", "text", "part"), rows(SPOKEN))
def test_found_as_asr_writes_it(language, text, part) -> None:
    if language == "de":
        pytest.skip("the targets name no spoken German")
    assert covered(as_asr(text), as_asr(part), language)


@pytest.mark.parametrize(("language", "text", "part"), rows(LEFT))
def test_left_as_asr_writes_it(language, text, part) -> None:
    assert untouched(as_asr(text), as_asr(part), language)


@pytest.mark.parametrize(
    ("question", "answer", "redacted"),
    [
        ("And what is your home address?", "9, 9, Velo, Lane, 4, 9, 3.", "[LOCATION_1]."),
        ("what is your address", "seven seven spruce way nine two zero", "[LOCATION_1]"),
        ("How much do you take?", "5 a day.", "5 a day."),
        ("What is your address?", "I take 5 mg a day.", "I take 5 mg a day."),
    ],
)
def test_numbers_that_answer_where_somebody_lives_go_however_the_street_was_heard(
    question: str, answer: str, redacted: str
) -> None:
    found = speechkit.deidentify_text(f"{question}\n{answer}", language="en")
    assert found.redacted == f"{question}\n{redacted}"
