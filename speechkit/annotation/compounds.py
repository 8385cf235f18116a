"""Terms that are made of others: "stomach ache", "kidney infection", "heart tablets", "trouble sleeping".

So that what is in no list is found, if it is said the way such things are said.
"""

from __future__ import annotations

from collections.abc import Sequence

from speechkit.annotation.lexicon import term_at
from speechkit.annotation.quantities import number_end
from speechkit.annotation.tokens import Token, unbroken
from speechkit.core.annotations import EntityType
from speechkit.language import by_stem

_HURTS = frozenset(("pain", "ach", "ache", "cramp", "spasm", "stiffness", "swelling"))
_FELT = frozenset("sore runny blocked stuffy dry stiff itchy".split())
_FELT_ON = frozenset("throat nose mouth neck eye".split())
_DISEASES = frozenset(
    "infection disease cancer failure syndrome disorder stone ulcer cyst polyp tumor fracture palsy "
    "deficiency allergy anemia virus attack".split()
)
_MODIFIERS = frozenset(
    "urinary viral bacterial fungal gastric renal cardiac coronary pulmonary hepatic urine water chest "
    "panic asthma vascular peripheral chronic acute iron vitamin yeast celiac crohn thyroid prostate "
    "breast bowel skin lung ovarian cervical stress hairline stomach anxiety eating personality "
    "autoimmune inflammatory sexually tension cluster gestational".split()
)
_FORMS = frozenset(
    "tablet pill capsule medication medicine cream ointment gel inhaler puffer spray drop injection "
    "patch syrup lotion gummy suppository".split()
)
_FORM_FOR = frozenset(
    "water pressure sleeping iron steroid cholesterol sugar diabetes thyroid blue brown purple "
    "preventer reliever rescue pain nasal allergy cough antifungal antibiotic hormone anxiety travel "
    "sickness indigestion malaria nicotine insulin vitamin contraceptive estrogen".split()
)
_JABS = frozenset(("vaccine", "vaccination", "jab", "booster", "shot", "immunization"))
_TROUBLE = frozenset(("trouble", "difficulty", "difficult", "struggling", "struggle", "hard"))
_DOING = frozenset(
    "breathing swallowing sleeping walking concentrating hearing speaking peeing urinating weeing "
    "focusing seeing remembering".split()
)
_FLUIDS = frozenset("urine stool poo pee wee spit phlegm vomit sputum semen".split())
_OWNERS = frozenset("my your his her the their our".split())
_MASS = frozenset(
    "mg mgs milligram milligrams mcg microgram micrograms g gram grams unit units ml milliliters".split()
)
_NO_NAME = frozenset(
    "of the and or to take takes taking took on is was at about it that this than with then up down "
    "from for only just had have get getting be been by in per another extra dose doses your my".split()
)  # fmt: skip
_LEAST = 5  # letters of an unknown word that is taken for a drug
Found = tuple[int, EntityType] | None


def compound_at(tokens: Sequence[Token], at: int) -> Found:
    """Return the end and the type of a compound that begins at a token."""
    return (
        _pain(tokens, at)
        or _disease(tokens, at)
        or _medicine(tokens, at)
        or _vaccine(tokens, at)
        or _fluid(tokens, at)
        or _trouble(tokens, at)
        or _unknown_drug(tokens, at)
    )


def _pain(tokens: Sequence[Token], at: int) -> Found:
    if tokens[at].form in _FELT and _form(tokens, at + 1) in _FELT_ON:
        return at + 2, "symptom"
    part = term_at(tokens, at)
    if part and part[1] == "body" and _form(tokens, part[0]) in _HURTS:
        return (part[0] + 1, "symptom") if unbroken(tokens, at, part[0] + 1) else None
    return None


def _disease(tokens: Sequence[Token], at: int) -> Found:
    """ "type two diabetes", "kidney infection", "Addison's disease", "vitamin D deficiency"."""
    if tokens[at].word == "type" and number_end(tokens, at + 1) == at + 2:
        return (at + 3, "condition") if _form(tokens, at + 2) == "diabetes" else None
    part = term_at(tokens, at)
    end = part[0] if part and part[1] == "body" else at + 1
    if end == at + 1 and not (part and part[1] == "body") and tokens[at].form not in _MODIFIERS:
        named = _form(tokens, at + 1) == "s" and len(tokens[at].word) >= _LEAST
        if not named:
            return None
        end = at + 2
    if _form(tokens, end) in ("tract", "artery", "d", "b", "muscle", "gland"):
        end += 1
    if _form(tokens, end) in _DISEASES and unbroken(tokens, at, end + 1):
        return end + 1, "condition"
    return None


def _medicine(tokens: Sequence[Token], at: int) -> Found:
    """ "water tablets", "blood pressure medication", "metformin tablets" (the name alone is the drug)."""
    part = term_at(tokens, at)
    end = part[0] if part else at + 1
    known = part is not None and part[1] in ("body", "condition", "symptom", "test")
    if not known and tokens[at].form not in _FORM_FOR:
        return None
    for here in dict.fromkeys((end, at + 1)):
        if _form(tokens, here) in _FORMS and unbroken(tokens, at, here + 1):
            return here + 1, "drug"
    return None


def _vaccine(tokens: Sequence[Token], at: int) -> Found:
    """ "shingles vaccine", "flu jab"."""
    part = term_at(tokens, at)
    if part and part[1] == "condition" and _form(tokens, part[0]) in _JABS:
        return (part[0] + 1, "procedure") if unbroken(tokens, at, part[0] + 1) else None
    return None


def _fluid(tokens: Sequence[Token], at: int) -> Found:
    """ "blood in my urine", "coughing up blood"."""
    words = [token.word for token in tokens[at : at + 4]]
    if words[:2] in (["blood", "in"], ["blood", "when"]) and len(words) == 4:
        return (at + 4, "symptom") if words[2] in _OWNERS and words[3] in _FLUIDS else None
    if words[:1] in (["coughing"], ["cough"], ["vomiting"], ["bringing"], ["spitting"]):
        if words[1:3] in (["up", "blood"], ["up", "phlegm"]):
            return at + 3, "symptom"
    return None


def _trouble(tokens: Sequence[Token], at: int) -> Found:
    if tokens[at].word in _TROUBLE and _word(tokens, at + 1) in _DOING:
        return at + 2, "symptom"
    if (tokens[at].word == "can" and _word(tokens, at + 1) == "t") or tokens[at].word == "cant":
        verb = at + (2 if tokens[at].word == "can" else 1)
        if _word(tokens, verb) in ("sleep", "breathe", "swallow", "concentrate", "focus"):
            return verb + 1, "symptom"
    return None


def _unknown_drug(tokens: Sequence[Token], at: int) -> Found:
    """A word that nothing is known of, right before an amount in units of mass, or after "mg of"."""
    word = tokens[at].word
    if len(word) < _LEAST or not word.isalpha() or word in _NO_NAME or by_stem(word):
        return None
    if term_at(tokens, at):
        return None
    end = number_end(tokens, at + 1)
    before = end > at + 1 and _word(tokens, end) in _MASS and unbroken(tokens, at, end + 1)
    after = (
        at >= 3 and tokens[at - 1].word == "of" and tokens[at - 2].word in _MASS
        and not tokens[at].stop
    )  # fmt: skip
    return (at + 1, "drug") if before or after else None


def _word(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].word if at < len(tokens) else ""


def _form(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].form if at < len(tokens) else ""
