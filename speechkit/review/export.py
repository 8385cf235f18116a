"""What people made of the drafts, as new layers of the corpus.

`corrected`, `corrected_phi`, `corrected_roles`: passes that were handed over. `reference` and its
like: those that a reviewer approved or an adjudicator decided. Layers carry no names and no times of
people: those stand in the journal, and in the review's audit log.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
from sqlalchemy import select

from speechkit.core.digest import segment_id
from speechkit.core.reviewed import ADJUDICATED, AUTO_ACCEPTED, UNREVIEWED
from speechkit.core.types import Layer, PhiSpan, Provenance, Segment, SpeakerRole
from speechkit.review.audit import checkpoint, record
from speechkit.review.line import Line
from speechkit.review.schema import Task
from speechkit.review.store import Store
from speechkit.review.tasks import lines_of_task
from speechkit.storage.corpus import Corpus

LayerName = Literal["corrected", "reference"]
REJECTED = "rejected"  # detector of spans that a person rejected; their score is 0
VERSION = "1"


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """What an export wrote for one recording."""

    recording: str
    task: str
    layer: str
    digest: str
    segments: int
    accepted: int
    auto_accepted: int
    unreviewed: int


def export_corrections(
    corpus: Corpus, store: Store, layer: LayerName, *, unfinished: bool = False
) -> tuple[Exported, ...]:
    """Write `layer` for every recording that has got that far; an adjudicated pass wins.

    Args:
        corpus: where to write.
        store: the review database.
        layer: `corrected` or `reference`.
        unfinished: passes that were not handed over yet, too; for `corrected` only.
    """
    with store.write() as db:
        best: dict[str, Task] = {}
        for task in db.scalars(select(Task).order_by(Task.recording, Task.track.desc())):
            if task.known or not _ready(task, layer, unfinished=unfinished):
                continue
            if task.recording not in best or task.track == ADJUDICATED:
                best[task.recording] = task
        found = []
        for task in best.values():
            one = _write(corpus, task, lines_of_task(db, task.id), layer)
            found.append(one)
            record(db, "command line", "exported", task=task.id, layer=layer, digest=one.digest)
        checkpoint(db, corpus)
    return tuple(found)


def _ready(task: Task, layer: LayerName, *, unfinished: bool) -> bool:
    if layer == "reference":
        return task.state == "approved" or (task.track == ADJUDICATED and task.state != "open")
    return task.state != "open" or (unfinished and task.num_edits > 0)


def _write(corpus: Corpus, task: Task, lines: Sequence[Line], name: LayerName) -> Exported:
    kept = [line for line in lines if line.text]
    segments = tuple(
        Segment(
            id=segment_id(task.recording, index),
            start=line.start,
            end=line.end,
            text=line.text,
            language=line.language,
            speaker=line.speaker,
            channel=line.channel,
            words=line.words,
            labels=_labels(line),
        )
        for index, line in enumerate(kept)
    )
    spans = tuple(
        PhiSpan(
            segment=segment.id,
            start_char=one.start,
            end_char=one.end,
            identifier=one.identifier,
            score=0.0 if one.rejected else one.score,
            detector=REJECTED if one.rejected else one.detector,
        )
        for segment, line in zip(segments, kept, strict=True)
        for one in line.marks
    )
    states = [line.state for line in kept]
    made = Provenance(
        stage="review",
        version=VERSION,
        options={"track": task.track},
        inputs=task.inputs,
    )
    layer = Layer(
        name=name, kind="segments", recording=task.recording, items=segments, provenance=made
    )
    digest = corpus.add_layer(task.recording, layer)
    phi = msgspec.structs.replace(layer, name=f"{name}_phi", kind="phi", items=spans)
    corpus.add_layer(task.recording, phi)
    roles = msgspec.structs.replace(layer, name=f"{name}_roles", kind="roles", items=_roles(task))
    corpus.add_layer(task.recording, roles)
    exported = Exported(
        recording=task.recording,
        task=task.id,
        layer=name,
        digest=digest,
        segments=len(segments),
        accepted=states.count("accepted"),
        auto_accepted=states.count("auto"),
        unreviewed=states.count("draft"),
    )
    # Not in the layer: the same text is the same layer, whoever looked at it how often.
    facts = msgspec.to_builtins(exported)
    corpus.note("reviewed", **facts, state=task.state, num_edits=task.num_edits)
    return exported


def _roles(task: Task) -> tuple[SpeakerRole, ...]:
    return tuple(
        SpeakerRole(speaker=label, role=who["role"], confidence=1.0)  # type: ignore[arg-type]
        for label, who in sorted(task.speakers.items())
        if who.get("role")
    )


def _labels(line: Line) -> tuple[str, ...]:
    state = {"auto": (AUTO_ACCEPTED,), "draft": (UNREVIEWED,), "accepted": ()}[line.state]
    return tuple(dict.fromkeys([*line.labels, *state]))
