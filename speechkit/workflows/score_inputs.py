"""From folders, files, corpus layers and releases to what the benchmark scores.

    FOLDER         TXT, VTT, SRT, TextGrid (a file a recording); STM, CTM, SegLST, JSON, JSONL; RTTM;
                   where it has none itself, those in the folders below
    FILE           one of these
    CORPUS#LAYER   a layer of segments of a corpus folder
    RELEASE        a folder with release.json

Texts are read when they are scored, one recording at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from speechkit.benchmark.inputs.files import SUFFIXES, file_side, readable, readable_below
from speechkit.benchmark.inputs.side import Side
from speechkit.benchmark.matching import match_names
from speechkit.benchmark.types import Hypothesis, Reference, System
from speechkit.core.errors import InputError, UsageError
from speechkit.core.time import Interval
from speechkit.formats import parse_uem, read_text
from speechkit.formats.tables import read_table
from speechkit.workflows.score_corpus import corpus_side, is_release, release_side


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
    def __init__(
        self,
        side: Side,
        fields: Mapping[str, Mapping[str, str]],
        scored: Mapping[str, tuple[Interval, ...]],
    ) -> None:
        self._side = side
        self._fields = fields
        self._scored = scored

    def __getitem__(self, name: str) -> Reference:
        reference = self._side.reference(name, self._fields.get(name, {}))
        if name not in self._scored:
            return reference
        return msgspec.structs.replace(reference, scored=self._scored[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._side.names)

    def __len__(self) -> int:
        return len(self._side.names)


def read_references(
    where: str, metadata: Path | None = None, uem: Path | None = None
) -> Mapping[str, Reference]:
    """Return the references at `where`, with fields from a table, and scored parts from a UEM file.

    Raises:
        UsageError: if there is nothing there that can be read.
        InputError: for a malformed file.
    """
    side = open_side(where, reference=True)
    fields = read_fields(metadata, side.names) if metadata else {}
    return _LazyReferences(side, fields, _scored_parts(uem, side.names) if uem else {})


def _scored_parts(path: Path, names: tuple[str, ...]) -> Mapping[str, tuple[Interval, ...]]:
    parts = parse_uem(read_text(path), path)
    matched = match_names(names, tuple(parts))
    found = {to: parts[name] for name, to in matched.items() if to in names}
    if not found:
        raise InputError(f"{path}: none of its {len(parts)} recordings is in the reference")
    return found


def read_systems(where: tuple[str, ...], references: Mapping[str, Reference]) -> list[System]:
    """Return the systems at the places given; a folder of folders is a system each.

    They are called after their folder or file; those of one name after the folder around it, too.
    """
    specs = [spec for place in where for spec in _expand(place, references)]
    known = Counter(map(_system_name, specs))
    systems = []
    for spec in specs:
        name = _system_name(spec)
        if known[name] > 1:
            name = f"{Path(spec).resolve().parent.name}/{name}"
        side = open_side(spec, reference=False)
        own = match_names(tuple(references), side.names)
        systems.append(System(name=name, hypotheses=_Lazy(side, own)))
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
    files = [path] if path.is_file() else readable(path) or readable_below(path)
    if not files:
        raise UsageError(f"{where}: no transcripts in it ({', '.join(SUFFIXES)})")
    return file_side(files, reference=reference)


def read_fields(path: Path, names: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Read a table about recordings, as `ingest --metadata` takes it, → fields by recording.

    The column that names recordings (by id, or by file with or without its suffix) is the one in
    which most of them are found.

    Raises:
        InputError: if it cannot be read or no row fits a recording.
    """
    table = read_table(path, fill_merged=True)
    best: dict[str, dict[str, str]] = {}
    for column in table.columns:
        rows = {
            Path(row.cells.get(column, "")).stem: {
                name: value for name, value in row.cells.items() if name != column
            }
            for row in table.rows
            if row.cells.get(column)
        }
        matched = match_names(names, tuple(rows))
        found = {to: rows[name] for name, to in matched.items() if to in names}
        if len(found) > len(best):
            best = found
    if not best:
        raise InputError(
            f"{path}: none of its {len(table.rows)} rows names a recording of the reference; "
            f"the reference has {', '.join(sorted(names)[:3])}"
        )
    return best


def _expand(place: str, references: Mapping[str, Reference]) -> list[str]:
    """Return the systems at a place: itself, or the folders in it if they hold the transcripts.

    A stray text beside the folders (notes, a licence) does not make their folder a system. Folders
    that are called as recordings are, or share no recording, are parts of one system.
    """
    path = Path(place)
    if "#" in place or not path.is_dir() or is_release(path):
        return [place]
    parts = {
        str(sub): {file.stem for file in files}
        for sub in sorted(path.iterdir())
        if sub.is_dir() and (files := readable_below(sub))
    }

    def known(names: Iterable[str]) -> bool:
        matched = match_names(tuple(references), tuple(names)).values()
        return not set(references).isdisjoint(matched)

    apart = len(parts) > 1 and len(set().union(*parts.values())) == sum(map(len, parts.values()))
    is_one = not parts or apart or known(Path(part).name for part in parts)
    return [place] if is_one or known(f.stem for f in readable(path)) else list(parts)


def _system_name(spec: str) -> str:
    folder, _, layer = spec.rpartition("#")
    if folder and (Path(folder) / "corpus.json").is_file():
        return f"{Path(folder).resolve().name}#{layer}"
    path = Path(spec)
    return path.stem if path.is_file() else path.resolve().name
