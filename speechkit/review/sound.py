"""The sound of the review editor: 16 kHz PCM made once, so that any stretch of it can be sent and muted.

Who may not hear the unredacted audio gets the redacted copy, in which everything marked since it
was made is muted too, as it is sent. Nothing of the unredacted audio is read for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from speechkit.audio.encode import write_audio
from speechkit.audio.peaks import read_peaks
from speechkit.audio.read import read_resampled
from speechkit.core.errors import SpeechkitError
from speechkit.core.time import Interval, union
from speechkit.core.types import RedactedCopy, Session
from speechkit.core.verdicts import refusal_of
from speechkit.storage.corpus import Corpus
from speechkit.storage.files import atomic_path

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATE = 16_000
HEADER = 44  # bytes of a WAV file before its samples
_CHUNK = 1 << 18


class Sound:
    """One prepared file: bytes of a WAV, any range of it, with stretches muted."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.size = path.stat().st_size
        with path.open("rb") as file:
            header = file.read(HEADER)
        self.num_channels = int.from_bytes(header[22:24], "little")

    def second(self, at: int) -> float:
        """Return when, in the recording, a byte of the file is heard."""
        return round(max(0, at - HEADER) / (2 * self.num_channels * RATE), 3)

    def bytes_of(self, seconds: float) -> int:
        """Return how many bytes so many seconds take."""
        return 2 * self.num_channels * int(seconds * RATE)

    def read(self, first: int, last: int, muted: Sequence[Interval] = ()) -> Iterator[bytes]:
        """Yield bytes first to last (inclusive), silence in place of what lies in `muted`."""
        frame = 2 * self.num_channels
        silent = [
            (HEADER + int(start * RATE) * frame, HEADER + (int(end * RATE) + 1) * frame)
            for start, end in union(muted)
        ]
        with self._path.open("rb") as file:
            file.seek(first)
            at = first
            while at <= last:
                data = bytearray(file.read(min(_CHUNK, last + 1 - at)))
                if not data:
                    return
                for start, end in silent:
                    a, b = max(start, at) - at, min(end, at + len(data)) - at
                    if a < b:
                        data[a:b] = bytes(b - a)
                yield bytes(data)
                at += len(data)


def redacted_copy(corpus: Corpus, session: Session) -> RedactedCopy | None:
    """Return the redacted copy of a recording if it was proved clean."""
    layer = corpus.layer(session, "redacted")
    if layer is None or not layer.items:
        return None
    copy: RedactedCopy = layer.items[0]
    clean = copy.verdict == "clean" and all(r.verdict == "clean" for r in copy.redactions)
    return copy if clean and copy.audio.uri else None


def no_clean_copy(corpus: Corpus, session: Session) -> str:
    """Say why a recording has no redacted copy that can be heard; nothing if it has one."""
    if redacted_copy(corpus, session) is not None:
        return ""
    layer = corpus.layer(session, "redacted")
    if layer is None or not layer.items:
        return "its redacted copy was not made yet"
    return refusal_of(layer.items[0])


def sound(corpus: Corpus, session: Session, *, redacted: bool) -> Sound | None:
    """Return the sound of a recording, made on first use; None if there is no redacted copy."""
    found = _source(corpus, session, redacted=redacted)
    if found is None:
        return None
    path, digest = found
    target = _folder(corpus) / f"{digest}.wav"
    if not target.exists():
        samples = read_resampled(path, RATE, mono=False)
        write_audio(target, samples, RATE, bits=16)
    return Sound(target)


def peaks(corpus: Corpus, session: Session, *, redacted: bool) -> NDArray[np.int8] | None:
    """Return the peaks of a recording, (channels, pairs, 2), measured on first use."""
    found = _source(corpus, session, redacted=redacted)
    if found is None:
        return None
    path, digest = found
    target = _folder(corpus) / f"{digest}.npy"
    if not target.exists():
        measured = read_peaks(path)
        with atomic_path(target) as temporary, temporary.open("wb") as file:
            np.save(file, measured)
    loaded: NDArray[np.int8] = np.load(target)
    return loaded


def prepare(corpus: Corpus) -> None:
    """Prepare the sound and the peaks of all recordings, so that no person waits for them."""
    for session in corpus.sessions():
        for redacted in (True, False):
            try:
                sound(corpus, session, redacted=redacted)
                peaks(corpus, session, redacted=redacted)
            except SpeechkitError:
                continue  # whoever opens that recording is told why


def _source(corpus: Corpus, session: Session, *, redacted: bool) -> tuple[Path, str] | None:
    if not redacted:
        return corpus.audio_path(session.recording), session.recording.audio.sha256
    copy = redacted_copy(corpus, session)
    return None if copy is None else (corpus.root / copy.audio.uri, copy.audio.sha256)


def _folder(corpus: Corpus) -> Path:
    folder = corpus.root / "vault" / "review" / "sound"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
