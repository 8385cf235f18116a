"""Where in time what must not be heard lies: from spans in text to stretches of sound.

Everything here fails closed: a span whose words cannot be trusted in time takes its whole segment.
Speech that no transcript covers is taken too, see `unclaimed`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from speechkit.audio.mask import Method
from speechkit.core.errors import InputError
from speechkit.core.margins import UNALIGNED, word_margin
from speechkit.core.text import word_offsets
from speechkit.core.time import Interval, round_ms
from speechkit.core.types import Identifier, PhiSpan, Redaction, Segment, Word
from speechkit.deidentification.check.comparison import is_letters, is_number, tokens_of

# Labels of segments whose words or word times say nothing.
UNSURE = frozenset({UNALIGNED, "loop", "no-speech"})

# Identifiers that are numbers or codes: a run of digits or letters is taken whole.
_CODES = frozenset(
    {
        Identifier.PHONE,
        Identifier.FAX,
        Identifier.SSN,
        Identifier.MRN,
        Identifier.HEALTHPLAN,
        Identifier.ACCOUNT,
        Identifier.LICENSE,
        Identifier.VEHICLE,
        Identifier.DEVICE,
        Identifier.IP,
        Identifier.OTHER_ID,
    }
)

# No letter of a word takes less than 12 ms, and no word longer than this.
_SHORTEST_PER_CHAR = 0.012  # s
_LONGEST_WORD = 2.5  # s, and what its letters take when they are read out one by one
_LONGEST_PER_CHAR = 0.6  # s
_OUTSIDE = 1.0  # s a word may lie outside its segment


class PlaceOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far masks reach. Times in seconds.

    `extra_margin` is added to the aligner's own margin; `merge_gap`: shorter gaps between masks
    are closed; `crosstalk`: a segment of one channel is masked on all of them; `cover_margin`: how
    far a word covers speech around it; `min_uncovered`: shorter uncovered speech is left as it is.
    """

    extra_margin: float = 0.05
    merge_gap: float = 0.3
    crosstalk: bool = True
    cover_margin: float = 0.5
    min_uncovered: float = 0.3


DEFAULT = PlaceOptions()


class MaskRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Sound that must go, and why. `margin` is contained in it; `channel` None: on all channels."""

    start: float
    end: float
    identifier: Identifier = Identifier.UNCERTAIN
    margin: float = 0.0
    channel: int | None = None


class PlacedSpan(msgspec.Struct, frozen=True, kw_only=True):
    """One span in time, margin not yet added. `whole`: it takes its whole segment."""

    span: PhiSpan
    start: float
    end: float
    margin: float
    channel: int | None = None
    whole: bool = False

    @property
    def request(self) -> MaskRequest:
        """What to mask: with its margin; may reach beyond the recording."""
        return MaskRequest(
            start=self.start - self.margin,
            end=self.end + self.margin,
            identifier=self.span.identifier,
            margin=self.margin,
            channel=self.channel,
        )


def whole_runs(segments: Sequence[Segment], spans: Sequence[PhiSpan]) -> tuple[PhiSpan, ...]:
    """Return the spans widened to whole words, and over runs of digits or spelled letters.

    Half a telephone number tells as much as all of it. Spans in segments whose words do not match
    their text stay as they are.
    """
    by_id = {segment.id: segment for segment in segments}
    widened: list[PhiSpan] = []
    for span in spans:
        segment = _segment(by_id, span)
        words = _words(segment, span)
        if words is None:
            widened.append(span)
            continue
        first, last = _whole_run(segment, span, *words)
        offsets = word_offsets(segment)
        widened.append(
            msgspec.structs.replace(
                span,
                start_char=min(span.start_char, offsets[first][0]),
                end_char=max(span.end_char, offsets[last][1]),
            )
        )
    return tuple(widened)


def place(
    segments: Sequence[Segment],
    spans: Sequence[PhiSpan],
    options: PlaceOptions = DEFAULT,
) -> tuple[PlacedSpan, ...]:
    """Return where each span is said, in order of the spans.

    A span that cannot be placed (its segment is `unaligned`, `loop` or `no-speech`, has no words
    for it, or words with impossible times) takes its whole segment.

    Args:
        segments: with aligned words; the label `aligned:<engine>` says by whom.
        spans: over these segments' text.
        options: the margins beyond the aligner's own.

    Raises:
        InputError: if a span names a segment that is not there.
    """
    by_id = {segment.id: segment for segment in segments}
    placed: list[PlacedSpan] = []
    for span in spans:
        segment = _segment(by_id, span)
        margin = word_margin(segment.labels) + options.extra_margin
        channel = None if options.crosstalk else segment.channel
        words = _words(segment, span)
        chosen = segment.words[words[0] : words[1] + 1] if words else ()
        whole = not chosen or bool(UNSURE & set(segment.labels)) or not _plausible(chosen, segment)
        start, end = _extent(segment) if whole else _span_of(chosen)
        placed.append(
            PlacedSpan(
                span=span,
                start=start,
                end=end,
                margin=round_ms(margin),
                channel=channel,
                whole=whole,
            )
        )
    return tuple(placed)


def redactions(
    stretches: Sequence[MaskRequest],
    duration: float,
    options: PlaceOptions = DEFAULT,
    *,
    method: Method = "silence",
) -> tuple[Redaction, ...]:
    """Return the stretches to mask, sorted, within the recording, gaps closed.

    Neighbors of one identifier become one; of different ones, the earlier reaches to the later,
    so that each kind stays countable.

    Args:
        stretches: in any order; they may overlap.
        duration: of the recording in seconds.
        options: `merge_gap` is looked at.
        method: how they are masked.
    """
    bounded = [
        msgspec.structs.replace(
            stretch,
            start=round_ms(max(0.0, stretch.start)),
            end=round_ms(min(duration, stretch.end)),
        )
        for stretch in stretches
    ]
    merged: list[Redaction] = []
    for new in sorted((s for s in bounded if s.end > s.start), key=_order):
        before = merged[-1] if merged and merged[-1].channel == new.channel else None
        if before is not None and new.start - before.end < options.merge_gap:
            if before.identifier == new.identifier:
                merged[-1] = msgspec.structs.replace(
                    before,
                    end=max(before.end, new.end),
                    margin=max(before.margin, new.margin),
                )
                continue
            merged[-1] = msgspec.structs.replace(before, end=max(before.end, new.start))
        merged.append(Redaction(**msgspec.structs.asdict(new), method=method))
    return tuple(sorted(merged, key=lambda r: (r.start, r.end, _order(r))))


def _order(item: MaskRequest | Redaction) -> tuple[int, float, float, str]:
    return (-1 if item.channel is None else item.channel), item.start, item.end, item.identifier


def _segment(by_id: Mapping[str, Segment], span: PhiSpan) -> Segment:
    if span.segment not in by_id:
        raise InputError(
            f"a span names segment {span.segment}, which is not among the segments; "
            "find identifiers again on the same layer"
        )
    return by_id[span.segment]


def _words(segment: Segment, span: PhiSpan) -> tuple[int, int] | None:
    """First and last index of the words that a span touches; None where there is none."""
    try:
        offsets = word_offsets(segment)
    except InputError:
        return None
    touched = [
        index
        for index, (start, end) in enumerate(offsets)
        if start < span.end_char and span.start_char < end
    ]
    return (touched[0], touched[-1]) if touched else None


def _whole_run(segment: Segment, span: PhiSpan, first: int, last: int) -> tuple[int, int]:
    words, language = segment.words, segment.language

    def belongs(edge: int, neighbor: int) -> bool:
        if not 0 <= neighbor < len(words):
            return False
        edge_text, text = words[edge].text, words[neighbor].text
        if is_letters(edge_text) and is_letters(text):
            return True
        coded = span.identifier in _CODES and _in_code(edge_text, language)
        return coded and _in_code(text, language)

    def ends_sentence(index: int) -> bool:
        return words[index].text.rstrip("\"'”»)").endswith((".", "?", "!", "…"))

    while belongs(first, first - 1) and not ends_sentence(first - 1):
        first -= 1
    while belongs(last, last + 1) and not ends_sentence(last):
        last += 1
    return first, last


def _in_code(text: str, language: str) -> bool:
    return is_number(text, language) or is_letters(text)


def _plausible(words: Sequence[Word], segment: Segment) -> bool:
    """Say whether the times can be true: rising, near the segment, sayable."""
    at = words[0].start
    for word in words:
        length = word.end - word.start
        characters = sum(len(token) for token in tokens_of(word.text))
        longest = max(_LONGEST_WORD, _LONGEST_PER_CHAR * characters)
        if length <= 0 or length > longest or word.start < at - 0.001:
            return False
        at = word.start
    start, end = _span_of(words)
    characters = sum(len(token) for word in words for token in tokens_of(word.text))
    return (
        end - start >= _SHORTEST_PER_CHAR * characters
        and start >= segment.start - _OUTSIDE
        and end <= segment.end + _OUTSIDE
    )


def _span_of(words: Sequence[Word]) -> Interval:
    return min(word.start for word in words), max(word.end for word in words)


def _extent(segment: Segment) -> Interval:
    """A segment's time, and that of its words where they reach beyond."""
    starts = [segment.start, *(word.start for word in segment.words)]
    return min(starts), max([segment.end, *(word.end for word in segment.words)])
