"""Tar shards: WebDataset (`key.flac`, `key.json`), and lhotse Shar (cuts and recordings, paired).

Both are read as streams. Tars carry no times or owners: the same release gives the same bytes.
"""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from speechkit.core.digest import canonical_json
from speechkit.core.errors import InputError
from speechkit.core.types import Recording
from speechkit.formats import Notes
from speechkit.formats.text import decode_text
from speechkit.manifest.export.bundle import Bundle, Format, assemble, put_once
from speechkit.manifest.export.lhotse_rows import (
    read_recording,
    read_supervision,
    recording_row,
    supervision_row,
)
from speechkit.manifest.export.rows import (
    convert,
    field,
    json_rows,
    make_segment,
    number_field,
    reading,
    rest_of,
)
from speechkit.manifest.export.sounds import AUDIO_SUFFIXES, Sounds, length_of
from speechkit.manifest.lines import reason_of
from speechkit.manifest.schema import ReleasedSegment

_SHARD = 1000  # recordings
_TEXT_FIELDS = ("text", "transcript", "transcription", "sentence")


def write_webdataset(bundle: Bundle, folder: Path) -> None:
    """Write `<corpus>-<split>-000000.tar`, …: for each recording its sound and its JSON."""
    spoken = {recording.id: segments for recording, segments in bundle.by_recording()}
    folder.mkdir(parents=True, exist_ok=True)
    for split, recordings in bundle.by_split():
        for shard in range(0, len(recordings), _SHARD):
            path = folder / f"{bundle.name}-{split}-{shard // _SHARD:06d}.tar"
            with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
                for recording in recordings[shard : shard + _SHARD]:
                    sound = bundle.sounds.get(recording.id)
                    if sound is not None:
                        _add(tar, f"{recording.id}{sound.suffix}", sound.read_bytes())
                    row = {
                        "recording": msgspec.to_builtins(recording),
                        "split": split,
                        "segments": [_row(segment) for segment in spoken[recording.id]],
                    }
                    _add(tar, f"{recording.id}.json", canonical_json(row))


def read_webdataset(path: Path) -> Bundle:
    """Read all tars of a folder, our own or as people make them: sound with `.txt` or `.json`.

    A sample's key is its path up to the first dot of its name, as webdataset has it.

    Raises:
        InputError: with file, member and reason.
    """
    known: dict[str, Recording] = {}
    splits: dict[str, Any] = {}
    sounds, notes = Sounds(), Notes()
    segments: list[ReleasedSegment] = []
    words: dict[str, tuple[str, Path, int]] = {}
    said: dict[str, dict[str, Any]] = {}
    for file in _tars(path, "*.tar", "*.tar.gz", "*.tgz"):
        for number, (name, data) in enumerate(_members(file), start=1):
            key, kind = _sample(name)
            if PurePosixPath(name).name.startswith("."):
                notes.add(number, "a hidden member")
                continue
            if f".{kind.rpartition('.')[2]}" in AUDIO_SUFFIXES:
                sounds.unpack(key, f".{kind}", data, file, number)
            elif kind == "txt":
                put_once(words, key, (decode_text(data, file), file, number), file, number)
            elif kind == "json":
                with reading(file, number):
                    row = _json(data, file, number)
                    if "recording" not in row:
                        put_once(said, key, _said(row, notes, file, number), file, number)
                        continue
                    recording = convert(row["recording"], Recording, file, number)
                    known[recording.id] = recording
                    splits[recording.id] = row.get("split") or "train"
                    segments += _segments(row, recording.id, file, number)
            else:
                notes.add(number, f"a member of the kind {kind!r}")
    for key in dict.fromkeys([*words, *said]):
        about = said.get(key, {})
        if key in words:
            text, file, number = words[key]
            if "text" in about and about["text"].split() != text.split():
                raise InputError(f"{file}, line {number}: another text than in its .json")
        elif "text" in about:
            text, file, number = about["text"], about["file"], about["line"]
        else:
            raise InputError(
                f"{about['file']}, line {about['line']}: no field 'recording', nor a 'text', nor a .txt"
            )
        end = length_of(sounds.paths[key]) if key in sounds.paths else 0.0
        who = {name: about[name] for name in ("speaker", "language") if name in about}
        segment = make_segment(
            file,
            number,
            id=key,
            recording=key,
            start=0.0,
            end=end,
            text=" ".join(text.split()),
            **who,
        )
        segments.append(segment)
    return assemble(path, segments, sounds, known, splits, map(str, notes.all()))


def _sample(name: str) -> tuple[str, str]:
    folder, _, file = name.removeprefix("./").rpartition("/")
    stem, _, kind = file.partition(".")
    return f"{folder}/{stem}" if folder else stem, kind.lower()


