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
from pyannote.core import SlidingWindowFeature

from speechkit.diarization.average_voice import average_voice
from speechkit.diarization.clustering import RunClustering, split_runs
from speechkit.diarization.embeddings import EmbeddingName, embed_runs, load_embedding

_WINDOW = 10.0  # seconds that the segmentation network hears at once
_STEP = 2.0  # seconds from one window to the next; 1.0 costs twice as much for no fewer errors
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
) -> Any:
    """Return `pyannote.audio`'s `SpeakerDiarization` with the given networks and settings."""
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
            segmentation_batch_size=8,
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
    local_speakers = pipeline.get_segmentations

    def runs(file: Any, hook: Any = None) -> SlidingWindowFeature:
        heard = local_speakers(file, hook=hook)
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
        )

    pipeline.get_segmentations = runs
    pipeline.get_embeddings = embeddings
    pipeline.to(torch.device(device))
    return pipeline
