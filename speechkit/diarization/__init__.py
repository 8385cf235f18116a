"""Who spoke when: pyannote, channel-wise, voice activity, roles."""

from typing import TYPE_CHECKING

from speechkit.core.lazy import lazy_names

if TYPE_CHECKING:
    from speechkit.diarization.named_turns_stage import NamedTurnsStage
    from speechkit.diarization.roles_stage import RolesOptions, RolesStage
    from speechkit.diarization.stage import DiarizeOptions, DiarizeStage

__all__ = [
    "DiarizeOptions",
    "DiarizeStage",
    "NamedTurnsStage",
    "RolesOptions",
    "RolesStage",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "DiarizeOptions": "stage",
        "DiarizeStage": "stage",
        "NamedTurnsStage": "named_turns_stage",
        "RolesOptions": "roles_stage",
        "RolesStage": "roles_stage",
    },
)
