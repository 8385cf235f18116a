"""From a corpus as published to what `speechkit ingest` takes: a table, and references beside it.

table.csv                     a line a recording: audio, context, people, which reference
references/<name>.stm|.json   who said what when (JSON where the times of words are known)
references/<name>.rttm        who spoke when
references/<name>.txt         what was said, of dialogues without sound
dialogues.jsonl               the same by turns: {id, lang, text, turns}
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

import msgspec

from speechkit.core.digest import canonical_json
from speechkit.core.errors import InputError
from speechkit.core.types import Segment, Turn
from speechkit.formats.json import format_json
from speechkit.formats.rttm import format_rttm
from speechkit.formats.stm import format_stm
from speechkit.storage.files import write_bytes

TABLE = "table.csv"
_MAGIC = {b"RIFF": ".wav", b"fLaC": ".flac", b"OggS": ".ogg"}


class Clip(msgspec.Struct, frozen=True, kw_only=True):
    """One recording. `audio` is relative to the folder that is ingested; `told` are cells of the
    table by the names of its fields (`language`, `accent`, `doctor_sex`); `text` is what was said
    in all of it, `segments` where times are known, `turns` where only the speakers are."""

    audio: str
    told: dict[str, str] = {}
    text: str = ""
    segments: tuple[Segment, ...] = ()
    turns: tuple[Turn, ...] = ()


class Dialogue(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation without sound: (role, words) in order, or segments where times are known."""

    name: str
    language: str
    lines: tuple[tuple[str, str], ...] = ()
    segments: tuple[Segment, ...] = ()


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """What was written. `table` is None for a corpus of text; `folder` is what to ingest;
    `pipeline` holds settings for `speechkit run --set` that hang on the recipe's options."""

    folder: Path
    table: Path | None
    recordings: int
    references: int
    dialogues: int = 0
    notes: tuple[str, ...] = ()
    pipeline: dict[str, str] = {}


def write_prepared(
    dest: Path,
    folder: Path,
    clips: Iterable[Clip] = (),
    dialogues: Iterable[Dialogue] = (),
    notes: Sequence[str] = (),
) -> Prepared:
    """Write table and references into `dest`; the same clips give the same bytes.

    Raises:
        InputError: if there is neither a clip nor a dialogue.
        StoreError: if `dest` cannot be written.
    """
    clips = sorted(clips, key=lambda clip: clip.audio)
    dialogues = sorted(dialogues, key=lambda dialogue: dialogue.name)
    if not clips and not dialogues:
        raise InputError(f"{folder}: holds none of the files that this recipe reads")
    rows, references = [], 0
    for clip in clips:
        row = {"audio": clip.audio, **clip.told}
        name = PurePosixPath(clip.audio).with_suffix("").as_posix()
        stem = PurePosixPath(name).name
        if clip.text:
            row["reference_text"] = " ".join(clip.text.split())
        if clip.segments:
            row["reference_stm"] = _write_segments(dest, name, stem, clip.segments)
        if clip.turns:
            path = f"references/{name}.rttm"
            write_bytes(dest / path, format_rttm({stem: clip.turns}).encode())
            row["reference_rttm"] = path
        references += bool(clip.text or clip.segments or clip.turns)
        rows.append(row)
    if rows:
        write_bytes(dest / TABLE, _table(rows))
    if dialogues:
        write_bytes(dest / "dialogues.jsonl", b"".join(map(_line, dialogues)))
        for dialogue in dialogues:
            name = dialogue.name
            if dialogue.segments:
                _write_segments(dest, name, name, dialogue.segments)
            else:
                write_bytes(dest / "references" / f"{name}.txt", f"{_text(dialogue)}\n".encode())
    return Prepared(
        folder=folder,
        table=dest / TABLE if rows else None,
        recordings=len(rows),
        references=references,
        dialogues=len(dialogues),
        notes=tuple(notes),
    )


def keep_sound(dest: Path, stem: str, data: bytes) -> str:
    """Write a sound file that was published inside another one below `dest/audio`; return its path
    relative to that. Its first bytes tell the suffix; MP3 has none of its own."""
    name = f"{stem}{_MAGIC.get(data[:4], '.mp3')}"
    write_bytes(dest / "audio" / name, data)
    return name


def _write_segments(dest: Path, name: str, stem: str, segments: tuple[Segment, ...]) -> str:
    """Write segments; STM holds neither the times of words nor the first of two channels."""
    rich = any(segment.words or segment.channel is not None for segment in segments)
    path = f"references/{name}.{'json' if rich else 'stm'}"
    write_bytes(dest / path, (format_json if rich else format_stm)({stem: segments}).encode())
    return path


def _lines(dialogue: Dialogue) -> tuple[tuple[str, str], ...]:
    return dialogue.lines or tuple((s.speaker, s.text) for s in dialogue.segments)


def _text(dialogue: Dialogue) -> str:
    return "\n".join(words for _, words in _lines(dialogue))


def _line(dialogue: Dialogue) -> bytes:
    turns = [{"speaker": role, "text": words} for role, words in _lines(dialogue)]
    fields = {"id": dialogue.name, "lang": dialogue.language, "text": _text(dialogue)}
    return canonical_json({**fields, "turns": turns}) + b"\n"


def _table(rows: Sequence[dict[str, str]]) -> bytes:
    names = {name: None for row in rows for name in row}
    text = io.StringIO()
    writer = csv.DictWriter(text, list(names), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
