"""The stage `redact`: audio, transcript and spans → a redacted copy of both, and its proof.

Fails closed: a copy in which something removed is heard again, or whose text still holds it, has
the verdict `failed`, one made from a draft that is probably wrong in too many words `doubtful`. Such
a copy keeps neither audio nor text, and nothing of it lies in the `redacted` area.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from speechkit.audio.encode import bits_of, write_audio
from speechkit.audio.mask import Method
from speechkit.audio.sound import blocks, open_sound
from speechkit.core.digest import digest_file, digest_of
from speechkit.core.engines import (
    SAMPLE_RATE,
    DetectVoice,
    Sound,
    Transcribe,
    Transcriber,
    VoiceDetector,
    make_engine,
)
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources, Task, Work, Workspace, Writes
from speechkit.core.time import Interval
from speechkit.core.types import Audio, PhiSpan, RedactedCopy, Segment, Verdict
from speechkit.deidentification.audio.placement import PlaceOptions
from speechkit.deidentification.audio.redact import Findings, Outcome, find, redact
from speechkit.deidentification.audio.voices import with_other_voices
from speechkit.deidentification.check.comparison import Token, listen
from speechkit.deidentification.check.draft_quality import doubt
from speechkit.deidentification.check.leak_check import rare_in, words_of
from speechkit.deidentification.text.tagging import redact_segments
from speechkit.language import main_language
from speechkit.storage.files import scratch_prefix

NAME = "redact"
_FLAC_CHANNELS = 8


class RedactOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes the copy. Times in seconds.

    `method`: silence, tone or noise. `extra_margin`, `merge_gap`, `crosstalk`, `cover_margin`,
    `min_uncovered`: see `PlaceOptions`. `uncovered`: mute speech that no transcript covers.
    `disguise`: move every speaker's voice in pitch; no anonymity (see `audio/disguise.py`).
    `max_doubt`: share of words that may be wrong before a person has to correct the draft (see
    `doubt.py`; 1 trusts any draft). `max_rounds`: how often to listen. `check_engine`,
    `check_options`: who listens, with other settings than the draft was made with;
    `second_engine`, `second_options`: who listens as well, empty for nobody. `voice_detector`: who
    finds speech.
    """

    method: Method = "silence"
    extra_margin: float = 0.05
    merge_gap: float = 0.3
    crosstalk: bool = True
    uncovered: bool = True
    disguise: bool = False
    cover_margin: float = 0.5
    min_uncovered: float = 0.3
    max_doubt: float = 0.25
    max_rounds: int = 3
    check_engine: str = "faster-whisper:base"
    check_options: dict[str, str] = msgspec.field(
        default_factory=lambda: {"beam_size": "1", "vad": "false"}
    )
    second_engine: str = "faster-whisper:base"
    second_options: dict[str, str] = msgspec.field(default_factory=lambda: {"vad_threshold": "0.2"})
    voice_detector: str = "silero"

    def __post_init__(self) -> None:
        for name in ("extra_margin", "merge_gap", "cover_margin", "min_uncovered"):
            if not 0 <= getattr(self, name) < 60:
                raise UsageError(f"redact: {name} is 0 to 60 seconds, not {getattr(self, name)}")
        if not 0 <= self.max_doubt <= 1:
            raise UsageError(f"redact: max_doubt is a share from 0 to 1, not {self.max_doubt}")
        if not 1 <= self.max_rounds <= 20:
            raise UsageError(f"redact: max_rounds is 1 to 20, not {self.max_rounds}")

    @property
    def placing(self) -> PlaceOptions:
        """The part that says how far masks reach."""
        names = PlaceOptions.__struct_fields__
        return PlaceOptions(**{name: getattr(self, name) for name in names})


