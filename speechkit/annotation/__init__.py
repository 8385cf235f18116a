"""What a conversation says about health: entities, attributes and relations, beside redacted text."""

from typing import TYPE_CHECKING

from speechkit.core.lazy import lazy_names

if TYPE_CHECKING:
    from speechkit.annotation.stage import AnnotateOptions, AnnotateStage

__all__ = ["AnnotateOptions", "AnnotateStage"]

__getattr__, __dir__ = lazy_names(
    __name__,
    {"AnnotateOptions": "stage", "AnnotateStage": "stage"},
)
