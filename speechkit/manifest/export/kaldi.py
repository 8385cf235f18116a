"""Kaldi data directory: wav.scp, segments, text, utt2spk, spk2utt, utt2lang; all sorted as in C.

Drops: words' times, confidence, roles, labels, channels, review; segments without words; spacing.
A `wav.scp` entry that is a pipe (`… |`) is refused: a manifest is data and runs nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.core.types import Recording
from speechkit.formats import fields
from speechkit.formats.fields import one_word
from speechkit.manifest.export.bundle import Bundle, Format, assemble, find_sound, place_sounds
from speechkit.manifest.export.rows import make_segment
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
            # Kaldi wants the speaker in front, so that both sort alike; who is unknown is alone.
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
    sounds: dict[str, Path] = {}
    for name, (said, number) in _table(path / "wav.scp", optional=True).items():
        if said.endswith("|"):
            raise InputError(
                f"{path / 'wav.scp'}, line {number}: a pipe; speechkit runs none. Save the "
                "recording to a file first"
            )
        sound = find_sound(said, path / "wav.scp")
        if sound is None:
            raise InputError(f"{path / 'wav.scp'}, line {number}: the sound file is not there")
        sounds[name] = sound
    speakers = _table(path / "utt2spk", optional=True)
    languages = _table(path / "utt2lang", optional=True)
    times = _table(path / "segments", optional=True)
    segments = []
    for utterance, (text, number) in _table(path / "text").items():
        recording, start, end = _place(utterance, times, sounds, path, number)
        speaker = speakers.get(utterance, (utterance, 0))[0]
        segments.append(
            make_segment(
                path / "segments",
                times.get(utterance, ("", 0))[1],
                id=utterance,
                recording=recording,
                start=start,
                end=end,
                text=text,
                speaker="" if speaker == utterance else speaker,
                language=languages.get(utterance, ("", 0))[0],
            )
        )
    return assemble(path, segments, sounds)


def _place(
    utterance: str,
    times: Mapping[str, tuple[str, int]],
    sounds: Mapping[str, Path],
    path: Path,
    number: int,
) -> tuple[str, float, float]:
    if utterance in times:
        said, line = times[utterance]
        parts = said.split()
        if len(parts) != 3:
            raise InputError(f"{path / 'segments'}, line {line}: 4 fields expected")
        start, end = (fields.seconds(part, path / "segments", line) for part in parts[1:])
        return parts[0], start, end
    if not times and utterance in sounds:
        from speechkit.audio.decode import probe

        info = probe(sounds[utterance])
        return utterance, 0.0, round(info.num_samples / info.sample_rate, 3)
    raise InputError(f"{path / 'text'}, line {number}: segments does not have this utterance")


def _table(path: Path, *, optional: bool = False) -> dict[str, tuple[str, int]]:
    """Read `key value…` lines → key to (value, line number)."""
    from speechkit.formats import read_text

    if optional and not path.is_file():
        return {}
    table: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        key, _, value = line.strip().partition(" ")
        if key in table:
            raise InputError(f"{path}, line {number}: the same key twice")
        table[key] = (value.strip(), number)
    return table


FORMAT = Format(
    name="kaldi",
    title="Kaldi data directory",
    write=write_kaldi,
    read=read_kaldi,
    drops=DROPS,
    companion=False,
)
