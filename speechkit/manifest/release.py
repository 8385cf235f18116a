"""Making a release: all of it or nothing, never over an old one, same corpus, same bytes."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.corpus import Corpus
from speechkit.core.digest import canonical_json, digest_bytes, digest_file
from speechkit.core.errors import StoreError, UsageError
from speechkit.core.types import Recording
from speechkit.core.version import VERSION
from speechkit.manifest import card
from speechkit.manifest.counts import count
from speechkit.manifest.schema import (
    FILES,
    RECORDINGS,
    REDACTIONS,
    RELEASE_JSON,
    RELEASE_SCHEMA_VERSION,
    SEGMENTS,
    SPLITS,
    SUMS,
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
    licence: str = card.NO_LICENCE
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
    _check(version, options)
    folder = dest_root / corpus.name
    target = folder / version
    if target.exists():
        raise StoreError(f"{target} exists; a release is never changed: choose another version")
    parent = _parent(options.parent, corpus.name, version)
    released, withheld = select(corpus, options.tags)
    if not released:
        reasons = Counter(item.reason for item in withheld)
        said = "; ".join(f"{n} {reason}" for reason, n in sorted(reasons.items()))
        raise StoreError(f"nothing in {corpus.root} may be released ({said or 'no recordings'})")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=f".writing-{version}-") as name:
            staging = Path(name)
            _stage_audio(released, staging)
            draft = staging / "release"
            draft.mkdir()
            _write_files(draft, corpus.name, version, parent, released, withheld, options)
            _publish(staging, draft, folder, target)
    except OSError as error:
        raise StoreError(
            f"cannot write {target}: {error.strerror or error}; "
            "free some space or check permissions"
        ) from error
    corpus.note("release", version=version, digest=release_digest(target), path=str(target))
    return target


def _check(version: str, options: ReleaseOptions) -> None:
    if not _SEMVER.fullmatch(version):
        raise UsageError(f"version {version!r} is not semantic; write it as 1.0.0 or 1.1.0-rc.1")
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


def _stage_audio(released: Sequence[Released], staging: Path) -> None:
    for one in released:
        audio = one.recording.audio
        copy = staging / audio.uri
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(one.source, copy)
        except FileNotFoundError as error:
            raise StoreError(
                f"redacted audio of {one.recording.derived_from} is gone; run the pipeline again"
            ) from error
        if digest_file(copy) != audio.sha256:
            raise StoreError(
                f"redacted audio of {one.recording.derived_from} was altered; delete it under "
                "redacted/ and run the pipeline again"
            )


def _write_files(
    draft: Path,
    corpus: str,
    version: str,
    parent: Parent | None,
    released: Sequence[Released],
    withheld: tuple[Withheld, ...],
    options: ReleaseOptions,
) -> None:
    recordings = [one.recording for one in released]
    splits = make_splits(
        recordings, shares=options.split_shares, synthetic_in_test=options.synthetic_in_test
    )
    release = Release(
        schema_version=RELEASE_SCHEMA_VERSION,
        corpus=corpus,
        version=version,
        parent=parent,
        speechkit=VERSION,
        counts=count(
            recordings,
            [segment for one in released for segment in one.segments],
            [item for one in released for item in one.redactions],
            splits,
        ),
        policy=Policy(
            licence=options.licence,
            split_shares=options.split_shares,
            synthetic_in_test=options.synthetic_in_test,
            tags=tuple(sorted(options.tags)),
        ),
        statement=_statement(released),
        tools=_tools(released),
        withheld=withheld,
    )
    contents = {
        RELEASE_JSON: canonical_json(release) + b"\n",
        RECORDINGS: _lines(recordings),
        SEGMENTS: _lines(segment for one in released for segment in one.segments),
        REDACTIONS: _lines(item for one in released for item in one.redactions),
        SPLITS: _lines(splits),
        "README.md": card.dataset_card(release, recordings).encode(),
        "LICENSE.txt": card.licence_text(release).encode(),
        "DUA.txt": card.use_agreement(release).encode(),
    }
    assert tuple(contents) == FILES
    for name, data in contents.items():
        (draft / name).write_bytes(data)
    (draft / SUMS).write_bytes(_sums(contents, recordings))


def _sums(contents: dict[str, bytes], recordings: Iterable[Recording]) -> bytes:
    """Return what `sha256sum -c` reads: the folder's files, then the audio beside it."""
    sums = {name: digest_bytes(data) for name, data in contents.items()}
    sums |= {f"../{r.audio.uri}": r.audio.sha256 for r in recordings}
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode()


def _publish(staging: Path, draft: Path, folder: Path, target: Path) -> None:
    """Move the audio, then the folder in one step; take back the audio if that fails."""
    moved: list[Path] = []
    try:
        for path in sorted(staging.glob("audio/**/*")):
            place = folder / path.relative_to(staging)
            if path.is_file() and not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                moved.append(place)
                path.replace(place)
        draft.rename(target)
    except BaseException:
        for place in moved:
            place.unlink(missing_ok=True)
        raise


def _statement(released: Sequence[Released]) -> Statement:
    removed = Counter(str(item.identifier) for one in released for item in one.redactions)
    methods = sorted({item.method for one in released for item in one.redactions})
    checkers = sorted({name for one in released for name in one.checked_by})
    return Statement(
        standard="The identifiers of HIPAA Safe Harbor, 45 CFR 164.514(b)(2)(i), were looked for.",
        method=(
            f"In the audio they were replaced by {' or '.join(methods) or 'silence'} on every "
            "channel they are heard on, in the text by tags; speech without a transcript was "
            "removed too."
        ),
        check=(
            "The redacted audio was transcribed again; recordings in which anything removed could "
            "still be recognised are withheld."
        ),
        checked_by=tuple(checkers),
        caveat=(
            "What no detector found is not removed, and a voice itself may identify: "
            "de-identified is not anonymous."
        ),
        removed=dict(sorted(removed.items())),
    )


def _tools(released: Sequence[Released]) -> tuple[Tool, ...]:
    tools = {canonical_json(tool): tool for one in released for tool in one.tools}
    return tuple(tools[key] for key in sorted(tools))


def _lines(rows: Iterable[Any]) -> bytes:
    return b"".join(canonical_json(row) + b"\n" for row in rows)
