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
from speechkit.core.types import FAINT, Identifier, PhiSpan, Redaction, Segment
from speechkit.deidentification.audio.masked_words import covered_words, kept_words
from speechkit.deidentification.audio.placement import (
    MaskRequest,
    PlacedSpan,
    PlaceOptions,
    place,
    redactions,
    whole_runs,
)
from speechkit.deidentification.audio.untranscribed import beside, is_on, uncovered
from speechkit.deidentification.check.comparison import Token, listen
from speechkit.deidentification.check.draft_quality import doubt
from speechkit.deidentification.check.leak_check import (
    NEAR,
    Leak,
    Removed,
    heard_again,
    removed_tokens,
)
from speechkit.deidentification.text.propagate import propagate

Channels = Sequence[Sound]
Listener = Callable[[Channels], Sequence[Token]]
Search = Callable[[Sequence[Redaction]], Sequence[MaskRequest]]

_BESIDE = 0.3  # s beyond a mask at which a word heard again is another one
_FAINT_DOUBT = 0.4  # share of words that may be wrong in faint speech that stays


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """What must go from one recording. `unknown` is speech without transcript."""

    spans: tuple[PhiSpan, ...]
    placed: tuple[PlacedSpan, ...]
    unknown: tuple[MaskRequest, ...]
    removed: tuple[Removed, ...]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How it ended. `spans` are all that the text loses, masked words included; `clean`: nothing
    that was removed is heard; `added` counts masks that only listening again asked for, `unsettled`
    those that it still asked for the last time."""

    redactions: tuple[Redaction, ...]
    spans: tuple[PhiSpan, ...]
    clean: bool
    rounds: int
    heard: int
    added: int = 0
    unsettled: int = 0


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
        speech: where there is speech, by channel (None: all channels are one sound).
        language: of the conversation.
        options: how far masks reach.
    """
    spans = (*whole_runs(segments, phi), *not_understood(segments))
    removed = removed_tokens(segments, place(segments, spans, options), language)
    spans += propagate(segments, spans, removed, language)
    placed = place(segments, spans, options)
    unknown: list[MaskRequest] = []
    for intervals, channel in speech:
        own = [s for s in segments if channel is None or is_on(s, channel)]
        kept = kept_words(own, spans)
        ids = {segment.id for segment in own}
        unknown += [
            MaskRequest(start=start, end=end, channel=channel)
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


def not_understood(segments: Sequence[Segment]) -> tuple[PhiSpan, ...]:
    """Return spans (UNCERTAIN) over whole segments whose text is unreliable.

    That is text in which the recognizer repeats itself, and faint speech that it is not sure of.
    """
    return tuple(
        whole_span(segment, "not-understood")
        for segment in segments
        if segment.text
        and (
            ("loop" in segment.labels and doubt([segment]) > 0)  # text by people is not doubted
            or (FAINT in segment.labels and doubt([segment]) > _FAINT_DOUBT)
        )
    )


def whole_span(segment: Segment, detector: str) -> PhiSpan:
    """Return a span (UNCERTAIN) over all of a segment's text."""
    return PhiSpan(
        segment=segment.id,
        start_char=0,
        end_char=len(segment.text),
        identifier=Identifier.UNCERTAIN,
        detector=detector,
    )


def redact(
    channels: Channels,
    sample_rate: int,
    segments: Sequence[Segment],
    findings: Findings,
    *,
    listener: Listener,
    search: Search = lambda _: (),
    store: Callable[[Channels], Channels],
    language: str,
    method: Method,
    max_rounds: int,
    options: PlaceOptions,
    alike: Sequence[Sequence[int]] = (),
) -> Outcome:
    """Mask what must go, listen, and widen what is heard again, up to `max_rounds` times.

    Args:
        channels: of the recording, of equal length.
        sample_rate: in Hz.
        segments: the transcript.
        findings: what must go.
        listener: channels as stored → what is heard in them.
        search: masks → what else has to go, as what was heard last shows.
        store: writes masked channels and returns what a reader of the file gets, until the next call.
        language: of the conversation.
        method: how to mask.
        max_rounds: how often to listen; at least once.
        options: `merge_gap` is looked at.
        alike: groups of channels that are the same sound: what goes from one goes from all.
    """
    duration = len(channels[0]) / sample_rate
    placed, more = list(findings.placed), list(findings.unknown)
    heard: tuple[Leak, ...] = ()
    new: Sequence[MaskRequest] = ()
    failures: dict[int, int] = {}
    rounds = added = 0
    while rounds < max(1, max_rounds):
        rounds += 1
        requests = [*(item.request for item in placed), *more]
        done = redactions(on_all_alike(requests, alike), duration, options, method=method)
        masks = [Mask(m.start, m.end, m.channel) for m in done]
        stored = store(masked(channels, sample_rate, masks, method))
        spans = (*findings.spans, *covered_words(segments, findings.spans, done))
        left_over = _left_over(stored, sample_rate, masks, method)
        kept = listen(kept_words(segments, spans), language)
        heard = heard_again(findings.removed, listener(stored), kept, language)
        new = search(done)
        if left_over or not (heard or new):
            break
        for item in heard:
            failures[item.place] = failures.get(item.place, 0) + 1
        placed = [_wider(item, index, heard) for index, item in enumerate(placed)]
        more += [_over(item) for item in heard if _elsewhere(item, done, failures)]
        more += new
        added += len(new)
    places = [placed[item.place].request for item in heard]
    judged = tuple(_judged(item, heard, places, failed=left_over) for item in done)
    return Outcome(
        redactions=judged,
        spans=spans,
        clean=not heard and not left_over,
        rounds=rounds,
        heard=len(heard),
        added=added,
        unsettled=len(new),
    )


def on_all_alike(
    requests: Sequence[MaskRequest], alike: Sequence[Sequence[int]]
) -> list[MaskRequest]:
    """Repeat each request for one channel on all channels that are the same sound."""
    return [
        msgspec.structs.replace(request, channel=channel)
        for request in requests
        for channel in next((g for g in alike if request.channel in g), (request.channel,))
    ]


def _left_over(channels: Channels, sample_rate: int, masks: Sequence[Mask], method: Method) -> bool:
    """Say whether something lies under the masks that should not: for silence, anything at all."""
    allowed = 0.0 if method == "silence" else 2.0**-14  # 16 bits hold tone and noise no better
    return residual(channels, sample_rate, masks, method) > allowed


def _wider(item: PlacedSpan, index: int, heard: Sequence[Leak]) -> PlacedSpan:
    if not any(h.place == index and h.near for h in heard):
        return item
    return msgspec.structs.replace(item, margin=2 * item.margin)


def _elsewhere(heard: Leak, masked: Sequence[Redaction], failures: dict[int, int]) -> bool:
    """Say whether a word heard again needs a mask of its own: no mask is there, or did not help."""
    beside = not any(
        heard.start < m.end + _BESIDE and heard.end > m.start - _BESIDE for m in masked
    )
    return beside or failures[heard.place] > 1


def _over(heard: Leak) -> MaskRequest:
    """Where to mask a word heard again; its times are those of a transcriber: widest margin."""
    margin = word_margin(())
    return MaskRequest(
        start=heard.start - margin,
        end=heard.end + margin,
        identifier=heard.identifier,
        margin=margin,
    )


def _judged(
    item: Redaction, heard: Sequence[Leak], places: Sequence[MaskRequest], *, failed: bool
) -> Redaction:
    """A mask fails if something is heard again in it, or what it removed is heard elsewhere."""
    for word, stretch in zip(heard, places, strict=True):
        near = word.start < item.end + NEAR and word.end > item.start - NEAR
        of_it = stretch.start < item.end and stretch.end > item.start
        failed = failed or of_it or (near and item.identifier is not Identifier.UNCERTAIN)
    return msgspec.structs.replace(item, verdict="failed" if failed else "clean")