def _json(data: bytes, file: Path, number: int) -> dict[str, Any]:
    try:
        return msgspec.json.decode(data, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(f"{file}, line {number}: {reason_of(error)}") from error


def _said(row: Mapping[str, Any], notes: Notes, file: Path, number: int) -> dict[str, Any]:
    """Return what another tool's JSON says of its sample: text, speaker, language; note the rest."""
    about: dict[str, Any] = {"file": file, "line": number}
    for name, value in row.items():
        kind = "text" if name in _TEXT_FIELDS else "language" if name == "lang" else name
        if kind in ("text", "speaker", "language") and kind not in about and value is not None:
            about[kind] = str(value)
        else:
            notes.add(number, f"the field {name!r}")
    return about


def _segments(
    row: Mapping[str, Any], recording: str, file: Path, number: int
) -> list[ReleasedSegment]:
    segments = []
    for said in field(row, "segments", file, number):
        start, end = (number_field(said, key, file, number) for key in ("start", "end"))
        fields = {**said, "recording": recording, "start": start, "end": end}
        segments.append(make_segment(file, number, **fields))
    return segments


def write_shar(bundle: Bundle, folder: Path) -> None:
    """Write `cuts.000000.jsonl.gz` and `recording.000000.tar`, …, a cut a recording.

    One without audio has Shar's placeholders in the tar, and its cut has no recording.
    """
    folder.mkdir(parents=True, exist_ok=True)
    spoken = tuple(bundle.by_recording())
    for shard in range(0, len(spoken), _SHARD):
        number = f"{shard // _SHARD:06d}"
        cuts = []
        with tarfile.open(
            folder / f"recording.{number}.tar", "w", format=tarfile.USTAR_FORMAT
        ) as tar:
            for recording, segments in spoken[shard : shard + _SHARD]:
                cut = _cut(recording, segments)
                sound = bundle.sounds.get(recording.id)
                if sound is None:
                    del cut["recording"]
                    _add(tar, f"{recording.id}.nodata", b"")
                    _add(tar, f"{recording.id}.nometa", b"")
                else:
                    _add(tar, f"{recording.id}{sound.suffix}", sound.read_bytes())
                    _add(tar, f"{recording.id}.json", canonical_json(cut["recording"]))
                cuts.append(canonical_json(cut) + b"\n")
        with (folder / f"cuts.{number}.jsonl.gz").open("wb") as file:
            file.write(gzip.compress(b"".join(cuts), mtime=0))


def read_shar(path: Path) -> Bundle:
    """Read `cuts.*.jsonl.gz` with `recording.*.tar`; sound files are unpacked beside them.

    Raises:
        InputError: with file, line or member, and reason.
    """
    sounds = Sounds()
    for file in _tars(path, "recording.*.tar"):
        for number, (name, data) in enumerate(_members(file), start=1):
            member = PurePosixPath(name)
            if member.suffix not in (".json", ".nodata", ".nometa"):
                # Ids may hold slashes and dots: all but the suffix is the id.
                sounds.unpack(str(member.with_suffix("")), member.suffix, data, file, number)
    segments: list[ReleasedSegment] = []
    known: dict[str, Recording] = {}
    cuts: set[str] = set()
    for file in sorted(path.glob("cuts.*.jsonl*")):
        for number, row in json_rows(file):
            with reading(file, number):
                cut = str(field(row, "id", file, number))
                if cut in cuts:
                    raise InputError(f"{file}, line {number}: this cut is listed twice")
                cuts.add(cut)
                offset = number_field({"start": 0.0, **row}, "start", file, number)
                channels = _channels(row)
                if row.get("recording"):
                    described = read_recording({**row["recording"], "id": cut}, file, number)
                    known[cut], channels = described.recording, described.channels
                    if cut not in sounds.paths:
                        sounds.missing.append(f"{file}, line {number}: its sound is in no tar")
                for said in row.get("supervisions") or []:
                    said = {**said, "recording_id": cut}
                    segments.append(read_supervision(said, channels, file, number, offset))
    if strangers := sounds.paths.keys() - cuts:
        raise InputError(f"{path}: {len(strangers)} sound files in its tars belong to no cut")
    return assemble(path, segments, sounds, known)


def _channels(row: Mapping[str, Any]) -> tuple[int, ...]:
    said = row.get("channel", 0)
    return tuple(said) if isinstance(said, list) else (said,)


def _cut(recording: Recording, segments: tuple[ReleasedSegment, ...]) -> dict[str, Any]:
    row = recording_row(recording, "shar", "")
    channels = row["channel_ids"]
    return {
        "id": recording.id,
        "start": 0,
        "duration": recording.duration,
        "channel": channels[0] if len(channels) == 1 else channels,
        "supervisions": [supervision_row(segment, recording) for segment in segments],
        "recording": row,
        "type": "MonoCut" if len(channels) == 1 else "MultiCut",
    }


def _row(segment: ReleasedSegment) -> dict[str, Any]:
    own = ("id", "start", "end", "speaker", "language", "text")
    return {**{name: getattr(segment, name) for name in own}, **rest_of(segment)}


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))


def _tars(path: Path, *patterns: str) -> list[Path]:
    found = sorted(file for pattern in patterns for file in path.glob(pattern))
    if not found:
        raise InputError(f"{path}: no {patterns[0]} there")
    return found


def _members(file: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with tarfile.open(file, "r|*") as tar:
            for member in tar:
                data = tar.extractfile(member) if member.isfile() else None
                if data is not None:
                    yield member.name, data.read()
    except (tarfile.TarError, OSError, EOFError) as error:
        raise InputError(f"{file}: not a tar file, or damaged") from error


WEBDATASET = Format(
    name="webdataset",
    title="WebDataset tars",
    write=write_webdataset,
    read=read_webdataset,
    passes_over=(
        "members that are no sound, .txt or .json",
        "fields beside text, speaker and language",
    ),
    refuses=("a .txt and a .json that say different things", "a second sound or text of a sample"),
)
SHAR = Format(
    name="shar",
    title="lhotse Shar",
    write=write_shar,
    read=read_shar,
    oracle="lhotse",
    refuses=("sound files that belong to no cut", "cuts that are listed twice"),
)
