"""What would run: stages proved to fit together, and which of their layers are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from speechkit.core.errors import UsageError
from speechkit.core.stage import Stage, cache_key
from speechkit.core.types import Session
from speechkit.storage.corpus import Corpus
from speechkit.storage.files import tail_lines

# Layers that ingestion and people write; every other layer must be written by an earlier stage.
GIVEN = ("reference", "reference_turns", "corrected")


PACE = "pace"  # the journal's event of a stage that ended
_TAIL = 1 << 20  # bytes of the journal that are looked through


class _Pace(msgspec.Struct):
    event: str
    stage: str
    engine: str
    seconds: float
    audio: float


class StageCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many recordings a stage has done before, and how many it would do now."""

    stage: str
    engine: str
    cached: int
    to_do: int
    seconds: float  # of audio to go through
    estimate: float | None = None  # seconds it will take, at the pace of the last run here


def check_plan(stages: Sequence[Stage]) -> None:
    """Prove that every stage's layers are written before it reads them, and its weights are here.

    Raises:
        UsageError: naming the stage and the layer.
        ModelError, MissingExtraError: for what a stage lacks; told before the first one works.
    """
    written = set(GIVEN)
    for stage in stages:
        for name in stage.reads:
            if not name.endswith("?") and name not in written:
                raise UsageError(
                    f"stage {stage.name} reads the layer {name!r}, which no earlier stage writes"
                )
        written.add(stage.writes.name)
    for stage in stages:
        _ = stage.revision  # of weights that are not here, or not the pinned ones, there is none


def dry_run(
    corpus: Corpus, stages: Sequence[Stage], sessions: Sequence[Session]
) -> tuple[StageCount, ...]:
    """Count hits and misses of the cache a stage; what follows a miss is a miss."""
    states: list[Session | None] = [given_only(session, stages) for session in sessions]
    known = paces(corpus)
    counts = []
    for stage in stages:
        cached, seconds = 0, 0.0
        for index, state in enumerate(states):
            digest = state and corpus.cached(stage.name, cache_key(stage, state))
            if state and digest:
                cached += 1
                states[index] = with_layer(state, stage.writes.name, digest)
            else:
                states[index] = None
                seconds += sessions[index].recording.duration
        counts.append(
            StageCount(
                stage=stage.name,
                engine=stage.engine,
                cached=cached,
                to_do=len(states) - cached,
                seconds=round(seconds, 1),
                estimate=_estimate(seconds, known.get((stage.name, stage.engine))),
            )
        )
    return tuple(counts)


def paces(corpus: Corpus) -> dict[tuple[str, str], float]:
    """Seconds of work a second of audio, by stage and engine, as the latest runs here noted them."""
    found = {}
    for line in tail_lines(corpus.root / "journal.jsonl", _TAIL):
        try:
            note = msgspec.json.decode(line, type=_Pace)
        except msgspec.MsgspecError:
            continue  # another event, or a line that a full disk cut
        if note.event == PACE and note.audio > 0:
            found[note.stage, note.engine] = note.seconds / note.audio
    return found


def _estimate(seconds: float, pace: float | None) -> float | None:
    if not seconds:
        return 0.0
    return None if pace is None else round(seconds * pace, 1)


def given_only(session: Session, stages: Sequence[Stage]) -> Session:
    """Return the session without the layers that `stages` write: those may be of other options."""
    written = {stage.writes.name for stage in stages}
    layers = {name: digest for name, digest in session.layers.items() if name not in written}
    return msgspec.structs.replace(session, layers=layers)


def with_layer(session: Session, name: str, digest: str) -> Session:
    """Return the session with one layer more."""
    layers: Mapping[str, str] = {**session.layers, name: digest}
    return msgspec.structs.replace(session, layers=dict(layers))
