"""Folders of sound and manifests, drawn at random, with what other tools read.

lhotse writes and reads its own: recordings of one file and of a file a channel, supervisions of one
and of all channels, cuts, Shar. NeMo's loader does not install beside speechkit: its manifests are held
to its rules as they are documented, read line by line with the standard library. A row of the kind
`sound` says how long a recording is, and how many channels it has.
https://docs.nvidia.com/nemo-framework/user-guide/latest/nemotoolkit/asr/datasets.html
"""

from __future__ import annotations

import json
import random
import tempfile
import wave
from pathlib import Path
from typing import Any

import lhotse
from lhotse import CutSet, MonoCut, MultiCut, Recording, RecordingSet, SupervisionSegment
from lhotse import SupervisionSet as Supervisions
from lhotse.audio import AudioSource

from benchmarks.releases.foreign import Made, Row, draw_rows

RATE = 8000


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def write_wave(path: Path, channels: int, frames: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, RATE, frames, "NONE", ""))
        file.writeframes(bytes(2 * channels * frames))


def make_nemo(rng: random.Random) -> Made:
    """Visits of the same file name in several folders, a line a segment or a line a file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = []
        for visit in range(rng.randint(1, 3)):
            rows = draw_rows(rng, overlap=True)
            said = f"day{visit}/visit.wav"
            end = max(stop for _, stop, _, _ in rows)
            write_wave(folder / said, rng.choice([1, 2]), round(end * RATE) + 1)
            key = rng.choice(["audio_filepath", "audio_filepath", "audio_filename"])
            for start, stop, who, words in rows:
                line: dict[str, Any] = {key: said, "duration": round(stop - start, 3)}
                line |= rng.choice([{"text": words}, {"normalized_text": words}])
                line |= {"offset": start} if start or rng.random() < 0.5 else {"offset": None}
                line |= rng.choice([{}, {"speaker": who}])
                line |= rng.choice([{}, {"lang": "en"}, {"pred_text": "something else"}])
                lines.append(json.dumps(line, ensure_ascii=rng.random() < 0.5))
        manifest = folder / rng.choice(["train_manifest.json", "manifest.jsonl"])
        manifest.write_text("\n".join(lines) + rng.choice(["", "\n", "\n\n"]), "utf-8")
        return Made(files_in(folder), _nemo)


def _nemo(folder: Path) -> list[Row]:
    """Read by the documented rules: the path or file name, offset 0 where none is given."""
    rows: list[Row] = []
    sounds = set()
    (manifest,) = folder.glob("*manifest*")
    for line in manifest.read_text("utf-8").split("\n"):
        if line.strip():
            item = json.loads(line)
            sounds.add(said := item.get("audio_filename") or item["audio_filepath"])
            start = item.get("offset") or 0.0
            text = item["text"] if "text" in item else item["normalized_text"]
            who = f"{said} {item.get('speaker') or ''}"
            rows.append((start, start + item["duration"], who, text))
    for said in sounds:
        with wave.open(str(folder / said)) as file:
            length = file.getnframes() / file.getframerate()
            rows.append((0.0, length, f"{said} sound", f"{file.getnchannels()}"))
    return rows


def _draw_recording(rng: random.Random, folder: Path, name: str, end: float) -> Recording:
    """Draw one file, or a file a channel, with all numbers of channels that lhotse allows."""
    frames = round(end * RATE) + 1
    files = rng.choice([[[0]], [[0, 1]], [[0], [1]], [[0, 1], [2]]])
    sources = []
    for number, channels in enumerate(files):
        path = folder / f"{name}-{number}.wav"
        write_wave(path, len(channels), frames)
        sources.append(AudioSource("file", channels, path.name))
    return Recording(
        id=name, sources=sources, sampling_rate=RATE, num_samples=frames, duration=frames / RATE
    )


def _draw_corpus(rng: random.Random, folder: Path) -> tuple[list[Recording], Supervisions]:
    recordings, supervisions = [], []
    for number in range(rng.randint(1, 3)):
        name = rng.choice(["visit", "2024.01", "Dr_Kay"]) + f"-{number}"
        rows = draw_rows(rng, overlap=True)
        recording = _draw_recording(rng, folder, name, max(stop for _, stop, _, _ in rows))
        recordings.append(recording)
        for index, (start, stop, who, words) in enumerate(rows):
            one = rng.choice(recording.channel_ids)
            many = recording.num_channels > 1 and rng.random() < 0.3
            supervisions.append(
                SupervisionSegment(
                    id=f"{name}-{index}",
                    recording_id=name,
                    start=start,
                    duration=round(stop - start, 3),
                    channel=recording.channel_ids if many else one,
                    text=words,
                    speaker=rng.choice([who, None]),
                    language=rng.choice(["en", None]),
                )
            )
    return recordings, Supervisions.from_segments(supervisions)


def make_lhotse(rng: random.Random) -> Made:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        recordings, supervisions = _draw_corpus(rng, folder)
        suffix = rng.choice(["jsonl", "jsonl.gz"])
        RecordingSet.from_recordings(recordings).to_file(folder / f"x_recordings_all.{suffix}")
        supervisions.to_file(folder / f"x_supervisions_all.{suffix}")
        return Made(files_in(folder), _lhotse)


def _lhotse(folder: Path) -> list[Row]:
    (recordings,) = folder.glob("*recordings*")
    (supervisions,) = folder.glob("*supervisions*")
    known = lhotse.load_manifest(recordings).with_path_prefix(folder)
    rows = [_sound(each.id, each.load_audio()) for each in known]
    return rows + [_said(s.recording_id, s, s.start) for s in lhotse.load_manifest(supervisions)]


def _sound(name: str, samples: Any) -> Row:
    return (0.0, samples.shape[1] / RATE, f"{name} sound", f"{samples.shape[0]}")


def _said(name: str, supervision: SupervisionSegment, start: float) -> Row:
    who = f"{name} {supervision.speaker or ''}"
    return (start, start + supervision.duration, who, supervision.text)


def make_cuts(rng: random.Random) -> Made:
    """Cuts over windows of recordings: a supervision stands in each window that it reaches."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cuts = _draw_cuts(rng, folder)
        if rng.random() < 0.5:
            cuts = cuts.cut_into_windows(duration=5.0).to_eager()
        cuts.to_file(folder / rng.choice(["cuts.jsonl.gz", "my_cuts_train.jsonl"]))
        return Made(files_in(folder), _cuts)


