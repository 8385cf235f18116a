"""Names as letters have them: "K. Stargardt" at the head, two to four words below the greeting."""

from __future__ import annotations

from collections.abc import Iterator

from speechkit.deidentification.text.cues import phrase
from speechkit.deidentification.text.name_likeness import extend_name
from speechkit.deidentification.text.negatives import is_negative
from speechkit.deidentification.text.scene import COMMA, SPACE, TURN, Candidate, Scene

DETECTOR = "names"
PARTICLES = frozenset("de la del van von vom zur der den di le du o mc mac el y dos".split())


def recognize(scene: Scene) -> Iterator[Candidate]:
    """Yield initials with a family name, and signatures; for text with capitals."""
    yield from _initials(scene)
    yield from _signatures(scene)


def _initials(scene: Scene) -> Iterator[Candidate]:
    """Yield "K. Stargardt" where a line, a title or a list of names has it."""
    tokens = scene.tokens
    for index in range(len(tokens) - 1):
        token = tokens[index]
        if len(token.text) != 1 or not token.text.isupper() or tokens[index + 1].gap != SPACE:
            continue
        if scene.conversation.text[token.end : token.end + 1] != ".":
            continue
        follows = tokens[index + 1]
        opens = (
            token.gap >= COMMA
            or "\t" in scene.conversation.text[max(0, token.start - 3) : token.start]
        )
        named = follows.text[0].isupper() and len(follows.text) > 2 and not scene.is_word(index + 1)
        if opens and named and not is_negative(follows.key):
            yield scene.candidate(
                index, extend_name(scene, index + 1, index + 2, 2), "NAME", 0.7, DETECTOR
            )


def _signatures(scene: Scene) -> Iterator[Candidate]:
    """Yield two to four words with capitals on the line after "Yours sincerely"."""
    closings = scene.cues.names.closings
    for _, first, _m in scene.conversation.matches(phrase(closings)) if closings else ():
        if first >= len(scene.tokens) or scene.conversation.gap(first) != TURN:
            continue
        after = first
        limit = min(scene.line_of(first)[1], first + 6)
        while after < limit and (after == first or scene.conversation.gap(after) <= SPACE):
            token = scene.tokens[after]
            small = token.key in PARTICLES or token.key in scene.cues.places.links
            if token.key in scene.language.stopwords and not small:
                break
            if not (token.capital or (small and after > first) or _is_dotted(scene, after)):
                break
            after += 1
        if after - first >= 2:
            yield scene.candidate(first, after, "NAME", 0.8, DETECTOR)


def _is_dotted(scene: Scene, index: int) -> bool:
    """Say whether a token is an abbreviated title: "Dr.", "Ass."."""
    return scene.tokens[index].key in scene.cues.names.titles
