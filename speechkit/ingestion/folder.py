"""Which files of a folder are recordings: sorted, without hidden ones, never leaving the folder."""

from __future__ import annotations

import os
import unicodedata
from collections import defaultdict
from pathlib import Path, PurePosixPath

import msgspec

from speechkit.audio.container import looks_like_audio
from speechkit.core.errors import InputError, UsageError

AUDIO_SUFFIXES = frozenset(
    ".3gp .aac .ac3 .aif .aifc .aiff .alac .amr .ape .au .caf .dcm .ds2 .dss .dvf .flac .gsm .m4a "
    ".m4b .mka .mp2 .mp3 .mpga .msv .nist .oga .ogg .opus .pcm .ra .raw .rf64 .snd .sph .vox .w64 "
    ".wav .wave .webm .wma .wv "
    # Video, of which the sound is read.
    ".avi .flv .m4v .mkv .mov .mp4 .mpeg .mpg .wmv".split()
)
OTHER_SUFFIXES = frozenset(
    ".arrow .bat .cfg .conf .cpp .css .csv .ctm .db .doc .docx .eaf .gif .gz .htm .html .ini "
    ".ipynb .jpeg .jpg .js .json .jsonl .lab .lock .log .lst .md .md5 .minisig .npy .npz .ods "
    ".odt .parquet .pdf .pickle .pkl .png .ppt .pptx .ps1 .py .pyc .rst .rtf .rttm .sh "
    ".sha256 .sqlite .srt .stm .svg .textgrid .tmp .toml .tsv .ttml .txt .uem .url .vtt "
    ".xls .xlsx .xml .yaml .yml".split()
)
_ARCHIVES = (".7z", ".rar", ".tar", ".tar.bz2", ".tar.gz", ".tar.xz", ".tgz", ".txz", ".zip")
# What browsers and download managers call a file that is not whole yet.
_UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".filepart", ".!ut", ".opdownload")
_JUNK = frozenset({"thumbs.db", "desktop.ini", "__macosx", "__pycache__", "lost+found"})


class Failure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that could not be ingested. `item` names a file, and so perhaps a patient:
    failures are private."""

    item: str
    reason: str
    line: int = 0
    same_as: str = ""


class Folder(msgspec.Struct, frozen=True, kw_only=True):
    """The files of a folder by path relative to it, sorted; `audio` those that look like sound."""

    root: Path
    audio: tuple[str, ...]
    others: tuple[str, ...]
    failures: tuple[Failure, ...]


def scan(root: Path) -> Folder:
    """Walk a folder.

    A file is taken for audio by its suffix, or, where the suffix says nothing, by its first bytes.
    Links that lead out of the folder, archives, pipes, and folders that cannot be read, are
    failures. A corpus inside the folder is passed over.

    Raises:
        UsageError: if there is no such folder.
        InputError: if it cannot be read.
    """
    if not root.exists():
        raise UsageError(f"{root}: no such folder")
    if not root.is_dir():
        raise UsageError(f"{root}: is a file; give the folder it lies in")
    audio: list[str] = []
    others: list[str] = []
    failures: list[Failure] = []
    inside = root.resolve()
    for directory, names, files in os.walk(root, onerror=lambda e: _unreadable(e, root, failures)):
        here = Path(directory)
        names[:] = sorted(
            name for name in names if not _is_hidden(name) and not _is_corpus(here / name)
        )
        for name in [name for name in names if (here / name).is_symlink()]:
            names.remove(name)
            failures.append(
                Failure(
                    item=shown(_relative(here / name, root)),
                    reason="a link to a folder is not followed; copy the folder in",
                )
            )
        for name in sorted(files):
            path = here / name
            relative = _relative(path, root)
            suffix = path.suffix.lower()
            # What a Mac keeps beside a file; without that file, a recording did not come along.
            is_orphan = name.startswith("._") and name.removeprefix("._") not in files
            if is_orphan and suffix in AUDIO_SUFFIXES:
                failures.append(
                    Failure(
                        item=shown(relative),
                        reason="what a Mac keeps about a file that is not here; copy the file itself",
                    )
                )
            if _is_hidden(name):
                continue
            if path.is_symlink() and not _stays_inside(path, inside):
                if suffix not in OTHER_SUFFIXES:
                    failures.append(
                        Failure(
                            item=shown(relative),
                            reason="a link out of the folder, or to nothing; copy the file in",
                        )
                    )
            elif not path.is_file():
                failures.append(
                    Failure(item=shown(relative), reason="no file: a pipe, socket or device")
                )
            elif name.lower().endswith(_UNFINISHED):
                failures.append(
                    Failure(
                        item=shown(relative),
                        reason="an unfinished download; finish it, or rename it if it is whole",
                    )
                )
            elif name.lower().endswith(_ARCHIVES):
                failures.append(
                    Failure(
                        item=shown(relative),
                        reason="an archive, which is not opened; unpack it and ingest what was in it",
                    )
                )
            elif suffix in AUDIO_SUFFIXES or (
                suffix not in OTHER_SUFFIXES and looks_like_audio(path)
            ):
                audio.append(relative)
            else:
                others.append(relative)
    return Folder(
        root=root,
        audio=tuple(sorted(audio)),
        others=tuple(sorted(others)),
        failures=tuple(sorted(failures, key=lambda failure: failure.item)),
    )


class Names:
    """Finds the file that a table's cell means: by path, by name, or by name without suffix."""

    def __init__(self, folder: Folder) -> None:
        self._exact = {_folded(path): path for path in (*folder.others, *folder.audio)}
        self._loose: dict[str, list[str]] = defaultdict(list)
        for path in (*folder.audio, *folder.others):
            self._loose[_folded(PurePosixPath(path).name)].append(path)
        for path in folder.audio:
            stem = _folded(PurePosixPath(path).stem)
            if stem not in self._loose or path not in self._loose[stem]:
                self._loose[stem].append(path)

    def find(self, cell: str) -> str:
        """Return the relative path that `cell` names.

        Raises:
            InputError: if it names no file, or more than one.
        """
        wanted = _folded(cell.strip().replace("\\", "/")).removeprefix("./")
        if wanted in self._exact:
            return self._exact[wanted]
        fitting = self._loose.get(wanted, [])
        if not fitting and "/" in wanted:
            # Paths of the machine that wrote the table: their last part, if it is unique here.
            fitting = self._loose.get(wanted.rpartition("/")[2], [])
        if not fitting:
            raise InputError("the table names a file that is not in the folder")
        if len(fitting) > 1:
            raise InputError(
                f"the name fits {len(fitting)} files; write the path relative to the folder"
            )
        return fitting[0]


def shown(path: str) -> str:
    """Return a path as valid text, whatever bytes its name is made of."""
    return os.fsencode(path).decode("utf-8", "replace")


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path)


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "~$")) or name.lower() in _JUNK


def _is_corpus(path: Path) -> bool:
    return (path / "corpus.json").is_file() and (path / "vault").is_dir()


def _stays_inside(path: Path, root: Path) -> bool:
    try:
        return path.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):
        return False


def _unreadable(error: OSError, root: Path, failures: list[Failure]) -> None:
    path = Path(error.filename)
    if path == root:
        raise InputError(f"{root}: cannot be read: {error.strerror}; check permissions") from error
    failures.append(
        Failure(
            item=shown(_relative(path, root)),
            reason=f"the folder cannot be read: {error.strerror}; check permissions",
        )
    )
