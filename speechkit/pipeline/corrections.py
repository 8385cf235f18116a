"""What people corrected wins over the draft: its redacted copy, and what an error in it weighs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import msgspec

from speechkit.benchmark.clinical.mentions import WEIGHTS, mentions
from speechkit.benchmark.normalize import normalizer_for
from speechkit.core.digest import keyed_digest
from speechkit.core.errors import StoreError
from speechkit.core.reviewed import AUTO_ACCEPTED, CORRECTED, CORRECTED_PHI, UNREVIEWED
from speechkit.core.stage import Resources, Stage, Task, Work, Writes
from speechkit.core.types import Item, Layer, PhiSpan, RedactedCopy, Segment
from speechkit.core.verdicts import refusal_of
from speechkit.pipeline.executors.local import LocalExecutor
from speechkit.pipeline.jobs import Failed, jobs_of
from speechkit.storage.corpus import Corpus
from speechkit.storage.lock import locked

_FREE = "note:"


class RedactReviewed:
    """The stage `redact`, of the draft or of what people made of it.

    Where a recording has the layers `corrected` and `corrected_phi`, the copy is made from them:
    gone is what people marked, and what `detect` finds in the corrected text beside it, but for
    what a person rejected. Elsewhere it works as `redact` does.
    """

    def __init__(self, detect: Stage, redact: Stage) -> None:
        self._detect, self._redact = detect, redact
        # `detect` is not among the options: the layer `phi`, which is read, says how it worked.
        self.name: str = redact.name
        self.version: str = redact.version
        self.reads: tuple[str, ...] = (*redact.reads, f"{CORRECTED}?", f"{CORRECTED_PHI}?")
        self.writes: Writes = redact.writes
        self.options: msgspec.Struct = redact.options

    @property
    def engine(self) -> str:
        """As in `redact`."""
        return self._redact.engine

    @property
    def revision(self) -> str:
        """As in `redact`."""
        return self._redact.revision

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Work]:
        """Load what `redact` needs, and what `detect` does once there is something corrected."""
        with ExitStack() as stack:
            redact = stack.enter_context(self._redact.open(resources))
            opened: list[Work] = []

            def detect(task: Task) -> Sequence[PhiSpan]:
                if not opened:
                    opened.append(stack.enter_context(self._detect.open(resources)))
                (found,) = opened[0]([task])
                return found  # type: ignore[return-value]

            def work(tasks: Sequence[Task]) -> Sequence[tuple[Item, ...]]:
                return [redact([of_corrected(task, detect)])[0] for task in tasks]

            yield work


def of_corrected(task: Task, detect: Callable[[Task], Sequence[PhiSpan]]) -> Task:
    """Return the task with people's text and spans in place of the draft's, if there are any."""
    corrected, marked = task.layers.get(CORRECTED), task.layers.get(CORRECTED_PHI)
    if corrected is None or marked is None:
        return task
    text = msgspec.structs.replace(corrected, items=tuple(map(_as_given, corrected.items)))
    found = detect(msgspec.structs.replace(task, layers={"attributed": text}))
    spans: Layer = msgspec.structs.replace(marked, items=merge_spans(marked.items, found))
    return msgspec.structs.replace(task, layers={"attributed": text, "phi": spans})


def redact_corrected(
    corpus: Corpus,
    recordings: Iterable[str],
    stage: Stage,
    resources: Resources | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, str]:
    """Make the redacted copies of recordings anew, now that people corrected them.

    A run of the pipeline does the same; this one leaves the other recordings alone.

    Args:
        corpus: where the layers `corrected` and `corrected_phi` are.
        recordings: ids.
        stage: `redact` of the pipeline.
        resources: where it runs.
        progress: told the id of each recording when it is done.

    Returns:
        Why it failed, by recording: a failed one has no copy that may be released.
    """
    sessions = [corpus.session(name) for name in sorted(set(recordings))]
    for session in sessions:
        for name in ("attributed", "phi", CORRECTED, CORRECTED_PHI):
            if name not in session.layers:
                raise StoreError(f"{session.recording.id} has no layer {name!r}; run and export")
    reasons: dict[str, str] = {}
    with locked(corpus.root, "run"):
        for result in LocalExecutor(resources).perform(stage, corpus, jobs_of(sessions)):
            progress(result.recording)
            if isinstance(result, Failed):
                reasons[result.recording] = result.reason
                continue
            layer = corpus.get_layer(result.layer)
            corpus.add_layer(result.recording, layer)
            raw = corpus.session(result.recording).recording.audio.sha256
            digest = keyed_digest(raw, result.layer)
            corpus.note("stage", recording=result.recording, stage=stage.name, layer=digest)
            copy: RedactedCopy = layer.items[0]
            if reason := refusal_of(copy):
                reasons[result.recording] = reason
    return reasons


def merge_spans(marked: Sequence[PhiSpan], found: Sequence[PhiSpan]) -> tuple[PhiSpan, ...]:
    """Return what must go: people's spans, and detected ones that no person rejected (score 0).

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


def clinical_weights(words: Sequence[str]) -> list[float]:
    """Return how much an error in each word matters: 1, and more within a clinical term.

    >>> clinical_weights(["take", "ramipril", "today"])
    [1.0, 3.0, 1.0]
    """
    tokens: list[str] = []
    owner: list[int] = []
    tokenize = normalizer_for("en").tokens
    for index, word in enumerate(words):
        for token in tokenize(word):
            tokens.append(token)
            owner.append(index)
    weights = [1.0] * len(words)
    for found in mentions(tokens):
        for at in range(found.start, found.end):
            weights[owner[at]] = max(weights[owner[at]], float(WEIGHTS[found.category]))
    return weights


def _covers(rejected: PhiSpan, found: PhiSpan) -> bool:
    """A span that reaches beyond what was rejected stands: the rest of it was not judged."""
    return (
        rejected.segment == found.segment
        and rejected.start_char <= found.start_char
        and rejected.end_char >= found.end_char
    )


def _as_given(segment: Segment) -> Segment:
    """Return a corrected segment as `redact` takes it.

    Without notes: free text beside a transcript is not searched for identifiers. And
    without confidence where a person accepted the words: they are doubted no more.
    """
    labels = tuple(label for label in segment.labels if not label.startswith(_FREE))
    if {UNREVIEWED, AUTO_ACCEPTED} & set(segment.labels):
        return msgspec.structs.replace(segment, labels=labels)
    words = tuple(msgspec.structs.replace(word, confidence=None) for word in segment.words)
    return msgspec.structs.replace(segment, labels=labels, words=words, confidence=None)
