"""From folders, files, corpus layers and releases to what the benchmark scores.

    FOLDER         TXT, VTT, SRT, TextGrid (a file a recording); STM, CTM, SegLST, JSON, JSONL; RTTM
    FILE           one of these
    CORPUS#LAYER   a layer of segments of a corpus folder
    RELEASE        a folder with release.json

Texts are read when they are scored, one recording at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from speechkit.benchmark.matching import match_names
from speechkit.benchmark.types import Hypothesis, Reference, System
from speechkit.core.errors import InputError, UsageError
from speechkit.core.types import Segment, Turn
from speechkit.manifest.formats import SEGMENT_SUFFIXES, read_segments, read_text, read_turns
from speechkit.manifest.formats.seglst import parse_seglst
from speechkit.pipeline.score_corpus import corpus_side, is_release, release_side
from speechkit.pipeline.score_rows import read_rows
from speechkit.pipeline.score_side import Side

_SUFFIXES = (*SEGMENT_SUFFIXES, ".jsonl", ".rttm")
_ONE_RECORDING = {".txt", ".vtt", ".srt", ".textgrid"}
_ROLES = ("doctor", "patient", "nurse", "interpreter", "companion")


class _Lazy(Mapping[str, Hypothesis]):
    """Hypotheses that are read when they are asked for, under the names of the references."""

    def __init__(self, side: Side, names: Mapping[str, str]) -> None:
        self._side = side
        self._own = {reference: own for own, reference in names.items()}

    def __getitem__(self, name: str) -> Hypothesis:
        return self._side.hypothesis(self._own[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._own)

    def __len__(self) -> int:
        return len(self._own)

    def __contains__(self, name: object) -> bool:
        return name in self._own


class _LazyReferences(Mapping[str, Reference]):
    def __init__(self, side: Side, fields: Mapping[str, Mapping[str, str]]) -> None:
        self._side = side
        self._fields = fields

    def __getitem__(self, name: str) -> Reference:
        return self._side.reference(name, self._fields.get(name, {}))

    def __iter__(self) -> Iterator[str]:
        return iter(self._side.names)

    def __len__(self) -> int:
        return len(self._side.names)


def read_references(where: str, metadata: Path | None = None) -> Mapping[str, Reference]:
    """Return the references at `where`, with fields from a table if one is given.

    Raises:
        UsageError: if there is nothing there that can be read.
        InputError: for a malformed file.
    """
    side = open_side(where, reference=True)
    return _LazyReferences(side, read_table(metadata, side.names) if metadata else {})


def read_systems(where: tuple[str, ...], references: Mapping[str, Reference]) -> list[System]:
    """Return the systems at the places given; a folder of folders is a system each."""
    systems = []
    for place in where:
        for spec in _expand(place):
            side = open_side(spec, reference=False)
            names = match_names(tuple(references), side.names)
            systems.append(System(name=_system_name(spec), hypotheses=_Lazy(side, names)))
    return systems


def open_side(where: str, *, reference: bool) -> Side:
    """Find out what lies at `where` and which recordings are in it."""
    folder, _, layer = where.rpartition("#")
    if folder and (Path(folder) / "corpus.json").is_file():
        return corpus_side(Path(folder), layer, reference=reference)
    path = Path(where)
    if not path.exists():
        raise UsageError(f"{where}: no such file or folder")
    if (path / "corpus.json").is_file():
        raise UsageError(f"{where} is a corpus; say which layer: {where}#reference")
    if is_release(path):
        return release_side(path)
    files = [path] if path.is_file() else _readable(path)
    if not files:
        raise UsageError(f"{where}: no transcripts in it ({', '.join(_SUFFIXES)})")
    return _file_side(files)


def read_table(path: Path, names: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Read a table about recordings: a row each, its first column the id or file name.

    Raises:
        InputError: if it cannot be read or no row fits a recording.
    """
    import pandas as pd

    try:
        if path.suffix.lower() in (".xlsx", ".xls"):
            table = pd.read_excel(path, dtype=str)
        elif path.suffix.lower() == ".parquet":
            table = pd.read_parquet(path).astype(str)
        else:
            table = pd.read_csv(path, dtype=str, sep=None, engine="python")
    except (OSError, ValueError, ImportError) as error:
        raise InputError(
            f"{path}: not a table that can be read ({type(error).__name__})"
        ) from error
    table = table.fillna("")
    rows = {
        Path(str(row[0])).stem: dict(
            zip(map(str, table.columns[1:]), map(str, row[1:]), strict=True)
        )
        for row in table.itertuples(index=False, name=None)
    }
    matched = match_names(names, tuple(rows))
    found = {to: rows[name] for name, to in matched.items() if to in names}
    if not found:
        raise InputError(f"{path}: none of its {len(rows)} rows names a recording of the reference")
    return found


