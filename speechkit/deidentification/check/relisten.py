"""Listening again to the redacted sound as an attacker would: each channel, turned up, written down.

What listeners write serves twice. It is compared with what was removed (`leak_check.py`: is it gone?),
and identifiers are looked for in it, as they were in the draft (was everything found?): a listener
that hears a name where the draft had none is an attacker who heard it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from speechkit.core.engines import SAMPLE_RATE, DetectPhi, Sound, Transcribe
from speechkit.core.errors import InputError, UsageError
from speechkit.core.margins import WIDEST
from speechkit.core.text import word_offsets
from speechkit.core.time import Interval, overlap, union
from speechkit.core.types import PhiSpan, Redaction, Segment, Word
from speechkit.deidentification.audio.placement import MaskRequest, whole_runs
from speechkit.deidentification.check.again import passages, spliced
from speechkit.deidentification.check.comparison import Token, listen
from speechkit.deidentification.check.leak_check import NEAR, words_of
from speechkit.deidentification.policy import Policy, apply_policy
from speechkit.deidentification.text.common_words import is_common
from speechkit.deidentification.text.lists import common_first_names
from speechkit.language import main_language, primary_subtag

_LOOPING = "loop"  # a label of segments in which the recognizer repeats itself
_VOICE_NEAR = 0.5  # s around an identifier in which there must be a voice
_TAGGER = "learned"  # what judges words by those around them; what rules find needs no context
_SILENCED = 0.6  # share of an identifier under masks: what is heard there is a hallucination


class Relistening(msgspec.Struct, frozen=True, kw_only=True):
    """What listeners wrote: a transcript for each listener and channel."""

    transcripts: tuple[tuple[Segment, ...], ...]

    def tokens(self, language: str) -> list[Token]:
        """All that was heard, for comparison."""
        return [
            token for segments in self.transcripts for token in listen(words_of(segments), language)
        ]


class _Job(NamedTuple):
    """Who listens to what: a whole channel, or a stretch of it in another language."""

    listener: int
    channel: int | None
    language: str
    stretch: Interval


def relisten(
    sounds: Mapping[int | None, Sound],
    listeners: Sequence[Transcribe],
    language: str,
    *,
    others: Mapping[str, Sequence[tuple[float, float, int | None]]] = {},
    before: Relistening | None = None,
    changed: Mapping[int | None, Sequence[Interval]] = {},
) -> Relistening:
    """Let every listener write down every channel.

    Args:
        sounds: by channel, at 16 kHz, with faint speech already amplified.
        listeners: who listens.
        language: of the recording.
        others: stretches (start, end, channel) in other languages, heard once more in those.
        before: what the same listeners wrote of the same channels last time, None: they did not;
        changed: and where the channels changed since, in seconds. The rest is not played again.
    """
    whole = {channel: (0.0, len(sound) / SAMPLE_RATE) for channel, sound in sounds.items()}
    numbers = range(len(listeners))
    jobs = [_Job(n, channel, language, whole[channel]) for channel in sounds for n in numbers]
    first = next(iter(sounds))
    for other, stretches in others.items():
        for start, end, channel in stretches:
            known = channel if channel in sounds else first
            jobs += [_Job(number, known, other, (start, end)) for number in numbers]

    def heard(job: _Job, played: Interval) -> list[Segment]:
        sound = sounds[job.channel]
        start, end = round(played[0] * SAMPLE_RATE), round(played[1] * SAMPLE_RATE)
        part = sound if (start, end) == (0, len(sound)) else sound[start:end]
        transcript = listeners[job.listener](part, job.language or None)
        return [moved(segment, start / SAMPLE_RATE) for segment in transcript.segments]

    def written(number: int, job: _Job) -> Sequence[Segment]:
        parts = passages(changed.get(job.channel, ()), whole[job.channel][1])
        if before is None or parts is None:
            return heard(job, job.stretch)
        found: Sequence[Segment] = before.transcripts[number]
        if job.stretch == whole[job.channel]:
            for part in parts:
                found = spliced(found, heard(job, part.played), part.changed)
        elif any(overlap(job.stretch, part.changed) for part in parts):
            return heard(job, job.stretch)
        return found

    return Relistening(
        transcripts=tuple(
            tuple(
                msgspec.structs.replace(one, id=f"heard-{number}-{index}", channel=job.channel)
                for index, one in enumerate(written(number, job))
            )
            for number, job in enumerate(jobs)
        )
    )


def moved(segment: Segment, by: float) -> Segment:
    """Return a segment `by` seconds later."""
    words = tuple(
        msgspec.structs.replace(word, start=word.start + by, end=word.end + by)
        for word in segment.words
    )
    return msgspec.structs.replace(
        segment, start=segment.start + by, end=segment.end + by, words=words
    )


def search(
    relistening: Relistening,
    detect: DetectPhi,
    policy: Policy,
    language: str,
    *,
    masks: Sequence[Redaction],
    voices: Mapping[int | None, Sequence[Interval]],
    settled: Sequence[Word] = (),
    draft: Sequence[Word] = (),
) -> tuple[MaskRequest, ...]:
    """Return what has to be masked because a listener wrote an identifier there.

    Left out is what lies under masks already, where no voice is, in text that repeats itself, what
    people have read and left standing, and common words of which the detector thought nothing when it
    read them in the draft: a listener that writes the same has heard nothing new.

    Args:
        relistening: what was written.
        detect: finds identifiers in text.
        policy: says which of them go.
        language: of the recording.
        masks: what is masked already.
        voices: where there is speech, by channel.
        settled: words that people wrote or accepted, and that stay.
        draft: words of the draft that stay.
    """
    silent = union((mask.start, mask.end) for mask in masks)
    requests = []
    for transcript in relistening.transcripts:
        segments = tuple(s for s in transcript if s.text and _LOOPING not in s.labels)
        if not segments:
            continue
        try:
            found = detect(segments, main_language(segments, [language]))
        except UsageError:  # no tables for it: what is in it is muted whole, see `redact_stage.py`
            continue
        spans = whole_runs(segments, apply_policy(policy, found))
        by_id = {segment.id: segment for segment in segments}
        for span in spans:
            segment = by_id[span.segment]
            words = _words(segment, span)
            start, end = _extent(segment, words)
            length = max(end - start, 1e-3)
            if sum(overlap((start, end), part) for part in silent) > _SILENCED * length:
                continue
            if not _has_voice((start, end), voices.get(segment.channel, ())):
                continue
            if words and all(_is_settled(word, settled, language) for word in words):
                continue
            if span.detector == _TAGGER and words and _is_old(words, draft, language):
                continue
            requests.append(
                MaskRequest(
                    start=start - WIDEST,
                    end=end + WIDEST,
                    identifier=span.identifier,
                    margin=WIDEST,
                )
            )
    return tuple(requests)


def _words(segment: Segment, span: PhiSpan) -> list[Word]:
    try:
        offsets = word_offsets(segment)
    except InputError:
        return []
    return [
        word
        for word, (start, end) in zip(segment.words, offsets, strict=True)
        if start < span.end_char and span.start_char < end
    ]


def _extent(segment: Segment, words: Sequence[Word]) -> Interval:
    if not words:
        return segment.start, segment.end
    return min(word.start for word in words), max(word.end for word in words)


def _has_voice(interval: Interval, voices: Sequence[Interval]) -> bool:
    wide = (interval[0] - _VOICE_NEAR, interval[1] + _VOICE_NEAR)
    return any(overlap(wide, voice) > 0 for voice in voices)


def _is_old(words: Sequence[Word], draft: Sequence[Word], language: str) -> bool:
    """Say whether words are common ones, and no first names, that the draft has there, too."""
    names = common_first_names(primary_subtag(language))
    return all(
        _is_settled(word, draft, language)
        and all(
            is_common(token.text, language) and token.text not in names
            for token in listen([word], language)
        )
        for word in words
    )


def _is_settled(word: Word, settled: Sequence[Word], language: str) -> bool:
    tokens = {token.text for token in listen([word], language)}
    near = [s for s in settled if s.start < word.end + NEAR and word.start < s.end + NEAR]
    return bool(tokens) and tokens <= {token.text for token in listen(near, language)}
