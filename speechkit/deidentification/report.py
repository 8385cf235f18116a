"""What an expert determination (45 CFR 164.514(b)(1)) or a data protection officer asks of a corpus.

Counts by identifier and detector, how far two detectors and people agree, what the checks of the
audio found, how many patients share a combination of what is known about them, and what a person
has looked at. Counts and ids only: never a word of what was said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from speechkit.core.engines import PhiDetector
from speechkit.core.errors import InputError, UsageError
from speechkit.core.stage import Resources
from speechkit.core.types import Participant, PhiSpan, RedactedCopy, Segment, Session
from speechkit.deidentification.sampling import Outcome, Sampled, outcome_of, sharpened
from speechkit.language import main_language
from speechkit.storage.corpus import Corpus

SMALL = 5  # a patient in a smaller group stands out (CMS suppresses cells under 11, many use 5)
_PEOPLE = ("corrected", "reference")  # layers that people made of transcripts
# Detectors of spans in layers of corrections: a person took one away, or added one.
_REJECTED, _PERSON = "rejected", "person"


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """Of two ways to find identifiers: spans that touch one of the other, and those that do not."""

    both: int = 0
    only_first: int = 0
    only_second: int = 0

    @property
    def share(self) -> float:
        """Share that both found, of all that either did; 1 if nothing was found."""
        total = self.both + self.only_first + self.only_second
        return self.both / total if total else 1.0

    def __add__(self, other: Agreement) -> Agreement:
        return Agreement(
            both=self.both + other.both,
            only_first=self.only_first + other.only_first,
            only_second=self.only_second + other.only_second,
        )


class Risk(msgspec.Struct, frozen=True, kw_only=True):
    """k-anonymity (Sweeney 2002): patients by what is known about them beside the recordings.

    `k` is the size of the smallest group, 0 without patients; `small` counts patients in groups
    under SMALL, `unique` those alone in theirs.
    """

    attributes: tuple[str, ...]
    patients: int
    groups: int
    k: int
    unique: int
    small: int


class Remaining(msgspec.Struct, frozen=True, kw_only=True):
    """Identifiers that are probably left in clean copies, with a 90 % interval; `segments` of them.

    After a sample: in the segments that nobody looked at.
    """

    expected: float
    low: int
    high: int
    segments: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. `looked_at` and `not_looked_at` are recording ids; `seconds_masked` by identifier.

    `not_compared` counts recordings in languages that the second detector has no model for.
    """

    corpus: str
    recordings: int
    seconds: float
    with_phi: int
    spans: dict[str, int]
    detectors: dict[str, int]
    people: Agreement | None
    second_detector: str = ""
    second: Agreement | None = None
    not_compared: int = 0
    verdicts: dict[str, int]
    not_redacted: tuple[str, ...]
    failed: tuple[str, ...]
    rounds: dict[int, int]
    heard_again: int
    checked_by: tuple[str, ...]
    masks: dict[str, int]
    seconds_masked: dict[str, float]
    risk: Risk
    looked_at: tuple[str, ...]
    not_looked_at: tuple[str, ...]
    left: Remaining | None = None
    sample: Outcome | None = None


