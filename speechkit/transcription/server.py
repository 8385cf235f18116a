"""The engine `openai:ADDRESS#MODEL`: a server that speaks OpenAI's `/v1/audio/transcriptions`.

`openai:http://127.0.0.1:8000/v1#whisper-large-v3` works with vLLM, SGLang, NIM, whisper.cpp's server and
others. The server must run on this machine: sound that is not released does not leave it. No proxy is
used and no redirection followed.

Source: https://platform.openai.com/docs/api-reference/audio/createTranscription
"""

from __future__ import annotations

import io
import ipaddress
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import msgspec
import numpy as np
import soundfile

from speechkit.audio.sound import blocks
from speechkit.core.digest import digest_of
from speechkit.core.engine_base import EngineBase
from speechkit.core.engines import (
    SAMPLE_RATE,
    DetectVoice,
    EngineInfo,
    Sound,
    Transcribe,
    Transcript,
    VoiceDetector,
    make_engine,
)
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources
from speechkit.core.time import Interval
from speechkit.core.types import Segment
from speechkit.transcription import chunks
from speechkit.transcription.external import make_transcript, parse_output, shifted
from speechkit.transcription.server_client import Client, ClientOptions

_FORM = "openai:ADDRESS#MODEL, as openai:http://127.0.0.1:8000/v1#whisper-large-v3"


class ServerOptions(ClientOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked of a server, beside how (`ClientOptions`).

    `prompt`: text that the model is shown before. `temperature`: 0 draws nothing at random.
    `chunk`: seconds of sound in a request, cut in pauses; 0: all of it, for servers that cut by
    themselves. `in_flight`: requests at the same time. `voice_detector`: finds the pauses.
    """

    prompt: str = ""
    temperature: float = 0.0
    chunk: float = 0.0
    in_flight: int = 4
    voice_detector: str = "silero"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.in_flight < 1 or self.chunk < 0:
            raise UsageError("openai: in_flight is 1 or more, chunk is in seconds, from 0 upwards")


class ServerEngine(EngineBase[ServerOptions]):
    """A model behind an address on this machine."""

    name = "openai"
    options_type = ServerOptions
    packages = ("httpx",)
    extra = "server"
    has_models = True
    info = EngineInfo(needs_model=True)

    def __init__(self, model: str = "", options: Mapping[str, Any] = {}) -> None:
        """Check the address.

        Raises:
            UsageError: if it is none, names no model, or lies on another machine.
        """
        super().__init__(model, options)
        self._address, _, self._served = model.partition("#")
        parts = urlsplit(self._address)
        if parts.scheme not in ("http", "https") or not parts.hostname or not self._served:
            raise UsageError(f"openai: write {_FORM}")
        if parts.username or parts.password:
            raise UsageError("openai: no password in the address; see the option key_variable")
        if not _is_here(parts.hostname):
            raise UsageError(
                f"openai: {parts.hostname} is another machine, and recordings do not leave this "
                "one; run the server here, on 127.0.0.1"
            )

    @property
    def revision(self) -> str:
        """Digest of address and model: a server does not say which weights it runs."""
        return digest_of([self._address, self._served])

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Transcribe]:
        """Ask the server for its models; yield mono samples (n,) at 16 kHz → transcript.

        Raises:
            ModelError: if no server answers, or it does not have the model.
            InputError: from the function, if a request fails for good.
        """
        settings = self.settings
        key = os.environ.get(settings.key_variable, "")
        with ExitStack() as stack:
            client = stack.enter_context(Client(self._address, self._served, settings, key))
            client.check_model()
            find_speech: DetectVoice | None = None
            if settings.chunk:
                find_speech = stack.enter_context(self._voice_detector().open(resources))
            pool = stack.enter_context(ThreadPoolExecutor(settings.in_flight))

            def transcribe(samples: Sound, language: str | None) -> Transcript:
                duration = len(samples) / SAMPLE_RATE
                parts: tuple[Interval, ...] = ((0.0, duration),)
                if not any(block.any() for _, block in blocks(samples)):
                    parts = ()
                elif find_speech is not None:
                    parts = chunks.plan(find_speech(samples), samples, settings.chunk)

                def one(part: Interval) -> tuple[Segment, ...]:
                    sound = _wav(samples, part)
                    answer = client.transcribe(sound, self._fields(language))
                    length = part[1] - part[0]
                    read = parse_output(msgspec.json.encode(answer).decode(), self.spec)
                    heard = make_transcript(read, duration=length, language=language)
                    return shifted(heard.segments, part[0])

                segments = [each for found in pool.map(one, parts) for each in found]
                return make_transcript(segments, duration=duration, language=language)

            yield transcribe

    def _voice_detector(self) -> VoiceDetector:
        asked = {"threshold": "0.35", "min_speech": "0.1", "pad": "0"}
        return make_engine("voice-detector", self.settings.voice_detector, asked)

    def _fields(self, language: str | None) -> dict[str, str]:
        fields = {"temperature": f"{self.settings.temperature:g}"}
        if language:
            fields["language"] = language
        if self.settings.prompt:
            fields["prompt"] = self.settings.prompt
        return fields


def _wav(samples: Sound, part: Interval) -> bytes:
    """Return a part of a sound as a WAV file of 16 bits."""
    file = io.BytesIO()
    sound = np.asarray(chunks.cut(samples, part))
    soundfile.write(file, sound, SAMPLE_RATE, subtype="PCM_16", format="WAV")
    return file.getvalue()


def _is_here(host: str) -> bool:
    """Tell whether a host is this machine: by its literal address, as a name may lead elsewhere."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
