"""The engines `learned`, a tagger that read many conversations, and `combined`, it and the rules.

The rules know forms: numbers, spelled letters, e-mail, dates. The tagger knows how people talk about
whom and where. What either finds goes, and what is found once is found in the whole recording.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from msgspec.structs import replace

from speechkit.core.digest import digest_file, digest_of
from speechkit.core.engines import DetectPhi, EngineInfo, parse_options
from speechkit.core.errors import UsageError, did_you_mean
from speechkit.core.stage import Resources
from speechkit.core.types import Identifier, PhiSpan, Segment
from speechkit.deidentification.text import lists, spoken
from speechkit.deidentification.text.candidate import (
    Candidate,
    join_segments,
    outside_tags,
    split_candidates,
)
from speechkit.deidentification.text.cues import get_language
from speechkit.deidentification.text.everyday import SURNAME_RANK
from speechkit.deidentification.text.scene import Scene
from speechkit.deidentification.text.tagger.features import (
    KINDS,
    encode,
    known_script,
)
from speechkit.deidentification.text.tagger.network import Network, load
from speechkit.deidentification.text.tokens import COMMA, NONE, SPACE, TURN, Conversation
from speechkit.language import cardinals, primary_subtag

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_HALF = 0.5  # what policies ask for where they ask for nothing else
_GROW = 0.2
_LETTER_WORDS = frozenset("aeioy")
_DAYS = """first second monday tuesday wednesday thursday friday saturday sunday lunes martes miercoles
jueves viernes sabado domingo primero lundi mardi mercredi jeudi vendredi samedi dimanche premier
montag dienstag mittwoch donnerstag freitag samstag sonntag erste ersten"""
_LEAST = 0.05  # below this, and above one less this, a threshold asks for nothing or everything

_IDENTIFIER = {
    "NAME": Identifier.NAME,
    "LOCATION": Identifier.LOCATION,
    "ORG": Identifier.ORG,
    "DATE": Identifier.DATE,
    "AGE": Identifier.AGE,
    "NUMBER": Identifier.OTHER_ID,
    "CONTACT": Identifier.EMAIL,
}


class LearnedOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`threshold`: how likely a word must be part of an identifier to be taken (0–1). `grow`: how
    likely its neighbors must be to go with it."""

    threshold: float = 0.5
    grow: float = _GROW

    def __post_init__(self) -> None:
        if not 0 < self.grow <= self.threshold < 1:
            raise UsageError(
                "threshold and grow must lie between 0 and 1, and grow must not exceed threshold"
            )


class Learned:
    """A PhiDetector that is the tagger alone; languages without weights are refused."""

    spec = "learned"

    def __init__(self, options: LearnedOptions) -> None:
        self._options = options

    @property
    def info(self) -> EngineInfo:
        """The languages that weights are shipped for."""
        return EngineInfo(languages=languages(), policy_options={"least_score": "threshold"})

    @property
    def revision(self) -> str:
        """Digest of the weights and of the word lists that the tagger looks at."""
        return _revision()

    @property
    def options(self) -> Mapping[str, Any]:
        """What changes results."""
        return dict(msgspec.to_builtins(self._options))

    @contextmanager
    def open(self, resources: Resources) -> Iterator[DetectPhi]:
        """Yield the detector; weights are loaded with the first text."""
        del resources

        def detect(segments: Sequence[Segment], language: str) -> tuple[PhiSpan, ...]:
            network = network_of(primary_subtag(language))
            if network is None:
                raise UsageError(
                    f"the tagger was not trained in {language!r}; "
                    f"{did_you_mean(language, languages())}"
                )
            joined, starts = join_segments(segments)
            conversation = Conversation(joined, get_language(network.language).cues.fillers)
            candidates = tagged(network, conversation, self._options)
            return tuple(split_candidates(segments, starts, outside_tags(candidates, joined)))

        yield detect


class Combined(spoken.Spoken):
    """A PhiDetector of rules and tagger; where no tagger was trained, of rules alone."""

    @property
    def spec(self) -> str:
        """The engine's name."""
        return "combined"

    @property
    def revision(self) -> str:
        """Digest of the rules, the weights and the word lists."""
        return digest_of([super().revision, _revision()])

    def __init__(self, options: spoken.SpokenOptions) -> None:
        super().__init__(options)
        self._also = (TaggerRecognizer(options.least_score),)


