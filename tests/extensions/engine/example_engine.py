"""The transcriber `plain`: faster-whisper, called as its manual says."""

from contextlib import contextmanager

import msgspec

from speechkit.core import EngineBase, EngineInfo, Segment, Transcript, check_language
from speechkit.storage.models import get_model, resolve

MODEL = "whisper-base"  # pinned by speechkit; your model may lie anywhere


class PlainOptions(msgspec.Struct, frozen=True, kw_only=True):
    beam_size: int = 1


class PlainWhisper(EngineBase[PlainOptions]):
    name = "plain"
    options_type = PlainOptions
    info = EngineInfo(languages=("en", "es", "fr"))

    @property
    def revision(self):
        return get_model(MODEL).revision

    @contextmanager
    def open(self, resources):
        from faster_whisper import WhisperModel  # slow to load, so only where it is used

        model = WhisperModel(str(resolve(MODEL)), cpu_threads=resources.threads)
        settings = {"vad_filter": True, "temperature": 0.0, "beam_size": self.settings.beam_size}

        def transcribe(samples, language) -> Transcript:
            code = check_language(self, language or "en")
            heard, _ = model.transcribe(samples[:], language=code, **settings)
            common = {"id": "", "language": code}  # the stage numbers segments
            segments = [Segment(start=s.start, end=s.end, text=s.text, **common) for s in heard]
            return Transcript(segments=tuple(segments), language=code, language_probability=1.0)

        yield transcribe
