"""Mask, listen, widen, and listen again: until nothing that was removed is heard, or give up.

Works on samples and functions; files and engines are the stage's (`redact_stage.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from speechkit.audio.mask import Mask, Method, masked, residual
from speechkit.core.engines import Sound
from speechkit.core.margins import word_margin
from speechkit.core.time import Interval
from speechkit.core.types import Identifier, PhiSpan, Redaction, Segment
from speechkit.deidentification.audio.masked_words import covered_words, kept_words
from speechkit.deidentification.audio.placement import (
    Placed,
    PlaceOptions,
    Stretch,
    place,
    redactions,
    whole_runs,
)
from speechkit.deidentification.audio.untranscribed import beside, uncovered
from speechkit.deidentification.check.comparison import Token, listen
from speechkit.deidentification.check.leak_check import (
    NEAR,
    Heard,
    Removed,
    heard_again,
    removed_tokens,
)
from speechkit.deidentification.text.propagate import propagate

Channels = Sequence[Sound]
Listener = Callable[[Channels], Sequence[Token]]

_BESIDE = 0.3  # s beyond a mask at which a word heard again is another one


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """What must go from one recording. `unknown` is speech that nobody wrote down."""

    spans: tuple[PhiSpan, ...]
    placed: tuple[Placed, ...]
    unknown: tuple[Stretch, ...]
    removed: tuple[Removed, ...]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. `spans` are all that the text loses, masked words included."""

    redactions: tuple[Redaction, ...]
    spans: tuple[PhiSpan, ...]
    clean: bool
    rounds: int
    heard: int
    listened: bool


def find(
    segments: Sequence[Segment],
    phi: Sequence[PhiSpan],
    speech: Sequence[tuple[Sequence[Interval], int | None]],
    language: str,
    options: PlaceOptions,
) -> Findings:
    """Return what must go.

    Args:
        segments: the transcript, with aligned words.
        phi: what a detector found in it.
        speech: where a voice detector hears speech, by channel (None: all of them mixed).
        language: of the conversation.
        options: how far masks reach.
    """
    spans = whole_runs(segments, phi)
    removed = removed_tokens(segments, place(segments, spans, options), language)
    spans += propagate(segments, spans, removed, language)
    placed = place(segments, spans, options)
    unknown: list[Stretch] = []
    for intervals, channel in speech:
        own = [s for s in segments if channel is None or s.channel in (None, channel)]
        kept = kept_words(own, spans)
        ids = {segment.id for segment in own}
        unknown += [
            Stretch(start=start, end=end, channel=channel)
            for start, end in uncovered(intervals, segments, options, channel=channel)
        ]
        for item in placed:
            if item.span.segment in ids:
                unknown += beside(item, intervals, kept)
    return Findings(
        spans=spans,
        placed=placed,
        unknown=tuple(unknown),
        removed=removed_tokens(segments, placed, language),
    )


def redact(
    channels: Channels,
    sample_rate: int,
    segments: Sequence[Segment],
    findings: Findings,
    *,
    listener: Listener,
    store: Callable[[Channels], Channels],
    language: str,
    method: Method,
    max_rounds: int,
    options: PlaceOptions,
) -> Outcome:
    """Mask what must go, listen, and widen what is heard again, up to `max_rounds` times.

    Args:
        channels: of the recording, of equal length.
        sample_rate: in Hz.
        segments: the transcript.
        findings: what must go.
        listener: channels as stored → what is heard in them.
        store: writes masked channels and returns what a reader of the file gets, until the next call.
        language: of the conversation.
        method: how to mask.
        max_rounds: how often to listen; at least once.
        options: `merge_gap` is looked at.
    """
    duration = len(channels[0]) / sample_rate
    placed, more = list(findings.placed), list(findings.unknown)
    heard: tuple[Heard, ...] = ()
    failures: dict[int, int] = {}
    rounds = 0
    while rounds < max(1, max_rounds):
        rounds += 1
        stretches = [*(item.stretch for item in placed), *more]
        done = redactions(stretches, duration, options, method=method)
        masks = [Mask(m.start, m.end, m.channel) for m in done]
        stored = store(masked(channels, sample_rate, masks, method))
        spans = (*findings.spans, *covered_words(segments, findings.spans, done))
        left_over = _left_over(stored, sample_rate, masks, method)
        if findings.removed:
            kept = listen(kept_words(segments, spans), language)
            heard = heard_again(findings.removed, listener(stored), kept, language)
        if not heard or left_over:
            break
        for item in heard:
            failures[item.place] = failures.get(item.place, 0) + 1
        placed = [_wider(item, index, heard) for index, item in enumerate(placed)]
        more += [_over(item) for item in heard if _elsewhere(item, done, failures)]
    places = [placed[item.place].stretch for item in heard]
    judged = tuple(_judged(item, heard, places, failed=left_over) for item in done)
    return Outcome(
        redactions=judged,
        spans=spans,
        clean=not heard and not left_over,
        rounds=rounds,
        heard=len(heard),
        listened=bool(findings.removed),
    )


def _left_over(channels: Channels, sample_rate: int, masks: Sequence[Mask], method: Method) -> bool:
    """Say whether something lies under the masks that should not: for silence, anything at all."""
    allowed = 0.0 if method == "silence" else 2.0**-14  # 16 bits hold tone and noise no better
    return residual(channels, sample_rate, masks, method) > allowed


def _wider(item: Placed, index: int, heard: Sequence[Heard]) -> Placed:
    if not any(h.place == index and h.near for h in heard):
        return item
    return msgspec.structs.replace(item, margin=2 * item.margin)


def _elsewhere(heard: Heard, masked: Sequence[Redaction], failures: dict[int, int]) -> bool:
    """Say whether a word heard again needs a mask of its own: no mask is there, or did not help."""
    beside = not any(
        heard.start < m.end + _BESIDE and heard.end > m.start - _BESIDE for m in masked
    )
    return beside or failures[heard.place] > 1


def _over(heard: Heard) -> Stretch:
    """Where to mask a word heard again; its times are those of a transcriber: widest margin."""
    margin = word_margin(())
    return Stretch(
        start=heard.start - margin,
        end=heard.end + margin,
        identifier=heard.identifier,
        margin=margin,
    )


def _judged(
    item: Redaction, heard: Sequence[Heard], places: Sequence[Stretch], *, failed: bool
) -> Redaction:
    """A mask fails if something is heard again in it, or what it removed is heard elsewhere."""
    for word, stretch in zip(heard, places, strict=True):
        near = word.start < item.end + NEAR and word.end > item.start - NEAR
        of_it = stretch.start < item.end and stretch.end > item.start
        failed = failed or of_it or (near and item.identifier is not Identifier.UNCERTAIN)
    return msgspec.structs.replace(item, verdict="failed" if failed else "clean")
