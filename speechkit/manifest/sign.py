"""Signing a release: its SHA256SUMS.txt, which holds the digests of all else."""

from __future__ import annotations

from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.governance.signing import SUFFIX, PublicKey, SecretKey, sign_file, verify_file
from speechkit.manifest.agree import Finding
from speechkit.manifest.schema import SUMS, read_release
from speechkit.manifest.verify import verify_release


def sign_release(path: Path, key: SecretKey) -> Path:
    """Verify a release, then sign it; return the signature's path.

    Raises:
        InputError: if something in it is wrong: what is signed is vouched for.
    """
    if findings := verify_release(path):
        raise InputError(f"{path} is not signed, {len(findings)} wrong: {findings[0]}")
    release = read_release(path)
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
    return ()
