"""What was said: whisper engines, word alignment, attribution of words to speakers."""

from typing import TYPE_CHECKING

from speechkit.core.lazy import lazy_names

if TYPE_CHECKING:
    from speechkit.transcription.align_stage import AlignOptions, AlignStage, align_file
    from speechkit.transcription.attribute_stage import AttributeOptions, AttributeStage
    from speechkit.transcription.stage import TranscribeOptions, TranscribeStage

__all__ = [
    "AlignOptions",
    "AlignStage",
    "AttributeOptions",
    "AttributeStage",
    "TranscribeOptions",
    "TranscribeStage",
    "align_file",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "align_file": "align_stage",
        "AlignOptions": "align_stage",
        "AlignStage": "align_stage",
        "AttributeOptions": "attribute_stage",
        "AttributeStage": "attribute_stage",
        "TranscribeOptions": "stage",
        "TranscribeStage": "stage",
    },
)
