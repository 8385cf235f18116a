"""pyannote's diarization pipeline from local files, without the model hub."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pyannote.audio import Model
from pyannote.audio.core.plda import PLDA
from pyannote.audio.pipelines import SpeakerDiarization
from pyannote.core import SlidingWindow, SlidingWindowFeature
from torch import Tensor

from speechkit.core.arithmetic import side_by_side
from speechkit.core.engines import SAMPLE_RATE
from speechkit.diarization.average_voice import average_voice
from speechkit.diarization.clustering import RunClustering, split_runs
from speechkit.diarization.embeddings import EmbeddingName, embed_runs, load_embedding

_WINDOW = 10.0  # seconds that the segmentation network hears at once
_STEP = 2.0  # seconds from one window to the next; 1.0 costs twice as much for no fewer errors
# Windows that the network hears together. On a processor more are no faster; on a GPU 64 take 1.5 GiB.
_ON_PROCESSOR, _ON_GPU = 4, 64
# Runs of speech are parted at pauses of this length and halved above that, in seconds: long enough
# for a vector, short enough that two speakers taken for one by the segmentation can be parted.
_PAUSE = 0.1
_LONGEST_RUN = 4.0


def build(
    segmentation_path: Path,
    embedding: EmbeddingName,
    *,
    threshold: float,
    pair_threshold: float,
    min_run: float,
    min_speaker: float,
    min_pause: float,
    device: str,
    threads: int = 1,
) -> Any:
    """Return `pyannote.audio`'s `SpeakerDiarization` with the given networks and settings.

    `threads`: batches, and embeddings, that a processor computes side by side.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        segmentation = Model.from_pretrained(str(segmentation_path))
        assert segmentation is not None
        # pyannote can make neither its embedding nor its PLDA from what is here. Made for oracle
        # clustering, the pipeline loads no embedding; the PLDA is only ever used by VBx.
        pipeline: Any = SpeakerDiarization(
            segmentation=segmentation,
            segmentation_step=_STEP / _WINDOW,
            clustering="OracleClustering",
            plda=PLDA.__new__(PLDA),
            segmentation_batch_size=_ON_PROCESSOR if device == "cpu" else _ON_GPU,
        )
    pipeline.instantiate({"segmentation": {"min_duration_off": min_pause}})
    pipeline.klustering = "RunClustering"
    pipeline.clustering = RunClustering(
        threshold=threshold,
        pair_threshold=pair_threshold,
        min_run=min_run,
        min_speaker=min_speaker,
        window=_WINDOW,
        step=_STEP,
        average=average_voice(embedding),
    )
    pipeline._embedding = load_embedding(embedding)
    pipeline._expects_num_speakers = False

    def runs(file: Any, hook: Any = None) -> SlidingWindowFeature:
        del hook
        heard = local_speakers(pipeline._segmentation, file["waveform"], threads)
        frame_rate = heard.data.shape[1] / _WINDOW
        parted = split_runs(
            heard.data,
            min_gap=round(_PAUSE * frame_rate),
            longest=round(_LONGEST_RUN * frame_rate),
        )
        return SlidingWindowFeature(parted, heard.sliding_window)

    def embeddings(
        file: Any, units: SlidingWindowFeature, *, exclude_overlap: bool = True, hook: Any = None
    ) -> Any:
        del exclude_overlap, hook
        return embed_runs(
            file["waveform"][0],
            np.nan_to_num(units.data),
            window=_WINDOW,
            step=_STEP,
            embedding=pipeline._embedding,
            threads=threads,
        )

    pipeline.get_segmentations = runs
    pipeline.get_embeddings = embeddings
    pipeline.to(torch.device(device))
    return pipeline


def local_speakers(segmentation: Any, waveform: Tensor, threads: int) -> SlidingWindowFeature:
    """Sound (1, n) → who speaks in each window: (windows, frames, speakers), 0 or 1.

    As `Inference.slide` of pyannote has it, several batches side by side: whole windows, then what
    is left, filled up with zeros.
    """
    size, step = round(_WINDOW * SAMPLE_RATE), round(_STEP * SAMPLE_RATE)
    length = waveform.shape[1]
    starts = range(0, max(0, length - size + 1), step)
    batches = [
        torch.stack([waveform[:, at : at + size] for at in starts[n : n + segmentation.batch_size]])
        for n in range(0, len(starts), segmentation.batch_size)
    ]
    if not starts or starts[-1] + size < length:
        rest = waveform[:, len(starts) * step :]
        batches.append(torch.nn.functional.pad(rest, (0, size - rest.shape[1]))[None])
    heard = side_by_side(segmentation.infer, batches, threads)
    return SlidingWindowFeature(
        np.vstack(heard), SlidingWindow(start=0.0, duration=_WINDOW, step=_STEP)
    )
