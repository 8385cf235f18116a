"""Aligner `attention`: keeps the transcriber's own word times, moved out to quiet.

Cross-attention ends words 0.1-0.3 s early and may miss starts by seconds, so these times need a
wide margin (`core/margins.py`). For languages that no other aligner knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from speechkit.core.engines import Align, Sound, parse_options
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources
from speechkit.core.types import Segment
from speechkit.transcription.apply_alignment import keep_draft_times


class AttentionOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`widen`: move edges out to quiet."""

    widen: bool = True


class AttentionAligner:
    """The engine; needs no weights."""

    spec = "attention"
    revision = ""

    def __init__(self, options: AttentionOptions | None = None) -> None:
        self._options = options or AttentionOptions()

    @property
    def options(self) -> Mapping[str, Any]:
        return msgspec.to_builtins(self._options)  # type: ignore[no-any-return]

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Align]:  # noqa: ARG002
        """Nothing is loaded."""

        def align(
            samples: Sound,
            segments: Sequence[Segment],
            language: str,  # noqa: ARG001
        ) -> tuple[Segment, ...]:
            return keep_draft_times(samples, segments, widened=self._options.widen)

        yield align


def make(model: str, options: dict[str, str]) -> AttentionAligner:
    """Make the aligner.

    Raises:
        UsageError: for a model name or an unknown option.
    """
    if model:
        raise UsageError(
            f"the aligner attention has no models; write attention, not attention:{model}"
        )
    return AttentionAligner(parse_options(AttentionOptions, options, "the aligner attention"))
