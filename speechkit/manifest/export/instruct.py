"""Instruction JSON lines for language models: a conversation a line, with where it comes from.

The patient is `user`, the doctor `assistant`, everybody else `user` under a `name`; what one person
says in a row is one message.

Drops: times, words, confidence, labels, channels; sound files; ids of segments.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

from speechkit.core.errors import InputError
from speechkit.manifest.export.bundle import Bundle, Format, assemble
from speechkit.manifest.export.rows import field, json_rows, make_segment, reading, write_json_lines
from speechkit.manifest.schema import ReleasedSegment

_PARTS = {"patient": "user", "doctor": "assistant"}


def write_instruct(bundle: Bundle, folder: Path) -> None:
    """Write `<split>.jsonl`, a conversation a line."""
    spoken = {recording.id: segments for recording, segments in bundle.by_recording()}
    for split, recordings in bundle.by_split():
        write_json_lines(
            folder / f"{split}.jsonl",
            (
                {
                    "messages": list(_messages(spoken[recording.id])),
                    "recording": recording.id,
                    "corpus": bundle.name,
                    "version": bundle.version,
                    "date": recording.context.period,
                    "citation": f"{bundle.name} {bundle.version}, {recording.id} "
                    f"(sha256 {bundle.digest[:16]})",
                }
                for recording in recordings
            ),
        )


def read_instruct(path: Path) -> Bundle:
    """Read conversations; their messages become segments without times.

    Raises:
        InputError: with file, line and reason.
    """
    files = [path] if path.is_file() else sorted(path.glob("*.jsonl"))
    segments = []
    splits: dict[str, Any] = {}
    for file in files:
        for number, row in json_rows(file):
            with reading(file, number):
                name = str(row.get("recording") or f"{file.stem}-{number}")
                if file.stem in ("train", "dev", "test"):
                    splits[name] = file.stem
                messages = field(row, "messages", file, number)
                if not isinstance(messages, list):
                    raise InputError(f"{file}, line {number}: 'messages' is not a list")
                for index, message in enumerate(messages):
                    part = str(field(message, "role", file, number))
                    if part == "system":
                        continue
                    role = {"user": "patient", "assistant": "doctor"}.get(part, "unknown")
                    said = message.get("name") or role
                    segments.append(
                        make_segment(
                            file,
                            number,
                            {"role": said if said in ("patient", "doctor") else "unknown"},
                            id=f"{name}-{index}",
                            recording=name,
                            start=0.0,
                            end=0.0,
                            text=str(field(message, "content", file, number)),
                            speaker=said,
                        )
                    )
    return assemble(path, segments, splits=splits)


def _messages(segments: Iterable[ReleasedSegment]) -> Iterable[dict[str, str]]:
    said = (segment for segment in segments if segment.text.split())
    for (role, speaker), turn in groupby(said, key=lambda s: (s.role, s.speaker)):
        message = {
            "role": _PARTS.get(role, "user"),
            "content": " ".join(" ".join(segment.text.split()) for segment in turn),
        }
        if role not in _PARTS:
            message["name"] = speaker or role
        yield message


FORMAT = Format(
    name="instruct",
    title="instruction JSON lines for language models",
    write=write_instruct,
    read=read_instruct,
    companion=False,
    drops=("times, words, confidence, labels, channels", "sound files", "ids of segments"),
)
