"""Releases made of other tools' files.

An import is a release like any other, made of files that a person declares free of identifiers; that is
said in it.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from speechkit.audio.decode import probe
from speechkit.audio.encode import bits_of, write_audio
from speechkit.audio.sound import open_sound
from speechkit.core.digest import digest_bytes, digest_file, recording_id, segment_id
from speechkit.core.errors import InputError, UsageError
from speechkit.core.types import Audio, Participant, Recording
from speechkit.formats import refuse_notes
from speechkit.manifest.consistency import faulty_line, text_id
from speechkit.manifest.documentation.facts import NO_LICENCE
from speechkit.manifest.export.bundle import Bundle, no_audio
from speechkit.manifest.export.registry import find_format
from speechkit.manifest.export.transcripts import ROLES
from speechkit.manifest.release import check_version
from speechkit.manifest.schema import (
    Policy,
    ReleasedRedaction,
    ReleasedSegment,
    Split,
    SplitName,
    Statement,
    Withheld,
)
from speechkit.manifest.splits import groups, make_splits
from speechkit.manifest.write import ReleaseWriter

_PSEUDONYM = re.compile(r"p-[0-9a-f]{12}")
_GENERIC = re.compile(r"|SPEAKER_\d+|speaker|unknown|[A-Z]\d{0,2}", re.IGNORECASE)


class ImportOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a release is made of other tools' files.

    `phi`: `redacted` where identifiers were removed, `none` where there never were any.
    `vouched_by`: who says so, in words; it stands in the release.
    `allow_missing`: go on without sound that the files name and that is not there.
    `strict`: refuse files of which anything was passed over.
    """

    phi: Literal["redacted", "none"]
    vouched_by: str
    licence: str = NO_LICENCE
    split_shares: tuple[float, float, float] = (0.8, 0.1, 0.1)
    synthetic_in_test: bool = False
    allow_missing: bool = False
    strict: bool = False


def import_release(
    source: Path,
    format_: str,
    corpus: str,
    version: str,
    dest_root: Path,
    options: ImportOptions,
    tell: Callable[[str], None] | None = None,
) -> Path:
    """Make the release `dest_root/<corpus>/<version>/` of other tools' files; return its folder.

    Recordings get ids from their audio, or from their words where there is none; foreign names of
    files and people do not get in. Splits that the files name are kept if no person is in two.
    `tell` is given a sentence for each thing that was passed over or is not there.

    Raises:
        UsageError: for an unknown format, bad names, or if no person vouches.
        InputError: for a malformed file, with file, line and reason.
        StoreError: if the version exists or cannot be written.
    """
    chosen = find_format(format_)
    if chosen.read is None:
        raise UsageError(f"{format_} has no conversations; nothing can be imported from it")
    check_version(version)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", corpus):
        raise UsageError(
            "the name of a corpus may have letters, digits, dots, hyphens and underscores"
        )
    if not options.vouched_by.strip():
        raise UsageError("say who vouches that the files hold no identifiers (--vouched-by)")
    if not source.exists():
        raise InputError(f"{source}: no such file or folder")
    bundle = chosen.read(source)
    _check_read(source, bundle, options, tell or (lambda _: None))
    if not bundle.recordings:
        raise InputError(f"{source}: holds no recordings")
    people = _People(corpus)
    withheld: list[Withheld] = []
    named: dict[str, SplitName] = {}
    seen: set[str] = set()
    with (
        tempfile.TemporaryDirectory() as name,
        ReleaseWriter(dest_root / corpus, version) as writer,
    ):
        for index, (foreign, rows) in enumerate(bundle.by_recording()):
            imported = _imported(foreign, rows, bundle, people, options, Path(name))
            if fault := faulty_line(imported.recording, imported.segments, imported.redactions):
                raise InputError(
                    f"{source}: recording {index + 1} of {len(bundle.recordings)}, {fault}; "
                    "nothing was imported"
                )
            if imported.recording.id in seen:
                reason = "the same content as another one"
                withheld.append(Withheld(recording=f"item {index + 1}", reason=reason))
                continue
            seen.add(imported.recording.id)
            writer.add(imported.recording, imported.segments, imported.redactions, imported.sound)
            if foreign.id in bundle.splits:
                named[imported.recording.id] = bundle.splits[foreign.id]
        drawn = make_splits(
            writer.recordings,
            shares=options.split_shares,
            synthetic_in_test=options.synthetic_in_test,
        )
        splits = _own_splits(writer.recordings, drawn, named, options)
        release = writer.describe(
            policy=Policy(
                licence=options.licence,
                split_shares=options.split_shares,
                synthetic_in_test=options.synthetic_in_test,
                tags=(),
            ),
            statement=_statement(format_, options, writer),
            splits=splits,
            withheld=withheld,
            origin="imported",
            deidentified_by=options.vouched_by.strip(),
        )
        return writer.publish(release, splits)


def _check_read(
    source: Path, bundle: Bundle, options: ImportOptions, tell: Callable[[str], None]
) -> None:
    """Refuse, or tell of, what the files name that is not there, and what was passed over."""
    if bundle.missing and not options.allow_missing:
        others = len(bundle.missing) - 1
        more = f" (and {others} more like it)" if others else ""
        raise InputError(
            f"{bundle.missing[0]}{more}; put it there, or import without it: --allow-missing"
        )
    if options.strict:
        refuse_notes(source, bundle.notes)
    for where in bundle.missing:
        tell(f"without sound: {where}")
    for note in bundle.notes:
        tell(f"passed over: {note}")


class _Imported(msgspec.Struct, frozen=True, kw_only=True):
    recording: Recording
    segments: tuple[ReleasedSegment, ...]
    redactions: tuple[ReleasedRedaction, ...]
    sound: Path | None


