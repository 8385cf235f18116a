"""Voice activity by Silero VAD on onnxruntime: where there is speech. No torch needed.

Source: Silero VAD 6 (https://github.com/snakers4/silero-vad, MIT), pinned as `silero-vad`. The
network looks at 32 ms at a time, with 4 ms of what came before and a recurrent state, and gives
the probability of speech.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from speechkit.audio.sound import blocks
from speechkit.core.digest import digest_of
from speechkit.core.engine_base import EngineBase
from speechkit.core.engines import SAMPLE_RATE, DetectVoice, Sound
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources
from speechkit.core.time import Interval, round_ms
from speechkit.storage import models

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

MODEL = "silero-vad"
FRAME = 512  # samples a step: 32 ms
_CONTEXT = 64  # samples of the step before that the network sees again
# Speech goes on until the probability falls this far below the threshold: no flicker at the edge.
_HYSTERESIS = 0.15
# After so long (seconds) of quiet the network starts afresh: what it remembers of speech before a
# pause made it deaf to softer speech after it. Only of quiet: music must not surprise it each time.
_FORGET = 2.0
_QUIET = 0.15  # probability below which it may be quiet
_QUIET_LEVEL = 10 ** (-45 / 20)  # root mean square below which it is


class SileroOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes the result. Times in seconds.

    `threshold`: probability from which it is speech. `min_speech`: shorter stretches are dropped.
    `min_silence`: shorter pauses are bridged. `pad`: added on either side, at most half a pause.
    """

    threshold: float = 0.5
    min_speech: float = 0.25
    min_silence: float = 0.1
    pad: float = 0.03

    def __post_init__(self) -> None:
        if not 0 < self.threshold < 1:
            raise UsageError(
                f"silero: threshold is a probability between 0 and 1, not {self.threshold}"
            )


class Silero(EngineBase[SileroOptions]):
    """The engine `voice-detector.silero`."""

    name = "silero"
    options_type = SileroOptions

    @property
    def revision(self) -> str:
        """Digest of the weights and of how they are run."""
        return digest_of([models.get_model(MODEL).revision, _FORGET, _QUIET_LEVEL])

    @contextmanager
    def open(self, resources: Resources) -> Iterator[DetectVoice]:  # noqa: ARG002
        """Load the network; yield mono samples (n,) at 16 kHz → intervals of speech in seconds."""
        session = _load()

        def detect(samples: Sound) -> tuple[Interval, ...]:
            return intervals(_probabilities(session, samples), len(samples), self.settings)

        yield detect


def intervals(
    probabilities: NDArray[np.float32], num_samples: int, options: SileroOptions
) -> tuple[Interval, ...]:
    """Turn a probability per 32 ms step into intervals of speech, sorted and disjoint.

    >>> p = np.repeat(np.array([0, 0.9, 0], dtype=np.float32), [10, 20, 10])
    >>> intervals(p, 40 * FRAME, SileroOptions(pad=0.0))
    ((0.32, 0.96),)
    """
    step = FRAME / SAMPLE_RATE
    total = num_samples / SAMPLE_RATE
    low = options.threshold - _HYSTERESIS
    found: list[Interval] = []
    start: int | None = None
    quiet: int | None = None  # where the present pause within speech began
    for index, probability in enumerate(probabilities.tolist()):
        if probability >= options.threshold:
            start = index if start is None else start
            quiet = None
        elif start is not None and probability < low:
            quiet = index if quiet is None else quiet
            if (index + 1 - quiet) * step >= options.min_silence:
                found.append((start * step, quiet * step))
                start = quiet = None
    if start is not None:
        end = len(probabilities) if quiet is None else quiet
        found.append((start * step, min(total, end * step)))
    return _pad([i for i in found if i[1] - i[0] >= options.min_speech], total, options.pad)


def _pad(found: list[Interval], total: float, pad: float) -> tuple[Interval, ...]:
    padded: list[Interval] = []
    for index, (start, end) in enumerate(found):
        before = start if index == 0 else (start - found[index - 1][1]) / 2
        after = total - end if index + 1 == len(found) else (found[index + 1][0] - end) / 2
        padded.append((round_ms(start - min(pad, before)), round_ms(end + min(pad, after))))
    return tuple(padded)


def _load() -> Any:
    """Return the onnxruntime session, on one thread: the steps are too small to share out."""
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    settings.inter_op_num_threads = 1
    settings.log_severity_level = 3
    path = models.resolve(MODEL) / "silero_vad_16k_op15.onnx"
    return onnxruntime.InferenceSession(str(path), settings, providers=["CPUExecutionProvider"])


def _probabilities(session: Any, samples: Sound) -> NDArray[np.float32]:
    """Return the probability of speech for each 32 ms step, shape (steps,)."""
    fresh = np.zeros((2, 1, 128), dtype=np.float32)
    state, quiet = fresh, 0
    rate = np.array(SAMPLE_RATE, dtype=np.int64)
    out = np.zeros(-(-len(samples) // FRAME), dtype=np.float32)
    for index, window in enumerate(_steps(samples)):
        probability, state = session.run(None, {"input": window, "state": state, "sr": rate})
        out[index] = probability[0, 0]
        still = out[index] < _QUIET and float(np.sqrt(np.mean(window**2))) < _QUIET_LEVEL
        quiet = quiet + 1 if still else 0
        if quiet * FRAME >= _FORGET * SAMPLE_RATE:
            state, quiet = fresh, 0
    return out


def _steps(samples: Sound) -> Iterator[Samples]:
    """Yield what the network sees at each step: shape (1, context + frame), zeros at the ends."""
    context = np.zeros(_CONTEXT, dtype=np.float32)
    for _, block in blocks(samples):
        missing = -len(block) % FRAME  # only in the last block
        padded = np.concatenate([context, block, np.zeros(missing, dtype=np.float32)])
        for start in range(0, len(block), FRAME):
            yield padded[start : start + FRAME + _CONTEXT][None]
        context = padded[-_CONTEXT:]
