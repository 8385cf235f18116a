"""The engine `python:MODULE:CLASS`: any recognizer that is a Python class, without a package.

The class is made with the options that `--set` gives, and has a method
`transcribe(samples, sample_rate, language)`: float32 samples (n,) at 16 kHz and a code or None → the
text; or segments, each a mapping with `start`, `end` (seconds) and `text`, and if it knows them
`words` (mappings with `start`, `end`, `word`), `speaker` and `language`. A class that always says who
speaks has an attribute `info = EngineInfo(speakers=True, needs_model=True)`; if it hears a recording in
parts, it returns a `Transcript` that lists them.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from speechkit.core.digest import digest_file
from speechkit.core.engines import (
    SAMPLE_RATE,
    EngineInfo,
    Sound,
    Transcribe,
    Transcript,
)
from speechkit.core.errors import InputError, UsageError, describe
from speechkit.core.stage import Resources
from speechkit.core.types import Segment
from speechkit.transcription.external import make_transcript, parse_output

_FORM = "python:MODULE:CLASS, as python:my_models.asr:Recognizer"


class PythonEngine:
    """A Python class as a transcriber."""

    info = EngineInfo(needs_model=True)

    def __init__(self, model: str = "", options: Mapping[str, Any] = {}) -> None:
        """Find the class; it is made when the engine is opened.

        Raises:
            UsageError: if there is no such module or class, it has no method `transcribe`, or it
                does not take one of the options.
        """
        module, _, name = model.partition(":")
        if not module or not name:
            raise UsageError(f"write {_FORM}")
        self.spec = f"python:{model}"
        self.options: Mapping[str, Any] = dict(options)
        self._class = _find(module, name)
        info = getattr(self._class, "info", None)
        if isinstance(info, EngineInfo):
            self.info = info
        try:
            inspect.signature(self._class).bind(**self.options)
        except TypeError as error:
            raise UsageError(f"{self.spec}: {error}") from error
        except ValueError:  # a class in C, whose signature is not known
            pass

    @property
    def revision(self) -> str:
        """What the class says in an attribute `revision`, else the digest of its source file."""
        told = getattr(self._class, "revision", "")
        path = inspect.getsourcefile(self._class)
        return str(told) or (digest_file(Path(path)) if path else "")

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Transcribe]:  # noqa: ARG002
        """Make an object of the class; yield mono samples (n,) at 16 kHz → transcript.

        Raises:
            InputError: from the function, if the method fails or returns something else.
        """
        recognizer = self._class(**self.options)

        def transcribe(samples: Sound, language: str | None) -> Transcript:
            sound = np.asarray(samples[:], dtype=np.float32)
            heard: Any = ()
            if sound.any():
                try:
                    heard = recognizer.transcribe(sound, SAMPLE_RATE, language)
                except (InputError, UsageError):
                    raise
                except Exception as error:  # of a class that is not ours
                    raise InputError(f"{self.spec}: {describe(error)}") from error
            segments = _segments(heard, self.spec)
            duration = len(samples) / SAMPLE_RATE
            made = make_transcript(segments, duration=duration, language=language)
            parts = heard.parts if isinstance(heard, Transcript) else ()
            return msgspec.structs.replace(made, parts=parts)

        yield transcribe


def _find(module: str, name: str) -> type[Any]:
    try:
        found = getattr(importlib.import_module(module), name, None)
    except ImportError as error:
        raise UsageError(f"python: module {module!r} cannot be imported: {error}") from error
    if not isinstance(found, type):
        raise UsageError(f"python: there is no class {name!r} in {module}; write {_FORM}")
    if not callable(getattr(found, "transcribe", None)):
        raise UsageError(
            f"python: {module}:{name} has no method transcribe(samples, sample_rate, language)"
        )
    return found


def _segments(heard: Any, source: str) -> tuple[Segment, ...]:
    if isinstance(heard, Transcript):
        return heard.segments
    if isinstance(heard, str):
        return (Segment(id="", start=0.0, end=0.0, text=heard),)
    if isinstance(heard, Mapping):
        heard = heard.get("segments", ())
    try:
        rows = [dict(each) for each in heard]
        text = msgspec.json.encode({"segments": rows}, enc_hook=float).decode()
    except (TypeError, ValueError) as error:
        raise InputError(f"{source}: it returned neither text nor segments") from error
    return parse_output(text, source)
