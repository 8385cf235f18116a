"""Signatures: minisign accepts ours, we accept minisign's, and nothing altered passes."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from speechkit.core.errors import InputError, StoreError
from speechkit.governance.signing import (
    make_key,
    read_public_key,
    read_secret_key,
    sign_file,
    signed_by,
    verify_file,
)

pytest.importorskip("cryptography")
MINISIGN = shutil.which("minisign")
needs_minisign = pytest.mark.skipif(MINISIGN is None, reason="minisign is not installed")


def minisign(*args: object, folder: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["minisign", *map(str, args)],
        check=False,
        cwd=folder,
        input=stdin,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "SHA256SUMS.txt"
    path.write_bytes(os.urandom(5000))
    return path


def test_ours_and_back(file: Path, tmp_path: Path) -> None:
    key = make_key(tmp_path / "k.key")
    assert (tmp_path / "k.key").stat().st_mode & 0o777 == 0o600
    again = read_secret_key(tmp_path / "k.key")
    assert again == key
    sign_file(file, again, "clinic 1.0.0")
    first = file.with_name(file.name + ".minisig").read_bytes()
    public = read_public_key(str(tmp_path / "k.pub"))
    assert verify_file(file, public) == "clinic 1.0.0"
    assert verify_file(file, read_public_key(public.line)) == "clinic 1.0.0"
    assert signed_by(file) == public.id
    sign_file(file, again, "clinic 1.0.0")
    assert file.with_name(file.name + ".minisig").read_bytes() == first  # deterministic
    with pytest.raises(StoreError, match="never overwritten"):
        make_key(tmp_path / "k.key")
    assert key.seed.hex() not in repr(key)


@needs_minisign
def test_minisign_verifies_ours(file: Path, tmp_path: Path) -> None:
    sign_file(file, make_key(tmp_path / "k.key"), "clinic 1.0.0")
    done = minisign("-V", "-p", "k.pub", "-m", file.name, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "clinic 1.0.0" in done.stdout
    file.write_bytes(file.read_bytes() + b".")
    assert minisign("-V", "-p", "k.pub", "-m", file.name, folder=tmp_path).returncode != 0


@needs_minisign
def test_we_verify_minisigns(file: Path, tmp_path: Path) -> None:
    assert minisign("-G", "-W", "-p", "m.pub", "-s", "m.key", folder=tmp_path).returncode == 0
    minisign("-S", "-s", "m.key", "-m", file.name, "-t", "by minisign", folder=tmp_path)
    public = read_public_key(str(tmp_path / "m.pub"))
    assert verify_file(file, public) == "by minisign"
    # Its secret key signs here, with the same signature.
    theirs = file.with_name(file.name + ".minisig").read_text().splitlines()
    key = read_secret_key(tmp_path / "m.key")
    assert key.public == public
    sign_file(file, key, "by minisign")
    ours = file.with_name(file.name + ".minisig").read_text().splitlines()
    assert ours[1:] == theirs[1:]


def test_every_altered_byte_of_a_signature_is_refused(file: Path, tmp_path: Path) -> None:
    key = make_key(tmp_path / "k.key")
    path = sign_file(file, key, "clinic 1.0.0")
    good = path.read_bytes()
    start = good.index(b"\n") + 1  # the first line is untrusted by name
    for at in range(start, len(good) - 1):
        bad = bytearray(good)
        bad[at] ^= 1
        path.write_bytes(bytes(bad))
        with pytest.raises(InputError):
            verify_file(file, key.public)


def test_wrong_files_say_so(file: Path, tmp_path: Path) -> None:
    key, other = make_key(tmp_path / "a.key"), make_key(tmp_path / "b.key")
    with pytest.raises(InputError, match="No such file"):
        verify_file(file, key.public)
    sign_file(file, other, "x")
    with pytest.raises(InputError, match=f"signed by key {other.public.id}, not by"):
        verify_file(file, key.public)
    with pytest.raises(InputError, match="not a minisign"):
        read_secret_key(tmp_path / "a.pub")
    with pytest.raises(InputError):
        read_public_key("nonsense")
