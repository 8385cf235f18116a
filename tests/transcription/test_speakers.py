"""Speakers that a recognizer names: one name a person in all channels and parts of a recording."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from speechkit.core.engines import Speakers, Transcript, Voice
from speechkit.core.errors import InputError
from speechkit.core.time import Interval
from speechkit.core.types import Audio, Participant, Recording, Segment, Word
from speechkit.transcription.speakers import link_speakers, rename_recalled

SOUND = np.zeros(16_000 * 40, dtype=np.float32)
SECRET = "Quixotina"


def recording(*channels: int | None, num_channels: int = 1) -> Recording:
    """A recording of a participant for each channel given."""
    audio = Audio(
        sha256="0" * 64, uri="a.wav", sample_rate=16_000, num_samples=len(SOUND),
        num_channels=num_channels, codec="pcm_s16le",
    )  # fmt: skip
    people = tuple(Participant(id=f"p{n}", channel=c) for n, c in enumerate(channels))
    return Recording(id="rec-0", audio=audio, participants=people)


def said(start: float, end: float, speaker: str, channel: int | None = None) -> Segment:
    return Segment(id="", start=start, end=end, text="yes", speaker=speaker, channel=channel)


def heard(*segments: Segment, parts: tuple[Interval, ...] = ()) -> Transcript:
    return Transcript(segments=segments, language="en", language_probability=1.0, parts=parts)


class Ear:
    """Tells people by when they speak: whoever begins on an odd second is one, the others another."""

    def __init__(self) -> None:
        self.voices: list[Voice] = []
        self.told = Speakers()

    def __call__(self, voices: Sequence[Voice], speakers: Speakers) -> tuple[int, ...]:
        self.voices, self.told = list(voices), speakers
        odd = [int(voice.speech[0][0]) % 2 for voice in voices]
        people = list(dict.fromkeys(odd))
        return tuple(people.index(one) for one in odd)


def names(found: dict[int | None, Transcript]) -> list[str]:
    segments = [segment for one in found.values() for segment in one.segments]
    return [segment.speaker for segment in sorted(segments, key=lambda s: s.start)]


def test_names_of_one_part_are_kept_apart_without_listening() -> None:
    ear = Ear()
    one = heard(said(0, 1, SECRET), said(2, 3, "other"), said(4, 5, SECRET))
    assert names(link_speakers(recording(), {None: SOUND}, {None: one}, ear)) == [
        "SPEAKER_00", "SPEAKER_01", "SPEAKER_00",
    ]  # fmt: skip
    assert ear.voices == []


def test_parts_that_call_people_differently_are_linked() -> None:
    ear = Ear()
    one = heard(
        said(0, 1, "A"), said(3, 4, "B"), said(11, 12, "A"), said(14, 15, "B"),
        parts=((0.0, 10.0), (10.0, 20.0)),
    )  # fmt: skip
    found = link_speakers(recording(None, None), {None: SOUND}, {None: one}, ear)
    assert names(found) == ["SPEAKER_00", "SPEAKER_01", "SPEAKER_01", "SPEAKER_00"]
    assert [voice.part for voice in ear.voices] == [0, 0, 1, 1]
    assert ear.told == Speakers(exactly=2)


def test_a_voice_is_heard_where_nobody_else_of_its_part_speaks() -> None:
    ear = Ear()
    one = heard(
        said(0, 4, "A"), said(3, 6, "B"), said(11, 12, "A"), parts=((0.0, 10.0), (10.0, 20.0))
    )
    link_speakers(recording(), {None: SOUND}, {None: one}, ear)
    assert [voice.speech for voice in ear.voices] == [
        ((0.0, 3.0),), ((4.0, 6.0),), ((11.0, 12.0),),
    ]  # fmt: skip


def test_channels_of_participants_say_who_speaks() -> None:
    ear = Ear()
    both = {0: heard(said(0, 1, "A"), said(4, 5, "B")), 1: heard(said(2, 3, "A"))}
    streams = {0: SOUND, 1: SOUND}
    found = link_speakers(recording(0, 1, num_channels=2), streams, both, ear)
    assert names(found) == ["SPEAKER_00", "SPEAKER_01", "SPEAKER_00"]
    assert ear.voices == []
    link_speakers(recording(num_channels=2), streams, both, ear)
    assert [voice.part for voice in ear.voices] == [0, 1, 0]


def test_words_keep_speakers_of_their_own() -> None:
    words = (
        Word(text="well", start=0, end=1, speaker="B"),
        Word(text="yes", start=1, end=2),
    )
    segment = Segment(id="", start=0, end=2, text="well yes", words=words, speaker="A")
    found = link_speakers(recording(), {None: SOUND}, {None: heard(segment)}, Ear())
    kept = found[None].segments[0]
    assert (kept.speaker, [word.speaker for word in kept.words]) == (
        "SPEAKER_01",
        ["SPEAKER_00", ""],
    )


def test_somebody_without_a_name_beside_others_stays_without() -> None:
    one = heard(said(0, 1, "A"), said(2, 3, ""))
    assert names(link_speakers(recording(), {None: SOUND}, {None: one}, Ear())) == [
        "SPEAKER_00",
        "",
    ]


def test_text_and_nobody_named_is_an_error_and_silence_is_none() -> None:
    with pytest.raises(
        InputError, match=r"rec-0: the engine names no speakers.*diarize.engine=auto"
    ):
        link_speakers(recording(), {None: SOUND}, {None: heard(said(0, 1, ""))}, Ear())
    assert link_speakers(recording(), {None: SOUND}, {None: heard()}, Ear()) == {None: heard()}


def test_results_written_elsewhere_keep_who_is_who_and_no_name() -> None:
    given = [
        said(0, 1, SECRET, 0),
        said(2, 3, "Mrs. B", 0),
        said(4, 5, SECRET, 1),
        said(6, 7, "", 2),
    ]
    found = rename_recalled(recording(), given)
    assert [(s.speaker, s.channel) for s in found] == [
        ("SPEAKER_00", 0), ("SPEAKER_01", 0), ("SPEAKER_02", 1), ("SPEAKER_03", 2),
    ]  # fmt: skip
    with pytest.raises(InputError, match="names no speakers"):
        rename_recalled(recording(), [said(0, 1, "")])