class _People:
    """Gives people of other tools pseudonyms, numbered as they come: a name leads nowhere."""

    def __init__(self, corpus: str) -> None:
        self._corpus = corpus
        self._known: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        if _PSEUDONYM.fullmatch(name):
            return name
        number = len(self._known)
        return self._known.setdefault(name, _pseudonym(f"{self._corpus}/{number}"))


def _pseudonym(text: str) -> str:
    return f"p-{digest_bytes(text.encode())[:12]}"


def _imported(
    foreign: Recording,
    rows: tuple[ReleasedSegment, ...],
    bundle: Bundle,
    people: _People,
    options: ImportOptions,
    scratch: Path,
) -> _Imported:
    """Return a recording as it is released: own ids, pseudonyms, FLAC or no audio."""
    sound = bundle.sounds.get(foreign.id)
    if sound is not None:
        sound, audio = _audio(foreign, sound, scratch)
        place = recording_id(audio.sha256)
    else:
        end = max((row.end for row in rows), default=0.0)
        audio = no_audio(max(foreign.duration, end))
        place = ""
    speakers, participants = _speakers(foreign, rows, people, place or f"{len(rows)}")
    named = tuple(
        msgspec.structs.replace(
            row,
            speaker=speakers.get(row.speaker, row.speaker),
            words=tuple(
                msgspec.structs.replace(word, speaker=speakers.get(word.speaker, word.speaker))
                for word in row.words
            ),
        )
        for row in rows
    )
    name = place or text_id(named)
    return _Imported(
        recording=msgspec.structs.replace(
            foreign, id=name, audio=audio, participants=participants, phi=options.phi
        ),
        segments=tuple(
            msgspec.structs.replace(row, id=segment_id(name, index), recording=name)
            for index, row in enumerate(named)
        ),
        redactions=tuple(
            msgspec.structs.replace(row, recording=name)
            for row in bundle.redactions.get(foreign.id, ())
        ),
        sound=sound,
    )


def _audio(foreign: Recording, sound: Path, scratch: Path) -> tuple[Path, Audio]:
    """Return a FLAC file and what it holds; other formats are written anew as FLAC."""
    if sound.suffix.lower() != ".flac":
        info = probe(sound)
        copy = scratch / f"{digest_bytes(str(sound).encode())}.flac"
        with open_sound(sound, info.sample_rate, mono=False, scratch=scratch) as channels:
            write_audio(copy, channels, info.sample_rate, bits=bits_of(info.codec))
        sound = copy
    sha256 = digest_file(sound)
    uri = f"audio/sha256/{sha256[:2]}/{sha256}.flac"
    if foreign.audio.sha256 == sha256:
        return sound, msgspec.structs.replace(foreign.audio, uri=uri)
    info = probe(sound)
    return sound, Audio(
        sha256=sha256,
        uri=uri,
        sample_rate=info.sample_rate,
        num_samples=info.num_samples,
        num_channels=info.num_channels,
        codec=info.codec,
    )


def _speakers(
    foreign: Recording, rows: tuple[ReleasedSegment, ...], people: _People, place: str
) -> tuple[Mapping[str, str], tuple[Participant, ...]]:
    """Map labels to pseudonyms, and say who takes part.

    `Doctor` in two files are two people; `spk1272` in two files is one. `SPEAKER_00`, `A` and the
    like stay labels.
    """
    roles = {row.speaker: row.role for row in reversed(rows)}
    labels = list(dict.fromkeys(row.speaker for row in rows))
    labels += sorted({w.speaker for row in rows for w in row.words} - set(labels))
    known = {person.id: person for person in foreign.participants}
    speakers: dict[str, str] = {}
    found: dict[str, Participant] = {}
    for person in foreign.participants:
        speakers[person.id] = people(person.id)
        found[person.id] = msgspec.structs.replace(person, id=speakers[person.id])
    for index, label in enumerate(labels):
        if label in known or _GENERIC.fullmatch(label):
            continue
        generic = label.lower() in ROLES
        speakers[label] = _pseudonym(f"{foreign.id}/{place}/{index}") if generic else people(label)
        role = label.lower() if generic else roles.get(label, "other")
        found[label] = Participant(
            id=speakers[label],
            role=role if role in ROLES else "other",  # type: ignore[arg-type]
        )
    return speakers, tuple(found.values())


def _own_splits(
    recordings: list[Recording],
    drawn: tuple[Split, ...],
    said: Mapping[str, SplitName],
    options: ImportOptions,
) -> tuple[Split, ...]:
    """Keep the files' own splits, group by group; a group they divide or leave out is drawn."""
    kept: dict[str, SplitName] = {}
    for group in groups(recordings):
        names = {said.get(recording.id) for recording in group}
        (name, *more) = names
        barred = name == "test" and any(r.synthetic for r in group)
        if name is not None and not more and (options.synthetic_in_test or not barred):
            kept |= {recording.id: name for recording in group}
    return tuple(
        msgspec.structs.replace(split, split=kept.get(split.recording, split.split))
        for split in drawn
    )


def _statement(format_: str, options: ImportOptions, writer: ReleaseWriter) -> Statement:
    said = "had their identifiers removed" if options.phi == "redacted" else "never held any"
    return Statement(
        standard=f"Imported from files of the format {format_}; speechkit removed nothing.",
        method=f"{options.vouched_by.strip()} vouches that they {said}.",
        check="Nothing was checked by speechkit.",
        checked_by=(),
        caveat=(
            "What was not found is not removed, and a voice itself may identify a person: "
            "de-identified is not anonymous."
        ),
        removed=dict(sorted(writer.tally.removed.items())),
    )