def make_report(
    corpus: Corpus, second: PhiDetector | None = None, sample: Sequence[Sampled] = ()
) -> Report:
    """Return the report on a corpus.

    Args:
        corpus: where layers are read from.
        second: another detector, run over the transcripts to see how far the two agree.
        sample: segments that a person looked at, with what was left in them.

    Raises:
        InputError: if the corpus holds no recording.
        StoreError: if a layer is gone or was altered.
    """
    sessions = corpus.sessions()
    if not sessions:
        raise InputError(f"{corpus.root} holds no recording yet; see: speechkit ingest")
    found = {session.recording.id: _spans(corpus, session, "phi") for session in sessions}
    compared, not_compared = _with_second(corpus, sessions, found, second) if second else (None, 0)
    spans = [span for given in found.values() for span in given or ()]
    copies = {session.recording.id: _copy(corpus, session) for session in sessions}
    masks = [mask for copy in copies.values() if copy for mask in copy.redactions]
    seconds: Counter[str] = Counter()
    for mask in masks:
        seconds[mask.identifier.value] += round(1000 * (mask.end - mask.start))
    looked = [s.recording.id for s in sessions if any(name in s.layers for name in _PEOPLE)]
    done = [copy for copy in copies.values() if copy]
    seen = outcome_of(sample) if sample else None
    return Report(
        corpus=corpus.name,
        recordings=len(sessions),
        seconds=round(sum(session.recording.duration for session in sessions), 3),
        with_phi=sum(given is not None for given in found.values()),
        spans=_counted(span.identifier.value for span in spans),
        detectors=_counted(span.detector for span in spans),
        people=_with_people(corpus, sessions),
        second_detector=second.spec if second else "",
        second=compared,
        not_compared=not_compared,
        verdicts=_counted(copy.verdict for copy in done),
        not_redacted=tuple(sorted(one for one, copy in copies.items() if copy is None)),
        failed=tuple(
            sorted(one for one, copy in copies.items() if copy and copy.verdict == "failed")
        ),
        rounds=dict(sorted(Counter(copy.rounds for copy in done).items())),
        heard_again=sum(copy.heard for copy in done),
        checked_by=tuple(sorted({by for copy in done for by in copy.checked_by})),
        masks=_counted(mask.identifier.value for mask in masks),
        seconds_masked={name: seconds[name] / 1000 for name in sorted(seconds)},
        risk=k_anonymity(sessions),
        looked_at=tuple(sorted(looked)),
        not_looked_at=tuple(sorted({s.recording.id for s in sessions} - set(looked))),
        left=_left([copy for copy in done if copy.verdict == "clean"], seen),
        sample=seen,
    )


def _left(copies: Sequence[RedactedCopy], sample: Outcome | None) -> Remaining | None:
    """Sum up the estimates of clean copies; None where one of them has none."""
    found = [copy.discovery for copy in copies if copy.discovery is not msgspec.UNSET]
    left = [one.left for one in found if one.left is not None]
    spreads = [one.spread for one in found if one.spread is not None]
    if not left or not spreads or len(left) < len(copies):
        return None
    segments = sum(bool(segment.text) for copy in copies for segment in copy.segments)
    seen = sample or outcome_of(())
    expected, low, high = sharpened(sum(left), min(spreads), seen, segments)
    return Remaining(expected=expected, low=low, high=high, segments=segments - seen.segments)


def k_anonymity(sessions: Iterable[Session]) -> Risk:
    """Group patients by language, accent, sex, age band, site and period.

    A patient with several recordings counts once, with all sites and periods.
    """
    known: dict[str, set[tuple[str, ...]]] = {}
    for session in sessions:
        context = session.recording.context
        for number, person in enumerate(session.recording.participants):
            if person.role == "patient":
                key = person.id or f"{session.recording.id}/{number}"
                known.setdefault(key, set()).add((*_of(person), context.site, context.period))
    sizes = Counter(frozenset(facts) for facts in known.values())
    return Risk(
        attributes=("language", "accent", "sex", "age_band", "site", "period"),
        patients=len(known),
        groups=len(sizes),
        k=min(sizes.values(), default=0),
        unique=sum(size == 1 for size in sizes.values()),
        small=sum(size for size in sizes.values() if size < SMALL),
    )


def _of(person: Participant) -> tuple[str, str, str, str]:
    return person.language, person.accent, person.sex, person.age_band


def agreement(first: Sequence[PhiSpan], second: Sequence[PhiSpan]) -> Agreement:
    """Count spans of one recording that both have: they touch, whatever they are called."""
    both = sum(any(_touch(span, other) for other in second) for span in first)
    only_second = sum(not any(_touch(span, other) for other in first) for span in second)
    return Agreement(both=both, only_first=len(first) - both, only_second=only_second)


def _touch(one: PhiSpan, other: PhiSpan) -> bool:
    same = one.segment == other.segment
    return same and one.start_char < other.end_char and other.start_char < one.end_char


def _with_people(corpus: Corpus, sessions: Iterable[Session]) -> Agreement | None:
    """Say what people made of the finds they saw: kept, rejected, added; None if no person has."""
    total: Agreement | None = None
    for session in sessions:
        marked = _spans(corpus, session, "corrected_phi")
        if marked is not None:
            made = Counter(span.detector for span in marked)
            total = (total or Agreement()) + Agreement(
                both=len(marked) - made[_REJECTED] - made[_PERSON],
                only_first=made[_REJECTED],
                only_second=made[_PERSON],
            )
    return total


