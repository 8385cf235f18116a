"""Identifiers of letters and digits in one piece: "ABCPK1234F", "88-QRT-2210", passwords."""

from __future__ import annotations

import re
from collections.abc import Iterator

from speechkit.core.types import Identifier
from speechkit.deidentification.text.candidate import Candidate
from speechkit.deidentification.text.scene import Scene

DETECTOR = "codes"
_CODE = re.compile(r"(?<![\w@./-])[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?![\w@]|-\w)")
_LONG, _SHORT = 8, 5  # signs without a cue and with one
_FEWEST_DIGITS, _FEWEST_LETTERS = 3, 2
_WINDOW = 4  # words before a code in which a cue counts
_KNOWN = re.compile(  # variants of genes, quantities, ordinals, rows of vertebrae
    r"(?i)rs\d+|hla-\w+|(?:\d+(?:st|nd|rd|th|mg|mcg|ml|kg|g|cm|mm|am|pm|h|x|k|hz|iu)-?)+|(?:[a-z]\d{1,2}-?)+"
)
_SECRET = re.compile(
    r"(?i)\b(?:pass ?(?:word|code|phrase)|user ?name|log-?in|contrase\u00f1a|clave|usuario|mot de passe|"
    r"identifiant|passwort|kennwort|benutzername)\b(?:\s+(?:is|was|es|est|ist|for it|:|=)|\s?[:=])+\s*"
    r"[\"'\u201c]?(?P<secret>[^\s\"'\u201d,;]{3,40})"
)


def recognize(scene: Scene) -> Iterator[Candidate]:
    """Yield codes that are long or named, and what a password is said to be."""
    text = scene.conversation.text
    for match in _CODE.finditer(text):
        code = match.group().replace("-", "")
        digits = sum(char.isdigit() for char in code)
        letters = len(code) - digits
        if not digits or not letters or len(code) < _SHORT or _KNOWN.fullmatch(match.group()):
            continue
        first, after = scene.conversation.tokens_in(match.start(), match.end())
        if first >= after:
            continue
        label = _cue(scene, first)
        plain = digits >= _FEWEST_DIGITS and letters >= _FEWEST_LETTERS and len(code) >= _LONG
        if label or plain:
            yield Candidate(
                match.start(), match.end(), Identifier(label or "OTHER_ID"), 0.8, DETECTOR
            )
    for match in _SECRET.finditer(text):
        start, end = match.span("secret")
        end -= len(match["secret"]) - len(match["secret"].rstrip(".!?)"))
        word = match["secret"].lower()
        if end > start and word not in scene.language.stopwords:
            yield Candidate(start, end, Identifier.OTHER_ID, 0.8, DETECTOR)


def _cue(scene: Scene, first: int) -> str | None:
    line, _ = scene.line_of(first)
    before = scene.before(first, min(_WINDOW, first - line))
    best: tuple[int, str] | None = None
    for label, pattern in scene.language.ids.items():
        for found in pattern.finditer(before):
            if best is None or found.end() > best[0]:
                best = (found.end(), label)
    return best[1] if best else None
