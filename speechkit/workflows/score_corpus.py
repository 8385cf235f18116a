"""Corpus layers and releases as sides of a benchmark, with who speaks and where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from speechkit.benchmark.inputs.side import Side
from speechkit.core.errors import UsageError, did_you_mean
from speechkit.core.types import Code, Participant, Recording, RedactedCopy, Segment, Session, Turn
from speechkit.manifest.lines import read_lines
from speechkit.manifest.schema import RECORDINGS, RELEASE_JSON, SEGMENTS, ReleasedSegment
from speechkit.manifest.versions import read_release, release_digest
from speechkit.storage.corpus import Corpus


def corpus_side(root: Path, layer: str, *, reference: bool) -> Side:
    """Return a layer of a corpus: words, speakers, fields of context and participants.

    Turns come from the layer `<layer>_turns`, of a hypothesis else from `turns`. A reference may
    have turns only.

    Raises:
        UsageError: if no recording has that layer.
    """
    corpus = Corpus.open(root)
    sessions = {session.recording.id: session for session in corpus.sessions()}
    wanted = {layer, f"{layer}_turns"} if reference else {layer}
    having = {name: s for name, s in sessions.items() if wanted & s.layers.keys()}
    if not having:
        known = {name for session in sessions.values() for name in session.layers}
        raise UsageError(
            f"no recording of {root} has a layer {layer!r}; {did_you_mean(layer, known)}"
        )
    turn_layers = (f"{layer}_turns",) if reference else (f"{layer}_turns", "turns")

    def transcribed(name: str) -> bool:
        return layer in having[name].layers

    def segments(name: str) -> tuple[Segment, ...]:
        return _segments(corpus, having[name], layer) if transcribed(name) else ()

    def turns(name: str) -> tuple[Turn, ...]:
        for turn_layer in turn_layers:
            if (found := corpus.layer(having[name], turn_layer)) is not None:
                return found.items
        return ()

    return Side(
        names=tuple(sorted(having)),
        segments=segments,
        turns=turns,
        fields=lambda name: recording_fields(having[name].recording),
        speakers=lambda name: speaker_fields(having[name].recording.participants, segments(name)),
        duration=lambda name: having[name].recording.duration,
        transcribed=transcribed,
    )


def recording_fields(recording: Recording) -> dict[str, str]:
    """Return what one may slice by: context, tags, and how the recording was made."""
    context = recording.context
    fields = dict(context.tags)
    for name in ("encounter_class", "encounter_type", "specialty"):
        code: Code | None = getattr(context, name)
        if code is not None:
            fields[name] = code.display or code.code
    for name in ("modality", "site", "device", "period", "collection_intent"):
        if value := getattr(context, name):
            fields[name] = value
    if context.languages:
        fields["language"] = context.languages[0]
    return fields


def speaker_fields(
    participants: tuple[Participant, ...], segments: tuple[Segment, ...]
) -> Mapping[str, Mapping[str, str]]:
    """Return the fields of each speaker label: a participant's id, else role, else channel.

    In a recording of one participant all labels are theirs.
    """
    found: dict[str, dict[str, str]] = {}
    for segment in segments:
        if segment.speaker in found:
            continue
        person = _person(participants, segment)
        if person is not None:
            found[segment.speaker] = {
                "participant": person.id,
                "role": person.role,
                "accent": person.accent,
                "language": person.language,
                "sex": person.sex,
                "age_band": person.age_band,
            }
    return found


def _person(participants: tuple[Participant, ...], segment: Segment) -> Participant | None:
    if len(participants) == 1:
        return participants[0]
    tests: tuple[Callable[[Participant], bool], ...] = (
        lambda p: p.id == segment.speaker,
        lambda p: p.role == segment.speaker,
        lambda p: p.channel is not None and p.channel == segment.channel,
    )
    for test in tests:
        fitting = [person for person in participants if test(person)]
        if len(fitting) == 1:
            return fitting[0]
    return None


def _segments(corpus: Corpus, session: Session, name: str) -> tuple[Segment, ...]:
    layer = corpus.layer(session, name)
    assert layer is not None
    if layer.kind == "redacted":
        copies: tuple[RedactedCopy, ...] = layer.items
        return tuple(segment for copy in copies for segment in copy.segments)
    if layer.kind != "segments":
        raise UsageError(f"layer {name!r} holds {layer.kind}, not segments")
    return layer.items


# ---- releases


def is_release(path: Path) -> bool:
    """Say whether a folder is a release."""
    return (path / RELEASE_JSON).is_file()


def release_name(path: Path) -> str:
    """Name a release as one cites it: corpus, version and the start of its digest."""
    release = read_release(path)
    return f"{release.corpus} {release.version} (sha256 {release_digest(path)[:16]})"


def release_audio(path: Path) -> dict[str, Path]:
    """Return where the redacted audio of each of a release's recordings lies, if it has any."""
    recordings = read_lines(path, RECORDINGS, Recording)
    return {r.id: path.parent / r.audio.uri for r in recordings if r.audio.sha256}


def release_side(path: Path) -> Side:
    """Return a release's transcripts, with the fields its recordings and participants have."""
    recordings = {r.id: r for r in read_lines(path, RECORDINGS, Recording)}
    found: dict[str, list[ReleasedSegment]] = {name: [] for name in recordings}
    for released in read_lines(path, SEGMENTS, ReleasedSegment):
        found.setdefault(released.recording, []).append(released)

    def segments(name: str) -> tuple[Segment, ...]:
        return tuple(
            Segment(
                id=s.id,
                start=s.start,
                end=s.end,
                text=s.text,
                language=s.language,
                speaker=s.speaker,
                channel=s.channel,
            )
            for s in found[name]
        )

    def speakers(name: str) -> Mapping[str, Mapping[str, str]]:
        roles = {s.speaker: {"role": s.role} for s in found[name]}
        return {**roles, **speaker_fields(recordings[name].participants, segments(name))}

    return Side(
        names=tuple(sorted(recordings)),
        segments=segments,
        fields=lambda name: recording_fields(recordings[name]),
        speakers=speakers,
        duration=lambda name: recordings[name].duration,
    )
