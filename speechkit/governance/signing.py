"""Ed25519 signatures in minisign's format (https://jedisct1.github.io/minisign/), no network.

What is written here, Debian's `minisign -V` verifies; what `minisign -S` signs, `verify_file` does.
Signatures are of the file's BLAKE2b-512 (algorithm `ED`); the trusted comment is signed with them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.errors import InputError, MissingExtraError, StoreError
from speechkit.storage.files import write_bytes

SUFFIX = ".minisig"
_UNTRUSTED = "untrusted comment: "
_PUBLIC = f"{_UNTRUSTED}minisign public key "
_BY_MINISIGN = "signature from minisign secret key"  # what `minisign -S` writes by itself
_KEY_BYTES = 2 + 2 + 2 + 32 + 8 + 8 + 8 + 64 + 32
_MAX_SCRYPT = 0x7FFFFFFF


class PublicKey(msgspec.Struct, frozen=True):
    """Who signed: 8 bytes that name the key, and 32 that prove it."""

    number: bytes
    raw: bytes

    @property
    def id(self) -> str:
        """The key's id as minisign prints it."""
        return self.number[::-1].hex().upper()

    @property
    def line(self) -> str:
        """The key as one line, as `minisign -P` takes it."""
        return base64.b64encode(b"Ed" + self.number + self.raw).decode()


class SecretKey(msgspec.Struct, frozen=True):
    """A key that signs; never shown."""

    number: bytes
    seed: bytes

    def __repr__(self) -> str:
        return f"SecretKey({self.number[::-1].hex().upper()})"

    @property
    def public(self) -> PublicKey:
        """The public half."""
        return PublicKey(self.number, _private(self.seed).public_key().public_bytes_raw())

    def sign(self, data: bytes) -> bytes:
        """Return the 64-byte signature of `data`; always the same for the same data."""
        return bytes(_private(self.seed).sign(data))


def make_key(path: Path) -> SecretKey:
    """Write a new secret key (mode 0600, no password) and its public half beside it (`.pub`).

    Raises:
        StoreError: if one is there already.
    """
    public_path = path.with_suffix(".pub")
    for file in (path, public_path):
        if file.exists():
            raise StoreError(f"{file} exists; a key is never overwritten")
    key = SecretKey(secrets.token_bytes(8), secrets.token_bytes(32))
    body = b"Ed" + bytes(2) + b"B2" + bytes(48) + key.number + key.seed + key.public.raw + bytes(32)
    head = "untrusted comment: minisign encrypted secret key\n"
    write_bytes(path, f"{head}{base64.b64encode(body).decode()}\n".encode())
    path.chmod(0o600)
    write_bytes(public_path, f"{_PUBLIC}{key.public.id}\n{key.public.line}\n".encode())
    return key


def read_secret_key(path: Path, password: str = "") -> SecretKey:
    """Read minisign's secret key, with its password where it has one.

    Raises:
        InputError: if the file is not a secret key or the password is wrong.
    """
    body = _decoded(path, 1)
    if len(body) != _KEY_BYTES or body[:2] != b"Ed" or body[4:6] != b"B2":
        raise InputError(f"{path}: not a minisign secret key")
    salt, ops, memory = body[6:38], body[38:46], body[46:54]
    secret = body[54:]
    if body[2:4] == b"Sc":
        secret = _decrypt(secret, password, salt, ops, memory)
        number, pair, check = secret[:8], secret[8:72], secret[72:]
        found = hashlib.blake2b(b"Ed" + number + pair, digest_size=32).digest()
        if not hmac.compare_digest(found, check):
            raise InputError(f"{path}: wrong password")
    return SecretKey(secret[:8], secret[8:40])


def has_password(path: Path) -> bool:
    """Say whether a secret key is encrypted."""
    return _decoded(path, 1)[2:4] == b"Sc"


def read_public_key(said: str) -> PublicKey:
    """Read a public key: a file's path, or the line itself.

    Raises:
        InputError: if it is neither.
    """
    path = Path(said)
    is_file = len(said) < 4096 and path.is_file()
    body = _decoded(path, 1) if is_file else _base64(said, "the public key")
    if len(body) != 42 or body[:2] != b"Ed":
        raise InputError(f"{said if is_file else 'the public key'}: not a minisign public key")
    return PublicKey(body[2:10], body[10:])


