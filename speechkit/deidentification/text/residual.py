"""How many identifiers are probably left in a text: an estimate with an interval, and what it rests on.

Rules and tagger miss the same ones, so that comparing the two says nothing (capture–recapture
predicted 4 where 24 were). What does say something is how likely the tagger holds each word that
nothing covers. How often such words really identify, is counted on dialogues of authors that the
tagger had not seen, text as people write it, as recognizers write it, and misheard; those rates are
kept with the weights. The sum over words is right over whole releases; of a single recording it says
little, and what a recognizer did not write it cannot see.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from speechkit.core.estimates import count_interval
from speechkit.core.types import PhiSpan, Segment
from speechkit.deidentification.text import learned
from speechkit.deidentification.text.candidate import join_segments
from speechkit.deidentification.text.cues import get_language
from speechkit.deidentification.text.tagger.network import Network, Rates
from speechkit.deidentification.text.tokens import Conversation
from speechkit.language import primary_subtag

# Names are misheard more often than the words around them; three times is assumed here, not measured.
_MISHEARD = 3.0


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """Identifiers that are probably left: how many, and from how many to how many with 90 %.

    `spread` is how far authors differ from what is expected: the shape of a gamma distribution with
    mean 1.
    """

    expected: float
    low: int
    high: int
    spread: float


def left_in(
    segments: Sequence[Segment], spans: Sequence[PhiSpan], language: str, *, doubt: float = 0.0
) -> Left | None:
    """Estimate what spans leave of the identifiers of one recording.

    Args:
        segments: as they were searched.
        spans: what goes.
        language: BCP 47.
        doubt: share of words that the recognizer probably got wrong.

    Returns:
        The estimate; None for a language without a calibrated tagger.
    """
    network = learned.network_of(primary_subtag(language))
    if network is None or network.rates is None:
        return None
    text, starts = join_segments(segments)
    covered = np.zeros(len(text) + 1, bool)
    offsets = {segment.id: start for segment, start in zip(segments, starts, strict=True)}
    for span in spans:
        at = offsets[span.segment]
        covered[at + span.start_char : at + span.end_char] = True
    return estimate(expected_left(network, text, covered, doubt), network.rates.spread)


def expected_left(network: Network, text: str, covered: NDArray[np.bool_], doubt: float) -> float:
    """Return how many identifiers are expected among words that are not `covered` (characters)."""
    assert network.rates is not None
    conversation = Conversation(text, get_language(network.language).cues.fillers)
    open_words = [
        index
        for index, token in enumerate(conversation.tokens)
        if not covered[token.start : token.end].all()
    ]
    chances = learned.inside(network, conversation)[open_words]
    bare = text == text.lower()
    return rate_sum(network.rates, chances, bare=bare, misheard=min(1.0, _MISHEARD * doubt))


def rate_sum(rates: Rates, chances: NDArray[np.floating], *, bare: bool, misheard: float) -> float:
    """Return the expected number of identifiers among words with these chances by the tagger."""
    bins = np.searchsorted(rates.edges, chances, side="right")
    written = rates.bare if bare else rates.cased
    each = (1 - misheard) * written[bins] + misheard * rates.misheard[bins]
    return float(each.sum())


def estimate(expected: float, spread: float) -> Left:
    """Return the estimate with its interval: a Poisson count whose mean varies by author."""
    low, high = count_interval(expected, spread)
    return Left(expected=round(expected, 2), low=low, high=high, spread=spread)
