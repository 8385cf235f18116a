"""The stage: language, channels and ids; its engine is a fake that writes down what it is given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from speechkit.core.engines import EngineInfo, Transcript
from speechkit.core.errors import InputError, UsageError
from speechkit.core.stage import Resources, Task, cache_key
from speechkit.core.types import Audio, Context, Participant, Recording, Segment, Session, Word
from speechkit.storage.corpus import Corpus
from speechkit.transcription import stage as module
from speechkit.transcription.stage import TranscribeOptions, TranscribeStage

ID = "rec-0000000000000000"


class Fake:
    """Hears one segment a second in which there is sound; surer, the louder the channel is."""

    spec = "fake:one"
    revision = "0" * 64
    info = EngineInfo(languages=("de", "en", "es", "fr", "ja", "zh"))

    def __init__(self) -> None:
        self.options: dict[str, Any] = {}
        self.asked: list[tuple[int, str | None]] = []

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Any]:
        yield self.transcribe

    def transcribe(self, samples: np.ndarray, language: str | None) -> Transcript:
        if language == "xx":
            raise UsageError("fake knows no language 'xx'")
        self.asked.append((len(samples), language))
        loud = float(np.abs(samples).max())
        heard = language or ("en" if loud > 0.3 else "zh")
        labels = () if language or loud > 0.3 else ("language-uncertain",)
        found = []
        for second in range(len(samples) // 16_000):
            if np.abs(samples[second * 16_000 : (second + 1) * 16_000]).max() > 0.05:
                times = {"start": float(second), "end": second + 0.5}
                word = Word(text="x", **times)
                found.append(
                    Segment(id="", text="x", words=(word,), language=heard, labels=labels, **times)
                )
        return Transcript(
            segments=tuple(found), language=heard, language_probability=0.9 if loud > 0.3 else 0.4
        )


class Nobody:
    """A voice detector that hears no voice."""

    spec = "nobody"
    revision = "2" * 64

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Any]:
        yield lambda samples: ()


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    made = Fake()
    engines = {"transcriber": made, "voice-detector": Nobody()}
    monkeypatch.setattr(module, "make_engine", lambda kind, *_: engines[kind])
    return made


def task(
    tmp_path: Path, samples: np.ndarray, participants: tuple[Participant, ...] = (), **context: Any
) -> Task:
    path = tmp_path / "audio.wav"
    soundfile.write(path, samples, 8_000)
    audio = Audio(
        sha256="0" * 64,
        uri="x.wav",
        sample_rate=8_000,
        num_samples=len(samples),
        num_channels=samples.shape[1],
        codec="wav/pcm_16",
    )
    recording = Recording(id=ID, audio=audio, participants=participants, context=Context(**context))
    return Task(recording=recording, audio_path=path, layers={}, workspace=Corpus(tmp_path))


def run(stage: TranscribeStage, one: Task) -> tuple[Segment, ...]:
    with stage.open(Resources()) as work:
        (items,) = work([one])
    return items  # type: ignore[return-value]


def tones(*seconds: tuple[float, ...], pitches: tuple[int, ...] = (300, 300)) -> np.ndarray:
    """A channel for each argument, with a loudness for each of its seconds."""
    t = np.arange(8_000) / 8_000
    channels = [
        np.concatenate([level * np.sin(2 * np.pi * pitch * t) for level in one])
        for one, pitch in zip(seconds, pitches, strict=False)
    ]
    return np.stack(channels, axis=1)


def pair(first: int | None, second: int | None) -> tuple[Participant, ...]:
    return (Participant(id="a", channel=first), Participant(id="b", channel=second))


def test_channels_are_heard_by_themselves_without_metadata(fake: Fake, tmp_path: Path) -> None:
    items = run(TranscribeStage(), task(tmp_path, tones((0.5, 0, 0), (0, 0, 0.5))))
    assert [(s.id, s.start, s.channel) for s in items] == [
        (f"{ID}-0000", 0.0, 0),
        (f"{ID}-0001", 2.0, 1),
    ]
    assert fake.asked == [(48_000, None)] * 2


def test_channels_that_cancel_each_other_are_both_heard(fake: Fake, tmp_path: Path) -> None:
    sound = tones((0.5, 0.5), (0.5, 0.5))
    sound[:, 1] *= -1
    items = run(TranscribeStage(), task(tmp_path, sound, languages=("en",)))
    # Both say the same at the same time: it is written once, and where else it is heard is told.
    assert [(s.start, s.channel, s.labels) for s in items] == [
        (0.0, 0, ("also-on:1",)),
        (1.0, 0, ("also-on:1",)),
    ]
    assert fake.asked == [(32_000, "en")] * 2


def test_each_channel_on_its_own(fake: Fake, tmp_path: Path) -> None:
    sound = tones((0.5, 0, 0.5), (0.5, 0.5, 0), pitches=(300, 1100))
    one = task(tmp_path, sound, pair(0, 1), languages=("de", "en"))
    items = run(TranscribeStage(), one)
    assert [(s.id[-4:], s.start, s.channel) for s in items] == [
        ("0000", 0.0, 0),
        ("0001", 0.0, 1),
        ("0002", 1.0, 1),
        ("0003", 2.0, 0),
    ]
    assert {s.language for s in items} == {"de"}
    assert fake.asked == [(48_000, "de")] * 2


@pytest.mark.parametrize("channels", [(0, 1), (0, None), (0, 0), (None, None)])
def test_channels_of_one_sound_are_heard_once(
    fake: Fake, tmp_path: Path, channels: tuple[int | None, int | None]
) -> None:
    items = run(TranscribeStage(), task(tmp_path, tones((0.5,), (0.25,)), pair(*channels)))
    assert [s.channel for s in items] == [None]
    assert len(fake.asked) == 1


def test_a_channel_that_is_not_there(fake: Fake, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="channel 2, but the file has 2"):
        run(TranscribeStage(), task(tmp_path, tones((0.5,), (0.5,)), pair(0, 2)))


def test_option_beats_context_beats_detection(fake: Fake, tmp_path: Path) -> None:
    one = task(tmp_path, tones((0.5,)), languages=("de",))
    assert run(TranscribeStage(TranscribeOptions(language="fr")), one)[0].language == "fr"
    assert run(TranscribeStage(), one)[0].language == "de"
    assert run(TranscribeStage(), task(tmp_path, tones((0.5,))))[0].language == "en"


def test_an_unsure_channel_follows_the_sure_one(fake: Fake, tmp_path: Path) -> None:
    items = run(TranscribeStage(), task(tmp_path, tones((0.5,), (0.1,)), pair(0, 1)))
    assert {s.language for s in items} == {"en"}
    assert not any(s.labels for s in items)


def test_a_language_from_the_metadata_stops_only_its_recording(fake: Fake, tmp_path: Path) -> None:
    one = task(tmp_path, tones((0.5,)), languages=("xx",))
    with pytest.raises(InputError, match="correct its languages"):
        run(TranscribeStage(), one)
    with pytest.raises(UsageError):
        run(TranscribeStage(TranscribeOptions(language="xx")), one)


def test_options_and_weights_are_in_the_key(fake: Fake, tmp_path: Path) -> None:
    session = Session(recording=task(tmp_path, tones((0.5,))).recording)
    keys = {
        cache_key(TranscribeStage(options), session)
        for options in (
            TranscribeOptions(),
            TranscribeOptions(language="fr"),
            TranscribeOptions(engine_options={"beam_size": "1"}),
        )
    }
    fake.revision = "1" * 64
    keys.add(cache_key(TranscribeStage(), session))
    assert len(keys) == 4


@pytest.mark.models
def test_the_real_call(real_call: Path, tmp_path: Path) -> None:
    info = soundfile.info(real_call)
    audio = Audio(
        sha256="0" * 64,
        uri="x.wav",
        sample_rate=info.samplerate,
        num_samples=info.frames,
        num_channels=info.channels,
        codec="wav/pcm_16",
    )
    one = Task(
        recording=Recording(id=ID, audio=audio),
        audio_path=real_call,
        layers={},
        workspace=Corpus(tmp_path),
    )
    items = run(TranscribeStage(), one)
    assert [s.id for s in items] == [f"{ID}-{i:04d}" for i in range(len(items))]
    said = {"".join(c for c in w.text.lower() if c.isalpha()) for s in items for w in s.words}
    assert {"hello", "diane", "sheila", "texas", "chicago", "jersey", "yankee"} <= said
    assert 6 < items[0].start < 7.5  # the first six seconds are silent
    assert items[-1].end <= audio.duration
