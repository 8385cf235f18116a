"""The redacted copy as it lies on disk: written, listened to, and searched for what is left."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec

from speechkit.audio.encode import Bits, write_audio
from speechkit.audio.faint import audible
from speechkit.audio.sound import open_sound
from speechkit.core.engines import SAMPLE_RATE, DetectPhi, DetectVoice, Sound, Transcribe
from speechkit.core.types import PhiSpan, Redaction, Segment
from speechkit.deidentification.audio.listened import Listened, find_all_keys, keyed
from speechkit.deidentification.audio.masked_words import kept_words
from speechkit.deidentification.audio.placement import MaskRequest
from speechkit.deidentification.check.again import changes, fingerprint
from speechkit.deidentification.check.comparison import Token
from speechkit.deidentification.check.relisten import Relistening, relisten, search
from speechkit.deidentification.policy import Policy
from speechkit.language import primary_subtag


class Engines(msgspec.Struct, frozen=True, kw_only=True):
    """The opened engines; `detect` None: what listeners write is not searched for identifiers.
    `policy` says which of them go."""

    voice: DetectVoice
    listeners: tuple[Transcribe, ...]
    detect: DetectPhi | None
    policy: Policy


class StoredCopy:
    """A copy that is written anew each time more of it is masked; close `stack` when it is done."""

    def __init__(
        self,
        path: Path,
        sample_rate: int,
        bits: Bits,
        scratch: Path,
        stack: ExitStack,
    ) -> None:
        self.path, self.scratch = path, scratch
        self._sample_rate, self._bits, self._stack = sample_rate, bits, stack

    def write(self, masked: Sequence[Sound]) -> Sequence[Sound]:
        """Write masked channels; return what a reader of the file gets, until the next call."""
        self._stack.close()
        write_audio(self.path, masked, self._sample_rate, bits=self._bits)
        return self._stack.enter_context(
            open_sound(self.path, self._sample_rate, mono=False, scratch=self.scratch)
        )


class Listening:
    """Listens to a stored copy as an attacker would, and looks for identifiers in what it hears."""

    def __init__(
        self,
        copy: StoredCopy,
        engines: Engines,
        listened: Listened,
        segments: Sequence[Segment],
        spans: Sequence[PhiSpan],
        language: str,
    ) -> None:
        self._kept = kept_words(segments, spans)
        self._copy, self._engines = copy, engines
        self._listened, self._segments, self._language = listened, segments, language
        self._relistening: Relistening | None = None
        self._fingerprints: dict[int | None, tuple[int, ...]] = {}
        self.keys: tuple[MaskRequest, ...] = ()

    def listen(self, _: Sequence[Sound]) -> list[Token]:
        """Let every listener write down every channel of the file; return all that was heard.

        What is bit for bit as it was the last time is not listened to again.
        """
        others = {
            other: [(s.start, s.end, s.channel) for s in self._segments if s.language == other]
            for other in others_of(self._segments, self._language)
        }
        with open_sound(
            self._copy.path, SAMPLE_RATE, mono=False, scratch=self._copy.scratch
        ) as stored:
            sounds = self._listened.sounds(stored)
            fingerprints = {number: fingerprint(sound) for number, sound in sounds.items()}
            self.keys = keyed(find_all_keys(list(sounds.values())))
            self._relistening = relisten(
                {
                    number: audible(sound, self._listened.voices[number].faint)
                    for number, sound in sounds.items()
                },
                self._engines.listeners,
                self._language,
                others=others,
                before=self._relistening,
                changed={
                    number: changes(self._fingerprints[number], now)
                    for number, now in fingerprints.items()
                    if number in self._fingerprints
                },
            )
            self._fingerprints = fingerprints
        return self._relistening.tokens(self._language)

    def search(self, masks: Sequence[Redaction]) -> tuple[MaskRequest, ...]:
        """Return what else has to go, as what was heard last shows."""
        if self._engines.detect is None or self._relistening is None:
            return self.keys
        return self.keys + search(
            self._relistening,
            self._engines.detect,
            self._engines.policy,
            self._language,
            masks=masks,
            voices={number: one.all for number, one in self._listened.voices.items()},
            # Words without confidence were written or accepted by people.
            settled=[word for word in self._kept if word.confidence is None],
            draft=self._kept,
        )


def others_of(segments: Sequence[Segment], language: str) -> list[str]:
    """Return the languages of segments that are not the recording's."""
    main = primary_subtag(language)
    known = {s.language for s in segments if s.language and s.text}
    return sorted(one for one in known if primary_subtag(one) != main)