def make_learned(model: str, options: dict[str, str]) -> Learned:
    """Return the tagger; it has one model a language, which the text decides.

    Raises:
        UsageError: if a model is named.
    """
    if model:
        raise UsageError(f"engine learned has no model {model!r}; use just: learned")
    return Learned(parse_options(LearnedOptions, options, "engine learned"))


def make_combined(model: str, options: dict[str, str]) -> Combined:
    """Return rules and tagger as one engine.

    Raises:
        UsageError: if a model is named.
    """
    if model:
        raise UsageError(f"engine combined has no model {model!r}; use just: combined")
    return Combined(parse_options(spoken.SpokenOptions, options, "engine combined"))


class TaggerRecognizer(msgspec.Struct, frozen=True):
    """The tagger as a recognizer: nothing in a language that it was not trained in.

    `least_score` is what a policy asks for; 0.5 asks for the tagger's own threshold. `network` is
    the one that is shipped for the language of the text where none is given.
    """

    least_score: float
    network: Network | None = None

    def __call__(self, scene: Scene) -> Iterator[Candidate]:
        """Yield what the tagger takes of a conversation."""
        network = self.network or network_of(scene.language.code)
        if network is not None:
            asked = network.threshold + self.least_score - _HALF
            threshold = min(max(asked, _LEAST), 1 - _LEAST)
            options = LearnedOptions(threshold=threshold, grow=min(_GROW, threshold))
            for item in tagged(network, scene.conversation, options):
                if not _is_state(scene, item):
                    yield _without_state(scene, item)


def _tokens_of(scene: Scene, item: Candidate) -> tuple[int, int]:
    """Return the first token of a run, and the first behind it."""
    first = bisect_left(scene.tokens, item.start, key=lambda token: token.end - 1)
    return first, bisect_left(scene.tokens, item.end, key=lambda token: token.start)


def _is_state(scene: Scene, item: Candidate) -> bool:
    """Say whether a run is a country or a state and nothing else: those identify nobody."""
    names = lists.common_first_names("en")
    first, after = _tokens_of(scene, item)
    return all(
        index in scene.states
        or (scene.tokens[index].key in lists.countries() and scene.tokens[index].key not in names)
        for index in range(first, after)
    )


def _without_state(scene: Scene, item: Candidate) -> Candidate:
    """Return a run without a state that a function word joins to its end: "Diane and New Jersey"."""
    first, after = _tokens_of(scene, item)
    last = after
    while last > first and last - 1 in scene.states:
        last -= 1
    joined = last
    while joined > first and scene.tokens[joined - 1].key in function_words(scene.language.code):
        joined -= 1
    if not first < joined < last < after:
        return item
    return replace(item, end=scene.tokens[joined - 1].end)


def inside(network: Network, conversation: Conversation) -> Floats:
    """Return (n,): how likely each word of a conversation is part of an identifier, by the tagger
    alone and before anything is left to the rules."""
    encoded = encode(conversation, network.language, network.vocabulary)
    return 1 - network.probabilities(encoded)[:, 0]


def tagged(
    network: Network, conversation: Conversation, options: LearnedOptions
) -> tuple[Candidate, ...]:
    """Return runs of words that are likely part of an identifier.

    A run starts at a word above `threshold` and grows, within its turn, over words above `grow`.
    """
    encoded = encode(conversation, network.language, network.vocabulary)
    chances = network.probabilities(encoded)
    # Of a script that was not in training, the tagger can say nothing.
    likely = np.where(known_script(encoded), 1 - chances[:, 0], 0)
    runs: list[tuple[int, int]] = []
    for index in range(len(likely)):
        if likely[index] < options.threshold or (runs and index < runs[-1][1]):
            continue
        first, after = index, index + 1
        while (
            first > (runs[-1][1] if runs else 0)
            and likely[first - 1] >= options.grow
            and conversation.gap(first) != TURN
        ):
            first -= 1
        while (
            after < len(likely)
            and conversation.gap(after) != TURN
            # What is glued to an identifier ("4417-B") is part of it.
            and (likely[after] >= options.grow or conversation.gap(after) == NONE)
        ):
            after += 1
        if runs and first == runs[-1][1] and conversation.gap(first) != TURN:
            runs[-1] = (runs[-1][0], after)
        else:
            runs.append((first, after))
    found = []
    for run in runs:
        kinds = chances[slice(*run), 1:].sum(axis=0)
        kind = KINDS[1 + int(kinds.argmax())]
        run = _without_labels(conversation, network.language, *run, kind)
        first, after = _without_function_words(conversation, network.language, *run, kind)
        if first == after or _says_no_one(conversation, kind, first, after):
            continue
        start, end = conversation.span(first, after)
        score = round(float(likely[first:after].max()), 4)
        identifier = _IDENTIFIER[kind]
        found.append(Candidate(start, end, identifier, score, "learned"))
    return tuple(found)


