"""The main language of a recording: one rule for all who have to choose one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from speechkit.core.types import Segment


def main_language(segments: Sequence[Segment], listed: Sequence[str] = ()) -> str:
    """Return the language that most characters of text are in, among segments that state one.

    Args:
        segments: of one recording; those with no language, or no text, have no vote.
        listed: languages the recording is known to be in; the first one counts where no segment
            states any.

    Returns:
        A language tag as the segments have it; of two with equally much text the one that comes
        first in the alphabet; "" where nothing is known.
    """
    characters: Counter[str] = Counter()
    for segment in segments:
        if segment.language and segment.text:
            characters[segment.language] += len(segment.text)
    if characters:
        return min(characters, key=lambda language: (-characters[language], language))
    return next((language for language in listed if language), "")
