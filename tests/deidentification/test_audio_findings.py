"""What listeners write is searched like the draft; two findings say what was proved and estimated."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from speechkit.core.engines import DetectPhi
from speechkit.core.types import Identifier, PhiSpan, Redaction, Removal, Segment, Word
from speechkit.deidentification.audio.redact import not_understood
from speechkit.deidentification.check.relisten import Relistening, search
from speechkit.deidentification.check.verdict import Limits, discovery, verdict_of
from speechkit.deidentification.policy import load_policy
from speechkit.deidentification.text.residual import Left

POLICY = load_policy("safe-harbor")


def heard(text: str, start: float = 10.0, *labels: str, channel: int | None = None) -> Segment:
    words = tuple(
        Word(text=word, start=start + index, end=start + index + 0.8, confidence=0.9)
        for index, word in enumerate(text.split())
    )
    return Segment(
        id="heard-0",
        start=start,
        end=words[-1].end,
        text=text,
        words=words,
        labels=labels,
        channel=channel,
    )


def names(segments: Sequence[Segment], language: str) -> tuple[PhiSpan, ...]:
    """A detector that takes "Ellison" for a name."""
    return tuple(
        PhiSpan(segment=s.id, start_char=at, end_char=at + 7, identifier=Identifier.NAME)
        for s in segments
        if (at := s.text.find("Ellison")) >= 0
    )


def found(
    segment: Segment,
    detect: DetectPhi = names,
    *,
    masks: Sequence[Redaction] = (),
    voices: Sequence[tuple[float, float]] = ((0.0, 60.0),),
    settled: Sequence[Word] = (),
    draft: Sequence[Word] = (),
) -> list[tuple[float, float]]:
    requests = search(
        Relistening(transcripts=((segment,),)),
        detect,
        POLICY,
        "en",
        masks=masks,
        voices={segment.channel: voices},
        settled=settled,
        draft=draft,
    )
    return [(round(r.start, 3), round(r.end, 3)) for r in requests]


def test_a_name_that_only_a_listener_wrote_has_to_go_with_a_margin() -> None:
    assert found(heard("ask Ellison today")) == [(10.5, 12.3)]
    assert found(heard("ask Ellison today", channel=1)) == [(10.5, 12.3)]


def test_what_is_heard_where_nothing_is_was_made_up() -> None:
    under = Redaction(start=10.9, end=12.0, identifier=Identifier.NAME)
    assert found(heard("ask Ellison today"), masks=[under]) == []
    assert found(heard("ask Ellison today"), voices=[(0.0, 9.0)]) == []
    assert found(heard("ask Ellison today", 10.0, "loop")) == []


def test_what_people_left_standing_stays() -> None:
    read = Word(text="Ellison", start=11.1, end=11.7)
    assert found(heard("ask Ellison today"), settled=[read]) == []
    elsewhere = Word(text="Ellison", start=31.1, end=31.7)
    assert found(heard("ask Ellison today"), settled=[elsewhere]) == [(10.5, 12.3)]


def tagger(segments: Sequence[Segment], language: str) -> tuple[PhiSpan, ...]:
    """What judges words by those around them: takes the second word of all."""
    return tuple(
        PhiSpan(
            segment=s.id,
            start_char=len(s.text.split()[0]) + 1,
            end_char=len(" ".join(s.text.split()[:2])),
            identifier=Identifier.ORG,
            detector="learned",
        )
        for s in segments
    )


def test_a_listener_that_writes_common_words_of_the_draft_has_heard_nothing_new() -> None:
    there = Word(text="least,", start=11.1, end=11.7, confidence=0.9)
    gone = [(10.5, 12.3)]
    assert found(heard("at least today"), tagger, draft=[there]) == []
    assert found(heard("at least today"), tagger) == gone
    later = Word(text="least", start=31.1, end=31.7, confidence=0.9)
    assert found(heard("at least today"), tagger, draft=[later]) == gone


def test_what_rules_find_and_rare_words_go_even_if_the_draft_has_them() -> None:
    gone = [(10.5, 12.3)]
    surname = Word(text="Ellison", start=11.1, end=11.7, confidence=0.9)
    assert found(heard("ask Ellison today"), names, draft=[surname]) == gone
    assert found(heard("ask Ellison today"), tagger, draft=[surname]) == gone
    first_name = Word(text="Will", start=11.1, end=11.7, confidence=0.9)
    assert found(heard("ask Will today"), tagger, draft=[first_name]) == gone


@pytest.mark.parametrize(
    ("label", "confidence", "taken"),
    [("faint", 0.3, 1), ("faint", 0.9, 0), ("loop", 0.9, 1), ("", 0.3, 0), ("loop", None, 0)],
)
def test_text_that_nobody_can_rely_on_goes_whole(
    label: str, confidence: float | None, taken: int
) -> None:
    word = Word(text="maybe", start=0, end=1, confidence=confidence)
    labels = (label,) if label else ()
    segment = Segment(id="s", start=0, end=1, text="maybe", words=(word,), labels=labels)
    spans = not_understood([segment])
    assert [(s.start_char, s.end_char, s.identifier) for s in spans] == [
        (0, 5, Identifier.UNCERTAIN)
    ] * taken


WELL = {
    "doubt": 0.1,
    "speech": [(0.0, 100.0)],
    "faint": (),
    "unwritten": [(723.4, 725.4)],
    "num_words": 200,
    "added": 1,
    "keyed": 0,
    "unsettled": 0,
    "languages": ["en", "es", "en"],
    "sounds": True,
    "limits": Limits(),
}


def test_a_discovery_within_its_limits() -> None:
    one = discovery(**WELL)  # type: ignore[arg-type]
    assert (one.verdict, one.reasons, one.languages) == ("within-limits", (), ("en", "es"))
    assert (one.speech, one.unwritten) == (100.0, 2.0)
    assert verdict_of(Removal(verdict="clean"), one) == "clean"
    assert verdict_of(Removal(verdict="failed"), one) == "failed"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"doubt": 0.3}, "30% of the draft"),
        ({"num_words": 0}, "speech without words at 12:03"),
        ({"unwritten": [(0.0, 60.0)]}, "speech without words at 0:00: 60 of 100 s"),
        ({"num_words": 0, "speech": [], "unwritten": []}, "no words were written"),
        ({"unsettled": 2}, "went on to find"),
        (
            {"left": Left(expected=3.5, low=0, high=5, spread=1.0)},
            "3.5 identifiers are probably left",
        ),
    ],
)
def test_why_a_person_has_to_look(changed: dict[str, object], reason: str) -> None:
    one = discovery(**{**WELL, **changed})  # type: ignore[arg-type]
    assert one.verdict == "doubtful"
    assert reason in one.reasons[0]
    assert verdict_of(Removal(verdict="clean"), one) == "doubtful"


def test_silence_without_words_needs_nobody() -> None:
    quiet = {**WELL, "num_words": 0, "speech": [], "unwritten": [], "sounds": False}
    assert discovery(**quiet).verdict == "within-limits"  # type: ignore[arg-type]
