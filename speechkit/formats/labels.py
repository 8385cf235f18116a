"""Labels of speakers in front of words: `[SPEAKER_00]: hi`, `Dr. Smith: hi`.

A subtitle, a text file or a Word document has no field for a speaker, so that tools write a label
into the text. What a label is, only the whole file tells: `Allergies: penicillin` is none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

# What diarizers and releases call speakers.
_GENERIC = re.compile(
    r"(?:p-[0-9a-f]{12}|(?:unknown )?speaker(?:[ _-]?(?:\d+|[A-Z]))?|spk[ _-]?\d+|S\d+)",
    re.IGNORECASE,
)
# The two at a consultation, in languages with whisper transcripts; recurring labels need no word.
_ROLES = frozenset(
    "doctor physician clinician dr gp consultant patient pt nurse interpreter companion carer "
    "caregiver mother father guest "
    "arzt ärztin ärztin/arzt patientin pflegekraft dolmetscher dolmetscherin "
    "médecin docteur infirmier infirmière interprète médico médica paciente enfermero enfermera "
    "intérprete dottore dottoressa medico paziente infermiere infermiera enfermeiro enfermeira "
    "arts patiënt verpleegkundige lekarz pacjent pacjentka läkare doktor hasta".split()
)
_TITLE = re.compile(r"(?:dr|doctor|prof|nurse|mr|mrs|ms|miss)\.? \S.*", re.IGNORECASE)
_MOST_WORDS = 4
_LONGEST = 40  # characters of a label
# A label: in brackets or not, a colon behind it; in brackets only where it is a generic name.
_LABEL = re.compile(
    rf"\s*(?:>>\s*)?(?:[\[(]\s*(?P<bracketed>[^\]()\[:]{{1,{_LONGEST}}}?)\s*[\])]\s*(?P<colon>[:：])?"
    rf"|(?P<plain>[^\W_][^:：\n\[\]<>{{}}!?;]{{0,{_LONGEST - 1}}}?)\s?[:：](?![:\d/\\])(?=\s|[^\d\s]|$))\s*"
)
_ENOUGH = 0.5  # of the lines begin with a label that recurs: then the file is a dialogue


def split_labels(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Return (speaker, words) for each text of a file; no speaker where no label stands.

    >>> split_labels(["[SPEAKER_00]: Hi.", "Allergies: penicillin"])
    [('SPEAKER_00', 'Hi.'), ('', 'Allergies: penicillin')]
    >>> split_labels(["Ann Lee: Hi.", "Bo: Hello.", "Ann Lee: How are you?", "Bo: Fine."])[3]
    ('Bo', 'Fine.')
    """
    parts = [_parts(text) for text in texts]
    counts = Counter(label for label, _, _ in parts if label)
    recurring = {label for label, number in counts.items() if number > 1}
    shown = sum(label in recurring for label, _, _ in parts)
    filled = sum(bool(text.strip()) for text in texts)
    # Headings recur as labels do, but do not name speakers.
    dialogue = len(recurring) > 1 and shown >= _ENOUGH * filled
    split = []
    for text, (label, words, certain) in zip(texts, parts, strict=True):
        is_speaker = certain or (dialogue and label in recurring)
        split.append((label, words) if label and is_speaker else ("", text))
    return split


def carried(split: Sequence[tuple[str, str]]) -> list[tuple[str, str, bool]]:
    """Give cues without a label to the speaker before them, as Zoom means them; say which.

    Only where all labels are names, of two people or more: a diarizer that labels no speaker knows none.

    >>> carried([("Ann Lee", "Hi."), ("", "Sit down."), ("Bo", "Hello.")])[1]
    ('Ann Lee', 'Sit down.', True)
    >>> carried([("SPEAKER_00", "Hi."), ("", "Sit down."), ("SPEAKER_01", "Hello.")])[1]
    ('', 'Sit down.', False)
    """
    names = {speaker for speaker, _ in split if speaker}
    if len(names) < 2 or any(map(is_generic_label, names)):
        return [(speaker, words, False) for speaker, words in split]
    last, found = "", []
    for speaker, words in split:
        found.append((speaker or last, words, bool(last and words and not speaker)))
        last = speaker or last
    return found


def _parts(text: str) -> tuple[str, str, bool]:
    """Return the label that may be one, the words behind it, and whether it is one for sure."""
    match = _LABEL.match(text)
    if match is None:
        return "", text, False
    label = " ".join((match["bracketed"] or match["plain"] or "").split())
    certain = _is_certain(label)
    in_brackets = match["bracketed"] is not None
    if (in_brackets and not match["colon"] and not _GENERIC.fullmatch(label)) or not label:
        return "", text, False
    if len(label.split()) > _MOST_WORDS or not (label[0].isupper() or certain):
        return "", text, False
    return label, text[match.end() :], certain


def is_generic_label(label: str) -> bool:
    """Say whether a label names no person: what a diarizer or a release calls a speaker.

    >>> is_generic_label("SPEAKER_00"), is_generic_label("Ann Lee")
    (True, False)
    """
    return bool(_GENERIC.fullmatch(label))


def _is_certain(label: str) -> bool:
    word = label.casefold().rstrip(".")
    if word.partition(" ")[0] in _ROLES and re.fullmatch(r"\S+(?: \d+)?", word):
        return True
    return bool(_GENERIC.fullmatch(label) or _TITLE.fullmatch(label))
