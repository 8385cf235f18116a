"""BagIt 1.0 (RFC 8493): a release with its audio in one folder that archives take as it is."""

from __future__ import annotations

from pathlib import Path

from speechkit.core.digest import digest_bytes
from speechkit.core.errors import InputError
from speechkit.manifest.export.sounds import put_file
from speechkit.manifest.schema import SUMS
from speechkit.manifest.verify import read_sums, verify_release
from speechkit.manifest.versions import read_release


def write_bag(path: Path, folder: Path) -> int:
    """Write a release as a bag; return how many payload files it has.

    In the bag's `data/` the release lies as it did: the version's folder, and `audio` beside it.

    Raises:
        InputError: if something in the release is wrong: a bag says that it is complete.
    """
    if findings := verify_release(path):
        raise InputError(f"{path} is not bagged, {len(findings)} wrong: {findings[0]}")
    release = read_release(path)
    sums, _ = read_sums(path)
    unsummed = [p.name for p in path.iterdir() if p.name not in sums]
    sums |= {name: digest_bytes((path / name).read_bytes()) for name in unsummed}
    payload = {}
    size = 0
    for name, digest in sums.items():
        inside = f"data/{name[3:]}" if name.startswith("../") else f"data/{release.version}/{name}"
        put_file(path / name, folder / inside)
        payload[inside] = digest
        size += (path / name).stat().st_size
    tags = {
        "bagit.txt": "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": (
            f"External-Identifier: {release.corpus} {release.version}\n"
            f"External-Description: {SUMS} in data/{release.version} signs for the same files\n"
            f"Payload-Oxum: {size}.{len(payload)}\n"
        ),
        "manifest-sha256.txt": _manifest(payload),
    }
    tags["tagmanifest-sha256.txt"] = _manifest(
        {name: digest_bytes(text.encode()) for name, text in tags.items()}
    )
    for name, text in tags.items():
        (folder / name).write_text(text, encoding="utf-8")
    return len(payload)


def _manifest(digests: dict[str, str]) -> str:
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests))
