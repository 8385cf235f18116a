"""What every voice linker promises."""

from __future__ import annotations

from speechkit.core.engines import SAMPLE_RATE, LinkVoices, Speakers, Voice
from speechkit.testing.checks import Check, expect
from speechkit.testing.sounds import silence
from speechkit.testing.subject import COMMON, Opened, same_twice

Subject = Opened[LinkVoices]


def _voice(subject: Subject, part: int) -> Voice:
    """The whole clip as somebody's voice: whoever is in it is in it in each part."""
    samples = subject.clip()
    return Voice(part=part, samples=samples, speech=((0.0, len(samples) / SAMPLE_RATE),))


def the_same_voice_is_one_person(subject: Subject) -> None:
    """What sounds the same in two parts is one person."""
    people = subject.run([_voice(subject, 0), _voice(subject, 1)], Speakers())
    expect(len(people) == 2, "not one number for each voice")
    expect(people[0] == people[1], "the same voice in two parts was taken for two people")


def voices_of_a_part_stay_apart(subject: Subject) -> None:
    """Whoever was told apart within a part is not made one, however alike, and whatever was asked."""
    for speakers in (Speakers(), Speakers(exactly=1)):
        people = subject.run([_voice(subject, 0), _voice(subject, 0)], speakers)
        expect(people[0] != people[1], "two voices of one part were made one person")


def numbers_have_no_gaps(subject: Subject) -> None:
    """People are numbered from 0; silence, no sound and no voice at all are no trouble."""
    quiet = silence(1)
    voices = [
        _voice(subject, 0),
        Voice(part=1, samples=quiet, speech=((0.0, 1.0),)),
        Voice(part=2, samples=quiet, speech=()),
    ]
    people = subject.run(voices, Speakers())
    expect(sorted(set(people)) == list(range(len(set(people)))), "people are not numbered from 0")
    expect(subject.run([], Speakers()) == (), "of no voices somebody is made")


def same_voices_same_people(subject: Subject) -> None:
    """Results depend on the sound and the options only."""
    same_twice(lambda: subject.run([_voice(subject, 0), _voice(subject, 1)], Speakers()))


VOICE_LINKER_CHECKS: tuple[Check[Subject], ...] = (
    *COMMON,
    Check(the_same_voice_is_one_person),
    Check(voices_of_a_part_stay_apart),
    Check(numbers_have_no_gaps),
    Check(same_voices_same_people),
)
