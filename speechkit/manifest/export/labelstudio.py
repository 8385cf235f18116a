"""Label Studio: `tasks.json` with the transcript as predictions, and the labelling interface.

Serve `audio/` (or set the data's prefix) and import tasks.json into a project with interface.xml.
Read back, a task's first submitted annotation counts; where there is none, its first prediction.
https://labelstud.io/guide/export
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import quoteattr

import msgspec

from speechkit.core.errors import InputError
from speechkit.formats import Notes, read_text
from speechkit.manifest.export.bundle import Bundle, Format, assemble, place_sounds, put_once
from speechkit.manifest.export.rows import make_segment, number_field, reading, rest_of
from speechkit.manifest.export.sounds import AUDIO_SUFFIXES, Sounds, find_file
from speechkit.manifest.lines import reason_of
from speechkit.manifest.schema import ReleasedSegment

# What people call the labels that say who speaks.
_SPEAKERS = re.compile(r"speak|who|voice|role", re.IGNORECASE)
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
    file = path / "tasks.json" if path.is_dir() else path
    try:
        tasks = msgspec.json.decode(read_text(file).encode(), type=list[dict[str, Any]])
    except msgspec.MsgspecError as error:
        raise InputError(f"{file}: not a list of tasks ({reason_of(error)})") from error
    segments: list[ReleasedSegment] = []
    sounds, notes = Sounds(), Notes()
    named: dict[str, int] = {}
    for number, task in enumerate(tasks, start=1):
        with reading(file, number):
            data = task.get("data") or {}
            if not data and task.keys() & {"annotator", "annotation_id"}:
                raise InputError(
                    f"{file}: Label Studio's JSON-MIN, which has no ids of regions; export as JSON"
                )
            said = _sound(data)
            name = str(data.get("recording") or said)
            if not name:
                raise InputError(f"{file}, line {number}: the task names no recording and no audio")
            put_once(named, name, number, file, number)
            if said:
                sounds.name(name, _place(said, file), file, number)
            results = _results(task, number, notes)
            segments += _segments(name, results, file, number, notes)
    return assemble(path, segments, sounds, notes=map(str, notes.all()))


def _sound(data: Mapping[str, Any]) -> str:
    """Return the address of a task's sound: the interface may call its field as it likes."""
    texts = {key: value for key, value in data.items() if isinstance(value, str) and value}
    for key in ("audio", "audio_url", "url", "sound"):
        if key in texts:
            return texts[key]
    media = (
        v
        for v in texts.values()
        if PurePosixPath(v.partition("?")[0]).suffix.lower() in AUDIO_SUFFIXES
    )
    return next(media, "")


def _place(said: str, file: Path) -> str:
    """Return where a file of Label Studio's storage lies beside its export.

    Uploads carry 8 random hex digits before their name, local files a query.
    """
    address = urlsplit(said)
    if local := parse_qs(address.query).get("d"):
        return local[0].lstrip("/")
    name = PurePosixPath(unquote(address.path)).name
    if "/data/upload/" in address.path and find_file(said, file) is None:
        bare = re.sub(r"^[0-9a-f]{8}-", "", name)
        return name if find_file(name, file) else bare
    return said


def _results(task: Mapping[str, Any], number: int, notes: Notes) -> list[dict[str, Any]]:
    """Return what the task's first submitted annotation says, else its first prediction."""
    annotations = task.get("annotations") or []
    submitted = [each for each in annotations if not each.get("was_cancelled")]
    if cancelled := len(annotations) - len(submitted):
        notes.add(number, "a cancelled annotation", cancelled)
    predictions = task.get("predictions") or []
    if submitted and predictions:
        notes.add(number, "a prediction beside an annotation", len(predictions))
    if drafts := len(task.get("drafts") or []):
        notes.add(number, "a draft that nobody submitted", drafts)
    choices = submitted or predictions
    if not choices:
        notes.add(number, "a task that nobody submitted an annotation for")
    if len(choices) > 1:
        notes.add(
            number, "a further annotation of a task, of which the first counts", len(choices) - 1
        )
    results: list[dict[str, Any]] = choices[0].get("result") or [] if choices else []
    return results


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
    name: str, results: list[dict[str, Any]], file: Path, number: int, notes: Notes
) -> list[ReleasedSegment]:
    regions: dict[str, dict[str, Any]] = defaultdict(dict)
    for index, part in enumerate(results):
        value = part.get("value") or {}
        kind = part.get("type")
        is_region = "start" in value and "end" in value
        is_text = kind == "textarea"
        if not (is_region or is_text):
            notes.add(number, f"a result of the type {kind!r}")
            continue
        # A text about the whole recording stands in no region.
        region = regions[str(part.get("id")) if is_region else f"whole {index}"]
        length = part.get("original_length") or 0.0
        region |= {"start": value.get("start", 0.0), "end": value.get("end", length)}
        region.setdefault("channel", value.get("channel"))
        control = str(part.get("from_name") or "")
        if kind == "labels":
            labels = value.get("labels") or [""]
            # Of two sets of labels, one for speakers and one for moods, one is the speaker's.
            if "speaker" not in region or _SPEAKERS.search(control):
                further = len(labels) - 1 + ("speaker" in region)
                region["speaker"] = labels[0]
                region["meta"] = part.get("meta") or {}
            else:
                further = len(labels)
            if further:
                notes.add(number, "a further label of a region", further)
        elif is_text and "text" in region:
            notes.add(number, "a further text of a region, of which the first counts")
        elif is_text:
            text = value.get("text") or []
            region["text"] = " ".join([text] if isinstance(text, str) else text)
        elif kind != "audio":
            notes.add(number, f"a result of the type {kind!r}")
    # Label Studio counts from 0, and says 0 where there is one channel.
    apart = len({region.get("channel") for region in regions.values()}) > 1
    segments = []
    for key, region in regions.items():
        meta = {k: v for k, v in region.get("meta", {}).items() if k != "text"}
        if apart and "role" not in meta:
            meta.setdefault("channel", region.get("channel"))
        segments.append(
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
    return segments


FORMAT = Format(
    name="labelstudio",
    title="Label Studio tasks",
    write=write_labelstudio,
    read=read_labelstudio,
    passes_over=(
        "cancelled annotations and drafts",
        "further annotations, labels and texts: the first counts",
        "predictions beside annotations",
        "choices and relations",
    ),
    refuses=(
        "JSON-MIN",
        "tasks that name no sound",
    ),
)
