"""What every aligner promises. No speech is needed: noise will do."""

from __future__ import annotations

import numpy as np

from speechkit.core.engines import Align
from speechkit.core.margins import ALIGNED, DRAFT_TIMES, WIDEST, word_margin
from speechkit.core.types import Segment, Word
from speechkit.testing.checks import Check, expect
from speechkit.testing.sounds import noise, silence
from speechkit.testing.subject import COMMON, Opened, same_twice

Subject = Opened[Align]
_SECONDS = 7.0


def draft(
    text: str,
    start: float,
    end: float,
    *,
    language: str,
    channel: int | None = None,
    labels: tuple[str, ...] = (),
) -> Segment:
    """Return a segment as a transcriber makes it, its words spread evenly."""
    texts = text.split()
    edges = np.linspace(start, end, len(texts) + 1).round(3).tolist()
    words = tuple(
        Word(text=each, start=edges[i], end=edges[i + 1], confidence=0.5)
        for i, each in enumerate(texts)
    )
    return Segment(
        id=f"d-{start}",
        start=start,
        end=end,
        text=text,
        language=language,
        channel=channel,
        words=words,
        confidence=0.7,
        labels=labels,
    )


SEGMENTS = (
    draft("Good morning, I am 264 — Dr. C-A-L-L-A.", 0.5, 3.0, language="en"),
    draft("привет 你好", 3.2, 4.0, language="en", labels=("loop", f"{ALIGNED}{DRAFT_TIMES}")),
    draft("buenos días señora", 4.1, 5.5, language="es"),
    draft("no words at all", 5.6, 5.7, language="xx", channel=1),
)


def only_times_and_labels_change(subject: Subject) -> None:
    """Ids, texts, languages, channels, confidences and the order of segments stay."""
    for seconds in (0.0, 0.01, 1.0, _SECONDS):
        for level in (0.0, 0.05):
            after = subject.run(noise(seconds, level), SEGMENTS, "en")
            expect(len(after) == len(SEGMENTS), "segments were lost or made")
            for old, new in zip(SEGMENTS, after, strict=True):
                expect(_untimed(old) == _untimed(new), "more than times and labels changed")
                _check_times(new, seconds)


def a_segment_says_who_placed_its_words(subject: Subject) -> None:
    """One label `aligned:` on each segment: the engine's name, or that of kept draft times."""
    name = subject.spec.partition(":")[0]
    for old, new in zip(SEGMENTS, subject.run(noise(_SECONDS), SEGMENTS, "en"), strict=True):
        by = [label for label in new.labels if label.startswith(ALIGNED)]
        expect(len(by) == 1, f"a segment has {len(by)} labels `{ALIGNED}…`, not one")
        expect(
            by[0].removeprefix(ALIGNED) in (name, DRAFT_TIMES),
            f"a segment is labeled as aligned by neither {name} nor {DRAFT_TIMES}",
        )
        kept = {label for label in old.labels if not label.startswith(ALIGNED)}
        expect(kept <= set(new.labels), "labels of the draft were lost")


def what_does_not_sound_like_its_text_gets_the_widest_margin(subject: Subject) -> None:
    """In silence no word is where its text says, and the mask around it must be wide."""
    for segment in subject.run(silence(_SECONDS), SEGMENTS, "en"):
        expect(
            word_margin(segment.labels) >= WIDEST,
            "words that were not found keep a narrow margin: label their segment "
            f"`unaligned`, or `{ALIGNED}{DRAFT_TIMES}` where all keep their draft times",
        )


def same_input_same_times(subject: Subject) -> None:
    """Results depend on the sound, the segments and the options only."""
    samples = noise(_SECONDS)
    same_twice(lambda: subject.run(samples.copy(), SEGMENTS, "en"))


def no_segments_no_result(subject: Subject) -> None:
    """Nothing to align is nothing wrong."""
    expect(subject.run(noise(1), (), "en") == (), "segments were made of nothing")


ALIGNER_CHECKS: tuple[Check[Subject], ...] = (
    *COMMON,
    Check(only_times_and_labels_change),
    Check(a_segment_says_who_placed_its_words),
    Check(what_does_not_sound_like_its_text_gets_the_widest_margin),
    Check(same_input_same_times),
    Check(no_segments_no_result),
)


def _untimed(segment: Segment) -> tuple[object, ...]:
    words = [(word.text, word.confidence, word.speaker) for word in segment.words]
    said = (segment.text, segment.language, segment.speaker, segment.channel, segment.confidence)
    return segment.id, said, words


def _check_times(segment: Segment, duration: float) -> None:
    for word in segment.words:
        inside = 0 <= word.start <= word.end <= duration
        expect(inside, "a word lies outside of the sound, or ends before it starts")
        rounded = (round(word.start, 3), round(word.end, 3))
        expect(rounded == (word.start, word.end), "times are not rounded to a millisecond")
    edges = (min(w.start for w in segment.words), max(w.end for w in segment.words))
    expect((segment.start, segment.end) == edges, "a segment does not span its words")
