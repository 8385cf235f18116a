"""Half a corpus must be withheld: each recording's reason is in failures.jsonl and in the editor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile

from speechkit.core.engines import SAMPLE_RATE
from speechkit.core.stage import Resources, Work, Writes
from speechkit.core.types import Context, Segment
from speechkit.deidentification.audio.redact_stage import RedactOptions, RedactStage
from speechkit.ingestion.recording import ingest_file
from speechkit.pipeline.executors.local import LocalExecutor
from speechkit.pipeline.runner import run
from speechkit.review.sound import no_clean_copy
from speechkit.storage.corpus import Corpus
from tests.deidentification.test_audio_stage_wiring import bursts, made_up, redacted, said, silent

__all__ = ["made_up"]


class Given:
    """A stage that writes what it is given: by second of its last burst, words or none."""

    version = "1"
    reads: tuple[str, ...] = ("reference?",)
    engine = ""
    revision = ""

    def __init__(self, name: str, kind: str, items: Mapping[str, tuple[Segment, ...]]) -> None:
        self.name, self.options = f"made-up-{name}", Nothing()
        self.writes = Writes(name=name, kind=kind)  # type: ignore[arg-type]
        self._items = items

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Work]:
        yield lambda tasks: [self._items.get(task.recording.id, ()) for task in tasks]


class Nothing(msgspec.Struct, frozen=True):
    """No options."""


def test_reasons_stand_where_people_look(made_up: None, tmp_path: Path) -> None:
    corpus = Corpus.create(tmp_path / "corpus")
    words: dict[str, tuple[Segment, ...]] = {}
    for number in range(6):
        path = tmp_path / f"{number}.wav"
        soundfile.write(path, bursts(2, 4, 6, 8 + number), SAMPLE_RATE, subtype="PCM_16")
        recording = ingest_file(path, corpus, context=Context(languages=("en",))).recording.id
        words[recording] = tuple(said(2, 4, 6, 8 + number)) if number % 2 else ()
    wordless = {name for name, segments in words.items() if not segments}
    written = set(words) - wordless
    stages = (
        Given("attributed", "segments", words),
        Given("phi", "phi", {}),
        RedactStage(RedactOptions()),
    )
    report = run(corpus, stages, LocalExecutor())
    assert report.failures == ()
    lines = (corpus.root / "failures.jsonl").read_bytes().splitlines()
    rows = [msgspec.json.decode(line) for line in lines]
    assert {row["item"] for row in rows} == wordless and len(rows) == 3
    for row in rows:
        assert row["reason"].startswith("no clean copy: speech without words at 0:02: 4 of 4 s")
        assert row["reason"] == no_clean_copy(corpus, corpus.session(row["item"]))
    assert {no_clean_copy(corpus, corpus.session(name)) for name in written} == {""}


def test_one_channel_late_is_listened_to_and_masked_like_the_other(
    made_up: None, tmp_path: Path
) -> None:
    sound = bursts(2, 4, 12)
    channels = np.stack([sound, np.roll(sound, SAMPLE_RATE // 50)])
    segments = [one for channel in (0, 1) for one in said(2, 4, 12, channel=channel)]
    copy, released = redacted(tmp_path, channels, segments)
    assert copy.verdict == "clean" and released is not None
    assert copy.removal.channels == 2  # type: ignore[union-attr]
    for channel in released:
        assert silent(channel[: round(12.8 * SAMPLE_RATE)], 12) and not silent(channel, 2)


@pytest.mark.parametrize("channel", [0, 1])
def test_numbers_that_are_none_in_one_channel_are_refused_by_name(
    tmp_path: Path, channel: int
) -> None:
    channels = np.stack([bursts(2), bursts(4)])
    channels[channel, 70_000] = np.nan
    path = tmp_path / "in.wav"
    soundfile.write(path, channels.T, SAMPLE_RATE, subtype="FLOAT")
    with pytest.raises(Exception, match="NaN") as caught:
        ingest_file(path, Corpus.create(tmp_path / "corpus"), context=Context())
    assert type(caught.value).__name__ == "AudioError"
