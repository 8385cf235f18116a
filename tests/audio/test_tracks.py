"""Audio tracks of one file as channels: at their times, at one rate, with all of their sound."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
import pytest

from speechkit.audio.decode import open_audio, probe, read_audio
from speechkit.core.errors import AudioError


class Spoken(NamedTuple):
    """A track: a tone of so many Hz from `start` on, in seconds."""

    start: float
    seconds: float
    rate: int = 16_000
    channels: int = 1
    tone: float = 440.0
    codec: str = "pcm_s16le"


def write_tracks(path: Path, tracks: list[Spoken], picture: bool = False) -> Path:
    """Write a file of audio tracks, and of a picture before them."""
    with av.open(str(path), "w") as container:
        if picture:
            video = container.add_stream("mpeg4", rate=25)
            video.width, video.height, video.pix_fmt = 32, 32, "yuv420p"
        streams = []
        for track in tracks:
            layout = "mono" if track.channels == 1 else "stereo"
            streams.append(container.add_stream(track.codec, rate=track.rate, layout=layout))
        if picture:
            container.mux(video.encode(av.VideoFrame(32, 32, "yuv420p")))
            container.mux(video.encode(None))
        for stream, track in zip(streams, tracks, strict=True):
            time = np.arange(round(track.seconds * track.rate)) / track.rate
            wave = np.round(9000 * np.sin(2 * np.pi * track.tone * time)).astype(np.int16)
            samples = np.repeat(wave[:, None], track.channels, axis=1)
            for at in range(0, len(samples), 1024):
                frame = av.AudioFrame.from_ndarray(
                    samples[at : at + 1024].reshape(1, -1),
                    format="s16",
                    layout="mono" if track.channels == 1 else "stereo",
                )
                frame.sample_rate = track.rate
                frame.time_base = Fraction(1, track.rate)
                frame.pts = round(track.start * track.rate) + at
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    return path


def all_tracks(path: Path) -> tuple[np.ndarray, int, tuple[str, ...]]:
    with open_audio(path, all_tracks=True) as stream:
        samples = np.concatenate(list(stream), axis=1)
        return samples, stream.sample_rate, stream.info.flags


def sounding(channel: np.ndarray, rate: int) -> tuple[float, float]:
    """First and last time at which a channel sounds, in seconds."""
    loud = np.flatnonzero(np.abs(channel) > 0.01)
    return loud[0] / rate, loud[-1] / rate


@pytest.mark.parametrize("suffix", [".mkv", ".mov"])
def test_a_track_for_each_person_is_a_channel_at_its_time(tmp_path: Path, suffix: str) -> None:
    path = write_tracks(
        tmp_path / f"meeting{suffix}",
        [Spoken(0, 4), Spoken(1.5, 1, tone=880), Spoken(0, 2.5, channels=2)],
        picture=True,
    )
    samples, rate, flags = all_tracks(path)
    assert (samples.shape, rate) == ((4, 64_000), 16_000)
    times = [sounding(channel, rate) for channel in samples]
    assert times == [
        pytest.approx(want, abs=0.01) for want in ((0, 4), (1.5, 2.5), (0, 2.5), (0, 2.5))
    ]
    assert flags == ("gaps",)  # two of the tracks are silent in part
    first, _ = read_audio(path)
    np.testing.assert_array_equal(first[0], samples[0])  # and that is what is read without asking
    assert "more-tracks" in probe(path).flags


def test_tracks_of_one_length_have_no_gaps(tmp_path: Path) -> None:
    path = write_tracks(tmp_path / "call.mkv", [Spoken(0, 2), Spoken(0, 2, tone=880)])
    samples, _, flags = all_tracks(path)
    assert (samples.shape, flags) == ((2, 32_000), ())


def test_other_rates_become_the_highest(tmp_path: Path) -> None:
    path = write_tracks(
        tmp_path / "call.mkv", [Spoken(0, 3, rate=8_000), Spoken(1, 2, rate=48_000)]
    )
    samples, rate, _ = all_tracks(path)
    assert rate == 48_000
    assert samples.shape[1] == pytest.approx(3 * 48_000, abs=100)
    assert sounding(samples[0], rate) == pytest.approx((0, 3), abs=0.01)
    assert sounding(samples[1], rate) == pytest.approx((1, 3), abs=0.01)
    spectrum = np.abs(np.fft.rfft(samples[0]))
    assert spectrum.argmax() * rate / samples.shape[1] == pytest.approx(440, abs=1)


def test_who_came_after_ten_minutes_is_heard_then(tmp_path: Path) -> None:
    path = write_tracks(
        tmp_path / "late.mkv", [Spoken(0, 1, rate=8_000), Spoken(700, 1, rate=8_000)]
    )
    samples, rate, _ = all_tracks(path)
    assert sounding(samples[1], rate) == pytest.approx((700, 701), abs=0.01)


def test_time_stamps_of_the_day_count_from_the_first(tmp_path: Path) -> None:
    path = write_tracks(
        tmp_path / "noon.mkv", [Spoken(43_200, 2, rate=8_000), Spoken(43_201, 1, rate=8_000)]
    )
    samples, rate, _ = all_tracks(path)
    assert samples.shape == (2, 16_000)
    assert sounding(samples[1], rate) == pytest.approx((1, 2), abs=0.01)


def test_a_corpus_reads_by_the_name_what_was_taken(tmp_path: Path) -> None:
    path = write_tracks(tmp_path / "call.mkv", [Spoken(0, 2), Spoken(0, 2)])
    kept = path.rename(tmp_path / f"{'ab' * 32}.tracks.mkv")
    assert probe(kept).num_channels == 2
    named = kept.rename(tmp_path / "visit.tracks.mkv")  # somebody's own name says nothing
    assert probe(named).num_channels == 1


def test_what_has_no_tracks_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.mkv").write_text("not sound")
    with (
        pytest.raises(AudioError, match="not a file of tracks"),
        open_audio(tmp_path / "text.mkv", all_tracks=True),
    ):
        pass