def _draw_cuts(rng: random.Random, folder: Path) -> CutSet:
    recordings, supervisions = _draw_corpus(rng, folder)
    cuts = []
    for each in recordings:
        many = each.num_channels > 1
        cuts.append(
            (MultiCut if many else MonoCut)(
                id=f"{each.id}/{rng.choice('ab')}",
                start=0.0,
                duration=each.duration,
                channel=each.channel_ids if many else 0,
                recording=each,
                supervisions=list(supervisions.find(recording_id=each.id)),
            )
        )
    return CutSet.from_cuts(cuts)


def _cuts(folder: Path) -> list[Row]:
    (file,) = folder.glob("*cuts*")
    rows: dict[object, Row] = {}
    for cut in lhotse.load_manifest(file):
        recording = cut.recording.with_path_prefix(folder)
        rows[recording.id] = _sound(recording.id, recording.load_audio())
        for each in cut.supervisions:
            rows[recording.id, each.id] = _said(recording.id, each, cut.start + each.start)
    return list(rows.values())


def make_shar(rng: random.Random) -> Made:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cuts = _draw_cuts(rng, folder).map(lambda cut: cut.with_recording_path_prefix(folder))
        target = folder / "shar"
        target.mkdir()
        cuts.to_shar(target, fields={"recording": rng.choice(["wav", "flac"])}, shard_size=2)
        return Made(files_in(target), _shar)


def _shar(folder: Path) -> list[Row]:
    rows = []
    for cut in CutSet.from_shar(in_dir=folder):
        rows.append(_sound(cut.id, cut.load_audio()))
        rows += [_said(cut.id, each, cut.start + each.start) for each in cut.supervisions]
    return rows
