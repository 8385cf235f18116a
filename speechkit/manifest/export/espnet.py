"""ESPnet: a Kaldi data directory a split, under `data/`; drops what Kaldi's drops."""

from __future__ import annotations

from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.manifest.export.bundle import SPLIT_NAMES, Bundle, Format, place_sounds
from speechkit.manifest.export.kaldi import DROPS, read_kaldi, write_data_dir
from speechkit.manifest.schema import ReleasedSegment


def write_espnet(bundle: Bundle, folder: Path) -> None:
    """Write `data/train`, `data/dev`, `data/test`; sound files lie in `audio/`."""
    placed = {name: f"../../{path}" for name, path in place_sounds(bundle, folder).items()}
    spoken = {recording.id: segments for recording, segments in bundle.by_recording()}
    for split, recordings in bundle.by_split():
        inside = ((recording, spoken[recording.id]) for recording in recordings)
        write_data_dir(folder / "data" / split, inside, placed)


def read_espnet(path: Path) -> Bundle:
    """Read `data/<split>` folders.

    Raises:
        InputError: with file, line and reason.
    """
    parts = {
        name: read_kaldi(path / "data" / name)
        for name in SPLIT_NAMES
        if (path / "data" / name).is_dir()
    }
    if not parts:
        raise InputError(f"{path}: no data/train, data/dev or data/test there")
    bundles = parts.values()
    return Bundle(
        name=path.name,
        recordings=tuple(sorted((r for b in bundles for r in b.recordings), key=lambda r: r.id)),
        segments=tuple(sorted((s for b in bundles for s in b.segments), key=_order)),
        splits={r.id: name for name, b in parts.items() for r in b.recordings},
        sounds={name: path for b in bundles for name, path in b.sounds.items()},
        missing=tuple(where for b in bundles for where in b.missing),
        notes=tuple(note for b in bundles for note in b.notes),
    )


def _order(segment: ReleasedSegment) -> tuple[str, float, float]:
    return (segment.recording, segment.start, segment.end)


FORMAT = Format(
    name="espnet",
    title="ESPnet data folders",
    write=write_espnet,
    read=read_espnet,
    drops=DROPS,
    companion=False,
)