# ---- files


def _readable(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_file() and path.suffix.lower() in _SUFFIXES and not path.name.startswith(".")
    )


def _expand(place: str) -> list[str]:
    path = Path(place)
    if "#" in place or not path.is_dir() or _readable(path) or is_release(path):
        return [place]
    inner = sorted(str(sub) for sub in path.iterdir() if sub.is_dir() and _readable(sub))
    return inner or [place]


def _system_name(spec: str) -> str:
    folder, _, layer = spec.rpartition("#")
    if folder and (Path(folder) / "corpus.json").is_file():
        return f"{Path(folder).resolve().name}#{layer}"
    path = Path(spec)
    return path.stem if path.is_file() else path.resolve().name


def _file_side(files: list[Path]) -> Side:
    """Index which recordings are in which files; one recording may be in several (words, turns)."""
    found: dict[str, list[Path]] = {}
    speaker_of: dict[Path, str] = {}
    for path in files:
        for name in _names_in(path):
            recording = name
            if path.suffix.lower() == ".textgrid":
                recording, speaker_of[path] = _speaker_file(name)
            found.setdefault(recording, []).append(path)

    def segments(name: str) -> tuple[Segment, ...]:
        parts = []
        for path in found[name]:
            if path.suffix.lower() != ".rttm":
                parts += _segments_of(path, name, speaker_of.get(path, ""))
        return tuple(sorted(parts, key=lambda segment: segment.start))

    def turns(name: str) -> tuple[Turn, ...]:
        files = [path for path in found[name] if path.suffix.lower() == ".rttm"]
        return tuple(turn for path in files for turn in read_turns(path).get(name, ()))

    def fields(name: str) -> Mapping[str, str]:
        path = found[name][0]
        return _rows(path)[name].fields if path.suffix.lower() == ".jsonl" else {}

    return Side(names=tuple(sorted(found)), segments=segments, turns=turns, fields=fields)


def _names_in(path: Path) -> list[str]:
    suffix = path.suffix.lower()
    if suffix in _ONE_RECORDING:
        return [path.stem]
    if suffix == ".rttm":
        return sorted(read_turns(path))
    return sorted(_rows(path) if suffix == ".jsonl" else _parsed(path))


def _segments_of(path: Path, name: str, speaker: str) -> list[Segment]:
    if path.suffix.lower() == ".jsonl":
        return list(_rows(path)[name].segments)
    if path.suffix.lower() not in _ONE_RECORDING:
        return list(_parsed(path).get(name, ()))
    segments = [s for items in _parsed(path).values() for s in items]
    return [_spoken_by(segment, speaker) for segment in segments] if speaker else segments


def _speaker_file(stem: str) -> tuple[str, str]:
    """Split `…_doctor` into recording and role: PriMock57 has a TextGrid a speaker.

    >>> _speaker_file("day1_consultation01_doctor")
    ('day1_consultation01', 'doctor')
    """
    head, _, tail = stem.rpartition("_")
    return (head, tail.lower()) if head and tail.lower() in _ROLES else (stem, "")


def _spoken_by(segment: Segment, speaker: str) -> Segment:
    from msgspec.structs import replace

    return replace(segment, speaker=speaker)


# A recording's neighbours in a file come next, so the last files read are kept.
@lru_cache(maxsize=4)
def _parsed(path: Path) -> dict[str, tuple[Segment, ...]]:
    if path.suffix.lower() == ".json" and (text := read_text(path)).lstrip().startswith("["):
        return parse_seglst(text, path)
    return read_segments(path)


_rows = lru_cache(maxsize=4)(read_rows)
