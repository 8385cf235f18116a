"""A telehealth visit with a track for each person: the first one alone, or all as channels."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from click.testing import CliRunner

from speechkit.audio.decode import probe, read_audio
from speechkit.cli.ingest import command
from speechkit.core.digest import digest_file, recording_id


@pytest.fixture
def visit(tmp_path: Path) -> Path:
    """`in/visit.mkv`: a doctor for three seconds, a patient from the second second on."""
    path = tmp_path / "in" / "visit.mkv"
    path.parent.mkdir()
    rng = np.random.default_rng(0)
    with av.open(str(path), "w") as container:
        streams = [container.add_stream("pcm_s16le", rate=8_000, layout="mono") for _ in range(2)]
        for stream, start, seconds in zip(streams, (0, 1), (3, 2), strict=True):
            wave = rng.normal(0, 1000, (1, seconds * 8_000)).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(wave, format="s16", layout="mono")
            frame.sample_rate, frame.time_base = 8_000, Fraction(1, 8_000)
            frame.pts = start * 8_000
            container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    return path


def test_all_tracks_become_channels(visit: Path, ingest: Callable) -> None:
    table = "file,doctor,doctor_channel,patient,patient_channel\nvisit.mkv,D,0,P,1\n"
    report, corpus = ingest(table, tracks="channels")
    assert report.failures == ()
    (session,) = corpus.sessions()
    audio = session.recording.audio
    assert session.recording.id == recording_id(digest_file(visit))
    assert (audio.num_channels, audio.num_samples) == (2, 24_000)
    assert [p.channel for p in session.recording.participants] == [0, 1]
    stored = corpus.audio_path(session.recording)
    assert stored.read_bytes() == visit.read_bytes()
    samples, _ = read_audio(stored)  # as every later stage reads it
    assert samples.shape == (2, 24_000)
    assert not samples[1, :8_000].any()
    assert samples[1, 8_000:].any()
    assert "more-tracks" not in report.flags
    again, _ = ingest(table, tracks="channels")
    assert (again.unchanged, again.failures) == (1, ())


def test_without_being_asked_the_first_track_is_read_and_flagged(
    visit: Path, ingest: Callable
) -> None:
    report, corpus = ingest()
    assert report.flags["more-tracks"] == 1
    (session,) = corpus.sessions()
    assert session.recording.audio.num_channels == 1
    assert probe(corpus.audio_path(session.recording)).num_channels == 1


def test_what_was_ingested_with_one_track_does_not_gain_others(
    visit: Path, ingest: Callable
) -> None:
    ingest()
    report, _ = ingest(tracks="channels")
    (failure,) = report.failures
    assert failure.item == "visit.mkv"
    assert "only its first track was taken" in failure.reason


def test_files_of_one_track_are_what_they_were(record: Callable, ingest: Callable) -> None:
    record("a.wav", channels=2)
    _, corpus = ingest(tracks="channels")
    (session,) = corpus.sessions()
    assert session.recording.audio.uri.endswith(f"{session.recording.audio.sha256}.wav")


def test_the_command_line(visit: Path, tmp_path: Path) -> None:
    folder, corpus = str(visit.parent), str(tmp_path / "c")
    result = CliRunner().invoke(command, [folder, "--corpus", corpus, "--tracks", "channels"])
    assert result.exit_code == 0, result.output
    refused = CliRunner().invoke(command, [folder, "--corpus", corpus, "--tracks", "all"])
    assert refused.exit_code == 2
    assert "'first', 'channels'" in refused.output
