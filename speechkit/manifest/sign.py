"""Signing a release: its SHA256SUMS.txt, which holds the digests of all else."""

from __future__ import annotations

from pathlib import Path

import msgspec

from speechkit.core.digest import canonical_json
from speechkit.core.errors import InputError
from speechkit.governance.audit import Checkpoint, make_checkpoint
from speechkit.governance.signing import SUFFIX, PublicKey, SecretKey, sign_file, verify_file
from speechkit.manifest.consistency import Finding
from speechkit.manifest.schema import CHECKPOINT, SUMS
from speechkit.manifest.verify import verify_release
from speechkit.manifest.versions import read_release
from speechkit.storage.files import write_bytes


def sign_release(path: Path, key: SecretKey, log: Path | None = None) -> Path:
    """Verify a release, then sign it; return the signature's path.

    With the audit log of its corpus, a signed checkpoint of that is put beside it: whoever has the
    release can then show what the log was.

    Raises:
        InputError: if something in it is wrong: what is signed is vouched for.
    """
    if findings := verify_release(path):
        raise InputError(f"{path} is not signed, {len(findings)} wrong: {findings[0]}")
    release = read_release(path)
    if log is not None:
        checkpoint = make_checkpoint(log, key)
        write_bytes(path / CHECKPOINT, canonical_json(checkpoint) + b"\n")
    return sign_file(path / SUMS, key, f"{release.corpus} {release.version}")


def check_signature(path: Path, key: PublicKey) -> tuple[Finding, ...]:
    """Return what is wrong with a release's signature; nothing if `key` signed just this."""
    try:
        comment = verify_file(path / SUMS, key)
        release = read_release(path)
    except InputError as error:
        reason = str(error).replace(f"{path}/", "")
        return (Finding(file=f"{SUMS}{SUFFIX}", line=0, reason=reason),)
    if comment != f"{release.corpus} {release.version}":
        reason = "signed as another release"
        return (Finding(file=f"{SUMS}{SUFFIX}", line=3, reason=reason),)
    if (path / CHECKPOINT).is_file():
        data = (path / CHECKPOINT).read_bytes()
        try:
            checkpoint = msgspec.json.decode(data, type=Checkpoint)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return (Finding(file=CHECKPOINT, line=1, reason="not a checkpoint"),)
        if not checkpoint.is_signed_by(key) or canonical_json(checkpoint) + b"\n" != data:
            return (Finding(file=CHECKPOINT, line=1, reason="was not signed by that key"),)
    return ()
