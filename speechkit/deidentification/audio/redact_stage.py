"""The stage `redact`: audio, transcript and spans → a redacted copy of both, and two findings.

Fails closed: a copy in which something removed is heard again, or whose text still holds it, has
the verdict `failed`; one in which too much may not have been found, `doubtful`. Such a copy keeps
neither audio nor text, and nothing of it lies in the `redacted` area.

Channels of the same sound are listened to once, all others by themselves, at their own level. An
identifier is masked on all channels, unless `crosstalk` is off.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from speechkit.audio.encode import bits_of, write_audio
from speechkit.audio.sound import open_sound
from speechkit.core.digest import digest_file, digest_of
from speechkit.core.engines import (
    DetectPhi,
    PhiDetector,
    Sound,
    Transcriber,
    VoiceDetector,
    make_engine,
)
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources, Task, Work, Workspace, Writes
from speechkit.core.time import Interval, subtract, union
from speechkit.core.types import (
    Audio,
    Discovery,
    PhiSpan,
    RedactedCopy,
    Removal,
    Segment,
)
from speechkit.deidentification.audio.listened import Listened, keyed, listen_to
from speechkit.deidentification.audio.redact import Findings, Outcome, find, redact, whole_span
from speechkit.deidentification.audio.redact_options import RedactOptions
from speechkit.deidentification.audio.stored_copy import (
    Engines,
    Listening,
    StoredCopy,
    others_of,
)
from speechkit.deidentification.audio.voices import with_other_voices
from speechkit.deidentification.check.draft_quality import doubt
from speechkit.deidentification.check.leak_check import rare_in
from speechkit.deidentification.check.verdict import discovery, verdict_of
from speechkit.deidentification.policy import apply_policy, load_policy, policy_digest
from speechkit.deidentification.text.detect_stage import open_detector
from speechkit.deidentification.text.residual import left_in
from speechkit.deidentification.text.tagging import redact_segments
from speechkit.language import main_language
from speechkit.storage.files import scratch_prefix

__all__ = ["NAME", "RedactOptions", "RedactStage"]

NAME = "redact"
_FLAC_CHANNELS = 8


class RedactStage:
    """Masks what must not be heard, takes it out of the text, and listens whether it is gone."""

    name = NAME
    version = "4"
    reads: tuple[str, ...] = ("attributed", "phi")
    writes = Writes(name="redacted", kind="redacted")

    def __init__(self, options: RedactOptions = RedactOptions()) -> None:  # noqa: B008
        self.options = options
        self._voice: VoiceDetector = make_engine("voice-detector", options.voice_detector)
        self._listeners: list[Transcriber] = [
            make_engine("transcriber", spec, given) for spec, given in options.listeners
        ]
        if not self._listeners:
            raise UsageError("redact: the copy would not be checked; name a check_engine")
        self._policy = load_policy(options.policy)
        self._detector: PhiDetector | None = (
            open_detector(options.detector, self._policy, options.detector_options)
            if options.detector
            else None
        )

    @property
    def engine(self) -> str:
        """Full names of who listens, of who finds speech and of who finds identifiers."""
        specs = [listener.spec for listener in self._listeners]
        found = [self._detector.spec] if self._detector else []
        return "+".join([*dict.fromkeys(specs), self._voice.spec, *found])

    @property
    def revision(self) -> str:
        """Digest of the weights of all of them, and of the policy."""
        revisions = [*(listener.revision for listener in self._listeners), self._voice.revision]
        if self._detector is not None:
            revisions += [self._detector.revision, policy_digest(self._policy)]
        return digest_of(revisions)

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Work]:
        """Load the engines; yield a function from tasks to redacted copies."""
        with ExitStack() as stack:
            engines = Engines(
                voice=stack.enter_context(self._voice.open(resources)),
                listeners=tuple(
                    stack.enter_context(one.open(resources)) for one in self._listeners
                ),
                detect=stack.enter_context(self._detector.open(resources))
                if self._detector
                else None,
                policy=self._policy,
            )

            def work(tasks: Sequence[Task]) -> list[tuple[RedactedCopy, ...]]:
                return [(self._one(task, engines),) for task in tasks]

            yield work

    def _one(self, task: Task, engines: Engines) -> RedactedCopy:
        options = self.options
        segments: tuple[Segment, ...] = task.layers["attributed"].items
        phi: tuple[PhiSpan, ...] = task.layers["phi"].items
        scratch = task.workspace.scratch
        sample_rate = task.recording.audio.sample_rate
        language = main_language(segments, task.recording.context.languages)
        listened = listen_to(task.audio_path, engines.voice, scratch)
        phi += self._in_other_languages(segments, language, engines.detect)
        findings = self._find(segments, phi, listened, language)
        with ExitStack() as stack, ExitStack() as copies:
            folder = stack.enter_context(
                tempfile.TemporaryDirectory(prefix=scratch_prefix("redacting"), dir=scratch)
            )
            channels = self._channels(task, segments, Path(folder), stack)
            suffix = ".flac" if len(channels) <= _FLAC_CHANNELS else ".wav"
            path = Path(folder) / f"copy{suffix}"
            bits = bits_of(task.recording.audio.codec)
            copy = StoredCopy(path, sample_rate, bits, scratch, copies)
            listening = Listening(copy, engines, listened, segments, findings.spans, language)
            outcome = redact(
                channels,
                sample_rate,
                segments,
                findings,
                listener=listening.listen,
                search=listening.search,
                store=copy.write,
                language=language,
                method=options.method,
                max_rounds=options.max_rounds,
                options=options.placing,
                alike=[group for group in listened.groups.values() if len(group) > 1],
            )
            audio = Audio(
                sha256=digest_file(path),
                uri="",
                sample_rate=sample_rate,
                num_samples=len(channels[0]),
                num_channels=len(channels),
                codec=f"{suffix[1:]}/pcm_{bits}",
            )
            released = redact_segments(segments, outcome.spans)
            readable = rare_in(released, findings.removed, language)
            removal = Removal(
                verdict="clean"
                if outcome.clean and not listening.keys and not readable
                else "failed",
                listeners=self._checked_by(),
                channels=len(listened.groups),
                rounds=outcome.rounds,
                heard=outcome.heard + len(readable),
                keys=len(listening.keys),
            )
            found = self._discovery(segments, outcome, listened, language)
            return _copy(released, outcome, removal, found, audio, path, task.workspace)

    def _in_other_languages(
        self, segments: Sequence[Segment], language: str, detect: DetectPhi | None
    ) -> tuple[PhiSpan, ...]:
        """What goes from segments in another language: what is found with its own tables, and all of
        those for which there are no tables."""
        spans: list[PhiSpan] = []
        for other in others_of(segments, language):
            own = tuple(s for s in segments if s.language == other and s.text)
            try:
                found = detect(own, other) if detect is not None else ()
            except UsageError:  # no tables
                spans += [whole_span(segment, "language") for segment in own]
            else:
                spans += apply_policy(self._policy, found)
        return tuple(spans)

    def _find(
        self,
        segments: Sequence[Segment],
        phi: Sequence[PhiSpan],
        listened: Listened,
        language: str,
    ) -> Findings:
        """What must go: identifiers, unwritten speech, keyed numbers."""
        options = self.options
        speech: list[tuple[Sequence[Interval], int | None]] = [
            (listened.voices[number].all if options.uncovered else (), number)
            for number in listened.groups
        ]
        if options.uncovered:
            speech += self._only_in_differences(listened)
        findings = find(segments, phi, speech, language, options.placing)
        return msgspec.structs.replace(findings, unknown=(*findings.unknown, *keyed(listened.keys)))

    def _only_in_differences(
        self, listened: Listened
    ) -> list[tuple[Sequence[Interval], int | None]]:
        """Speech that sounds on no channel by itself, of all channels."""
        plain = union(i for number in listened.groups for i in listened.voices[number].all)
        return [
            (subtract(listened.voices[number].all, plain), None) for number in listened.differences
        ]

    def _discovery(
        self, segments: Sequence[Segment], outcome: Outcome, listened: Listened, language: str
    ) -> Discovery:
        doubted = doubt(segments)
        voices = list(listened.voices.values())
        words = [(word.start, word.end) for segment in segments for word in segment.words]
        reach = self.options.cover_margin
        known = [(start - reach, end + reach) for start, end in words]
        speech = union(interval for one in voices for interval in one.all)
        return discovery(
            doubt=doubted,
            speech=speech,
            faint=union(interval for one in voices for interval in one.faint),
            unwritten=subtract(speech, known) if words or not _has_text(segments) else (),
            num_words=sum(len(s.words) or len(s.text.split()) for s in segments),
            added=outcome.added,
            keyed=len(listened.keys),
            unsettled=outcome.unsettled,
            languages=[s.language for s in segments if s.language],
            sounds=listened.rises,
            limits=self.options.limits,
            left=left_in(segments, outcome.spans, language, doubt=doubted),
        )

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

    def _checked_by(self) -> tuple[str, ...]:
        return tuple(
            " ".join([one.spec, *(f"{key}={value}" for key, value in sorted(given.items()))])
            for one, (_, given) in zip(self._listeners, self.options.listeners, strict=True)
        )


def _has_text(segments: Sequence[Segment]) -> bool:
    return any(segment.text for segment in segments)


def _copy(
    segments: Sequence[Segment],
    outcome: Outcome,
    removal: Removal,
    found: Discovery,
    audio: Audio,
    path: Path,
    workspace: Workspace,
) -> RedactedCopy:
    """Put the audio where it may be released from, if all is well."""
    verdict = verdict_of(removal, found)
    clean = verdict == "clean"
    if clean:
        uri = workspace.put_audio(path, audio.sha256, area="redacted")
        audio = msgspec.structs.replace(audio, uri=uri)
    return RedactedCopy(
        audio=audio,
        segments=tuple(segments) if clean else (),
        redactions=outcome.redactions,
        verdict=verdict,
        rounds=removal.rounds,
        heard=removal.heard,
        doubt=found.doubt,
        checked_by=removal.listeners,
        removal=removal,
        discovery=found,
    )
