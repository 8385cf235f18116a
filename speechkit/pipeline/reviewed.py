"""What the desk needs of other rooms: clinical weights, and redaction of what people corrected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from speechkit.benchmark.clinical.mentions import WEIGHTS, mentions
from speechkit.benchmark.normalise import normaliser_for
from speechkit.core.corpus import Corpus
from speechkit.core.errors import StoreError
from speechkit.core.stage import Resources, Stage, Task
from speechkit.core.types import Layer, PhiSpan, Provenance, Segment, SpeakerRole
from speechkit.pipeline.default import make_stage
from speechkit.pipeline.local import Done, LocalExecutor

CORRECTED, CORRECTED_PHI = "corrected", "corrected_phi"
_FREE = "note:"


def clinical_weights(words: Sequence[str]) -> list[float]:
    """Return how much an error in each word matters: 1, and more within a clinical term.

    >>> clinical_weights(["take", "ramipril", "today"])
    [1.0, 3.0, 1.0]
    """
    tokens: list[str] = []
    owner: list[int] = []
    tokenise = normaliser_for("en").tokens
    for index, word in enumerate(words):
        for token in tokenise(word):
            tokens.append(token)
            owner.append(index)
    weights = [1.0] * len(words)
    for found in mentions(tokens):
        for at in range(found.start, found.end):
            weights[owner[at]] = max(weights[owner[at]], float(WEIGHTS[found.category]))
    return weights


def redact_corrected(
    corpus: Corpus,
    recordings: Iterable[str],
    resources: Resources | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, str]:
    """Make the redacted copies of recordings anew, from what people corrected and marked.

    Gone is what people marked, and what the detector finds in the corrected text beside it, but
    for what a person said is no identifier. The copy is checked as any other.

    Returns:
        Why it failed, by recording: a failed one has no copy that may be released.
    """
    executor = LocalExecutor(resources)
    detect, redact = make_stage("detect", {}), make_stage("redact", {})
    reasons: dict[str, str] = {}
    for name in sorted(set(recordings)):
        progress(name)
        session = corpus.session(name)
        corrected = corpus.layer(session, CORRECTED)
        marked = corpus.layer(session, CORRECTED_PHI)
        if corrected is None or marked is None:
            raise StoreError(f"{name} has no layer {CORRECTED!r}; export it first")
        _write_roles(corpus, corrected)
        text = msgspec.structs.replace(corrected, items=tuple(map(_without_notes, corrected.items)))
        task = Task(
            recording=session.recording,
            audio_path=corpus.audio_path(session.recording),
            layers={"attributed": text},
            corpus=corpus,
        )
        found = _one(executor, detect, task)
        if isinstance(found, str):
            reasons[name] = found
            continue
        spans = merge_spans(marked.items, found)
        phi = msgspec.structs.replace(marked, name="phi", items=spans)
        task = msgspec.structs.replace(task, layers={"attributed": text, "phi": phi})
        copy = _one(executor, redact, task)
        if isinstance(copy, str):
            reasons[name] = copy
            continue
        made = Provenance(
            stage=redact.name,
            version=redact.version,
            engine=redact.engine,
            revision=redact.revision,
            options=msgspec.to_builtins(redact.options),
            inputs={
                "audio": session.recording.audio.sha256,
                CORRECTED: session.layers[CORRECTED],
                CORRECTED_PHI: session.layers[CORRECTED_PHI],
            },
        )
        layer = Layer(name="redacted", kind="redacted", recording=name, items=copy, provenance=made)
        corpus.add_layer(name, layer)
        if copy[0].verdict != "clean":
            reasons[name] = f"the check failed: {copy[0].heard} removed words are still heard"
    return reasons


def merge_spans(marked: Sequence[PhiSpan], found: Sequence[PhiSpan]) -> tuple[PhiSpan, ...]:
    """Return what must go: people's spans, and found ones that nobody rejected (score 0).

    >>> def span(start, end, score=1.0):
    ...     return PhiSpan(segment="s", start_char=start, end_char=end, identifier="NAME",
    ...                    score=score)
    >>> [(s.start_char, s.end_char) for s in
    ...  merge_spans([span(0, 3), span(5, 9, 0.0)], [span(5, 9), span(12, 14)])]
    [(0, 3), (12, 14)]
    """
    rejected = [one for one in marked if one.score == 0]
    kept = [one for one in marked if one.score > 0]
    kept += [one for one in found if not any(_covers(other, one) for other in rejected)]
    order = sorted(kept, key=lambda s: (s.segment, s.start_char, s.end_char, s.detector))
    return tuple(order)


def _covers(rejected: PhiSpan, found: PhiSpan) -> bool:
    """A span that reaches beyond what was rejected stands: nobody has judged the rest of it."""
    return (
        rejected.segment == found.segment
        and rejected.start_char <= found.start_char
        and rejected.end_char >= found.end_char
    )


def _write_roles(corpus: Corpus, corrected: Layer) -> None:
    """Bring the roles that people gave, so that releases carry them."""
    given: dict[str, str] = corrected.provenance.options.get("speakers", {})
    roles = tuple(
        SpeakerRole(speaker=label, role=role, confidence=1.0)  # type: ignore[arg-type]
        for label, role in sorted(given.items())
        if role
    )
    if roles:
        layer = Layer(
            name="roles",
            kind="roles",
            recording=corrected.recording,
            items=roles,
            provenance=Provenance(stage="review", version="1", inputs=corrected.provenance.inputs),
        )
        corpus.add_layer(corrected.recording, layer)


def _without_notes(segment: Segment) -> Segment:
    """Free text beside a transcript is read by nobody who looks for identifiers."""
    labels = tuple(label for label in segment.labels if not label.startswith(_FREE))
    return msgspec.structs.replace(segment, labels=labels)


def _one(executor: LocalExecutor, stage: Stage, task: Task) -> tuple[Any, ...] | str:
    (result,) = executor.map(stage, [task])
    return result.items if isinstance(result, Done) else result.reason
