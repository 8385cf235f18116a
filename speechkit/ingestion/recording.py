"""One sound file becomes a recording: hashed, decoded, measured."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from speechkit.audio.decode import open_audio
from speechkit.audio.measure import measure_blocks, with_flag
from speechkit.audio.tracks import suffix_of_tracks
from speechkit.core.digest import digest_file, recording_id
from speechkit.core.errors import AudioError, InputError
from speechkit.core.types import Audio, Context, Quality, Recording, Session
from speechkit.ingestion.folder import AUDIO_SUFFIXES
from speechkit.storage.corpus import Corpus

_HEADERLESS = frozenset({".raw", ".pcm", ".vox"})


def ingest_file(path: Path, corpus: Corpus, *, context: Context) -> Session:
    """Ingest a single file into a corpus, with nothing known about it but `context`.

    Raises:
        AudioError: if it is not there or cannot be decoded.
        StoreError: if the corpus cannot be written.
    """
    if not path.is_file():
        raise AudioError(f"{path}: {'is a folder' if path.is_dir() else 'no such file'}")
    try:
        sha256 = digest_of_file(path)
        audio, quality = decoded(path, sha256)
    except AudioError:
        raise
    except InputError as error:
        raise AudioError(f"{path}: {error}") from error
    corpus.put_audio(path, sha256, suffix=suffix_in(audio))
    recording = Recording(id=recording_id(sha256), audio=audio, quality=quality, context=context)
    session = Session(recording=recording)
    corpus.put_session(session)
    return session


def suffix_in(audio: Audio) -> str:
    """Return the suffix, or suffixes, under which a corpus keeps a file.

    >>> sound = {"sample_rate": 8000, "num_samples": 1, "num_channels": 2, "codec": "opus"}
    >>> suffix_in(Audio(sha256="ab", uri="vault/ab.tracks.mkv", **sound))
    '.tracks.mkv'
    """
    return "".join(PurePosixPath(audio.uri).suffixes)


def digest_of_file(path: Path) -> str:
    """Return a file's SHA-256.

    Raises:
        InputError: if it cannot be read.
    """
    try:
        return digest_file(path)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}; check permissions") from error


def decoded(path: Path, sha256: str, *, all_tracks: bool = False) -> tuple[Audio, Quality]:
    """Decode a file once, block by block: what it holds, and how good it is.

    With `all_tracks`, audio tracks after the first are channels.

    Raises:
        InputError: if it cannot be decoded.
    """
    suffix = path.suffix.lower()
    if suffix in _HEADERLESS:
        raise InputError(
            f"a {suffix} file does not say what it holds; convert it to WAV at its sample rate"
        )
    with open_audio(path) as stream:
        all_tracks = all_tracks and "more-tracks" in stream.info.flags
        if not all_tracks:
            quality = measure_blocks(stream, stream.sample_rate)
            info = stream.info
    if all_tracks:
        with open_audio(path, all_tracks=True) as stream:
            quality = measure_blocks(stream, stream.sample_rate)
            info = stream.info
    if info.truncated:
        quality = with_flag(quality, "truncated")
    for flag in info.flags:
        quality = with_flag(quality, flag)
    # The suffix of an unknown kind may be part of a person's name.
    suffix = suffix if suffix in AUDIO_SUFFIXES else f".{info.codec.partition('/')[0]}"
    suffix = suffix_of_tracks(suffix) if all_tracks else suffix
    audio = Audio(
        sha256=sha256,
        uri=f"vault/audio/sha256/{sha256[:2]}/{sha256}{suffix}",
        sample_rate=info.sample_rate,
        num_samples=info.num_samples,
        num_channels=info.num_channels,
        codec=info.codec,
    )
    return audio, quality