def sign_file(path: Path, key: SecretKey, comment: str) -> Path:
    """Write `path.minisig`; `comment` is signed with it. Return its path."""
    if "\n" in comment or "\r" in comment:
        raise InputError("a trusted comment is one line")
    signature = key.sign(_hash(path))
    whole = key.sign(signature + comment.encode())
    lines = (
        f"{_UNTRUSTED}signature of {path.name}",
        base64.b64encode(b"ED" + key.number + signature).decode(),
        f"trusted comment: {comment}",
        base64.b64encode(whole).decode(),
    )
    target = path.with_name(path.name + SUFFIX)
    write_bytes(target, ("\n".join(lines) + "\n").encode())
    target.chmod(0o644 & ~_umask())
    return target


def verify_file(path: Path, key: PublicKey) -> str:
    """Check `path.minisig` and return its trusted comment.

    Raises:
        InputError: if it is absent, malformed, by another key, does not fit the file, or has a
            comment that is neither signed nor what `minisign` and speechkit write.
    """
    where = path.with_name(path.name + SUFFIX)
    lines = _lines(where)
    if lines[4:] != [""] or not lines[2].startswith("trusted comment: "):
        raise InputError(f"{where}: not a minisign signature")
    if lines[0] not in (f"{_UNTRUSTED}signature of {path.name}", f"{_UNTRUSTED}{_BY_MINISIGN}"):
        raise InputError(f"{where}, line 1: says something that was not signed")
    body = _base64(lines[1], where)
    whole = _base64(lines[3], where)
    if len(body) != 74 or len(whole) != 64 or body[:2] not in (b"ED", b"Ed"):
        raise InputError(f"{where}: not a minisign signature")
    if body[2:10] != key.number:
        other = PublicKey(body[2:10], b"").id
        raise InputError(f"{where}: signed by key {other}, not by {key.id}")
    signature = body[10:]
    data = _hash(path) if body[:2] == b"ED" else path.read_bytes()
    comment = lines[2].removeprefix("trusted comment: ")
    if not verify_bytes(data, signature, key):
        raise InputError(f"{path}: is not what {where.name} signed")
    if not verify_bytes(signature + comment.encode(), whole, key):
        raise InputError(f"{where}, line 3: the trusted comment was altered")
    return comment


def verify_bytes(data: bytes, signature: bytes, key: PublicKey) -> bool:
    """Say whether `signature` is that of `data` by `key`."""
    ed25519, invalid = _ed25519()
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(key.raw).verify(signature, data)
    except (invalid, ValueError):
        return False
    return True


def signed_by(path: Path) -> str:
    """Return the id of the key that made `path.minisig`, without checking it."""
    lines = _lines(path.with_name(path.name + SUFFIX))
    return PublicKey(_base64(lines[1], path)[2:10], b"").id if len(lines) > 1 else ""


def _decrypt(secret: bytes, password: str, salt: bytes, ops: bytes, memory: bytes) -> bytes:
    """Undo minisign's scrypt keystream; cost parameters as libsodium's pickparams chooses them."""
    opslimit = max(32768, int.from_bytes(ops, "little"))
    memlimit = int.from_bytes(memory, "little")
    r = 8
    cheap = opslimit < memlimit // 32
    most = opslimit // (r * 4) if cheap else memlimit // (r * 128)
    log_n = 1
    while log_n < 63 and (1 << log_n) <= most // 2:
        log_n += 1
    p = 1 if cheap else max(1, min(0x3FFFFFFF, (opslimit // 4) >> log_n) // r)
    stream = hashlib.scrypt(
        password.encode(),
        salt=salt,
        n=1 << log_n,
        r=r,
        p=p,
        maxmem=_MAX_SCRYPT,
        dklen=len(secret),
    )
    return bytes(a ^ b for a, b in zip(secret, stream, strict=True))


def _hash(path: Path) -> bytes:
    state = hashlib.blake2b()
    try:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                state.update(chunk)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    return state.digest()


def _decoded(path: Path, line: int) -> bytes:
    lines = _lines(path)
    if len(lines) <= line:
        raise InputError(f"{path}: not a minisign file")
    return _base64(lines[line], path)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_bytes().decode().split("\n")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not a minisign file") from error


def _base64(text: str, where: object) -> bytes:
    try:
        data = base64.b64decode(text.rstrip("\r"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(f"{where}: not base64") from error
    if base64.b64encode(data).decode() != text.rstrip("\r"):
        raise InputError(f"{where}: not canonical base64")  # bits to spare were set
    return data


def _private(seed: bytes) -> Any:
    ed25519, _ = _ed25519()
    return ed25519.Ed25519PrivateKey.from_private_bytes(seed)


def _ed25519() -> tuple[Any, Any]:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ModuleNotFoundError as error:
        raise MissingExtraError("cryptography", extra="release") from error
    return ed25519, InvalidSignature


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
