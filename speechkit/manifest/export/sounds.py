"""Sound files that other tools' files name, hold in archives, or spread over several files."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from speechkit.audio.decode import probe
from speechkit.audio.encode import bits_of, write_audio
from speechkit.audio.sound import open_sound
from speechkit.core.digest import digest_bytes
from speechkit.core.errors import InputError
from speechkit.core.time import round_ms

# Sound as other tools' files name it.
AUDIO_SUFFIXES = frozenset(
    ".flac .wav .mp3 .ogg .opus .m4a .aac .wma .amr .webm .mp4 .mkv .mov .sph .aiff .aif .au "
    ".caf .3gp".split()
)


def put_file(source: Path, target: Path) -> None:
    """Link a file to another place, or copy it where links are not possible."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def find_file(said: str, manifest: Path) -> Path | None:
    """Return where a path in a manifest leads: beside the manifest, or as said."""
    for path in (manifest.parent / said, Path(said)):
        try:
            if path.is_file():
                return path.absolute()
        except (OSError, ValueError):
            continue
    return None


class Sounds:
    """The sound files that a format's files name, one for each recording.

    Keys are what the files call recordings, whole: two visits called `visit.wav` are two.
    """

    def __init__(self) -> None:
        self.paths: dict[str, Path] = {}
        self.missing: list[str] = []
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._named: dict[str, str] = {}

    @property
    def scratch(self) -> tempfile.TemporaryDirectory[str]:
        """A private folder for sound that is packed into other files."""
        self._scratch = self._scratch or tempfile.TemporaryDirectory(prefix="speechkit-")
        return self._scratch

    @property
    def held(self) -> tempfile.TemporaryDirectory[str] | None:
        """That folder, if anything was put into it."""
        return self._scratch

    def name(self, recording: str, said: str, manifest: Path, line: int) -> None:
        """Take the path that a manifest names for a recording; one that leads nowhere is missing.

        Raises:
            InputError: if another file was named for it before.
        """
        first = recording not in self._named
        if self._named.setdefault(recording, said) != said:
            raise InputError(
                f"{manifest}, line {line}: another sound file than before for the same recording"
            )
        path = find_file(said, manifest)
        if path is not None:
            self.paths[recording] = path
        elif first:
            self.missing.append(f"{manifest}, line {line}: its sound file is not there")

    def join(
        self,
        recording: str,
        files: Sequence[tuple[str, Sequence[int]]],
        order: Sequence[int],
        manifest: Path,
        line: int,
    ) -> None:
        """Take a recording whose channels lie in several files: they become one file, in `order`.

        Raises:
            InputError: if the files do not fit together, or others were named for it before.
        """
        said = "\n".join(each for each, _ in files)
        first = recording not in self._named
        if self._named.setdefault(recording, said) != said:
            raise InputError(
                f"{manifest}, line {line}: other sound files than before for the same recording"
            )
        if not first:
            return
        parts = [(find_file(each, manifest), channels) for each, channels in files]
        present = [(path, channels) for path, channels in parts if path is not None]
        if len(present) < len(parts):
            self.missing.append(f"{manifest}, line {line}: a sound file of it is not there")
            return
        path = Path(self.scratch.name) / f"{digest_bytes(recording.encode())[:16]}.flac"
        try:
            join_channels(present, order, path, Path(self.scratch.name))
        except InputError as error:
            raise InputError(f"{manifest}, line {line}: {error}") from error
        self.paths[recording] = path

    def unpack(self, recording: str, suffix: str, data: bytes, where: Path, line: int) -> None:
        """Write sound that was packed into a file of its own.

        Raises:
            InputError: if the recording has sound already.
        """
        if recording in self.paths:
            raise InputError(f"{where}, member {line}: a second sound for the same recording")
        # The name in the archive leads nowhere: it may hold slashes, dots and people.
        path = Path(self.scratch.name) / f"{digest_bytes(recording.encode())[:16]}{suffix}"
        path.write_bytes(data)
        self.paths[recording] = path


def join_channels(
    files: Sequence[tuple[Path, Sequence[int]]], order: Sequence[int], target: Path, scratch: Path
) -> None:
    """Write the channels of several files into one, in the order of their numbers.

    Raises:
        InputError: if a file has other channels than are taken from it, or the files differ in
            sample rate or length.
    """
    infos = [probe(path) for path, _ in files]
    rates = {info.sample_rate for info in infos}
    if len(rates) > 1:
        raise InputError("its sound files differ in sample rate")
    (rate,) = rates
    if len({info.num_samples for info in infos}) > 1:
        raise InputError("its sound files differ in length")
    if any(
        info.num_channels != len(channels) for info, (_, channels) in zip(infos, files, strict=True)
    ):
        raise InputError("a sound file has another number of channels than is taken from it")
    with ExitStack() as stack:
        found: dict[int, Any] = {}
        for path, channels in files:
            opened = open_sound(path, rate, mono=False, scratch=scratch)
            found |= dict(zip(channels, stack.enter_context(opened), strict=True))
        if set(found) != set(order):
            raise InputError("its sound files do not hold its channels")
        bits = bits_of(max(infos, key=lambda info: bits_of(info.codec)).codec)
        write_audio(target, [found[channel] for channel in order], rate, bits=bits)


def length_of(sound: Path) -> float:
    """Return how long a sound file lasts, in seconds, by decoding it."""
    info = probe(sound)
    return round_ms(info.num_samples / info.sample_rate)