def _without_labels(
    conversation: Conversation, language: str, first: int, after: int, kind: str
) -> tuple[int, int]:
    """Return a run without what the numbers behind a colon are called, and without a year behind a day.

    "sevens: 93, 86, 79" is about the numbers, "Christmas Eve, 1962" about the day: the year may stay.
    """
    tokens = conversation.tokens
    if kind == "NUMBER":
        behind = first
        while behind < after and _is_plain_word(tokens[behind].key, language):
            behind += 1
        if first < behind < after:
            between = conversation.text[tokens[behind - 1].end : tokens[behind].start]
            first = behind if ":" in between else first
    last = tokens[after - 1]
    if kind == "DATE" and after - first > 1 and last.gap in (SPACE, COMMA):
        if len(last.key) == 4 and last.key.isdigit():
            after -= 1
    return first, after


def _is_plain_word(word: str, language: str) -> bool:
    """Say whether a word is everyday, and neither a number, a spelled letter nor a name."""
    known = len(word) > 1 and word.isalpha() and lists.is_word(word, language)
    name = word in lists.first_names() or lists.surname_rank(word) < SURNAME_RANK
    return known and not name and word not in cardinals(language).forms()


def _without_function_words(
    conversation: Conversation, language: str, first: int, after: int, kind: str
) -> tuple[int, int]:
    """Return a run without the function words at its ends; an English date with its article.

    "the tenth of January" is one date, "the Whitmore" a hospital behind an article.
    """
    words = function_words(language)
    while after > first and conversation.tokens[after - 1].key in words:
        after -= 1
    while first < after and conversation.tokens[first].key in words:
        first += 1
    if kind == "DATE" and 0 < first < after and conversation.tokens[first - 1].key == "the":
        first -= 1
    return first, after


def _says_no_one(conversation: Conversation, kind: str, first: int, after: int) -> bool:
    """Say whether a run is digits alone that form no identifier: a bare year, readings in a row
    ("93, 86, 79", "27/30"), a time ("00:01:30"), a number that is taken for a name,
    or a measure with its value ("QTc 450")."""
    keys = [token.key for token in conversation.tokens[first:after]]
    if kind == "NAME" and all(
        token.key.isdigit() or token.abbreviated for token in conversation.tokens[first:after]
    ):
        return True
    if not all(key.isdigit() for key in keys):
        return False
    between = {
        conversation.text[one.end : other.start].strip()
        for one, other in pairwise(conversation.tokens[first:after])
    }
    if between == {":"}:
        return True
    if kind not in ("NUMBER", "DATE", "LOCATION", "AGE"):
        return True
    if kind == "DATE" and len(keys) == 1:
        return len(keys[0]) == 4
    small = all(len(key) <= 3 for key in keys)
    return kind == "NUMBER" and small and len(keys) > 1 and between <= {",", "/"}


@cache
def function_words(language: str) -> frozenset[str]:
    """Return the words that identify nobody at either end of an identifier: "the", "and", "ok".

    Those that are common names as well ("may", "will"), numbers, days and letters are not among
    them: they may be the last part of a number, a date, an initial.
    """
    words = get_language(language).stopwords - lists.common_first_names(language)
    numbers = cardinals(language).forms().keys()
    days = frozenset(_DAYS.split())
    return frozenset(w for w in words - numbers - days if len(w) > 1 or w in _LETTER_WORDS)


@cache
def languages() -> tuple[str, ...]:
    """Return the languages that weights are shipped for."""
    return tuple(sorted(path.stem for path in _folder().glob("*.npz")))


def _folder() -> Path:
    return Path(str(files("speechkit.deidentification.text") / "tagger"))


@cache
def network_of(language: str) -> Network | None:
    """Return the tagger that is shipped for a language, None where there is none."""
    return load(_folder() / f"{language}.npz") if language in languages() else None


@cache
def _revision() -> str:
    weights = {language: digest_file(_folder() / f"{language}.npz") for language in languages()}
    return digest_of([lists.revision(), weights])
