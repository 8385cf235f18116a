"""Aligner `attention`: keeps the transcriber's own word times, moved out to quiet.

Cross-attention ends words 0.1-0.3 s early and may miss starts by seconds, so these times need a
wide margin (`core/margins.py`). For languages that no other aligner knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec

from speechkit.core.engine_base import EngineBase
from speechkit.core.engines import Align, EngineInfo, Sound
from speechkit.core.margins import DRAFT_TIMES, WIDEST
from speechkit.core.stage import Resources
from speechkit.core.types import Segment
from speechkit.transcription.apply_alignment import keep_draft_times


class AttentionOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`widen`: move edges out to quiet."""

    widen: bool = True


class AttentionAligner(EngineBase[AttentionOptions]):
    """The engine; needs no weights."""

    name = DRAFT_TIMES
    options_type = AttentionOptions
    info = EngineInfo(word_margin=WIDEST)

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Align]:  # noqa: ARG002
        """Nothing is loaded."""

        def align(
            samples: Sound,
            segments: Sequence[Segment],
            language: str,  # noqa: ARG001
        ) -> tuple[Segment, ...]:
            return keep_draft_times(samples, segments, widened=self.settings.widen)

        yield align
