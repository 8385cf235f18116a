"""lhotse (recordings.jsonl and supervisions.jsonl, or cuts.jsonl; `lhotse.readthedocs.io`).

Sound files lie in `audio/`; their paths are relative: load with `.with_path_prefix(FOLDER)`.
A recording of a file a channel becomes one file. A recording whose source is a command is refused: a
manifest is data and runs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from speechkit.core.errors import InputError
from speechkit.formats import Notes
from speechkit.manifest.export.bundle import Bundle, Format, assemble, place_sounds
from speechkit.manifest.export.lhotse_rows import (
    Described,
    read_recording,
    read_supervision,
    recording_row,
    supervision_row,
)
from speechkit.manifest.export.rows import (
    field,
    json_rows,
    number_field,
    reading,
    write_json_lines,
)
from speechkit.manifest.export.sounds import Sounds
from speechkit.manifest.schema import ReleasedSegment

_RECORDINGS = "recordings.jsonl"
_SUPERVISIONS = "supervisions.jsonl"
_CUTS = ("MonoCut", "MultiCut", "Cut")


def write_lhotse(bundle: Bundle, folder: Path) -> None:
    """Write both manifests, the sound files, and what recordings are in speechkit's terms."""
    placed = place_sounds(bundle, folder)
    write_json_lines(
        folder / _RECORDINGS,
        (recording_row(r, "file", placed.get(r.id)) for r in bundle.recordings),
    )
    write_json_lines(
        folder / _SUPERVISIONS,
        (
            supervision_row(segment, recording)
            for recording, segments in bundle.by_recording()
            for segment in segments
        ),
    )


def read_lhotse(path: Path) -> Bundle:
    """Read a folder with `*recordings*.jsonl[.gz]` and `*supervisions*.jsonl[.gz]`, or with
    `*cuts*.jsonl[.gz]` alone.

    Raises:
        InputError: with file, line and reason.
    """
    recordings, supervisions, cuts = (
        _files(path, kind) for kind in ("recordings", "supervisions", "cuts")
    )
    if not recordings and not cuts:
        raise InputError(f"{path}: no *recordings*.jsonl or *cuts*.jsonl, plain or .gz, there")
    if recordings and not supervisions:
        raise InputError(f"{path}: no *supervisions*.jsonl or .jsonl.gz there")
    found = _Found()
    for file in recordings:
        for number, row in json_rows(file):
            with reading(file, number):
                found.add_recording(row, file, number)
    for file in supervisions if recordings else ():
        for number, row in json_rows(file):
            with reading(file, number):
                found.add_supervision(row, file, number)
    for file in cuts:
        if recordings:
            found.notes.add(0, f"the cuts in {file.name}, beside recordings and supervisions")
            continue
        for number, row in json_rows(file):
            with reading(file, number):
                found.add_cut(row, file, number)
    known = {name: described.recording for name, described in found.recordings.items()}
    return assemble(
        path, found.segments.values(), found.sounds, known, notes=map(str, found.notes.all())
    )


class _Found:
    """What manifests said so far."""

    def __init__(self) -> None:
        self.recordings: dict[str, Described] = {}
        self.segments: dict[tuple[str, str], ReleasedSegment] = {}
        self.sounds = Sounds()
        self.notes = Notes()

    def add_recording(self, row: Mapping[str, Any], file: Path, number: int) -> None:
        described = read_recording(row, file, number)
        if described.recording.id in self.recordings:
            raise InputError(f"{file}, line {number}: this recording is listed twice")
        self._put(described, file, number)

    def add_supervision(
        self, row: Mapping[str, Any], file: Path, number: int, offset: float = 0.0
    ) -> None:
        """Add a supervision; the same one may stand in several cuts."""
        described = self.recordings.get(str(field(row, "recording_id", file, number)))
        if described is None:
            raise InputError(f"{file}, line {number}: a supervision of no recording there")
        segment = read_supervision(row, described.channels, file, number, offset)
        said = row.get("channel")
        if isinstance(said, list) and 1 < len(said) < len(described.channels):
            self.notes.add(number, "that a supervision is of some channels, not of all")
        if self.segments.setdefault((segment.recording, segment.id), segment) != segment:
            raise InputError(f"{file}, line {number}: another supervision had this id before")

    def add_cut(self, row: Mapping[str, Any], file: Path, number: int) -> None:
        """Add a cut's recording, whole, and its supervisions at their times in that."""
        type_ = row.get("type", "MonoCut")
        if type_ == "PaddingCut":
            self.notes.add(number, "a cut of padding")
            return
        if type_ not in _CUTS:
            raise InputError(
                f"{file}, line {number}: a {type_}, made of several recordings; write the "
                "recordings and supervisions that it is made of (CutSet.decompose)"
            )
        described = read_recording(field(row, "recording", file, number), file, number)
        name = described.recording.id
        if self.recordings.get(name, described) != described:
            raise InputError(f"{file}, line {number}: another recording had this id before")
        self._put(described, file, number)
        offset = number_field({"start": 0.0, **row}, "start", file, number)
        for said in row.get("supervisions") or []:
            self.add_supervision({**said, "recording_id": name}, file, number, offset)

    def _put(self, described: Described, file: Path, number: int) -> None:
        name, files = described.recording.id, described.files
        self.recordings[name] = described
        if len(files) == 1:
            self.sounds.name(name, files[0][0], file, number)
        elif files:
            self.sounds.join(name, files, described.channels, file, number)


def _files(path: Path, kind: str) -> list[Path]:
    return sorted(
        file
        for file in path.glob(f"*{kind}*.jsonl*")
        if file.name.endswith((".jsonl", ".jsonl.gz"))
    )


FORMAT = Format(
    name="lhotse",
    title="lhotse recordings and supervisions",
    write=write_lhotse,
    read=read_lhotse,
    oracle="lhotse",
    passes_over=(
        "that a supervision is of some channels, not of all",
        "cuts of padding",
        "cuts beside recordings and supervisions",
    ),
    refuses=(
        "commands as sources",
        "cuts made of several recordings",
        "supervisions of no recording",
        "ids that stand twice",
    ),
)
