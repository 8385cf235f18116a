"""Chain of custody: device → vault → stages → release, with a digest at each hand-over.

    custody.jsonl   a recording a line, in every release

Digests of what lies in the vault are keyed (HMAC-SHA256) by the raw recording's own: they say
nothing about what was said to anybody but who has the recording. The audit log has the same ones,
so that each hand-over can be looked up there: when it was, and whose.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.digest import keyed_digest
from speechkit.core.errors import InputError, StoreError
from speechkit.core.types import Provenance, Recording, RedactedCopy, Session
from speechkit.governance.audit import LOG, read_events
from speechkit.manifest.consistency import Finding
from speechkit.manifest.lines import read_lines
from speechkit.manifest.schema import CUSTODY, RECORDINGS, Custody, HandOver
from speechkit.manifest.versions import release_digest
from speechkit.storage.corpus import Corpus

_LAST = "redacted"
_ALSO = "roles"  # by it speakers are named


def custody_of(corpus: Corpus, session: Session, released: Recording) -> Custody:
    """Return how a recording came from its device into a release.

    Raises:
        StoreError: if a layer on the way is gone.
    """
    key = session.recording.audio.sha256
    made = {name: corpus.layer_provenance(digest) for name, digest in session.layers.items()}
    layer = corpus.layer(session, _LAST)
    copy: RedactedCopy | None = layer.items[0] if layer is not None and layer.items else None
    return Custody(
        recording=released.id,
        device=session.recording.context.device,
        vault=keyed_digest(key, key),
        hand_overs=tuple(
            HandOver(
                stage=made[name].stage,
                version=made[name].version,
                engine=made[name].engine,
                layer=name,
                digest=keyed_digest(key, session.layers[name]),
                inputs={
                    given: keyed_digest(key, digest)
                    for given, digest in sorted(made[name].inputs.items())
                },
            )
            for name in _on_the_way(made)
        ),
        released=released.audio.sha256,
        removal=msgspec.UNSET if copy is None else copy.removal,
        discovery=msgspec.UNSET if copy is None else copy.discovery,
    )


def _on_the_way(made: Mapping[str, Provenance]) -> list[str]:
    """Return the layers that a release depends on, each after those it was made from."""
    ordered: list[str] = []

    def visit(name: str) -> None:
        if name in made and name not in ordered:
            for given in sorted(made[name].inputs):
                visit(given)
            ordered.append(name)

    visit(_ALSO)
    visit(_LAST)
    return ordered


def check_custody(path: Path, corpus: Corpus) -> tuple[Finding, ...]:
    """Compare a release's chains with the corpus's vault and its audit log; return what is wrong.

    Raises:
        InputError: for a malformed line, with file and number.
    """
    return tuple(_check(path, corpus))


def _check(path: Path, corpus: Corpus) -> Iterator[Finding]:
    released = {r.id: r for r in read_lines(path, RECORDINGS, Recording)}
    events = logged(corpus)
    for number, row in enumerate(read_lines(path, CUSTODY, Custody), start=1):

        def finding(reason: str, line: int = number) -> Finding:
            return Finding(file=CUSTODY, line=line, reason=reason)

        try:
            recording = released[row.recording]
            raw = recording.derived_from or recording.id
            now = custody_of(corpus, corpus.session(raw), recording)
        except (KeyError, StoreError):
            yield finding("the recording, or a layer it was made from, is not in the corpus")
            continue
        # What was released of it is here and not in the vault.
        now = msgspec.structs.replace(now, segments=row.segments, redactions=row.redactions)
        if now != row:
            yield finding("the vault now has other layers than those it was released from")
        if (raw, row.vault) not in events:
            yield finding("the audit log does not say that it was received")
        for link in row.hand_overs:
            if link.stage != "ingest" and (raw, link.digest) not in events:
                yield finding(f"the audit log does not have the hand-over by stage {link.stage}")


def logged(corpus: Corpus) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the audit log's hand-overs by recording and keyed digest."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for event in _events(corpus):
        digest = {"received": "audio", "stage": "layer"}.get(str(event.get("event")))
        if digest is not None:
            found[str(event.get("recording")), str(event.get(digest))] = event
    return found


def released_when(path: Path, corpus: Corpus) -> tuple[str, str]:
    """Return when a release was made, ISO 8601, and by whom, as the audit log says.

    Raises:
        InputError: if that log does not have it.
    """
    digest = release_digest(path)
    for event in _events(corpus):
        if event.get("event") == "release" and event.get("digest") == digest:
            return str(event["when"]), str(event["by"])
    raise InputError(
        f"{corpus.root / LOG} does not have the release {path}; is it another corpus's?"
    )


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One hand-over: to whom or what, what was handed over, and what the log says about it."""

    to: str
    digest: str
    when: str = ""
    by: str = ""


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """All hand-overs of a recording, in order."""

    recording: str
    device: str
    steps: tuple[Step, ...]


def chains(path: Path, corpus: Corpus) -> Iterator[Chain]:
    """Yield each recording's way, with when and by whom where the audit log has it."""
    events = logged(corpus)
    when, by = released_when(path, corpus)
    raw = {r.id: r.derived_from or r.id for r in read_lines(path, RECORDINGS, Recording)}

    def step(recording: str, to: str, digest: str) -> Step:
        event = events.get((raw[recording], digest), {})
        return Step(to=to, digest=digest, when=event.get("when", ""), by=event.get("by", ""))

    for row in read_lines(path, CUSTODY, Custody):
        yield Chain(
            recording=row.recording,
            device=row.device,
            steps=(
                step(row.recording, "vault", row.vault),
                *(step(row.recording, one.stage, one.digest) for one in row.hand_overs),
                Step(to="release", digest=row.released, when=when, by=by),
            ),
        )


def _events(corpus: Corpus) -> Iterator[dict[str, Any]]:
    log = corpus.root / LOG
    if log.is_file():
        yield from read_events(log)
