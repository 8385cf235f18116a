"""The sound of a corpus or a release for a system elsewhere: clips under ids, and a map back.

What the system writes comes back in files of the same names: `bench run --engine results:FOLDER`, or
`bench score`, find the recordings by them.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from speechkit.audio.encode import write_audio
from speechkit.audio.sound import open_sound
from speechkit.core.digest import digest_file
from speechkit.core.errors import AudioError, InputError, UsageError
from speechkit.core.types import Session
from speechkit.governance import Gate
from speechkit.storage.corpus import Corpus
from speechkit.storage.files import write_bytes
from speechkit.workflows.bench_run import recordings_at

COLUMNS = ("clip", "recording", "seconds", "channels", "phi", "sha256", "source")


class Clip(msgspec.Struct, frozen=True, kw_only=True):
    """A clip that was written, and which recording it is.

    Attributes:
        clip: name of the file, without its folder.
        recording: id of the recording.
        seconds: its length.
        channels: how many it has.
        phi: `raw` may hold anything.
        sha256: digest of the clip.
        source: where the recording's own sound lies, relative to its corpus.
    """

    clip: str
    recording: str
    seconds: float
    channels: int
    phi: str
    sha256: str
    source: str


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """The clips, where the map back is, and what was left out, by recording."""

    clips: tuple[Clip, ...]
    map_path: Path
    failures: dict[str, str]


def write_clips(
    source: str,
    folder: Path,
    *,
    sample_rate: int = 16_000,
    limit: int | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Written:
    """Write each recording as a WAV file under its id; nothing of its old file goes with it.

    The map back is `FOLDER.map.csv`, beside the folder and not in it, readable by its owner alone.
    A corpus notes in its journal that clips were written.

    Args:
        source: a release, a corpus, or a layer of one.
        folder: where the clips go; it is made.
        sample_rate: of the clips, in Hz.
        limit: so many recordings only, in order of id.
        progress: is told how many are done, of how many.

    Raises:
        UsageError: if `source` is neither, or has no audio, or the folder holds other files.
        StoreError: if something cannot be written.
    """
    corpus, sessions = recordings_at(source)
    sessions = sessions[:limit]
    map_path = folder.with_name(f"{folder.name}.map.csv")
    ours = {f"{session.recording.id}.wav" for session in sessions}
    if folder.exists() and (
        not folder.is_dir() or any(each.name not in ours for each in folder.iterdir())
    ):
        raise UsageError(f"{folder}: holds something else; name a new folder")
    gate = Gate(corpus.root)
    clips: list[Clip] = []
    failures: dict[str, str] = {}
    for number, session in enumerate(sessions, start=1):
        name = session.recording.id
        reason = gate.refuse(session.recording, "read", session.recording.phi)
        try:
            if reason:
                raise InputError(reason)
            clips.append(_write(corpus, session, folder, sample_rate))
        except (AudioError, InputError) as error:
            failures[name] = str(error)
        if progress is not None:
            progress(number, len(sessions))
    _write_map(map_path, clips)
    corpus.note("bench-audio", recordings=[clip.recording for clip in clips])
    return Written(clips=tuple(clips), map_path=map_path, failures=failures)


def _write(corpus: Corpus, session: Session, folder: Path, sample_rate: int) -> Clip:
    recording = session.recording
    path = folder / f"{recording.id}.wav"
    folder.mkdir(parents=True, exist_ok=True)
    with open_sound(
        corpus.audio_path(recording), sample_rate, mono=False, scratch=corpus.scratch
    ) as channels:
        write_audio(path, channels, sample_rate)
    return Clip(
        clip=path.name,
        recording=recording.id,
        seconds=round(recording.duration, 3),
        channels=recording.audio.num_channels,
        phi=recording.phi,
        sha256=digest_file(path),
        source=recording.audio.uri,
    )


def _write_map(path: Path, clips: list[Clip]) -> None:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerows([getattr(clip, column) for column in COLUMNS] for clip in clips)
    write_bytes(path, text.getvalue().encode())
    if os.name == "posix":
        path.chmod(0o600)
