"""What a tagger finds in dialogues of an author it has not seen, alone and beside the rules."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from speechkit.deidentification.text import learned
from speechkit.deidentification.text.cues import get_language
from speechkit.deidentification.text.learned import LearnedOptions
from speechkit.deidentification.text.spoken import SpokenOptions, find_candidates
from speechkit.deidentification.text.tagger.network import Network
from speechkit.deidentification.text.tokens import Conversation

from .documents import Dialogue, Piece
from .noise import as_written

Ranges = list[tuple[int, int]]
Detector = Callable[[str], Ranges]
Counts = tuple[int, int, int, int, int, int]  # mentions, whole, letters, left, other, taken
RULES, TAGGER, BOTH = "rules", "tagger", "both"


class Record(NamedTuple):
    """One dialogue in one style: counts by detector, and what nothing covered.

    `by_label` counts (mentions, whole) of both. `chances` (n,) is what the tagger holds of each word
    that both leave; `left` (n,) says which of them identify; `parts` counts mentions that are left in
    part or whole.
    """

    author: str
    style: str
    counts: Mapping[str, Counts]
    by_label: Mapping[str, tuple[int, int]]
    chances: NDArray[np.float32]
    left: NDArray[np.bool_]
    parts: int
    num_words: int


def tagged(network: Network, text: str, threshold: float) -> Ranges:
    """Return what the tagger takes of a text, as the engine `learned` does."""
    conversation = Conversation(text, get_language(network.language).cues.fillers)
    options = LearnedOptions(threshold=threshold, grow=min(LearnedOptions().grow, threshold))
    return [(one.start, one.end) for one in learned.tagged(network, conversation, options)]


def detectors(network: Network, language: str) -> dict[str, Detector]:
    """Return rules, tagger and both, which is what the engine `combined` takes."""
    options = SpokenOptions()
    also = (learned.TaggerRecognizer(options.least_score, network),)

    def found(text: str, also: Sequence[Any] = ()) -> Ranges:
        return [(c.start, c.end) for c in find_candidates(text, language, options, (), also)]

    return {
        RULES: found,
        TAGGER: lambda text: tagged(network, text, network.threshold),
        BOTH: lambda text: found(text, also),
    }


class _Fixed(random.Random):
    """Draws one style for `as_written`, then goes on as usual."""

    def __init__(self, style: float, seed: int) -> None:
        super().__init__(seed)
        self._style: float | None = style

    def random(self) -> float:
        style, self._style = self._style, None
        return super().random() if style is None else style


STYLES = {"cased": 0.0, "ASR": 0.6, "misheard": 0.9}


def styled(dialogue: Dialogue, language: str, style: str, seed: int) -> tuple[Piece, ...]:
    """Return a dialogue as it was written, as a recognizer writes it, or as one mishears it."""
    return as_written(dialogue.pieces, language, _Fixed(STYLES[style], seed))


def record_of(
    author: str,
    style: str,
    pieces: Sequence[Piece],
    chosen: Mapping[str, Detector],
    network: Network,
) -> Record:
    """Return what each detector makes of a text."""
    text = "".join(piece.text for piece in pieces)
    taken = {name: _covered(text, detect(text)) for name, detect in chosen.items()}
    counts = {name: _counts(pieces, covered) for name, covered in taken.items()}
    both = taken[BOTH]
    gold = bytearray(b"".join(bytes([bool(p.label)]) * len(p.text) for p in pieces))
    conversation = Conversation(text, get_language(network.language).cues.fillers)
    chances = learned.inside(network, conversation)
    open_tokens = [
        index
        for index, token in enumerate(conversation.tokens)
        if not all(both[token.start : token.end])
    ]
    left = [
        any(gold[place] and not both[place] for place in range(t.start, t.end))
        for t in (conversation.tokens[index] for index in open_tokens)
    ]
    mentions, whole, *_ = counts[BOTH]
    return Record(
        author,
        style,
        counts,
        _by_label(pieces, both),
        chances[open_tokens].astype(np.float32),
        np.array(left, bool),
        mentions - whole,
        len(conversation.tokens),
    )


def _covered(text: str, ranges: Ranges) -> bytearray:
    covered = bytearray(len(text))
    for start, end in ranges:
        covered[start:end] = b"\x01" * (end - start)
    return covered


def _by_label(pieces: Sequence[Piece], covered: bytearray) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    at = 0
    for piece in pieces:
        if piece.label and any(char.isalnum() for char in piece.text):
            mentions, whole = found.get(piece.label, (0, 0))
            left = any(c.isalnum() and not covered[at + i] for i, c in enumerate(piece.text))
            found[piece.label] = (mentions + 1, whole + (not left))
        at += len(piece.text)
    return found


def _counts(pieces: Sequence[Piece], covered: bytearray) -> Counts:
    whole = mentions = left = letters = taken = other = at = 0
    for piece in pieces:
        places = [at + i for i, char in enumerate(piece.text) if char.isalnum()]
        hit = sum(covered[place] for place in places)
        if piece.label:
            mentions += bool(places)
            whole += bool(places) and hit == len(places)
            left += len(places) - hit
            letters += len(places)
        else:
            taken += hit
            other += len(places)
        at += len(piece.text)
    return mentions, whole, letters, left, other, taken
