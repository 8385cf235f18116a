"""Kaldi data directory: wav.scp, segments, text, utt2spk, spk2utt, utt2lang; all sorted as in C.

https://kaldi-asr.org/doc/data_prep.html

Drops: words' times, confidence, roles, labels, channels, review; segments without words; spacing.
A `wav.scp` entry that is a pipe (`… |`) is refused: a manifest is data and runs nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from speechkit.core.errors import InputError
from speechkit.core.types import Recording
from speechkit.formats import Notes, read_text
from speechkit.formats.fields import one_word, seconds
from speechkit.formats.kaldi import without_epsilon
from speechkit.formats.text import split_lines
from speechkit.manifest.export.bundle import Bundle, Format, assemble, place_sounds
from speechkit.manifest.export.rows import make_segment
from speechkit.manifest.export.sounds import Sounds, length_of
from speechkit.manifest.schema import ReleasedSegment

DROPS = (
    "words' times and confidence",
    "roles, labels, channels, review state",
    "segments without words",
    "metadata of recordings",
)


def write_kaldi(bundle: Bundle, folder: Path) -> None:
    """Write one data directory; paths in wav.scp are relative to it."""
    write_data_dir(folder, bundle.by_recording(), place_sounds(bundle, folder))


def write_data_dir(
    folder: Path,
    spoken: Iterable[tuple[Recording, tuple[ReleasedSegment, ...]]],
    sounds: Mapping[str, str],
) -> None:
    """Write a data directory's files."""
    lines: dict[str, list[str]] = {
        name: [] for name in ("wav.scp", "segments", "text", "utt2spk", "utt2lang")
    }
    said: dict[str, list[str]] = defaultdict(list)
    for recording, segments in spoken:
        name = one_word(recording.id)
        if recording.id in sounds:
            lines["wav.scp"].append(f"{name} {sounds[recording.id]}")
        for segment in segments:
            if not segment.text.split():
                continue
            # Kaldi wants the speaker in front, so that both sort alike; an unknown speaker stands alone.
            speaker = one_word(segment.speaker) if segment.speaker else ""
            utterance = f"{speaker}-{one_word(segment.id)}" if speaker else one_word(segment.id)
            lines["segments"].append(f"{utterance} {name} {segment.start:.3f} {segment.end:.3f}")
            lines["text"].append(f"{utterance} {' '.join(segment.text.split())}")
            lines["utt2spk"].append(f"{utterance} {speaker or utterance}")
            if segment.language:
                lines["utt2lang"].append(f"{utterance} {segment.language}")
            said[speaker or utterance].append(utterance)
    lines["spk2utt"] = [f"{speaker} {' '.join(sorted(said[speaker]))}" for speaker in said]
    folder.mkdir(parents=True, exist_ok=True)
    for file, rows in lines.items():
        # Code points in order are bytes in order, as LC_ALL=C sorts UTF-8.
        (folder / file).write_text("".join(f"{row}\n" for row in sorted(rows)), encoding="utf-8")


def read_kaldi(path: Path) -> Bundle:
    """Read one data directory; without `segments`, an utterance is its whole recording.

    Raises:
        InputError: with file, line and reason.
    """
    sounds, notes = Sounds(), Notes()
    for name, (said, number) in _table(path / "wav.scp", optional=True).items():
        if said.endswith("|") or said.startswith("|"):
            raise InputError(
                f"{path / 'wav.scp'}, line {number}: a pipe; speechkit runs none. Save the "
                "recording to a file first"
            )
        sounds.name(name, said, path / "wav.scp", number)
    texts = _table(path / "text")
    tables = {
        name: _table(path / name, optional=True) for name in ("utt2spk", "utt2lang", "segments")
    }
    for file, rows in tables.items():
        for utterance, (_, number) in rows.items():
            if utterance not in texts:
                notes.add(number, f"an utterance of {file} without a line in text")
    segments = []
    for utterance, (text, number) in texts.items():
        text, empty = without_epsilon(text)
        if empty:
            notes.add(number, "<eps>, which stands for no word", empty)
        place = _place(utterance, tables["segments"], sounds.paths, path, number)
        speaker = tables["utt2spk"].get(utterance, (utterance, 0))[0]
        segments.append(
            make_segment(
                path / "segments",
                tables["segments"].get(utterance, ("", 0))[1],
                id=utterance,
                recording=place.recording,
                start=place.start,
                end=place.end,
                text=text,
                speaker="" if speaker == utterance else speaker,
                language=tables["utt2lang"].get(utterance, ("", 0))[0],
            )
        )
    return assemble(path, segments, sounds, notes=map(str, notes.all()))


class _Place(msgspec.Struct, frozen=True, kw_only=True):
    recording: str
    start: float
    end: float


def _place(
    utterance: str,
    times: Mapping[str, tuple[str, int]],
    sounds: Mapping[str, Path],
    path: Path,
    number: int,
) -> _Place:
    if utterance in times:
        said, line = times[utterance]
        parts = said.split()
        if len(parts) not in (3, 4):
            raise InputError(f"{path / 'segments'}, line {line}: 4 fields expected")
        start = seconds(parts[1], path / "segments", line)
        # Kaldi writes -1 for "to the end of the recording".
        if parts[2] in ("-1", "-1.0") and parts[0] in sounds:
            end = length_of(sounds[parts[0]])
        else:
            end = seconds(parts[2], path / "segments", line)
        return _Place(recording=parts[0], start=start, end=end)
    if not times and utterance in sounds:
        return _Place(recording=utterance, start=0.0, end=length_of(sounds[utterance]))
    raise InputError(
        f"{path / 'text'}, line {number}: segments does not have this utterance, nor is there "
        "sound of that name"
    )


def _table(path: Path, *, optional: bool = False) -> dict[str, tuple[str, int]]:
    """Read `key value…` lines → key to (value, line number). Kaldi splits at any blank."""
    if optional and not path.is_file():
        return {}
    table: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(split_lines(read_text(path)), start=1):
        if not line.strip():
            continue
        key, *value = line.split(None, 1)
        if key in table:
            raise InputError(f"{path}, line {number}: the same key twice")
        table[key] = (value[0].strip() if value else "", number)
    return table


FORMAT = Format(
    name="kaldi",
    title="Kaldi data directory",
    write=write_kaldi,
    read=read_kaldi,
    drops=DROPS,
    companion=False,
    oracle="lhotse",
    passes_over=(
        "<eps>",
        "utterances of other files without a line in text",
        "reco2dur, spk2utt, spk2gender",
    ),
    refuses=(
        "pipes",
        "utterances without times or sound",
        "keys that stand twice",
    ),
)