class RedactStage:
    """Masks what must not be heard, takes it out of the text, and listens whether it is gone."""

    name = NAME
    version = "3"
    reads: tuple[str, ...] = ("attributed", "phi")
    writes = Writes(name="redacted", kind="redacted")

    def __init__(self, options: RedactOptions = RedactOptions()) -> None:  # noqa: B008
        self.options = options
        self._voice: VoiceDetector = make_engine("voice-detector", options.voice_detector)
        self._listeners: list[Transcriber] = [
            make_engine("transcriber", spec, given)
            for spec, given in (
                (options.check_engine, options.check_options),
                (options.second_engine, options.second_options),
            )
            if spec
        ]
        if not self._listeners:
            raise UsageError("redact: nobody listens; name a check_engine")

    @property
    def engine(self) -> str:
        """Full names of who listens and of who finds speech."""
        specs = [listener.spec for listener in self._listeners]
        return "+".join([*dict.fromkeys(specs), self._voice.spec])

    @property
    def revision(self) -> str:
        """Digest of the weights of all of them."""
        return digest_of(
            [*(listener.revision for listener in self._listeners), self._voice.revision]
        )

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Work]:
        """Load the engines; yield a function from tasks to redacted copies."""
        with ExitStack() as stack:
            voice = stack.enter_context(self._voice.open(resources))
            ears = [stack.enter_context(one.open(resources)) for one in self._listeners]

            def work(tasks: Sequence[Task]) -> list[tuple[RedactedCopy, ...]]:
                return [(self._one(task, voice, ears),) for task in tasks]

            yield work

    def _one(self, task: Task, voice: DetectVoice, ears: Sequence[Transcribe]) -> RedactedCopy:
        options = self.options
        segments: tuple[Segment, ...] = task.layers["attributed"].items
        phi: tuple[PhiSpan, ...] = task.layers["phi"].items
        scratch = task.workspace.scratch
        sample_rate = task.recording.audio.sample_rate
        language = main_language(segments, task.recording.context.languages)
        speech = _speech(task.audio_path, segments, voice, scratch) if options.uncovered else []
        findings = find(segments, phi, speech, language, options.placing)
        with ExitStack() as stack, ExitStack() as copies:
            folder = stack.enter_context(
                tempfile.TemporaryDirectory(prefix=scratch_prefix("redacting"), dir=scratch)
            )
            channels = self._channels(task, segments, Path(folder), stack)
            suffix = ".flac" if len(channels) <= _FLAC_CHANNELS else ".wav"
            path = Path(folder) / f"copy{suffix}"
            bits = bits_of(task.recording.audio.codec)

            def store(masked: Sequence[Sound]) -> Sequence[Sound]:
                copies.close()
                write_audio(path, masked, sample_rate, bits=bits)
                return copies.enter_context(
                    open_sound(path, sample_rate, mono=False, scratch=scratch)
                )

            def listener(_: Sequence[Sound]) -> list[Token]:
                with open_sound(path, SAMPLE_RATE, mono=False, scratch=scratch) as heard_at:
                    return hear(heard_at, ears, language)

            outcome = redact(
                channels,
                sample_rate,
                segments,
                findings,
                listener=listener,
                store=store,
                language=language,
                method=options.method,
                max_rounds=options.max_rounds,
                options=options.placing,
            )
            audio = Audio(
                sha256=digest_file(path),
                uri="",
                sample_rate=sample_rate,
                num_samples=len(channels[0]),
                num_channels=len(channels),
                codec=f"{suffix[1:]}/pcm_{bits}",
            )
            return self._copy(segments, findings, outcome, audio, path, task.workspace, language)

    def _channels(
        self, task: Task, segments: Sequence[Segment], folder: Path, stack: ExitStack
    ) -> Sequence[Sound]:
        """Open what is to be masked: the recording, or the same with other voices."""
        scratch, sample_rate = task.workspace.scratch, task.recording.audio.sample_rate

        def opened(path: Path) -> Sequence[Sound]:
            return stack.enter_context(open_sound(path, sample_rate, mono=False, scratch=scratch))

        channels = opened(task.audio_path)
        if not self.options.disguise:
            return channels
        moved = folder / "moved.wav"
        voices = with_other_voices(channels, sample_rate, segments, task.recording.id)
        write_audio(moved, voices, sample_rate, bits=24)
        return opened(moved)

    def _copy(
        self,
        segments: Sequence[Segment],
        findings: Findings,
        outcome: Outcome,
        audio: Audio,
        path: Path,
        workspace: Workspace,
        language: str,
    ) -> RedactedCopy:
        """Put the audio where it may be released from, if all is well."""
        released = redact_segments(segments, outcome.spans)
        readable = rare_in(released, findings.removed, language)
        doubtful = doubt(segments)
        verdict: Verdict = "clean"
        if not outcome.clean or readable:
            verdict = "failed"
        elif doubtful > self.options.max_doubt:
            verdict = "doubtful"
        clean = verdict == "clean"
        if clean:
            uri = workspace.put_audio(path, audio.sha256, area="redacted")
            audio = msgspec.structs.replace(audio, uri=uri)
        return RedactedCopy(
            audio=audio,
            segments=tuple(released) if clean else (),
            redactions=outcome.redactions,
            verdict=verdict,
            rounds=outcome.rounds,
            heard=outcome.heard + len(readable),
            doubt=doubtful,
            checked_by=self._checked_by() if outcome.listened else (),
        )

    def _checked_by(self) -> tuple[str, ...]:
        given = (self.options.check_options, self.options.second_options)
        return tuple(
            " ".join([one.spec, *(f"{key}={value}" for key, value in sorted(options.items()))])
            for one, options in zip(self._listeners, given, strict=False)
        )


def hear(channels: Sequence[Sound], ears: Sequence[Transcribe], language: str) -> list[Token]:
    """Return all that any listener hears on any of the channels at 16 kHz."""
    tokens: list[Token] = []
    different = {_digest(channel): channel for channel in channels}  # two equal: heard once
    for channel in different.values():
        for ear in ears:
            transcript = ear(channel, language or None)
            tokens += listen(words_of(transcript.segments), language)
    return tokens


def _digest(channel: Sound) -> bytes:
    state = hashlib.sha256()
    for _, block in blocks(channel):
        state.update(block.tobytes())
    return state.digest()


def _speech(
    path: Path, segments: Sequence[Segment], voice: DetectVoice, scratch: Path
) -> list[tuple[Sequence[Interval], int | None]]:
    """Where somebody speaks: by channel if speakers have their own, else on all of them mixed."""
    apart = any(segment.channel is not None for segment in segments)
    with open_sound(path, SAMPLE_RATE, mono=not apart, scratch=scratch) as channels:
        return [
            (voice(channel), number if apart else None) for number, channel in enumerate(channels)
        ]
