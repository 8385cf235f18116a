"""speechkit as functions: what the command line does, from Python.

Heavy parts load when a function is called, not when this is imported.
"""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from speechkit.core.errors import AudioError

if TYPE_CHECKING:
    from speechkit.core.types import Segment, Turn
    from speechkit.pipeline.files import FileResult


def diarize(
    audio: str | PathLike[str],
    *,
    engine: str = "auto",
    num_speakers: int | None = None,
    min_speakers: int | None = None,
    max_speakers: int | None = None,
    device: str = "cpu",
) -> tuple[Turn, ...]:
    """Say who speaks when in a recording.

    Args:
        audio: path of a sound file.
        engine: `pyannote:local`, `pyannote:community-1`, `channels`; `auto` picks one.
        num_speakers, min_speakers, max_speakers: what is known of how many speak.
        device: `cpu`, `cuda`, …

    Returns:
        Turns in seconds, in order. Those with `exclusive=False` may overlap; those with
        `exclusive=True` say who speaks foremost.

    Raises:
        AudioError: if the file cannot be read.
        UsageError: for an unknown engine.
        MissingExtraError, ModelError: if the engine's package or weights are missing.
    """
    from speechkit.core.engines import Speakers
    from speechkit.core.stage import Resources
    from speechkit.pipeline.files import diarize_files

    speakers = Speakers(exactly=num_speakers, at_least=min_speakers, at_most=max_speakers)
    (result,) = diarize_files(
        [Path(audio)], engine=engine, speakers=speakers, resources=Resources(device=device)
    )
    return _checked(result).turns


def transcribe(
    audio: str | PathLike[str],
    *,
    engine: str = "faster-whisper:base",
    language: str | None = None,
    diarize: bool = False,
    num_speakers: int | None = None,
    device: str = "cpu",
) -> tuple[Segment, ...]:
    """Write down what is said in a recording, with a time and a confidence for each word.

    Args:
        audio: path of a sound file.
        engine: `faster-whisper:base`, `whisper:base`, …
        language: ISO 639-1 code; None to find out.
        diarize: say who speaks, too: a segment then has one speaker.
        num_speakers: how many speak, if known.
        device: `cpu`, `cuda`, …

    Returns:
        Segments in order of time. The text is as heard: it may name people.

    Raises:
        AudioError: if the file cannot be read.
        UsageError: for an unknown engine or language.
        MissingExtraError, ModelError: if the engine's package or weights are missing.
    """
    from speechkit.core.stage import Resources
    from speechkit.pipeline.files import transcribe_files

    (result,) = transcribe_files(
        [Path(audio)],
        engine=engine,
        language=language or "",
        diarize=diarize,
        num_speakers=num_speakers,
        resources=Resources(device=device),
    )
    return _checked(result).segments


def _checked(result: FileResult) -> FileResult:
    if result.reason:
        raise AudioError(result.reason)
    return result
