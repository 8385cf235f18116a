"""The redact stage with engines that are made up: which channel is listened to, searched and masked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from speechkit.audio.decode import read_audio
from speechkit.core.engines import SAMPLE_RATE, Sound, Transcript
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources, Task
from speechkit.core.types import (
    Context,
    Identifier,
    Layer,
    PhiSpan,
    Provenance,
    RedactedCopy,
    Segment,
    Word,
)
from speechkit.deidentification.audio import redact_stage as module
from speechkit.deidentification.audio.redact_stage import RedactOptions, RedactStage
from speechkit.ingestion.recording import ingest_file
from speechkit.storage.corpus import Corpus

SECONDS = 20
RANDOM = np.random.default_rng(4)


class Engine:
    """Opens to a function."""

    spec = "made-up"
    revision = "0" * 64

    def __init__(self, function: Any) -> None:
        self._function = function

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Any]:
        yield self._function


def loud_seconds(sound: Sound) -> list[int]:
    samples = sound[0 : len(sound)]
    return [
        second
        for second in range(len(samples) // SAMPLE_RATE)
        if np.abs(samples[second * SAMPLE_RATE : (second + 1) * SAMPLE_RATE]).mean() > 0.01
    ]


def voice(sound: Sound) -> tuple[tuple[float, float], ...]:
    """Somebody speaks where it is loud."""
    return tuple((float(second), second + 1.0) for second in loud_seconds(sound))


def listener(sound: Sound, language: str | None) -> Transcript:
    """Hears a word a second; at 12 s a name. In Spanish all are names."""
    segments = []
    for second in loud_seconds(sound):
        text = "Ellison" if second == 12 or language == "es" else "well"
        word = Word(text=text, start=second + 0.2, end=second + 0.8, confidence=0.9)
        segments.append(
            Segment(
                id="",
                start=second + 0.2,
                end=second + 0.8,
                text=text,
                words=(word,),
                language=language or "en",
            )
        )
    return Transcript(segments=tuple(segments), language="en", language_probability=1.0)


def detect(segments: Sequence[Segment], language: str) -> tuple[PhiSpan, ...]:
    if language == "ja":
        raise UsageError("no tables for ja")
    return tuple(
        PhiSpan(segment=s.id, start_char=0, end_char=7, identifier=Identifier.NAME)
        for s in segments
        if s.text == "Ellison"
    )


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    engines = {"voice-detector": Engine(voice), "transcriber": Engine(listener)}
    monkeypatch.setattr(module, "make_engine", lambda kind, *_: engines[kind])
    monkeypatch.setattr(module, "open_detector", lambda *_: Engine(detect))


def redacted(
    tmp_path: Path, channels: np.ndarray, segments: Sequence[Segment], **options: Any
) -> tuple[RedactedCopy, np.ndarray | None]:
    path = tmp_path / "in.wav"
    soundfile.write(path, channels.T, SAMPLE_RATE, subtype="PCM_16")
    corpus = Corpus.create(tmp_path / "corpus")
    recording = ingest_file(path, corpus, context=Context(languages=("en",))).recording
    made = Provenance(stage="test", version="1")
    layers = {
        name: Layer(name=name, kind=kind, recording=recording.id, items=items, provenance=made)  # type: ignore[arg-type]
        for name, kind, items in (
            ("attributed", "segments", tuple(segments)),
            ("phi", "phi", ()),
        )
    }
    with RedactStage(RedactOptions(**options)).open(Resources()) as work:
        task = Task(
            recording=recording,
            audio_path=corpus.audio_path(recording),
            layers=layers,
            workspace=corpus,
        )
        ((copy,),) = work([task])
    assert isinstance(copy, RedactedCopy)
    uri = copy.audio.uri
    return copy, read_audio(corpus.root / uri)[0] if uri else None


def bursts(*seconds: int) -> np.ndarray:
    sound = np.zeros(SECONDS * SAMPLE_RATE, dtype=np.float32)
    for second in seconds:
        part = slice(second * SAMPLE_RATE, (second + 1) * SAMPLE_RATE)
        sound[part] = RANDOM.normal(0, 0.1, SAMPLE_RATE)
    return sound


def said(
    *seconds: int, channel: int | None = None, language: str = "en", confidence: float | None = 0.9
) -> list[Segment]:
    return [
        Segment(
            id=f"s{channel}-{language}-{second}",
            start=float(second),
            end=second + 1.0,
            text="well",
            language=language,
            channel=channel,
            words=(
                Word(text="well", start=float(second), end=second + 1.0, confidence=confidence),
            ),
            labels=("aligned:ctc",),
        )
        for second in seconds
    ]


def silent(sound: np.ndarray, second: int) -> bool:
    return not sound[second * SAMPLE_RATE : (second + 1) * SAMPLE_RATE].any()


def test_each_channel_is_covered_by_its_own_words(made_up: None, tmp_path: Path) -> None:
    """Upside down, with a voice on the second channel that nobody wrote down."""
    first = bursts(2, 4, 6)
    channels = np.stack([first, -first + bursts(9)])
    segments = [*said(2, 4, 6, channel=0), *said(2, 4, 6, channel=1)]
    copy, sound = redacted(tmp_path, channels, segments)
    assert copy.verdict == "clean" and sound is not None
    assert silent(sound[1], 9) and not silent(sound[0], 2) and not silent(sound[1], 2)
    assert copy.removal.channels == 2  # type: ignore[union-attr]
    assert copy.discovery.unwritten == pytest.approx(1.0, abs=0.1)  # type: ignore[union-attr]


def test_channels_of_one_sound_are_masked_together(made_up: None, tmp_path: Path) -> None:
    first = bursts(2, 4, 9)
    copy, sound = redacted(tmp_path, np.stack([first, first / 2]), said(2, 4))
    assert copy.removal.channels == 1 and sound is not None  # type: ignore[union-attr]
    assert silent(sound[0], 9) and silent(sound[1], 9)


def test_a_name_that_only_a_listener_heard_goes(made_up: None, tmp_path: Path) -> None:
    copy, sound = redacted(tmp_path, bursts(2, 4, 12)[None], said(2, 4, 12))
    assert copy.verdict == "clean" and sound is not None
    assert copy.discovery.added > 0 and copy.rounds > 1  # type: ignore[union-attr]
    assert silent(sound[0][: round(12.8 * SAMPLE_RATE)], 12)
    assert [r.identifier for r in copy.redactions] == [Identifier.NAME]


def test_nobody_looks_for_more_if_not_asked(made_up: None, tmp_path: Path) -> None:
    copy, sound = redacted(tmp_path, bursts(2, 12)[None], said(2, 12), detector="")
    assert copy.verdict == "clean" and copy.redactions == () and sound is not None


def test_keyed_digits_go_from_every_channel(made_up: None, tmp_path: Path) -> None:
    t = np.arange(SAMPLE_RATE // 10) / SAMPLE_RATE
    keys = bursts(2)
    for at in range(5):
        start = 5 * SAMPLE_RATE + at * SAMPLE_RATE // 5
        keys[start : start + len(t)] = 0.005 * np.sin(2 * np.pi * 770 * t) + 0.005 * np.sin(
            2 * np.pi * 1336 * t
        )
    copy, sound = redacted(tmp_path, np.stack([keys, bursts(2)]), said(2))
    assert copy.verdict == "clean" and copy.discovery.keyed == 1  # type: ignore[union-attr]
    assert sound is not None and silent(sound[0], 5) and silent(sound[1], 5)
    assert Identifier.OTHER_ID in {r.identifier for r in copy.redactions}


def test_a_language_without_tables_is_muted_and_one_with_tables_heard_in_it(
    made_up: None, tmp_path: Path
) -> None:
    segments = [*said(2, 3, 4, 5), *said(8, language="ja"), *said(15, language="es")]
    copy, sound = redacted(tmp_path, bursts(2, 3, 4, 5, 8, 15)[None], segments)
    assert sound is not None and silent(sound[0], 8)
    # The listener, asked in Spanish, hears a name where the draft had none.
    assert silent(sound[0][: round(15.8 * SAMPLE_RATE)], 15)
    assert copy.discovery.languages == ("en", "es", "ja")  # type: ignore[union-attr]


def test_no_words_at_all_is_never_clean(made_up: None, tmp_path: Path) -> None:
    copy, sound = redacted(tmp_path, bursts(3, 9)[None], [])
    assert copy.verdict == "doubtful" and sound is None
    assert copy.discovery.reasons == ("speech without words at 0:03: 2 of 2 s",)  # type: ignore[union-attr]


def test_eight_channels_one_of_them_silent(made_up: None, tmp_path: Path) -> None:
    channels = np.stack([bursts(number + 1) for number in range(7)] + [bursts()])
    segments = [one for number in range(7) for one in said(number + 1, channel=number)]
    copy, sound = redacted(tmp_path, channels, segments)
    assert copy.verdict == "clean" and sound is not None
    assert copy.removal.channels == 8  # type: ignore[union-attr]
    assert not any(silent(sound[number], number + 1) for number in range(7))


def test_what_lies_under_a_sound_of_both_channels_is_listened_to(
    made_up: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Music on both channels, and under it, on one of them, a voice: one less the other is the voice."""
    music, hidden = bursts(*range(SECONDS)), bursts(12) * np.float32(0.2)
    alone: list[list[int]] = []

    def eavesdropper(sound: Sound, language: str | None) -> Transcript:
        """Understands who speaks alone."""
        seconds = loud_seconds(sound)
        alone.append(seconds)
        return listener(sound if len(seconds) < 5 else sound[:0], language)

    engines = {"voice-detector": Engine(voice), "transcriber": Engine(eavesdropper)}
    monkeypatch.setattr(module, "make_engine", lambda kind, *_: engines[kind])
    everything = said(*range(SECONDS), channel=0) + said(*range(SECONDS), channel=1)
    channels = np.stack([music, np.float32(0.8) * music + hidden])
    copy, sound = redacted(tmp_path, channels, everything)
    assert [12] in alone
    assert copy.verdict == "clean" and sound is not None and copy.discovery.added > 0  # type: ignore[union-attr]
    assert silent(sound[0][: round(12.8 * SAMPLE_RATE)], 12)
    assert silent(sound[1][: round(12.8 * SAMPLE_RATE)], 12)
    assert copy.removal.channels == 2  # type: ignore[union-attr]


def test_a_voice_that_only_a_difference_holds_and_nobody_wrote_down(
    made_up: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The voice detector is deaf while music plays."""
    music, hidden = bursts(*range(SECONDS)), bursts(12) * np.float32(0.2)

    def deaf(sound: Sound) -> tuple[tuple[float, float], ...]:
        found = voice(sound)
        return found if len(found) < 5 else ()

    engines = {"voice-detector": Engine(deaf), "transcriber": Engine(listener)}
    monkeypatch.setattr(module, "make_engine", lambda kind, *_: engines[kind])
    channels = np.stack([music, np.float32(0.8) * music + hidden])
    segments = said(2, channel=0) + said(2, channel=1)
    _, sound = redacted(tmp_path, channels, segments, detector="", max_unwritten=1.0)
    assert sound is not None and silent(sound[0], 12) and silent(sound[1], 12)
