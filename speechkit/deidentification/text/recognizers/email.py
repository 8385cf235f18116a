"""E-mail and web addresses as people say them: "lola underscore ferrer at yahoo dot es"."""

from __future__ import annotations

from collections.abc import Iterator

from speechkit.deidentification.text.cues import phrase
from speechkit.deidentification.text.scene import COMMA, STOP, Candidate, Scene

DETECTOR = "spoken address"
_ENDINGS = frozenset(
    "com org net edu gov info co uk es fr de io eu mx us ie at ch it nl pt ca au nz in biz me tv "
    "nhs ac be ar cl pe int mil health care med clinic gob cat ru pl se dk fi no br".split()
)
_HOSTS = frozenset(
    "gmail hotmail yahoo outlook icloud aol btinternet live msn protonmail proton gmx web orange "
    "wanadoo free sfr laposte telefonica terra virgin sky talktalk verizon comcast mac".split()
)


def recognize(scene: Scene) -> Iterator[Candidate]:
    """Yield spoken e-mail and web addresses."""
    dots = phrase(scene.cues.email.dot)
    done = -1
    for first, after, _ in scene.conversation.matches(dots):
        if first <= done or after >= len(scene.tokens) or scene.conversation.gap(after) >= STOP:
            continue
        if scene.word(after) not in _ENDINGS or first == 0:
            continue
        end = _end(scene, after + 1)
        start, has_at = _start(scene, first)
        if start >= first or (not has_at and scene.word(after) in scene.language.stopwords):
            continue
        done = end - 1
        yield scene.candidate(start, end, "EMAIL" if has_at else "URL", 0.9, DETECTOR)
    yield from _hosts(scene, done)


def _hosts(scene: Scene, done: int) -> Iterator[Candidate]:
    """Yield "name at gmail" without an ending."""
    at_words = {words for words in scene.cues.email.at if " " not in words}
    for index in range(1, len(scene.tokens) - 1):
        if index <= done or scene.tokens[index].key not in at_words:
            continue
        if scene.word(index + 1) in _HOSTS and scene.conversation.gap(index) < STOP:
            start = _local_part(scene, index)
            if start < index:
                yield scene.candidate(start, index + 2, "EMAIL", 0.8, DETECTOR)


def _end(scene: Scene, index: int) -> int:
    """Step over further ".uk" and "/path" parts."""
    dots = set(scene.cues.email.dot)
    slashes = set(scene.cues.email.slash)
    while index + 1 < len(scene.tokens) and scene.conversation.gap(index) < STOP:
        key = scene.tokens[index].key
        if (key in dots and scene.word(index + 1) in _ENDINGS) or (
            key in slashes and scene.conversation.gap(index + 1) < STOP
        ):
            index += 2
        else:
            break
    return index


def _start(scene: Scene, index: int) -> tuple[int, bool]:
    """Return where the address begins whose last dot is at a token, and whether it has an "at"."""
    at_words = {words.split()[0] for words in scene.cues.email.at}
    marks = set(scene.cues.email.marks) | set(scene.cues.email.dot)
    at = index - 1
    steps = 0
    line, _ = scene.line_of(index)
    while at > line and steps < 7 and scene.tokens[at].key != "www":
        if scene.tokens[at].key in at_words:
            return _local_part(scene, at), True
        if scene.conversation.gap(at) >= STOP:
            break
        at -= 1
        steps += 1
    start = index - 1
    while start > line and scene.conversation.gap(start) < COMMA:
        before = scene.tokens[start - 1].key
        if scene.tokens[start].key == "www":
            break
        if before in marks and start - 1 > line:
            start -= 2
        elif before in scene.cues.email.stops or before in scene.language.stopwords:
            break
        elif index - start < 4:
            start -= 1
        else:
            break
    return start, False


def _local_part(scene: Scene, index: int) -> int:
    """Return where what stands before an "at" begins."""
    marks = {words.split()[-1] for words in scene.cues.email.marks}
    line, _ = scene.line_of(index)
    start = index
    while start > line and index - start < 14:
        before = start - 1
        key = scene.tokens[before].key
        if start < index and scene.conversation.gap(start) >= STOP:
            break
        short = len(key) == 1 or key.isdecimal()
        marked = start < index and scene.tokens[start].key in marks | _first_words(scene)
        if key in marks or short or marked:
            start = before
            continue
        if start < index and scene.conversation.gap(start) >= COMMA and not short:
            break
        if key in scene.cues.email.stops or key in scene.language.stopwords:
            break
        if index - start >= 3 and scene.is_word(before) and not _is_number(scene, before):
            break
        start = before
    while (
        start < index
        and scene.tokens[start].key in {"a", "i", "y", "e", "o"}
        and (
            start + 1 < index
            and len(scene.tokens[start + 1].key) > 1
            and scene.tokens[start].key in scene.cues.email.stops
        )
    ):
        start += 1
    return start


def _first_words(scene: Scene) -> set[str]:
    return {words.split()[0] for words in scene.cues.email.marks}


def _is_number(scene: Scene, index: int) -> bool:
    from speechkit.deidentification.text.numbers import number_at

    return number_at(scene.conversation, index, scene.language.code) is not None
