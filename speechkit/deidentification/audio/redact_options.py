"""The options of the stage `redact`: how far masks reach, who listens, and what is too doubtful."""

from __future__ import annotations

import msgspec

from speechkit.audio.mask import Method
from speechkit.core.errors import UsageError
from speechkit.deidentification.audio.placement import PlaceOptions
from speechkit.deidentification.check.verdict import Limits


class RedactOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes the copy. Times in seconds.

    `method`: silence, tone or noise. `extra_margin`, `merge_gap`, `crosstalk`, `cover_margin`,
    `min_uncovered`: see `PlaceOptions`. `uncovered`: mute speech that no transcript covers.
    `disguise`: move every speaker's voice in pitch; no anonymity (see `audio/disguise.py`).
    `max_doubt`: share of words that may be wrong before a person has to correct the draft (see
    `draft_quality.py`; 1 trusts any draft); `max_unwritten`: share of the speech that may be without
    words; `max_left`: identifiers that may be left. `max_rounds`: how often to listen.
    `check_engine`, `check_options`: who listens, with other settings than the draft was made with;
    `second_engine`, `second_options`: what else listens, empty for none. `voice_detector`: who
    finds speech. `detector`, `detector_options`, `policy`: what finds identifiers in what the
    listeners write, and which of them go (as the stage `detect`); empty: they are not searched.
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
    max_unwritten: float = 0.5
    max_left: float = 3.0
    max_rounds: int = 4
    check_engine: str = "faster-whisper:base"
    check_options: dict[str, str] = msgspec.field(
        default_factory=lambda: {"beam_size": "1", "vad": "false"}
    )
    second_engine: str = "faster-whisper:base"
    second_options: dict[str, str] = msgspec.field(default_factory=lambda: {"vad_threshold": "0.2"})
    voice_detector: str = "silero"
    detector: str = "combined"
    detector_options: dict[str, str] = {}
    policy: str = "safe-harbor"

    def __post_init__(self) -> None:
        for name in ("extra_margin", "merge_gap", "cover_margin", "min_uncovered"):
            if not 0 <= getattr(self, name) < 60:
                raise UsageError(
                    f"redact: {name} must be 0 to 60 seconds, not {getattr(self, name)}"
                )
        for name in ("max_doubt", "max_unwritten"):
            if not 0 <= getattr(self, name) <= 1:
                raise UsageError(
                    f"redact: {name} is a share from 0 to 1, not {getattr(self, name)}"
                )
        if self.max_left < 0:
            raise UsageError(f"redact: max_left is a number from 0 up, not {self.max_left}")
        if not 1 <= self.max_rounds <= 20:
            raise UsageError(f"redact: max_rounds must be 1 to 20, not {self.max_rounds}")

    @property
    def placing(self) -> PlaceOptions:
        """The part that says how far masks reach."""
        names = PlaceOptions.__struct_fields__
        return PlaceOptions(**{name: getattr(self, name) for name in names})

    @property
    def limits(self) -> Limits:
        """Above which a recording waits for a person."""
        return Limits(
            max_doubt=self.max_doubt, max_unwritten=self.max_unwritten, max_left=self.max_left
        )

    @property
    def listeners(self) -> tuple[tuple[str, dict[str, str]], ...]:
        """Engine and options of everybody who listens."""
        given = (
            (self.check_engine, self.check_options),
            (self.second_engine, self.second_options),
        )
        return tuple((spec, options) for spec, options in given if spec)
