"""The engine `command:PROGRAM ARGUMENTS`: any recognizer that is a program.

`command:mytool --in {audio} --lang {language}` runs `mytool` once for each recording, or channel.
`{audio}` is a mono WAV file at 16 kHz that exists while the program runs; `{language}` is a code, or
`auto`; `{vocabulary}` a file with a term a line. What it prints is read as JSON of whisper or of a service,
SegLST or plain text. No shell is involved.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import soundfile

from speechkit.audio.sound import blocks
from speechkit.core.digest import digest_file, digest_of
from speechkit.core.engine_base import EngineBase
from speechkit.core.engines import SAMPLE_RATE, EngineInfo, Sound, Transcribe, Transcript
from speechkit.core.errors import InputError, UsageError
from speechkit.core.stage import Resources
from speechkit.core.vocabulary import parse_vocabulary
from speechkit.transcription.external import make_transcript, parse_output

AUDIO, LANGUAGE, VOCABULARY = "{audio}", "{language}", "{vocabulary}"


class CommandOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`timeout`: seconds after which the program is ended, and its recording has failed.
    `unknown_language`: what stands for `{language}` where none is known. `vocabulary`: words to be
    expected, one a line, of which `{vocabulary}` names a file. `speakers`: what it prints says who
    speaks, so that no diarizer is needed."""

    timeout: float = 3600.0
    unknown_language: str = "auto"
    vocabulary: str = ""
    speakers: bool = False

    def __post_init__(self) -> None:
        if self.timeout <= 0:
            raise UsageError(f"command: timeout is in seconds above 0, not {self.timeout}")


class CommandEngine(EngineBase[CommandOptions]):
    """A program as a transcriber."""

    name = "command"
    options_type = CommandOptions
    has_models = True
    info = EngineInfo(needs_model=True)

    def __init__(self, model: str = "", options: Mapping[str, Any] = {}) -> None:
        """Check the command line.

        Raises:
            UsageError: if the program is not found or `{audio}` is missing.
        """
        super().__init__(model, options)
        try:
            self._arguments = shlex.split(model)
        except ValueError as error:
            raise UsageError(f"command: {error} in {model!r}") from error
        if not any(AUDIO in each for each in self._arguments[1:]):
            raise UsageError(
                f"command: write {AUDIO} where the program takes the sound, as in "
                f"'command:mytool --in {AUDIO} --lang {LANGUAGE}'"
            )
        takes_terms = any(VOCABULARY in each for each in self._arguments)
        if self.settings.vocabulary and not takes_terms:
            raise UsageError(f"command: write {VOCABULARY} where the program takes the terms' file")
        self.info = msgspec.structs.replace(
            type(self).info, vocabulary=takes_terms, speakers=self.settings.speakers
        )
        program = shutil.which(self._arguments[0])
        if program is None:
            raise UsageError(f"command: no program named {self._arguments[0]!r}")
        self._program = Path(program)

    @cached_property
    def revision(self) -> str:
        """Digest of the program's file and of the files that its arguments name."""
        files = [Path(each) for each in self._arguments[1:] if Path(each).is_file()]
        return digest_of([digest_file(each) for each in (self._program, *files)])

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Transcribe]:  # noqa: ARG002
        """Yield mono samples (n,) at 16 kHz and a language → transcript.

        Raises:
            InputError: from the function, if the program fails, prints nothing or does not end.
        """
        yield self._transcribe

    def _transcribe(self, samples: Sound, language: str | None) -> Transcript:
        duration = len(samples) / SAMPLE_RATE
        if not any(block.any() for _, block in blocks(samples)):
            return make_transcript((), duration=duration, language=language)
        with tempfile.TemporaryDirectory() as folder:  # private to this user
            path = Path(folder) / "audio.wav"
            with soundfile.SoundFile(path, "w", SAMPLE_RATE, 1, "PCM_16") as file:
                for _, block in blocks(samples):
                    file.write(block)
            words = Path(folder) / "vocabulary.txt"
            terms = parse_vocabulary(self.settings.vocabulary)
            words.write_text("".join(f"{term.text}\n" for term in terms), encoding="utf-8")
            output = self._run(
                {
                    AUDIO: str(path),
                    LANGUAGE: language or self.settings.unknown_language,
                    VOCABULARY: str(words),
                }
            )
        if not output.strip():
            raise InputError(f"{self._program.name} printed nothing")
        segments = parse_output(output, self._program.name)
        return make_transcript(segments, duration=duration, language=language)

    def _run(self, places: Mapping[str, str]) -> str:
        arguments = list(self._arguments[1:])
        for place, value in places.items():
            arguments = [each.replace(place, value) for each in arguments]
        name = self._program.name
        try:
            process = subprocess.Popen(
                [str(self._program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # it may quote what was said
                start_new_session=True,  # so that what it started can be ended with it
            )
        except OSError as error:
            raise InputError(f"{name} cannot be run: {error.strerror}") from error
        with process:
            try:
                output, _ = process.communicate(timeout=self.settings.timeout)
            except subprocess.TimeoutExpired as error:
                raise InputError(
                    f"{name} did not end within {self.settings.timeout:g} s"
                ) from error
            finally:
                with suppress(ProcessLookupError):  # it ended, and all that it started
                    os.killpg(process.pid, signal.SIGKILL)
        if process.returncode:
            raise InputError(f"{name} ended with exit code {process.returncode}; run it by hand")
        try:
            return output.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError(f"{name} printed something that is not UTF-8") from error
