"""Making a release: all of it or nothing, never over an old one, same corpus, same bytes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from speechkit.core.digest import canonical_json
from speechkit.core.errors import NothingToReleaseError, UsageError, did_you_mean
from speechkit.core.types import Discovery, Recording, Removal
from speechkit.governance.gate import Asking, Gate
from speechkit.manifest.counts import Tally
from speechkit.manifest.documentation.facts import NO_LICENCE
from speechkit.manifest.findings import discovery_of, removal_of
from speechkit.manifest.lines import read_lines
from speechkit.manifest.schema import (
    RECORDINGS,
    SPLITS,
    ConsentCheck,
    Parent,
    Policy,
    Split,
    SplitName,
    Statement,
    Tool,
    Withheld,
)
from speechkit.manifest.select import Released, select
from speechkit.manifest.splits import STRATA, make_splits
from speechkit.manifest.versions import read_release, release_digest
from speechkit.manifest.withdrawal import tombstones
from speechkit.manifest.write import ReleaseWriter
from speechkit.storage.corpus import Corpus

# Semantic Versioning 2.0.0, without build metadata: that is ignored when versions are compared.
_SEMVER = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?"
)
_SPDX = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")


class ReleaseOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a release is made.

    `parent`: folder of the version before. `licence`: SPDX identifier. `split_shares`: of train,
    dev and test. `tags`: names of context tags that may leave; by default none.

    `split_by`: what is never divided, people or also sites. `stratify`: by what splits are balanced
    (`splits.STRATA`).

    `purpose`: what the release is for. Where it is given, or the corpus has a consent register,
    each recording's consent must permit it (`governance.policy`); `role` asks, `on` a day
    (YYYY-MM-DD, today by default), under `policy` (a file, else the built-in one), or the server at
    `policy_server`.
    """

    parent: Path | None = None
    licence: str = NO_LICENCE
    split_shares: tuple[float, float, float] = (0.8, 0.1, 0.1)
    synthetic_in_test: bool = False
    tags: tuple[str, ...] = ()
    split_by: tuple[str, ...] = ("participant",)
    stratify: tuple[str, ...] = ()
    purpose: str = ""
    role: str = "engineer"
    on: str = ""
    policy: Path | None = None
    policy_server: str = ""


def create_release(
    corpus: Corpus, version: str, dest_root: Path, options: ReleaseOptions | None = None
) -> Path:
    """Write `dest_root/<corpus>/<version>/` and the audio beside it; return the version's folder.

    Only recordings whose redacted copy was proved clean get in; the others are listed in
    release.json with the reason. An interrupted call leaves nothing.

    Raises:
        UsageError: for a version that is not semantic, bad shares or licence.
        StoreError: if the version exists, nothing may be released, or writing fails.
    """
    options = options or ReleaseOptions()
    check_version(version)
    _check(options)
    parent = _parent(options.parent, corpus.name, version)
    statement = StatementDraft()
    asking = Asking(
        purpose=options.purpose,
        role=options.role,
        on=options.on,
        policy=options.policy,
        server=options.policy_server,
    )
    gate = Gate(corpus.root, asking)

    def refuse(recording: Recording) -> str:
        return gate.refuse(recording, "release", "redacted")

    with ReleaseWriter(dest_root / corpus.name, version) as writer:
        withheld = []
        for chosen in select(corpus, options.tags, refuse):
            if isinstance(chosen, Withheld):
                withheld.append(chosen)
                continue
            writer.add(
                chosen.recording,
                chosen.segments,
                chosen.redactions,
                chosen.source,
                chosen.custody,
            )
            statement.add(chosen)
        if not writer.recordings:
            reasons = Counter(item.reason for item in withheld)
            said = "; ".join(f"{n} {reason}" for reason, n in sorted(reasons.items()))
            raise NothingToReleaseError(
                f"nothing in {corpus.root} may be released ({said or 'no recordings'})"
            )
        splits = make_splits(
            writer.recordings,
            shares=options.split_shares,
            synthetic_in_test=options.synthetic_in_test,
            by=options.split_by,
            stratify=options.stratify,
            kept=_splits_of(options.parent),
        )
        release = writer.describe(
            parent=parent,
            policy=Policy(
                licence=options.licence,
                split_shares=options.split_shares,
                synthetic_in_test=options.synthetic_in_test,
                tags=tuple(sorted(options.tags)),
                split_by=options.split_by,
                stratify=options.stratify,
            ),
            statement=statement.finished(writer.tally),
            tools=statement.tools,
            splits=splits,
            withheld=withheld,
            consent=_consent_check(gate, writer.recordings),
            withdrawn=tombstones(dest_root / corpus.name, gate.withdrawn),
        )
        target = writer.publish(release, splits)
    corpus.note("release", version=version, digest=release_digest(target), path=str(target))
    return target


