"""The engine `openai:ADDRESS#MODEL`: a server that speaks OpenAI's `/v1/audio/transcriptions`.

`openai:http://127.0.0.1:8000/v1#whisper-large-v3` works with vLLM, SGLang, NIM, whisper.cpp's server and
others. Sound stays on this machine unless `leaves_this_machine` is set: then the consent of each
recording is asked, and the journal says what went where. No proxy is used and no redirection followed.

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
from speechkit.core.vocabulary import as_prompt, parse_vocabulary
from speechkit.transcription import chunks
from speechkit.transcription.budget import Budget, price_of
from speechkit.transcription.external import make_transcript, parse_output, shifted
from speechkit.transcription.server_client import Client, ClientOptions

_FORM = "openai:ADDRESS#MODEL, as openai:http://127.0.0.1:8000/v1#whisper-large-v3"


class ServerOptions(ClientOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked of a server, beside how (`ClientOptions`).

    `prompt`: text that the model is shown before. `vocabulary`: words to be expected, one a line; the
    prompt ends in them. `temperature`: 0 draws nothing at random.
    `chunk`: seconds of sound in a request, cut in pauses; 0: all of it, for servers that cut by
    themselves. `voice_detector`: finds the pauses.
    """

    prompt: str = ""
    vocabulary: str = ""
    temperature: float = 0.0
    chunk: float = 0.0
    voice_detector: str = "silero"
    speakers: bool | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        parse_vocabulary(self.vocabulary)
        if self.chunk < 0:
            raise UsageError("openai: chunk is in seconds, from 0 upwards")


class ServerEngine(EngineBase[ServerOptions]):
    """A model behind an address."""

    name = "openai"
    options_type = ServerOptions
    packages = ("httpx",)
    extra = "server"
    has_models = True
    info = EngineInfo(
        needs_model=True, vocabulary=True, run_options=ClientOptions.__struct_fields__
    )

    def __init__(self, model: str = "", options: Mapping[str, Any] = {}) -> None:
        """Check the address.

        Raises:
            UsageError: if it is none, names no model, or lies on another machine and may not.
        """
        super().__init__(model, options)
        self._address, _, self._served = model.partition("#")
        parts = urlsplit(self._address)
        if parts.scheme not in ("http", "https") or not parts.hostname or not self._served:
            raise UsageError(f"openai: write {_FORM}")
        if parts.username or parts.password:
            raise UsageError("openai: no password in the address; see the option key_variable")
        away = not _is_here(parts.hostname)
        if away and not self.settings.leaves_this_machine:
            raise UsageError(
                f"openai: {parts.hostname} is another machine, and recordings do not leave this "
                "one; run the server here, on 127.0.0.1, or permit it: --leaves-this-machine"
            )
        if away and parts.scheme != "https":
            raise UsageError(f"openai: {parts.hostname} is another machine; only https goes there")
        price = self.settings.price
        self._price = price_of(parts.hostname, self._served) if price is None else price
        Budget(self._price, self.settings.max_cost)  # is there a price to count with?
        speakers = self.settings.speakers
        if speakers is None:
            speakers = "diarize" in self._served.lower()
        self.info = msgspec.structs.replace(
            type(self).info,
            speakers=speakers,
            # OpenAI's model that names speakers refuses a prompt.
            vocabulary=not speakers,
            leaves_this_machine=away,
            in_flight=self.settings.in_flight,
            price=self._price,
        )

    @property
    def revision(self) -> str:
        """Digest of address and model: a server does not say which weights it runs."""
        return digest_of([self._address, self._served])

    def reach(self) -> None:
        """Ask the server for its models.

        Raises:
            ModelError: if no server answers, or it does not have the model.
        """
        with self._client(Budget(self._price, 0.0)) as client:
            client.check_model()

    def _client(self, budget: Budget) -> Client:
        key = os.environ.get(self.settings.key_variable, "")
        return Client(self._address, self._served, self.settings, key, budget)

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Transcribe]:
        """Ask the server for its models; yield mono samples (n,) at 16 kHz → transcript.

        Raises:
            ModelError: if no server answers, or it does not have the model.
            InputError: from the function, if a request fails for good.
        """
        settings = self.settings
        with ExitStack() as stack:
            client = stack.enter_context(self._client(Budget(self._price, settings.max_cost)))
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
                    length = part[1] - part[0]
                    answer = client.transcribe(sound, self._fields(language), length)
                    read = parse_output(msgspec.json.encode(answer).decode(), self.spec)
                    heard = make_transcript(read, duration=length, language=language)
                    return shifted(heard.segments, part[0])

                segments = [each for found in pool.map(one, parts) for each in found]
                heard = make_transcript(segments, duration=duration, language=language)
                return msgspec.structs.replace(heard, parts=parts if len(parts) > 1 else ())

            yield transcribe

    def _voice_detector(self) -> VoiceDetector:
        asked = {"threshold": "0.35", "min_speech": "0.1", "pad": "0"}
        return make_engine("voice-detector", self.settings.voice_detector, asked)

    def _fields(self, language: str | None) -> dict[str, str]:
        fields = {"temperature": f"{self.settings.temperature:g}"}
        if self.info.speakers:
            fields["chunking_strategy"] = "auto"  # OpenAI asks for it where speakers are named
        if language:
            fields["language"] = language
        if prompt := as_prompt(self.settings.vocabulary, self.settings.prompt):
            fields["prompt"] = prompt
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
