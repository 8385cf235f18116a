"""The stage `roles`: attributed segments and turns → which part each speaker plays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec

from speechkit.core.stage import Resources, Task, Work, Writes
from speechkit.core.types import Item, Participant, Role, Segment, SpeakerRole, Turn
from speechkit.diarization.roles import Speech, assign_roles, sentences_of
from speechkit.language import main_language


class RolesOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes the result. `from_metadata`: believe the roles listed for channels."""

    from_metadata: bool = True


class RolesStage:
    """Reads `turns` and `attributed`, writes `roles`."""

    name = "roles"
    version = "1"
    reads: tuple[str, ...] = ("turns", "attributed")
    writes = Writes(name="roles", kind="roles")
    engine = ""
    revision = ""

    def __init__(self, options: RolesOptions | None = None) -> None:
        self.options = options or RolesOptions()

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Work]:  # noqa: ARG002
        """Yield tasks → a role for each speaker of the turns, sorted by speaker."""

        def work(tasks: Sequence[Task]) -> Sequence[tuple[Item, ...]]:
            return [self._one(task) for task in tasks]

        yield work

    def _one(self, task: Task) -> tuple[SpeakerRole, ...]:
        turns: tuple[Turn, ...] = task.layers["turns"].items
        segments: tuple[Segment, ...] = task.layers["attributed"].items
        if self.options.from_metadata:
            listed = roles_by_channel(turns, task.recording.participants)
            if listed is not None:
                return listed
        speakers = {turn.speaker for turn in turns}
        speech = {
            speaker: Speech(
                sentences=tuple(
                    sentence
                    for segment in segments
                    if segment.speaker == speaker
                    for sentence in sentences_of(segment.text)
                )
            )
            for speaker in speakers
        }
        return assign_roles(speech, main_language(segments, task.recording.context.languages))


def roles_by_channel(
    turns: Sequence[Turn], participants: Sequence[Participant]
) -> tuple[SpeakerRole, ...] | None:
    """Return the listed roles where every speaker has a channel with a participant, else None."""
    roles: dict[int | None, Role] = {
        person.channel: person.role for person in participants if person.channel is not None
    }
    channels = {turn.speaker: turn.channel for turn in turns}
    if not channels or any(channel not in roles for channel in channels.values()):
        return None
    return tuple(
        SpeakerRole(speaker=speaker, role=roles[channel], confidence=1.0)
        for speaker, channel in sorted(channels.items())
    )
