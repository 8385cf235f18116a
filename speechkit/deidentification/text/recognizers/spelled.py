"""Spelled-out letters: "S A D L E R", "C-A-L-L-A", "double L", "C as in Charlie", "u, erre, i"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from speechkit.deidentification.text import lists
from speechkit.deidentification.text.cues import phrase
from speechkit.deidentification.text.scene import COMMA, STOP, TURN, Candidate, Scene

DETECTOR = "spelled"
_BACKWARDS = re.compile(r"backwards?|al reves|a l envers|ruckwarts")


def recognize(scene: Scene) -> Iterator[Candidate]:
    """Yield runs of letters that spell a name."""
    index = 0
    while index < len(scene.tokens):
        letters, after = letters_at(scene, index)
        if _is_name(scene, index, after, letters):
            yield scene.candidate(index, after, "NAME", 0.9, DETECTOR)
        index = max(after, index + 1)


def letters_at(scene: Scene, index: int) -> tuple[str, int]:
    """Return the letters spelled from a token on, and the token after them."""
    spelled = scene.cues.spelled
    tokens = scene.tokens
    letters = ""
    after = index
    at = index
    while at < len(tokens):
        if letters and tokens[at].gap >= STOP and not _pointed(scene, at):
            break
        letter, following = _letter_at(scene, at, started=bool(letters))
        if letter:
            letters += letter
            at = after = _skip_as_in(scene, following, letter)
            continue
        misheard = spelled.misheard.get(tokens[at].key, "") if letters and at == after else ""
        if misheard and at + 1 < len(tokens) and _letter_at(scene, at + 1, started=True)[0]:
            letters += misheard
            at += 1
            after = at
            continue
        if letters and tokens[at].key in spelled.link and at - after < 2:
            at += 1
            continue
        break
    return letters, after


def _pointed(scene: Scene, index: int) -> bool:
    return scene.conversation.gap(index) == STOP and len(scene.tokens[index].key) == 1


def _letter_at(scene: Scene, index: int, *, started: bool) -> tuple[str, int]:
    tokens = scene.tokens
    key = tokens[index].key
    table = scene.cues.spelled.letters
    times = {"double": 2, "doble": 2, "doppel": 2, "deux": 0, "triple": 3}.get(key, 0)
    if times and index + 1 < len(tokens) and tokens[index + 1].gap < STOP:
        letter, after = _letter_at(scene, index + 1, started=True)
        return letter * times, after
    if index + 1 < len(tokens):
        pair = f"{key} {tokens[index + 1].key}"
        if pair in table:
            return table[pair], index + 2
    if len(key) == 1 and key.isalpha():
        return ("", index) if _is_no_letter(scene, index) else (key, index + 1)
    if key in table and (started or key in scene.cues.spelled.sure_letters):
        return table[key], index + 1
    return "", index


def _is_no_letter(scene: Scene, index: int) -> bool:
    """Say whether a letter is half of "n't", or a speaker's at the start of a line ("P:")."""
    text, token = scene.conversation.text, scene.tokens[index]
    if text[token.end : token.end + 1] in tuple("'’") or text[
        token.start - 1 : token.start
    ] in tuple("'’"):
        return True
    return token.gap == TURN and text[token.end : token.end + 1] == ":"


def _skip_as_in(scene: Scene, index: int, letter: str) -> int:
    """Step over "as in Charlie" where the word begins with the letter."""
    tokens = scene.tokens
    for words in sorted(scene.cues.spelled.as_in, key=lambda words: -len(words)):
        after = index + len(words.split())
        if after < len(tokens) and scene.conversation.words(index, after) == words:
            if tokens[after].key.startswith(letter[-1]) and len(tokens[after].key) > 2:
                return after + 1
    return index


def _is_name(scene: Scene, first: int, after: int, letters: str) -> bool:
    """Say whether letters spell a name: asked for, said before, or too many for an acronym."""
    if len(letters) < 3 or after - first < 3 or len(set(letters)) == 1:
        return False
    if {letters, letters.lstrip("ai")} & scene.cues.spelled.acronyms:
        return False
    if _BACKWARDS.search(scene.before(first, 8)):
        return False  # a test of the mind: "spell world backwards"
    if _is_asked(scene, first) or _is_said(scene, first, letters):
        return True
    if len(set(letters) - set("aio")) < 2:
        return False
    if letters in lists.first_names() or letters in lists.surnames():
        return len(letters) > 3
    return len(letters) > 4 and not _in_groups(scene, first, after)


def _is_asked(scene: Scene, first: int) -> bool:
    cue = phrase(scene.cues.spelled.cue)
    line, _ = scene.line_of(first)
    same = scene.before(first, min(8, first - line))
    if cue.search(same) or phrase(scene.cues.names.strong).search(same):
        return True
    asked = scene.previous_line(first)
    return first - line < 8 and bool(
        cue.search(asked) or scene.language.questions["NAME"].search(asked)
    )


def _is_said(scene: Scene, first: int, letters: str) -> bool:
    """Say whether the word that is spelled was said right before."""
    near = range(max(0, first - 15), first)
    return any(
        scene.word(index) == letters or (len(letters) > 4 and scene.word(index)[:3] == letters[:3])
        for index in near
    )


def _in_groups(scene: Scene, first: int, after: int) -> bool:
    """Say whether commas part the letters into groups of two to four: a list of acronyms."""
    sizes = [1]
    for index in range(first + 1, after):
        if scene.conversation.gap(index) >= COMMA:
            sizes.append(1)
        else:
            sizes[-1] += 1
    return len(sizes) > 1 and all(2 <= size <= 4 for size in sizes)
