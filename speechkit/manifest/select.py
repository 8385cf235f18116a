"""Which recordings of a corpus may leave, and what of each: redacted audio and text, pseudonyms."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from speechkit.core.digest import recording_id, segment_id
from speechkit.core.reviewed import (
    ADJUDICATED,
    AUTO_ACCEPTED,
    CORRECTED,
    CORRECTED_ROLES,
    UNREVIEWED,
)
from speechkit.core.types import (
    Context,
    Discovery,
    Layer,
    Participant,
    Recording,
    RedactedCopy,
    Removal,
    Segment,
    Session,
    SpeakerRole,
)
from speechkit.core.verdicts import refusal_of
from speechkit.manifest.custody import custody_of
from speechkit.manifest.schema import (
    Custody,
    ReleasedRedaction,
    ReleasedSegment,
    Review,
    Tool,
    Withheld,
)
from speechkit.storage.corpus import Corpus

_YEARS = re.compile(r"\d{4}(-\d{4})?")


class Released(msgspec.Struct, frozen=True, kw_only=True):
    """One recording ready to leave. `source` is where its redacted audio lies now."""

    recording: Recording
    source: Path
    segments: tuple[ReleasedSegment, ...]
    redactions: tuple[ReleasedRedaction, ...]
    tools: tuple[Tool, ...]
    checked_by: tuple[str, ...]
    removal: Removal | msgspec.UnsetType = msgspec.UNSET
    discovery: Discovery | msgspec.UnsetType = msgspec.UNSET
    custody: Custody

    def __repr__(self) -> str:
        return f"Released({self.recording.id!r})"


def select(
    corpus: Corpus, tags: Sequence[str], refuse: Callable[[Recording], str]
) -> Iterator[Released | Withheld]:
    """Yield what may be released, and what is withheld and why, in order of raw ids.

    Args:
        corpus: after a run of the pipeline.
        tags: names of the context's tags that may leave; a kept column may hold anything.
        refuse: says why consent does not let a recording leave, nothing where it does.
    """
    failed = {row["item"]: row.get("stage", "ingest") for row in corpus.failures() if "item" in row}
    released: dict[str, str | None] = {}
    for session in corpus.sessions():
        raw = session.recording.id
        layer = corpus.layer(session, "redacted")
        copy: RedactedCopy | None = layer.items[0] if layer is not None and layer.items else None
        reason = (
            _refusal(copy, failed.get(raw, ""))
            or _overtaken(session, layer)
            or refuse(session.recording)
        )
        if reason:
            yield Withheld(recording=raw, reason=reason)
            continue
        assert layer is not None
        assert copy is not None
        name = recording_id(copy.audio.sha256)
        if name in released:
            reason = f"its redacted audio is the same as that of {released[name]}"
            yield Withheld(recording=raw, reason=reason)
            continue
        released[name] = raw
        yield _released(corpus, session, layer, tags)


def _refusal(copy: RedactedCopy | None, failed_stage: str) -> str:
    """Say why a recording may not leave; empty if it may. Whatever is not proved clean may not."""
    if copy is None:
        return f"stage {failed_stage} failed" if failed_stage else "not de-identified"
    return refusal_of(copy)


def _overtaken(session: Session, layer: Layer | None) -> str:
    """Say so if people corrected a recording after its copy was made: they may have marked more."""
    corrected = session.layers.get(CORRECTED)
    if layer is None or layer.provenance.inputs.get(CORRECTED) == corrected:
        return ""
    return "people corrected it since its copy was made; run the pipeline again"


def _released(corpus: Corpus, session: Session, layer: Layer, tags: Sequence[str]) -> Released:
    raw = session.recording
    copy: RedactedCopy = layer.items[0]
    name = recording_id(copy.audio.sha256)
    uri = f"audio/sha256/{copy.audio.sha256[:2]}/{copy.audio.sha256}{Path(copy.audio.uri).suffix}"
    recording = msgspec.structs.replace(
        raw,
        id=name,
        audio=msgspec.structs.replace(copy.audio, uri=uri),
        context=_context(raw.context, tags),
        phi="redacted",
        derived_from=raw.id,
    )
    speakers = _speakers(copy.segments, raw.participants, _roles(corpus, session, layer))
    seen = _seen_by(corpus, layer)
    ordered = sorted(copy.segments, key=lambda s: (s.start, s.end, s.channel or 0, s.id))
    return Released(
        recording=recording,
        source=corpus.root / copy.audio.uri,
        segments=tuple(
            _segment(segment, name, index, speakers, seen) for index, segment in enumerate(ordered)
        ),
        redactions=tuple(
            ReleasedRedaction(
                recording=name,
                start=r.start,
                end=r.end,
                identifier=r.identifier,
                method=r.method,
                margin=r.margin,
                verdict="clean",
                channel=r.channel,
            )
            for r in sorted(
                copy.redactions,
                key=lambda r: (r.start, r.end, -1 if r.channel is None else r.channel),
            )
        ),
        tools=_tools(corpus, session),
        checked_by=copy.checked_by,
        removal=copy.removal,
        discovery=copy.discovery,
        custody=custody_of(corpus, session, recording),
    )


def _context(context: Context, tags: Sequence[str]) -> Context:
    # Safe Harbor (C) lets the year stay and nothing finer.
    period = context.period if _YEARS.fullmatch(context.period) else ""
    kept = {name: value for name, value in context.tags.items() if name in tags}
    return msgspec.structs.replace(context, period=period, tags=kept)


def _segment(
    segment: Segment,
    recording: str,
    index: int,
    speakers: Mapping[str, tuple[str, str]],
    seen: Review,
) -> ReleasedSegment:
    speaker, role = speakers.get(segment.speaker, ("", "unknown"))
    nobody = ("", "")
    words = [
        msgspec.structs.replace(word, speaker=speakers.get(word.speaker, nobody)[0])
        for word in segment.words
    ]
    return ReleasedSegment(
        id=segment_id(recording, index),
        recording=recording,
        start=segment.start,
        end=segment.end,
        speaker=speaker,
        role=role,
        text=segment.text,
        channel=segment.channel,
        language=segment.language,
        words=tuple(words),
        confidence=segment.confidence,
        labels=segment.labels,
        review="draft" if {UNREVIEWED, AUTO_ACCEPTED} & set(segment.labels) else seen,
    )


def _seen_by(corpus: Corpus, redacted: Layer) -> Review:
    """Say whether a person has seen the text of a copy: none, one, or an adjudicator of two."""
    corrected = redacted.provenance.inputs.get(CORRECTED)
    if corrected is None:
        return "draft"
    made = corpus.layer_provenance(corrected)
    return "adjudicated" if made.options.get("track") == ADJUDICATED else "corrected"


def _roles(corpus: Corpus, session: Session, redacted: Layer) -> dict[str, str]:
    by_people = CORRECTED in redacted.provenance.inputs
    layer = corpus.layer(session, CORRECTED_ROLES if by_people else "roles")
    items: tuple[SpeakerRole, ...] = layer.items if layer is not None else ()
    return {item.speaker: item.role for item in items}


def _speakers(
    segments: Sequence[Segment], participants: Sequence[Participant], roles: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """Map a speaker's label to (pseudonym, role).

    A participant's id where just one speaker and one participant fit each other (by channel, by
    role, or because there is nobody else); else SPEAKER_00, SPEAKER_01, … in order of first speech.
    """
    first: dict[str, None] = {}  # labels, in order
    channels: dict[str, set[int | None]] = defaultdict(set)
    for segment in sorted(segments, key=lambda s: (s.start, s.end)):
        first |= dict.fromkeys([segment.speaker, *[word.speaker for word in segment.words]])
        channels[segment.speaker].add(segment.channel)
    first.pop("", None)
    played = Counter(roles.get(label, "unknown") for label in first)
    found = {}
    for index, label in enumerate(first):
        role = roles.get(label, "unknown")
        person = _one(
            [p for p in participants if p.channel is not None and {p.channel} == channels[label]]
        )
        if person is None and role != "unknown" and played[role] == 1:
            person = _one([p for p in participants if p.role == role])
        if person is None and len(first) == 1:
            person = _one(participants)
        if person is not None and role == "unknown":
            role = person.role
        found[label] = (person.id if person and person.id else f"SPEAKER_{index:02d}", role)
    return found


def _one(people: Sequence[Participant]) -> Participant | None:
    return people[0] if len(people) == 1 else None


def _tools(corpus: Corpus, session: Session) -> tuple[Tool, ...]:
    tools = []
    for name in sorted(session.layers):
        made = corpus.layer_provenance(session.layers[name])
        if made.stage != "ingest":
            tools.append(
                Tool(
                    stage=made.stage,
                    version=made.version,
                    engine=made.engine,
                    revision=made.revision,
                    options=made.options,
                )
            )
    return tuple(tools)
