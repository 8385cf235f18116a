"""Names on networks: "@quietheron_42", "u/lonelykidney88", "my handle is blue horse seventy seven"."""
# ruff: noqa: E501 - alternatives of a pattern stand on one line

from __future__ import annotations

import re
from collections.abc import Iterator

from speechkit.core.types import Identifier
from speechkit.deidentification.text import lists
from speechkit.deidentification.text.candidate import Candidate
from speechkit.deidentification.text.numbers import number_at
from speechkit.deidentification.text.scene import COMMA, NONE, Scene

DETECTOR = "handles"
_WRITTEN = re.compile(
    r"(?<![\w.@])@[A-Za-z0-9_](?:[\w.]{0,29}\w)|(?<![\w/])/?u/[\w-]{3,20}"
    r"|(?<![\w.])[\w.]{2,32}#\d{4}(?!\d)"
)
_HANDLE = r"handle|gamer ?tag|screen ?name|user ?name|nick ?name online|usuario|pseudo|benutzername|nutzername"
_NETWORK = (
    r"instagram|insta|twitter|tik ?tok|snap ?chat|facebook|discord|telegram|skype|linkedin|youtube|reddit|"
    r"twitch|mastodon|bluesky|messenger|wechat|pinterest|tumblr|onlyfans|strava"
)
_LINK = r"(?:\s(?:name|handle|account|user|id|page|channel|cuenta|is|as|under|called|es|est|c|ist|at|arroba)|'s)*"
_CUE = re.compile(rf"(?<![\w'])(?:(?P<handle>{_HANDLE})|(?:{_NETWORK})){_LINK}(?![\w'])")
_VERB = re.compile(r"(?:\s(?:is|as|under|called|es|est|ist)|'s)(?:\s(?:at|arroba|me))*$")
_LONGEST = 5  # tokens of a handle that is said


def recognize(scene: Scene) -> Iterator[Candidate]:
    """Yield handles as they are written and as they are said."""
    text = scene.conversation.text
    for match in _WRITTEN.finditer(text):
        yield Candidate(match.start(), match.end(), Identifier.OTHER_ID, 0.9, DETECTOR)
    for _, first, cue in scene.conversation.matches(_CUE):
        if first >= len(scene.tokens) or scene.tokens[first].line != scene.tokens[first - 1].line:
            continue
        colon = text[scene.tokens[first - 1].end : scene.tokens[first].start].strip() == ":"
        if scene.conversation.gap(first) > COMMA and not colon:
            continue
        linked = colon or _VERB.search(cue.group()) is not None
        if linked and cue["handle"] is None and not _may_be_handle(scene, first):
            continue
        after = _after(scene, first, linked)
        if after > first:
            yield scene.candidate(first, after, "OTHER_ID", 0.8, DETECTOR)


def _may_be_handle(scene: Scene, index: int) -> bool:
    """Say whether what follows the name of a network is a handle: "is down" is none."""
    if not lists.is_listed(scene.word(index), scene.language.code):
        return True
    after = index + 1
    if after >= len(scene.tokens):
        return False
    mark = scene.word(after) in {*scene.cues.email.marks, *scene.cues.email.dot}
    number = number_at(scene.conversation, after, scene.language.code) is not None
    return mark or number or _is_glued(scene, after)


def _after(scene: Scene, first: int, named: bool) -> int:
    """Return the token after a handle that starts at a token; the token itself if it is none."""
    marks = {*scene.cues.email.marks, *scene.cues.email.dot}
    after = first
    marked = False
    while after < len(scene.tokens) and after - first < _LONGEST + 2:
        gap, word = scene.conversation.gap(after), scene.word(after)
        if after > first and gap >= COMMA and not _is_glued(scene, after):
            break
        glued = after > first and _is_glued(scene, after)
        number = number_at(scene.conversation, after, scene.language.code) is not None
        mark = word in marks and after > first
        if not (
            glued or number or mark or (scene.tokens[after - 1].key in marks and after > first)
        ):
            known = word in scene.language.stopwords or lists.is_listed(word, scene.language.code)
            if word in scene.language.stopwords or (known and not named):
                break
            if after > first and not named:
                break
        marked = marked or glued or number or mark or not lists.is_listed(word, scene.language.code)
        after += 1
    return after if named or marked else first


def _is_glued(scene: Scene, index: int) -> bool:
    between = scene.conversation.text[scene.tokens[index - 1].end : scene.tokens[index].start]
    return scene.conversation.gap(index) == NONE or (
        bool(between) and not between[-1].isspace() and len(between) == 1
    )