def _with_second(
    corpus: Corpus,
    sessions: Iterable[Session],
    found: dict[str, tuple[PhiSpan, ...] | None],
    second: PhiDetector,
) -> tuple[Agreement, int]:
    """Return how far a second detector agrees, and how many recordings it cannot read."""
    total, unread = Agreement(), 0
    with second.open(Resources()) as detect:
        for session in sessions:
            layer = corpus.layer(session, "attributed")
            spans = found[session.recording.id]
            if layer is None or spans is None:
                continue
            segments: tuple[Segment, ...] = layer.items
            try:
                others = detect(
                    segments, main_language(segments, session.recording.context.languages)
                )
            except UsageError:  # a language that it has no model for
                unread += 1
                continue
            total += agreement(spans, others)
    return total, unread


def _spans(corpus: Corpus, session: Session, name: str) -> tuple[PhiSpan, ...] | None:
    layer = corpus.layer(session, name)
    return None if layer is None else tuple(layer.items)


def _copy(corpus: Corpus, session: Session) -> RedactedCopy | None:
    layer = corpus.layer(session, "redacted")
    return None if layer is None or not layer.items else layer.items[0]


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))


def lines(report: Report) -> Iterator[str]:
    """Yield the report for people to read."""
    yield f"{report.corpus}: {report.recordings} recordings, {report.seconds / 3600:.2f} hours"
    yield ""
    yield f"Found in {report.with_phi} transcripts (mentions; masks; seconds masked)"
    for name in sorted({**report.spans, **report.masks}):
        yield (
            f"  {name:<12}{report.spans.get(name, 0):>7}{report.masks.get(name, 0):>7}"
            f"{report.seconds_masked.get(name, 0.0):>10.1f}"
        )
    yield f"  by detector: {_listed(report.detectors)}"
    if report.second is not None:
        yield f"  with {report.second_detector}: {_agreed(report.second, report.second_detector)}"
    if report.not_compared:
        yield f"  not compared: {report.not_compared} in languages that it has no model for"
    if report.people is not None:
        yield f"  with people: {_agreed(report.people, 'people')}"
    yield ""
    yield f"Checks of redacted audio: {_listed(report.verdicts)}"
    yield f"  rounds of listening: {_listed(report.rounds)}; heard again: {report.heard_again}"
    yield f"  listeners: {'; '.join(report.checked_by) or 'none'}"
    yield f"  failed: {', '.join(report.failed) or 'none'}"
    yield f"  not redacted yet: {', '.join(report.not_redacted) or 'none'}"
    yield ""
    risk = report.risk
    yield f"Residual risk: {risk.patients} patients by {', '.join(risk.attributes)}"
    yield (
        f"  {risk.groups} groups, the smallest of {risk.k}: k = {risk.k}; "
        f"{risk.unique} patients alone in theirs, {risk.small} in groups under {SMALL}"
    )
    yield "  voices are not in these figures"
    yield ""
    yield from _left_in_words(report)
    yield ""
    yield f"Looked at by a person: {len(report.looked_at)} of {report.recordings}"
    yield f"  {', '.join(report.looked_at) or 'none'}"
    yield f"  not: {', '.join(report.not_looked_at) or 'none'}"


def _left_in_words(report: Report) -> Iterator[str]:
    left, sample = report.left, report.sample
    yield "Identifiers that are probably left in clean copies (an estimate, see docs/deidentify.md)"
    if left is None:
        yield "  no estimate: a copy has none, or its language has no calibrated tagger"
    else:
        yield (
            f"  {left.expected:.1f}, with 90 % from {left.low} to {left.high}, "
            f"in {left.segments} segments that nobody looked at"
        )
    if sample is None:
        yield "  no sample was looked at; see: speechkit deidentify sample"
    else:
        yield (
            f"  looked at: {sample.segments} segments, {sample.with_some} with identifiers left; "
            f"with 95 % at most {sample.upper:.2%} of all segments have some"
        )
        if sample.not_looked_at:
            yield f"  not looked at yet: {sample.not_looked_at} segments of the sample"


def _listed(counts: dict[str, int] | dict[int, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"


def _agreed(found: Agreement, other: str) -> str:
    if found == Agreement():
        return "nothing found by either"
    return (
        f"{found.both} by both ({found.share:.0%}), {found.only_first} only here, "
        f"{found.only_second} only by {other}"
    )
