"""What a tagger finds in dialogues of an author it has not seen, alone and beside the rules."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from speechkit.deidentification.text import learned
from speechkit.deidentification.text.cues import get_language
from speechkit.deidentification.text.learned import LearnedOptions
from speechkit.deidentification.text.spoken import SpokenOptions, find_candidates
from speechkit.deidentification.text.tagger.network import Network, load
from speechkit.deidentification.text.tokens import Conversation

from .documents import Dialogue, Piece
from .noise import as_written

Ranges = list[tuple[int, int]]
Detector = Callable[[str], Ranges]


def tagged(network: Network, text: str, threshold: float) -> Ranges:
    """Return what the tagger takes of a text, as the engine `learned` does."""
    conversation = Conversation(text, get_language(network.language).cues.fillers)
    options = LearnedOptions(threshold=threshold, grow=min(LearnedOptions().grow, threshold))
    return [(one.start, one.end) for one in learned.tagged(network, conversation, options)]


def ruled(language: str) -> Detector:
    """Return the rules as a detector."""
    options = SpokenOptions()
    return lambda text: [(c.start, c.end) for c in find_candidates(text, language, options)]


class _Fixed(random.Random):
    """Draws one style for `as_written`, then goes on as usual."""

    def __init__(self, style: float, seed: int) -> None:
        super().__init__(seed)
        self._style: float | None = style

    def random(self) -> float:
        style, self._style = self._style, None
        return super().random() if style is None else style


STYLES = {"cased": 0.0, "ASR": 0.6, "misheard": 0.9}


def evaluate(path: Path, dialogues: Sequence[Dialogue], language: str) -> None:
    """Print full recall, leak and over-redaction of rules, tagger and both, by style."""
    network = load(path)
    rules = ruled(language)
    detectors: dict[str, Detector] = {
        "rules": rules,
        "tagger": lambda text: tagged(network, text, 0.5),
        "both": lambda text: rules(text) + tagged(network, text, 0.5),
    }
    for style, chance in STYLES.items():
        documents = [
            as_written(one.pieces, language, _Fixed(chance, index))
            for index, one in enumerate(dialogues)
        ]
        for name, detect in detectors.items():
            print(f"{style:9} {name:7} {figures(documents, detect)}", flush=True)


def figures(documents: Iterable[tuple[Piece, ...]], detect: Detector) -> str:
    """Return full recall, the share of identifiers' letters left, and of other letters taken."""
    whole = mentions = left = letters = taken = other = 0
    for pieces in documents:
        text = "".join(piece.text for piece in pieces)
        covered = bytearray(len(text))
        for start, end in detect(text):
            covered[start:end] = b"\x01" * (end - start)
        at = 0
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
    return (
        f"full recall {whole / max(1, mentions):.3f} of {mentions}, "
        f"leak {left / max(1, letters):6.1%}, over {taken / max(1, other):5.1%}"
    )
