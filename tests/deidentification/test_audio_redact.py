"""Mask, listen, widen: the loop, with listeners that hear what the samples still hold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from speechkit.audio.mask import Method
from speechkit.core.engines import Sound, Transcript
from speechkit.core.types import Identifier, PhiSpan, Redaction, Segment, Word
from speechkit.deidentification.audio.placement import MaskRequest, PlaceOptions
from speechkit.deidentification.audio.redact import Outcome, find, on_all_alike, redact
from speechkit.deidentification.check.comparison import Token
from speechkit.deidentification.check.relisten import relisten

RATE = 1000
OPTIONS = PlaceOptions(extra_margin=0.05)
# What is really said, and when; samples are 0.5 everywhere.
SAID = (
    Token("this", "word", 1.0, 1.3),
    Token("sheila", "word", 5.0, 5.6),
    Token("from", "word", 6.5, 6.8),
    Token("sheila", "word", 15.0, 15.6),
)


def ear(channels: Sequence[Sound]) -> list[Token]:
    """Hears a word as long as any 60 ms of it sound."""
    samples = np.stack([channel[:] for channel in channels])
    heard = []
    for token in SAID:
        part = np.abs(samples[:, round(token.start * RATE) : round(token.end * RATE)]).max(axis=0)
        if (part > 0.1).sum() > 60:
            heard.append(token)
    return heard


def transcript(shift: float = 0.0, *, both: bool = False) -> tuple[Segment, ...]:
    """What was written down: with times that are off by `shift`; the second name was missed."""
    segments = []
    for index, token in enumerate(SAID if both else SAID[:3]):
        start, end = token.start + shift, token.end + shift
        word = Word(text=token.text.title(), start=start, end=end)
        segments.append(
            Segment(
                id=f"s{index}",
                start=start,
                end=end,
                text=word.text,
                words=(word,),
                labels=("aligned:ctc",),
            )
        )
    return tuple(segments)


PHI = (PhiSpan(segment="s1", start_char=0, end_char=6, identifier=Identifier.NAME),)


def run(
    segments: tuple[Segment, ...],
    *,
    max_rounds: int = 3,
    method: Method = "silence",
    listener: object = ear,
    search: object = lambda _: (),
    spoil: bool = False,
) -> tuple[Outcome, np.ndarray]:
    samples = np.full((2, 20 * RATE), 0.5, np.float32)
    stored = [samples]

    def store(masked: Sequence[Sound]) -> Sequence[Sound]:
        stored.append(samples if spoil else np.stack([channel[:] for channel in masked]))
        return list(stored[-1])

    findings = find(segments, PHI, [], "en", OPTIONS)
    outcome = redact(
        list(samples),
        RATE,
        segments,
        findings,
        listener=listener,
        search=search,
        store=store,
        language="en",
        method=method,
        max_rounds=max_rounds,
        options=OPTIONS,
    )
    return outcome, stored[-1]


def test_right_times_are_clean_but_for_the_name_nobody_wrote_down() -> None:
    outcome, samples = run(transcript())
    assert outcome.clean and outcome.heard == 0 and outcome.unsettled == 0
    assert outcome.rounds == 2, "the second name is heard in the first round, and masked"
    assert [r.identifier for r in outcome.redactions] == [Identifier.NAME] * 2
    assert all(r.verdict == "clean" for r in outcome.redactions)
    assert not np.abs(samples[:, 15000:15600]).any()
    assert [token.text for token in ear(list(samples))] == ["this", "from"]


def test_one_round_only_is_not_enough_and_fails() -> None:
    outcome, _ = run(transcript(), max_rounds=1)
    assert not outcome.clean and outcome.heard == 1


def test_a_name_written_twice_but_detected_once_is_masked_at_once() -> None:
    outcome, _ = run(transcript(both=True))
    assert outcome.clean and outcome.rounds == 1 and len(outcome.redactions) == 2
    assert {span.segment for span in outcome.spans} == {"s1", "s3"}


def test_times_that_are_a_little_off_are_mended_by_widening() -> None:
    outcome, samples = run(transcript(0.4))
    assert outcome.clean and 1 < outcome.rounds <= 3
    assert "sheila" not in [token.text for token in ear(list(samples))]


@pytest.mark.parametrize("method", ["silence", "tone", "noise"])
def test_masks_two_seconds_away_fail_in_one_round_and_the_place_says_so(method: Method) -> None:
    outcome, _ = run(transcript(1.9), max_rounds=1, method=method, listener=lambda _: SAID)
    assert not outcome.clean and outcome.heard >= 1
    assert [r.verdict for r in outcome.redactions] == ["failed"]


def test_a_listener_who_always_hears_it_never_passes() -> None:
    outcome, _ = run(transcript(), listener=lambda _: [SAID[1]])
    assert not outcome.clean and outcome.rounds == 3


def test_a_file_that_does_not_hold_the_mask_fails_even_if_nothing_is_heard() -> None:
    outcome, _ = run(transcript(), listener=lambda _: [], spoil=True)
    assert not outcome.clean and outcome.heard == 0
    assert {r.verdict for r in outcome.redactions} == {"failed"}


def test_nothing_to_remove_is_listened_to_all_the_same_and_changes_nothing() -> None:
    samples = np.full((1, RATE), 0.5, np.float32)
    findings = find((), (), [((), None)], "", OPTIONS)
    listened = []
    outcome = redact(
        samples,
        RATE,
        (),
        findings,
        listener=lambda sounds: listened.append(len(sounds)) or [],
        store=lambda masked: masked,
        language="",
        method="silence",
        max_rounds=3,
        options=OPTIONS,
    )
    assert listened == [1]
    assert outcome.clean and outcome.redactions == ()


def test_what_only_a_listener_found_is_masked_and_listened_for_again() -> None:
    """A search that finds a place until it is masked; and one that is never content."""
    wanted = MaskRequest(start=10.0, end=11.0, identifier=Identifier.NAME)

    def until_masked(masks: Sequence[Redaction]) -> tuple[MaskRequest, ...]:
        return () if any(m.start <= 10.0 and m.end >= 11.0 for m in masks) else (wanted,)

    outcome, samples = run(transcript(), search=until_masked)
    assert (outcome.added, outcome.unsettled) == (1, 0)
    assert not np.abs(samples[:, 10 * RATE : 11 * RATE]).any()
    outcome, _ = run(transcript(), search=lambda _: (wanted,))
    assert outcome.unsettled == 1 and outcome.rounds == 3


def test_what_goes_from_a_channel_goes_from_all_of_the_same_sound() -> None:
    requests = [MaskRequest(start=0, end=1, channel=2), MaskRequest(start=3, end=4, channel=1)]
    assert [(r.start, r.channel) for r in on_all_alike(requests, [(0, 2)])] == [
        (0, 0),
        (0, 2),
        (3, 1),
    ]
    assert on_all_alike([MaskRequest(start=0, end=1)], [(0, 2)])[0].channel is None


def test_every_channel_is_heard_by_every_listener() -> None:
    listened = []

    def whisper(samples: np.ndarray, language: str | None) -> Transcript:
        listened.append(float(samples[0]))
        word = Word(text=f"channel{len(listened)}", start=0.0, end=0.5)
        heard = Segment(id="", start=0, end=1, text=word.text, words=(word,))
        return Transcript(segments=(heard,), language="en", language_probability=1.0)

    sounds = {number: np.full(16000, 0.1 * (number + 1), np.float32) for number in (0, 1)}
    relistening = relisten(sounds, [whisper, whisper], "en")
    assert listened == pytest.approx([0.1, 0.1, 0.2, 0.2])
    assert len(relistening.tokens("en")) == 8  # "channel" and its number, four times
    segments = [segment for one in relistening.transcripts for segment in one]
    assert [segment.channel for segment in segments] == [0, 0, 1, 1]
    assert len({segment.id for segment in segments}) == 4


def test_uncovered_speech_is_muted_as_uncertain_and_its_channel_kept() -> None:
    findings = find(transcript(), PHI, [([(0.0, 2.0), (18.0, 19.0)], 1)], "en", OPTIONS)
    # "this" (1.0–1.3) covers 0.5–1.8; the 0.2 s left after it are too short to be taken. What is
    # taken before it reaches to 0.15 s from it.
    assert [(s.start, s.end, s.channel) for s in findings.unknown] == [
        (0.0, pytest.approx(0.85), 1),
        (18.0, 19.0, 1),
    ]
    assert {s.identifier for s in findings.unknown} == {Identifier.UNCERTAIN}