def check_version(version: str) -> None:
    """Refuse a version that is not semantic."""
    if not _SEMVER.fullmatch(version):
        raise UsageError(f"version {version!r} is not semantic; write it as 1.0.0 or 1.1.0-rc.1")


def _check(options: ReleaseOptions) -> None:
    shares = options.split_shares
    if min(shares) < 0 or abs(sum(shares) - 1) > 1e-6:
        raise UsageError("the shares of train, dev and test are at least 0 and add up to 1")
    for name in options.stratify:
        if name not in STRATA:
            raise UsageError(f"cannot stratify by {name!r}; {did_you_mean(name, STRATA)}")
    if not set(options.split_by) <= {"participant", "site"}:
        raise UsageError("split by participant, or also by site")
    if not _SPDX.fullmatch(options.licence):
        raise UsageError(f"licence {options.licence!r} is not an SPDX identifier (CC-BY-4.0, …)")


def _splits_of(parent: Path | None) -> dict[str, SplitName]:
    """Return the splits of a version by raw recording."""
    if parent is None:
        return {}
    raw = {r.id: r.derived_from or r.id for r in read_lines(parent, RECORDINGS, Recording)}
    rows = read_lines(parent, SPLITS, Split)
    return {raw[row.recording]: row.split for row in rows if row.recording in raw}


def _parent(path: Path | None, corpus: str, version: str) -> Parent | None:
    if path is None:
        return None
    parent = read_release(path)
    if parent.corpus != corpus:
        raise UsageError(f"{path} is a release of {parent.corpus!r}, not of {corpus!r}")
    if parent.version == version:
        raise UsageError(f"{path} is version {version} itself; a parent has another version")
    return Parent(version=parent.version, digest=release_digest(path))


def _consent_check(gate: Gate, recordings: Sequence[Recording]) -> ConsentCheck | None:
    """Say what was asked for the recordings that passed; None if consent was not checked."""
    if not gate.asks:
        return None
    not_needed = sum(recording.synthetic for recording in recordings)
    return ConsentCheck(
        purpose=gate.purpose,
        policy=gate.policy.digest(),
        register=gate.register.digest(),
        permitted=len(recordings) - not_needed,
        not_needed=not_needed,
    )


class StatementDraft:
    """What is said about de-identification, gathered recording by recording."""

    def __init__(self) -> None:
        self._tools: dict[bytes, Tool] = {}
        self._checkers: set[str] = set()
        self._removals: list[Removal | msgspec.UnsetType] = []
        self._discoveries: list[Discovery | msgspec.UnsetType] = []

    def add(self, one: Released) -> None:
        """Note which stages worked on a recording, and who checked its redacted copy."""
        self._tools |= {canonical_json(tool): tool for tool in one.tools}
        self._checkers |= set(one.checked_by)
        self._removals.append(one.removal)
        self._discoveries.append(one.discovery)

    @property
    def tools(self) -> tuple[Tool, ...]:
        """Return each stage once, in order."""
        return tuple(self._tools[key] for key in sorted(self._tools))

    def finished(self, tally: Tally) -> Statement:
        """Return the statement over all that was added."""
        return Statement(
            standard=(
                "The identifiers of HIPAA Safe Harbor, 45 CFR 164.514(b)(2)(i), were looked for."
            ),
            method=(
                f"In the audio they were replaced by {' or '.join(sorted(tally.methods)) or 'silence'}"
                " on every channel they are heard on, in the text by tags; speech without a "
                "transcript was removed too."
            ),
            check=(
                "Every channel of the redacted audio was turned up and transcribed again; recordings "
                "in which anything removed could still be recognized, or in which too much may not "
                "have been found, are withheld."
            ),
            checked_by=tuple(sorted(self._checkers)),
            caveat=(
                "What no detector found is not removed, and a voice itself may identify: "
                "de-identified is not anonymous."
            ),
            removed=dict(sorted(tally.removed.items())),
            removal=removal_of(self._removals),
            discovery=discovery_of(self._discoveries),
        )
