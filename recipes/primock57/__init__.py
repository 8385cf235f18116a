"""PriMock57: two mono files and two TextGrids a consultation become one recording."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import numpy as np

from speechkit.audio.decode import read_audio
from speechkit.core.errors import InputError
from speechkit.core.types import Segment
from speechkit.formats.textgrid import parse_textgrid
from speechkit.recipe.prepared import Clip, Dialogue, Prepared, write_prepared
from speechkit.storage.files import atomic_path

_NAME = re.compile(r"(day\d+_consultation\d+)_(doctor|patient)")
_ROLES = ("doctor", "patient")  # channel 0, channel 1


def prepare(raw: Path, dest: Path) -> Prepared:
    """Join the channels into `dest/audio`; without sound, write the transcripts alone."""
    grids = _by_consultation(raw, ".TextGrid")
    sounds = {name: files for name, files in _by_consultation(raw, ".wav").items() if _real(files)}
    clips, dialogues = [], []
    for name, files in grids.items():
        segments = _segments(files)
        if name in sounds:
            _join(sounds[name], dest / "audio" / f"{name}.flac")
            clips.append(Clip(audio=f"{name}.flac", told=_TOLD, segments=segments))
        else:
            dialogues.append(Dialogue(name=name, language="en", segments=segments))
    notes = [f"{len(dialogues)} consultations without sound: transcripts only"] if dialogues else []
    return write_prepared(dest, dest / "audio" if clips else raw, clips, dialogues, notes)


_TOLD = {
    "language": "en",
    "consent": "public:primock57",
    "encounter_class": "AMB",
    "specialty": "primary care",
    "collection_intent": "mock consultation",
    "doctor_channel": "0",
    "patient_channel": "1",
}


def _by_consultation(raw: Path, suffix: str) -> dict[str, dict[str, Path]]:
    found: dict[str, dict[str, Path]] = {}
    for path in sorted(raw.rglob(f"*{suffix}")):
        if match := _NAME.fullmatch(path.stem):
            found.setdefault(match[1], {})[match[2]] = path
    return {name: files for name, files in found.items() if set(files) == set(_ROLES)}


def _real(files: dict[str, Path]) -> bool:
    # A clone without Git LFS has pointers of some 130 bytes where the sound should be.
    return all(path.stat().st_size > 1024 for path in files.values())


def _segments(files: dict[str, Path]) -> tuple[Segment, ...]:
    said = [
        msgspec.structs.replace(item, text=text, speaker=role, channel=channel)
        for channel, role in enumerate(_ROLES)
        for item in _utterances(files[role])
        if (text := " ".join(re.sub(r"<[^<>]*>", " ", item.text).split()))
    ]
    return tuple(sorted(said, key=lambda s: (s.start, s.end, s.speaker)))


def _utterances(path: Path) -> tuple[Segment, ...]:
    (items,) = parse_textgrid(
        path.read_text(encoding="utf-8-sig").lstrip(), path
    ).recordings.values()
    return items


def _join(files: dict[str, Path], target: Path) -> None:
    import soundfile

    channels = [read_audio(files[role]) for role in _ROLES]
    rates = {rate for _, rate in channels}
    if len(rates) != 1:
        raise InputError(f"{files['doctor']}: the two microphones have different sample rates")
    length = max(samples.shape[1] for samples, _ in channels)
    both = np.zeros((length, 2), dtype=np.float32)
    for index, (samples, _) in enumerate(channels):
        both[: samples.shape[1], index] = samples[0]
    with atomic_path(target) as temporary:
        soundfile.write(temporary, both, rates.pop(), format="FLAC", subtype="PCM_16")
