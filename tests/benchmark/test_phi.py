"""Removed means neither read nor heard; kept means still there."""

import pytest

from speechkit.benchmark.phi import Mention, count_phi
from speechkit.core.types import Audio, Identifier, RedactedCopy, Redaction, Segment

AUDIO = Audio(sha256="0", uri="u", sample_rate=1, num_samples=99, num_channels=1, codec="c")


def copy(text, *masks) -> RedactedCopy:
    return RedactedCopy(
        audio=AUDIO,
        segments=(Segment(id="s", start=0.0, end=9.0, text=text),),
        redactions=tuple(Redaction(start=a, end=b, identifier=Identifier.NAME) for a, b in masks),
        verdict="clean",
    )


NAME = Mention(text="Margaret Ellison", identifier=Identifier.NAME, time=(1.0, 2.0))
PHONE = Mention(text="six one four, twenty two", identifier=Identifier.PHONE)


@pytest.mark.parametrize(
    ("mention", "redacted", "removed"),
    [
        (NAME, copy("I am [NAME_1].", (0.9, 2.1)), 1),
        (NAME, copy("I am [NAME_1].", (1.0, 1.5)), 0),  # half of it can be heard
        (NAME, copy("I am Margaret.", (0.9, 2.1)), 0),  # half of it can be read
        (NAME, copy("I am [NAME_1]."), 0),
        (PHONE, copy("call [PHONE_1]"), 1),
        (PHONE, copy("call 614-22 now"), 0),
        (PHONE, copy("call six one four twenty-two"), 0),
    ],
)
def test_removed_means_neither_read_nor_heard(mention, redacted, removed: int) -> None:
    count = count_phi([mention], redacted)
    assert (count.removed, count.missed) == (removed, 1 - removed)


def test_look_alikes_stay_unless_masked_or_gone() -> None:
    timed = Mention(text="five milligrams", time=(3.0, 4.0))
    untimed = Mention(text="Parkinson's")
    kept = count_phi([timed, untimed], copy("Parkinson's and so on", (0.0, 2.9)))
    assert (kept.kept, kept.lost) == (2, 0)
    lost = count_phi([timed, untimed], copy("[NAME_1] and so on", (2.0, 3.2)))
    assert (lost.kept, lost.lost) == (0, 2)
