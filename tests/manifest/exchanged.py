"""Releases to export, made by hand and by hypothesis."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import strategies as st

from speechkit.audio.encode import write_audio
from speechkit.core.types import Code, Context, Identifier, Participant, Recording, Word
from speechkit.manifest.export.bundle import Bundle, no_audio, write_bundle
from speechkit.manifest.export.registry import FORMATS
from speechkit.manifest.importer import ImportOptions, import_release
from speechkit.manifest.schema import ReleasedRedaction, ReleasedSegment

OPTIONS = ImportOptions(phi="redacted", vouched_by="the tests")


# What a person may have said: any script, quotes, tabs, commas; no control characters.
SAID = st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), max_size=20)


NAMES = st.sampled_from(["", "p-0123456789ab", "p-ffffffffffff", "SPEAKER_01"])


SHARES = st.none() | st.integers(0, 10_000).map(lambda n: n / 10_000)


@st.composite
def rows(draw, recording):
    at, found = 0, []
    for index in range(draw(st.integers(0, 4))):
        at += draw(st.integers(0, 5_000))
        end = at + draw(st.integers(0, 5_000))
        words = tuple(
            Word(
                text=draw(SAID),
                start=at / 1000,
                end=end / 1000,
                confidence=draw(SHARES),
                speaker=draw(NAMES),
            )
            for _ in range(draw(st.integers(0, 2)))
        )
        found.append(
            ReleasedSegment(
                id=f"{recording}-{index:04d}",
                recording=recording,
                start=at / 1000,
                end=end / 1000,
                speaker=draw(NAMES),
                role=draw(st.sampled_from(["doctor", "patient", "unknown"])),
                text=draw(SAID),
                channel=draw(st.sampled_from([None, 0, 1])),
                language=draw(st.sampled_from(["", "en", "es-MX"])),
                words=words,
                confidence=draw(SHARES),
                labels=draw(st.sampled_from([(), ("overlap",), ("overlap", "aligned:ctc")])),
                review=draw(st.sampled_from(["draft", "corrected"])),
            )
        )
        at = end
    return tuple(found)


@st.composite
def bundles(draw) -> Bundle:
    recordings, segments = [], []
    for name in ("rec-0000000000000001", "rec-0000000000000002"):
        mine = draw(rows(name))
        segments += mine
        recordings.append(
            Recording(
                id=name,
                audio=no_audio(max((s.end for s in mine), default=0)),
                context=Context(
                    languages=("en",),
                    specialty=Code(code="394814009", system="http://snomed.info/sct"),
                ),
                participants=(Participant(id="p-0123456789ab", role="doctor", accent="en-GB"),),
                phi="redacted",
            )
        )
    return Bundle(
        name="clinic",
        version="1.0.0",
        recordings=tuple(recordings),
        segments=tuple(segments),
        splits={r.id: draw(st.sampled_from(["train", "dev", "test"])) for r in recordings},
        redactions={
            recordings[0].id: (
                ReleasedRedaction(
                    recording=recordings[0].id,
                    start=0.0,
                    end=0.001,
                    identifier=Identifier.NAME,
                    method="silence",
                    margin=0.05,
                    verdict="clean",
                ),
            )
        },
    )


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two recordings with sound, words and redactions, imported from CSV."""
    root = tmp_path_factory.mktemp("clinic")
    segments, sounds, recordings, redactions = [], {}, [], {}
    for number in (1, 2):
        name = f"visit-{number}"
        sounds[name] = root / f"{name}.flac"
        tone = np.sin(np.arange(16_000) * 0.05 * number, dtype=np.float32)[None] * 0.3
        write_audio(sounds[name], tone, 8_000)
        for index, (role, text) in enumerate(
            [
                ("doctor", f"Good morning, [NAME_{number}]."),
                ("patient", 'It\'s fine, "thanks"; señor'),
            ]
        ):
            start = index * 0.9
            words = tuple(
                Word(text=word, start=start + 0.1 * i, end=start + 0.1 * i + 0.1, confidence=0.5)
                for i, word in enumerate(text.split())
            )
            words = tuple(
                msgspec.structs.replace(w, start=round(w.start, 3), end=round(w.end, 3))
                for w in words
            )
            segments.append(
                ReleasedSegment(
                    id=f"{name}-{index}",
                    recording=name,
                    start=start,
                    end=start + 0.8,
                    speaker=f"Dr {number}" if role == "doctor" else "patient",
                    role=role,
                    text=text,
                    language="en",
                    words=words,
                    confidence=0.75,
                )
            )
        recordings.append(
            Recording(id=name, audio=no_audio(2.0), context=Context(languages=("en",)))
        )
        redactions[name] = (
            ReleasedRedaction(
                recording=name,
                start=0.2,
                end=0.3,
                identifier=Identifier.NAME,
                method="silence",
                margin=0.05,
                verdict="clean",
            ),
        )
    bundle = Bundle(
        name="x",
        recordings=tuple(recordings),
        segments=tuple(segments),
        splits={"visit-1": "train", "visit-2": "test"},
        sounds=sounds,
        redactions=redactions,
    )
    write_bundle(FORMATS["csv"], bundle, root / "csv")
    return import_release(root / "csv", "csv", "clinic", "1.0.0", root / "out", OPTIONS)
