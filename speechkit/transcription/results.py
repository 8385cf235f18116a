"""The engine `results:FOLDER`: what another system wrote elsewhere, one file a recording.

A file is named after the recording's id (`rec-0123456789abcdef.json`), in any format that speechkit
reads. A recording without a file has failed; it is not taken for silence. Where the results say who
speaks, no diarizer is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from speechkit.core.digest import digest_file, digest_of
from speechkit.core.engine_base import EngineBase, NoOptions
from speechkit.core.engines import EngineInfo, Sound, Transcribe, Transcript
from speechkit.core.errors import InputError, UsageError
from speechkit.core.stage import Resources
from speechkit.core.types import Recording
from speechkit.formats import holds_transcript, name_of_file, read_transcripts
from speechkit.transcription.external import make_transcript


class ResultsEngine(EngineBase[NoOptions]):
    """A folder of results as a transcriber."""

    name = "results"
    options_type = NoOptions
    has_models = True
    info = EngineInfo(needs_model=True)

    def __init__(self, model: str = "", options: Mapping[str, Any] = {}) -> None:
        """Check the folder.

        Raises:
            UsageError: if there is no such folder, or no file in it that can be read.
        """
        super().__init__(model, options)
        self._folder = Path(model)
        if not model or not self._folder.is_dir():
            raise UsageError(f"results: no folder {model!r}; write results:FOLDER")
        self.model = self._folder.resolve().name
        if not self._files:
            raise UsageError(f"results: no file in {model} that can be read as a transcript")
        self.info = msgspec.structs.replace(type(self).info, speakers=_name_speakers(self._files))

    @cached_property
    def _files(self) -> dict[str, Path]:
        files: dict[str, Path] = {}
        for path in sorted(each for each in self._folder.iterdir() if each.is_file()):
            if holds_transcript(path):
                name = name_of_file(path)
                if name in files:
                    raise UsageError(f"results: {files[name].name} and {path.name} are one name")
                files[name] = path
        return files

    @property
    def recorded(self) -> tuple[str, ...]:
        """Names of the files, which are ids of recordings."""
        return tuple(self._files)

    @cached_property
    def revision(self) -> str:
        """Digest of all files."""
        return digest_of({name: digest_file(path) for name, path in self._files.items()})

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Transcribe]:  # noqa: ARG002
        """Yield a function that refuses: results are found by recording, not by sound."""

        def transcribe(samples: Sound, language: str | None) -> Transcript:  # noqa: ARG001
            raise UsageError(f"{self.spec}: results are found by the id of a recording")

        yield transcribe

    def recall(self, recording: Recording, language: str | None) -> Transcript:
        """Return what was written for a recording.

        Raises:
            InputError: if nothing was, or it cannot be read.
        """
        path = self._files.get(recording.id)
        if path is None:
            raise InputError(f"{self.spec} has no file named {recording.id}")
        recordings = read_transcripts(path).recordings
        segments = recordings.get(recording.id) or next(iter(recordings.values()), ())
        if len(recordings) > 1 and recording.id not in recordings:
            raise InputError(f"{path}: several recordings, none of them {recording.id}")
        return make_transcript(segments, duration=recording.duration, language=language)


def _name_speakers(files: Mapping[str, Path]) -> bool:
    """Tell whether results say who speaks, by the first with text; a file that does not has failed."""
    for path in files.values():
        try:
            segments = [s for each in read_transcripts(path).recordings.values() for s in each]
        except InputError:
            continue  # `recall` says so
        if segments:
            channels = {segment.channel for segment in segments}
            return len(channels) > 1 or any(segment.speaker for segment in segments)
    return False
