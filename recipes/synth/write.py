"""Write one synthetic consultation: sound, words, turns, identifiers, and what was asked for.

    <name>.wav              <name>.phi.jsonl     identifiers that are said
    references/<name>.json  <name>.keep.jsonl    what looks like one and must stay
    references/<name>.rttm  <name>.script.json   what was asked for

A line of `*.phi.jsonl` says which segment of the JSON holds an identifier, where in its text it
stands (code points, end outside) and when it is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from speechkit.core.digest import canonical_json
from speechkit.core.time import round_ms, union
from speechkit.core.types import Segment, Turn
from speechkit.recipe.prepared import Clip
from speechkit.storage.files import atomic_path, write_bytes

from .acoustics import Condition, record
from .mix import Spoken, place
from .script import ROLES, Script
from .voices import Speak, Speech, load_voice

_JOIN = 0.5  # seconds between sentences of one turn
_MODALITY = {"room": "in-person", "far": "in-person", "phone": "phone", "headset": "video"}


class Consultation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that decides how a consultation sounds and what is known about it.

    `voices` and `people`: by role, and cells of the table (`doctor_sex`); `seed` of the room.
    """

    language: str
    specialty: str
    condition: Condition
    seed: int
    voices: dict[str, str]
    people: dict[str, str]
    script: Script


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """One consultation that was written."""

    name: str
    language: str
    specialty: str
    condition: Condition
    seconds: float
    words: int
    identifiers: int


class Studio:
    """Voices that are loaded once, and say the same words the same way."""

    def __init__(self) -> None:
        self._voices: dict[str, Speak] = {}

    def voice(self, spec: str) -> Speak:
        """Return a voice; see `load_voice`."""
        if spec not in self._voices:
            speak, said = load_voice(spec), dict[str, Speech]()

            def remembered(text: str) -> Speech:
                if text not in said:
                    said[text] = speak(text)
                return said[text]

            self._voices[spec] = remembered
        return self._voices[spec]


def write_consultation(
    dest: Path, name: str, told: Consultation, studio: Studio
) -> tuple[Clip, Made]:
    """Speak and write a consultation; return its line of the table, and what came out."""
    condition = told.condition
    voices = {role: studio.voice(spec) for role, spec in told.voices.items()}
    timeline = place(told.script, voices)
    samples, rate = record(timeline, condition, told.seed)
    _write_sound(dest / f"{name}.wav", samples, rate)
    segments = _segments(name, told.language, timeline.spoken, condition)
    marks = list(_marks(timeline.spoken, segments))
    phi = [mark for mark in marks if mark["identifier"] != "KEEP"]
    write_bytes(dest / f"{name}.phi.jsonl", _lines(phi))
    write_bytes(dest / f"{name}.keep.jsonl", _lines(m for m in marks if m["identifier"] == "KEEP"))
    asked = {"seed": told.seed, "language": told.language, "case": told.script.title}
    write_bytes(
        dest / f"{name}.script.json",
        canonical_json({**asked, "voices": told.voices, "synthetic": True}) + b"\n",
    )
    channels = {
        f"{role}_channel": str(_channel(role, condition))
        for role in told.voices
        if condition == "headset"
    }
    cells = {
        "language": told.language,
        "consent": "made-up",
        "synthetic": "true",
        "specialty": told.specialty,
        "modality": _MODALITY[condition],
        "collection_intent": "made-up consultation",
        "device": f"synthetic {condition}",
        **told.people,
        **channels,
    }
    clip = Clip(
        audio=f"{name}.wav", told=cells, segments=segments, turns=_turns(timeline.spoken, condition)
    )
    made = Made(
        name=name,
        language=told.language,
        specialty=told.specialty,
        condition=condition,
        seconds=round_ms(samples.shape[1] / rate),
        words=sum(len(segment.text.split()) for segment in segments),
        identifiers=len(phi),
    )
    return clip, made


def _write_sound(target: Path, samples: Any, rate: int) -> None:
    import soundfile

    pcm = np.round(np.clip(samples, -1, 1) * 32767).astype(np.int16).T
    with (
        atomic_path(target) as temporary,
        soundfile.SoundFile(
            temporary, "w", rate, pcm.shape[1], subtype="PCM_16", format="WAV"
        ) as file,
    ):
        file.comment = "synthetic: made-up consultation, nobody in it exists"
        file.write(pcm)


def _segments(
    name: str, language: str, said: Sequence[Spoken], condition: Condition
) -> tuple[Segment, ...]:
    return tuple(
        Segment(
            id=f"{name}-{index:04d}",
            start=line.start,
            end=line.end,
            text=line.sentence.text,
            language=language,
            speaker=line.role,
            channel=_channel(line.role, condition),
            words=line.words,
            labels=("synthetic",),
        )
        for index, line in enumerate(said)
    )


def _turns(said: Sequence[Spoken], condition: Condition) -> tuple[Turn, ...]:
    return tuple(
        Turn(start=start, end=end, speaker=role, channel=_channel(role, condition))
        for role in ROLES
        for start, end in union(((s.start, s.end) for s in said if s.role == role), gap=_JOIN)
    )


def _channel(role: str, condition: Condition) -> int | None:
    return [*ROLES].index(role) if condition == "headset" else None


def _marks(said: Sequence[Spoken], segments: Sequence[Segment]) -> Iterator[dict[str, Any]]:
    for line, segment in zip(said, segments, strict=True):
        for mark in line.sentence.marks:
            start, end = _heard(line, mark.start_char, mark.end_char)
            yield {
                "segment": segment.id,
                "start_char": mark.start_char,
                "end_char": mark.end_char,
                "start": start,
                "end": end,
                "identifier": mark.kind,
            }


def _heard(line: Spoken, start_char: int, end_char: int) -> tuple[float, float]:
    """When the words of a mark are said; the whole sentence where the voice does not tell."""
    if not line.words:
        return line.start, line.end
    text, at, inside = line.sentence.text, 0, []
    for word in line.words:
        first = text.index(word.text, at)
        at = first + len(word.text)
        if first < end_char and at > start_char:
            inside.append(word)
    return inside[0].start, inside[-1].end


def _lines(rows: Iterable[dict[str, Any]]) -> bytes:
    return b"".join(canonical_json(row) + b"\n" for row in rows)
