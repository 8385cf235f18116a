"""Who is the doctor, who the patient: from what they say and how, with the right to abstain.

Each speaker gets five features, compared with those of the others; a logistic function of their
difference is the chance of being the doctor. Weights are fitted by `python -m benchmarks roles
--fit` on one half of real and simulated consultations, in English; the other languages share them
and have their own tables (`roles.toml`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import msgspec

from speechkit.core.types import SpeakerRole
from speechkit.language import fold, primary_subtag

# Of the features below, in order; see the module's docstring.
WEIGHTS = (1.706, -1.096, 0.535, 1.521, -0.267)
# Hits are counted per 100 words, as if this many words without any had been said before: a rate
# over five words says little.
_PRIOR_WORDS = 40
_FEWEST_WORDS = 15  # that both together must say before anybody gets a role
_FEWEST_TERMS = 2  # different clinical words that make a consultation
_TERM_RATE = 0.4  # clinical words per 100 words
_SURE = 0.8  # chance from which a role is given


class Speech(msgspec.Struct, frozen=True, kw_only=True):
    """All that one speaker said: sentences in order."""

    sentences: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Speech(<{len(self.sentences)} sentences>)"


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    doctor: tuple[str, ...]
    patient: tuple[str, ...]
    question: tuple[str, ...]
    you: tuple[str, ...]
    me: tuple[str, ...]
    clinical: tuple[str, ...]


LANGUAGES = ("en", "es", "fr", "de")


def assign_roles(speech: Mapping[str, Speech], language: str) -> tuple[SpeakerRole, ...]:
    """Return a role for each speaker, sorted by speaker.

    At most one doctor and one patient; everybody is `unknown` where the conversation is not about
    somebody's health, too little is said, or the evidence is weak. Of three or more, those between
    are `unknown`: who accompanies whom cannot be told from words alone.

    >>> said = {
    ...     "A": Speech(sentences=("Hello, I'm Doctor Lee, how can I help?", "Any chest pain?")),
    ...     "B": Speech(sentences=("I've been having a cough and my throat hurts.", "No, doctor.")),
    ... }
    >>> [(role.speaker, role.role) for role in assign_roles(said, "en")]
    [('A', 'doctor'), ('B', 'patient')]
    """
    speakers = sorted(speech)
    scores = {speaker: score(speech[speaker], language) for speaker in speakers}
    roles = {
        speaker: SpeakerRole(speaker=speaker, role="unknown", confidence=0.0)
        for speaker in speakers
    }
    if len(speakers) < 2 or not is_clinical(list(speech.values()), language):
        return tuple(roles.values())
    ranked = sorted(speakers, key=lambda speaker: (-scores[speaker], speaker))
    top, bottom = ranked[0], ranked[-1]
    # Against the next one, not against the last: of two who both ask, neither is surely the doctor.
    doctor = _chance(scores[top] - scores[ranked[1]])
    patient = _chance(scores[ranked[-2]] - scores[bottom])
    if doctor >= _SURE:
        roles[top] = SpeakerRole(speaker=top, role="doctor", confidence=round(doctor, 4))
    if patient >= _SURE:
        roles[bottom] = SpeakerRole(speaker=bottom, role="patient", confidence=round(patient, 4))
    return tuple(roles[speaker] for speaker in speakers)


def score(speech: Speech, language: str) -> float:
    """Return the evidence for a doctor and against a patient; only differences mean something."""
    return sum(w * x for w, x in zip(WEIGHTS, features(speech, language), strict=True))


def features(speech: Speech, language: str) -> tuple[float, ...]:
    """Return five rates of a speaker, each 0 or more.

    Doctor's phrases, patient's phrases and questions, each as the square root of hits per 100
    words (the tenth hit says less than the first); then the words for "you" and for "I" likewise.
    """
    patterns = _patterns(language)
    sentences = [plain(sentence) for sentence in speech.sentences]
    num_words = sum(len(sentence.split()) for sentence in sentences)

    def rate(hits: int) -> float:
        return math.sqrt(100 * hits / (num_words + _PRIOR_WORDS))

    asked = sum(
        1
        for raw, sentence in zip(speech.sentences, sentences, strict=True)
        if raw.rstrip().endswith("?") or patterns["question"].match(sentence)
    )
    counts = {
        name: sum(len(patterns[name].findall(sentence)) for sentence in sentences)
        for name in ("doctor", "patient", "you", "me")
    }
    return (
        rate(counts["doctor"]),
        rate(counts["patient"]),
        rate(asked),
        rate(counts["you"]),
        rate(counts["me"]),
    )


def is_clinical(speech: Sequence[Speech], language: str) -> bool:
    """Tell whether a conversation is long enough and about somebody's health."""
    pattern = _patterns(language)["clinical"]
    sentences = [plain(sentence) for said in speech for sentence in said.sentences]
    num_words = sum(len(sentence.split()) for sentence in sentences)
    found = [match.group(0) for sentence in sentences for match in pattern.finditer(sentence)]
    return (
        num_words >= _FEWEST_WORDS
        and len(set(found)) >= _FEWEST_TERMS
        and 100 * len(found) / num_words >= _TERM_RATE
    )


def plain(text: str) -> str:
    """Lower case, straight apostrophes, no accents and no punctuation but what is inside words.

    >>> plain("¿Qué le pasa? It’s OK.")
    "que le pasa it's ok"
    """
    flat = fold(text.replace("’", "'"))
    return " ".join(re.findall(r"[\w]+(?:['-][\w]+)*", flat))


def sentences_of(text: str) -> tuple[str, ...]:
    """Cut a text after full stops, question and exclamation marks.

    >>> sentences_of("Any pain? No. Good")
    ('Any pain?', 'No.', 'Good')
    """
    return tuple(part for part in re.split(r"(?<=[.?!])\s+", text.strip()) if part)


@cache
def _patterns(language: str) -> dict[str, re.Pattern[str]]:
    tables = msgspec.toml.decode(
        (files("speechkit.diarization") / "roles.toml").read_bytes(), type=dict[str, _Table]
    )
    table = tables.get(primary_subtag(language), tables["en"])
    return {
        name: re.compile(rf"(?<!['\w])(?:{'|'.join(getattr(table, name))})(?!['\w])")
        for name in table.__struct_fields__
    }


def _chance(difference: float) -> float:
    return 1 / (1 + math.exp(-difference))
