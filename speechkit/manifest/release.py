"""Making a release: all of it or nothing, never over an old one, same corpus, same bytes."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import msgspec

from speechkit.core.corpus import Corpus
from speechkit.core.digest import canonical_json
from speechkit.core.errors import StoreError, UsageError
from speechkit.core.version import VERSION
from speechkit.manifest.counts import Tally
from speechkit.manifest.facts import NO_LICENCE
from speechkit.manifest.schema import (
    RELEASE_SCHEMA_VERSION,
    Parent,
    Policy,
    Release,
    Statement,
    Tool,
    Withheld,
    read_release,
    release_digest,
)
from speechkit.manifest.select import Released, select
from speechkit.manifest.splits import make_splits
from speechkit.manifest.write import ReleaseWriter

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
    """

    parent: Path | None = None
    licence: str = NO_LICENCE
    split_shares: tuple[float, float, float] = (0.8, 0.1, 0.1)
    synthetic_in_test: bool = False
    tags: tuple[str, ...] = ()


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
    with ReleaseWriter(dest_root / corpus.name, version) as writer:
        withheld = []
        for one in select(corpus, options.tags):
            if isinstance(one, Withheld):
                withheld.append(one)
                continue
            writer.add(one.recording, one.segments, one.redactions, one.source)
            statement.add(one)
        if not writer.recordings:
            reasons = Counter(item.reason for item in withheld)
            said = "; ".join(f"{n} {reason}" for reason, n in sorted(reasons.items()))
            raise StoreError(
                f"nothing in {corpus.root} may be released ({said or 'no recordings'})"
            )
        splits = make_splits(
            writer.recordings,
            shares=options.split_shares,
            synthetic_in_test=options.synthetic_in_test,
        )
        release = Release(
            schema_version=RELEASE_SCHEMA_VERSION,
            corpus=corpus.name,
            version=version,
            parent=parent,
            speechkit=VERSION,
            counts=writer.tally.counts(writer.recordings, splits),
            policy=Policy(
                licence=options.licence,
                split_shares=options.split_shares,
                synthetic_in_test=options.synthetic_in_test,
                tags=tuple(sorted(options.tags)),
            ),
            statement=statement.finished(writer.tally),
            tools=statement.tools,
            withheld=tuple(withheld),
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
    if not _SPDX.fullmatch(options.licence):
        raise UsageError(f"licence {options.licence!r} is no SPDX identifier (CC-BY-4.0, …)")


def _parent(path: Path | None, corpus: str, version: str) -> Parent | None:
    if path is None:
        return None
    parent = read_release(path)
    if parent.corpus != corpus:
        raise UsageError(f"{path} is a release of {parent.corpus!r}, not of {corpus!r}")
    if parent.version == version:
        raise UsageError(f"{path} is version {version} itself; a parent has another version")
    return Parent(version=parent.version, digest=release_digest(path))


class StatementDraft:
    """What is said about de-identification, gathered recording by recording."""

    def __init__(self) -> None:
        self._tools: dict[bytes, Tool] = {}
        self._checkers: set[str] = set()

    def add(self, one: Released) -> None:
        """Note which stages worked on a recording, and who checked its redacted copy."""
        self._tools |= {canonical_json(tool): tool for tool in one.tools}
        self._checkers |= set(one.checked_by)

    @property
    def tools(self) -> tuple[Tool, ...]:
        """The stages, each once."""
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
                "The redacted audio was transcribed again; recordings in which anything removed "
                "could still be recognised are withheld."
            ),
            checked_by=tuple(sorted(self._checkers)),
            caveat=(
                "What no detector found is not removed, and a voice itself may identify: "
                "de-identified is not anonymous."
            ),
            removed=dict(sorted(tally.removed.items())),
        )
