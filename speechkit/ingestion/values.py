"""From a table's cell to a value: coded where a code exists, coarse where a fine one identifies.

Every function takes the cell's text and raises `InputError` if it does not fit. A message names the
field and what fits, never the cell: a column mapped by mistake may hold anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from babel.core import get_global

from speechkit.core.errors import InputError
from speechkit.core.types import Code

_BLANK = frozenset(
    "|na|n/a|nan|null|none|-|--|?|unknown|<na>|not known|not given|not stated|prefer not to say|"
    "prefer not to answer|undisclosed|declined".split("|")
)
_LONGEST = 64  # characters; longer is prose, and prose may name people

_ROLES = {
    "doctor": "doctor clinician physician gp practitioner consultant dr md resident",
    "patient": "patient client pt",
    "nurse": "nurse midwife",
    "interpreter": "interpreter translator",
    "companion": "companion carer caregiver relative family parent mother father spouse partner",
    "other": "other reader speaker student assistant",
}
_SEXES = {
    "female": "female f woman w feminine female_feminine",
    "male": "male m man masculine male_masculine",
    "other": "other x diverse d nonbinary non-binary intersex transgender",
}
_MODALITIES = {
    "in-person": "in-person in_person inperson face-to-face f2f onsite on-site office clinic room",
    "phone": "phone telephone call audio-only telephony",
    "video": "video telehealth videocall video-call video_call online televisit",
}
_ENCOUNTERS = {
    "AMB": ("ambulatory", "ambulatory outpatient clinic office"),
    "EMER": ("emergency", "emergency er ed"),
    "HH": ("home health", "home home-visit home_visit home-health"),
    "IMP": ("inpatient encounter", "inpatient ward"),
    "VR": ("virtual", "virtual telehealth remote"),
}
_ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_LANGUAGES = (
    "af afrikaans,am amharic,ar arabic,az azerbaijani,bg bulgarian,bn bengali,bn bangla,"
    "bs bosnian,ca catalan,cs czech,cy welsh,da danish,de german,el greek,en english,es spanish,"
    "es castilian,et estonian,eu basque,fa persian,fa farsi,fi finnish,fr french,ga irish,"
    "gl galician,gu gujarati,ha hausa,he hebrew,hi hindi,hr croatian,ht haitian,hu hungarian,"
    "hy armenian,id indonesian,is icelandic,it italian,ja japanese,ka georgian,kk kazakh,km khmer,"
    "kn kannada,ko korean,lt lithuanian,lv latvian,mk macedonian,ml malayalam,mn mongolian,"
    "mr marathi,ms malay,my burmese,ne nepali,nl dutch,nl flemish,no norwegian,pa punjabi,"
    "pa panjabi,pl polish,ps pashto,pt portuguese,ro romanian,ru russian,si sinhala,sk slovak,"
    "sl slovenian,so somali,sq albanian,sr serbian,sv swedish,sw swahili,ta tamil,te telugu,"
    "th thai,tl tagalog,tl filipino,tr turkish,uk ukrainian,ur urdu,uz uzbek,vi vietnamese,"
    "yo yoruba,yue cantonese,zh chinese,zh mandarin,zu zulu"
)
# Undetermined, several, none, not coded (ISO 639-2).
_NO_LANGUAGE = frozenset({"und", "mul", "zxx", "mis"})
# ISO 639-2 and 639-3 codes, the bibliographic ones too → ISO 639-1 (Unicode CLDR, languageAlias).
_SHORTEST: Mapping[str, str] = get_global("language_aliases")
_LANGUAGE_NAMES = {name: code for code, name in (x.split() for x in _LANGUAGES.split(","))}
_DECADES = "teens twenties thirties fourties fifties sixties seventies eighties".split()
_OLDEST = 90  # HIPAA Safe Harbor, 45 CFR 164.514(b)(2)(i)(C): ages above 89 are one category


def is_blank(cell: str) -> bool:
    """Say whether a cell says nothing (`NA`, `unknown`, `-`, …)."""
    return cell.strip().lower() in _BLANK


def role(cell: str) -> str:
    """Return the role that a word for it means.

    >>> role("Clinician")
    'doctor'
    """
    return _one_of("role", cell, _ROLES)


def sex(cell: str) -> str:
    """Return `female`, `male` or `other` (FHIR administrative gender)."""
    return _one_of("sex", cell, _SEXES)


def modality(cell: str) -> str:
    """Return `in-person`, `phone` or `video`."""
    return _one_of("modality", cell.replace(" ", "-"), _MODALITIES)


def languages(cell: str) -> tuple[str, ...]:
    """Return ISO 639 codes of one or more languages, given as codes, BCP 47 tags or English names.

    The shortest code of a language counts (`eng` is `en`); `und`, undetermined, is none.

    >>> languages("en-GB; Hindi"), languages("spa, zh-Hant, und")
    (('en', 'hi'), ('es', 'zh'))
    """
    codes = []
    for part in re.split(r"[;,|/+]", cell):
        word = part.strip().lower()
        if not word:
            continue
        tag = re.fullmatch(r"([a-z]{2,3})([-_][a-z0-9]{2,8})*", word)
        code = _LANGUAGE_NAMES.get(word) or (tag[1] if tag else "")
        if not code:
            raise InputError("language: not a code (en, pt-BR) or English name of a language")
        if code not in _NO_LANGUAGE:
            codes.append(_SHORTEST.get(code, code).partition("_")[0])
    return tuple(dict.fromkeys(codes))


def age_band(cell: str) -> str:
    """Return a band of ages; an age becomes its decade, everything from 90 on is one band.

    >>> [age_band(cell) for cell in ("34", "34.0", "97", "20-35", "twenties", "88-93", "85+")]
    ['30-39', '30-39', '90+', '20-35', '20-29', '88+', '85+']
    """
    word = cell.strip().lower().replace("–", "-").replace(" ", "")
    word = {"nineties": "90", "forties": "fourties"}.get(word, word)
    if word in _DECADES:
        word = str(10 * (_DECADES.index(word) + 1))
    elif re.fullmatch(r"[1-9]0'?s", word):
        word = word[:2]
    if re.fullmatch(r"\d{1,3}(\.\d+)?", word):
        age = int(float(word))
        if age > 130:
            raise InputError("age: above 130 years")
        low = age // 10 * 10
        return f"{_OLDEST}+" if age >= _OLDEST else f"{low}-{low + 9}"
    if open_end := re.fullmatch(r"(\d{1,3})\+|[>≥](\d{1,3})", word):
        return f"{min(int(open_end[1] or open_end[2]), _OLDEST)}+"
    if band := re.fullmatch(r"(\d{1,3})-(\d{1,3})", word):
        low, high = int(band[1]), int(band[2])
        if low > high:
            raise InputError("age_band: ends before it begins")
        return f"{min(low, _OLDEST)}+" if high >= _OLDEST else f"{low}-{high}"
    raise InputError("age_band: not an age (34) or a band (30-39, 90+)")


def period(cell: str) -> str:
    """Return the year, or the years, of a date: finer dates are identifiers.

    >>> period("2024-03-17"), period("17/03/2024"), period("2019-2021")
    ('2024', '2024', '2019-2021')
    """
    word = cell.strip().replace("–", "-")
    if re.fullmatch(r"(19|20)\d\d(-(19|20)\d\d)?", word):
        return word
    years: set[str] = set(re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", word))
    if len(years) != 1:
        raise InputError("period: not a date with a year of four digits, nor years (2019-2021)")
    return years.pop()


def flag(field: str, cell: str) -> bool:
    """Return whether a cell says yes."""
    words = {"true": "true yes y 1 t", "false": "false no n 0 f"}
    return _one_of(field, cell, words) == "true"


def phi(cell: str) -> str:
    """Return `raw` or `none`; only de-identification may say `redacted`."""
    return _one_of("phi", cell, {"raw": "raw yes", "none": "none no"})


def consent(cell: str) -> str:
    """Return the id of a consent: a word, so that it can be no sentence about a person."""
    if not re.fullmatch(r"[\w.:/@#-]{1,64}", cell.strip()):
        raise InputError("consent: not an id (one word of at most 64 letters, digits, . : / - _)")
    return cell.strip()


def label(field: str, cell: str) -> str:
    """Return a short text such as an accent, a device or a site code."""
    text = " ".join(cell.split())
    if len(text) > _LONGEST:
        raise InputError(f"{field}: longer than {_LONGEST} characters; is this the right column?")
    return text


def code(field: str, cell: str) -> Code:
    """Return a coded value from `code`, `system|code` or `system|code|display` (as FHIR tokens).

    >>> code("specialty", "http://snomed.info/sct|394814009|General practice").code
    '394814009'
    """
    parts = [label(field, part) for part in cell.split("|")]
    if len(parts) == 1:
        return Code(code=parts[0])
    if len(parts) > 3 or not parts[1]:
        raise InputError(f"{field}: not code, system|code or system|code|display")
    return Code(system=parts[0], code=parts[1], display=parts[2] if len(parts) == 3 else "")


def reason(cell: str) -> Code:
    """Return why the patient came, as a code of a system; free text may name people."""
    coded = code("reason", cell)
    if not coded.system:
        raise InputError("reason: not system|code or system|code|display; free text is not kept")
    return coded


def encounter_class(cell: str) -> Code:
    """Return the class of an encounter, in HL7 v3 ActCode where it is one of the usual ones."""
    word = cell.strip()
    for code_, (display, words) in _ENCOUNTERS.items():
        if word.upper() == code_ or word.lower() in words.split():
            return Code(code=code_, system=_ACT_CODE, display=display)
    return code("encounter_class", cell)


def _one_of(field: str, cell: str, words: dict[str, str]) -> str:
    wanted = cell.strip().lower()
    for value, synonyms in words.items():
        if wanted in synonyms.split():
            return value
    raise InputError(f"{field}: not one of {', '.join(words)}")
