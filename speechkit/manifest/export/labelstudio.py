"""Label Studio: `tasks.json` with the transcript as predictions, and the labelling interface.

Serve `audio/` (or set the data's prefix) and import tasks.json into a project with interface.xml.
Read back, a task's first annotation counts; where there is none, its first prediction.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import msgspec

from speechkit.core.errors import InputError
from speechkit.manifest.export.bundle import Bundle, Format, assemble, find_sound, place_sounds
from speechkit.manifest.export.rows import make_segment, number_field, reading, rest_of
from speechkit.manifest.lines import reason_of
from speechkit.manifest.schema import ReleasedSegment

_INTERFACE = """\
<View>
  <Labels name="speaker" toName="audio">
{labels}
  </Labels>
  <Audio name="audio" value="$audio"/>
  <TextArea name="text" toName="audio" perRegion="true" editable="true" displayMode="region-list"/>
</View>
"""


def write_labelstudio(bundle: Bundle, folder: Path) -> None:
    """Write `tasks.json`, `interface.xml` and the sound files; a task a recording."""
    placed = place_sounds(bundle, folder)
    folder.mkdir(parents=True, exist_ok=True)
    tasks = [
        {
            "data": {"audio": placed.get(recording.id, ""), "recording": recording.id},
            "predictions": [
                {
                    "model_version": f"{bundle.name} {bundle.version}".strip(),
                    "result": [part for s in segments for part in _regions(s, recording.duration)],
                }
            ],
        }
        for recording, segments in bundle.by_recording()
    ]
    (folder / "tasks.json").write_bytes(
        msgspec.json.format(msgspec.json.encode(tasks, order="sorted"), indent=1) + b"\n"
    )
    speakers = sorted({segment.speaker for segment in bundle.segments})
    labels = "\n".join(f"    <Label value={quoteattr(name)}/>" for name in speakers)
    (folder / "interface.xml").write_text(_INTERFACE.format(labels=labels), encoding="utf-8")


def read_labelstudio(path: Path) -> Bundle:
    """Read Label Studio's JSON export.

    Raises:
        InputError: with file, task and reason.
    """
    from speechkit.formats import read_text

    file = path / "tasks.json" if path.is_dir() else path
    try:
        tasks = msgspec.json.decode(read_text(file).encode(), type=list[dict[str, Any]])
    except msgspec.MsgspecError as error:
        raise InputError(f"{file}: not a list of tasks ({reason_of(error)})") from error
    segments: list[ReleasedSegment] = []
    sounds: dict[str, Path] = {}
    for number, task in enumerate(tasks, start=1):
        with reading(file, number):
            data = task.get("data") or {}
            said = str(data.get("audio") or "")
            name = str(data.get("recording") or Path(said).stem)
            if not name:
                raise InputError(f"{file}, line {number}: the task names no recording and no audio")
            sound = find_sound(said, file) if said else None
            if sound is not None:
                sounds[name] = sound
            made = [*(task.get("annotations") or []), *(task.get("predictions") or [])]
            results = made[0].get("result") or [] if made else []
            segments += _segments(name, results, file, number)
    return assemble(path, segments, sounds)


def _regions(segment: ReleasedSegment, duration: float) -> list[dict[str, Any]]:
    where = {
        "start": segment.start,
        "end": segment.end,
        "channel": segment.channel or 0,
    }
    common = {"id": segment.id, "to_name": "audio", "original_length": duration}
    # Free text of a region is `meta.text` in Label Studio; other keys of `meta` are kept as they are.
    meta = {**rest_of(segment), "language": segment.language}
    return [
        {
            **common,
            "from_name": "speaker",
            "type": "labels",
            "value": {**where, "labels": [segment.speaker]},
            "meta": meta,
        },
        {
            **common,
            "from_name": "text",
            "type": "textarea",
            "value": {**where, "text": [segment.text]},
        },
    ]


def _segments(
    name: str, results: list[dict[str, Any]], file: Path, number: int
) -> list[ReleasedSegment]:
    regions: dict[str, dict[str, Any]] = defaultdict(dict)
    for part in results:
        value = part.get("value") or {}
        region = regions[str(part.get("id"))]
        region |= {key: value[key] for key in ("start", "end") if key in value}
        if part.get("type") == "labels":
            region["speaker"] = (value.get("labels") or [""])[0]
            region["meta"] = part.get("meta") or {}
        elif part.get("type") == "textarea":
            region["text"] = " ".join(value.get("text") or [])
    found = []
    for key, region in regions.items():
        meta = {k: v for k, v in region.get("meta", {}).items() if k != "text"}
        found.append(
            make_segment(
                file,
                number,
                meta,
                id=key,
                recording=name,
                start=number_field(region, "start", file, number),
                end=number_field(region, "end", file, number),
                text=region.get("text", ""),
                speaker=region.get("speaker", ""),
            )
        )
    return found


FORMAT = Format(
    name="labelstudio",
    title="Label Studio tasks",
    write=write_labelstudio,
    read=read_labelstudio,
)
