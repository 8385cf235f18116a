"""pyannote's diarization pipeline from local files, without the model hub."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import torch
from pyannote.audio import Audio, Model
from pyannote.audio.core.plda import PLDA
from pyannote.audio.pipelines import SpeakerDiarization
from pyannote.audio.pipelines.clustering import AgglomerativeClustering

from speechkit.diarize.embeddings import EmbeddingName, load_embedding

_MAX_LOCAL_SPEAKERS = 3  # that the segmentation network tells apart within its 10 s


def build(
    segmentation_path: Path,
    embedding: EmbeddingName,
    *,
    threshold: float,
    min_cluster_size: int,
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
        pipeline = SpeakerDiarization(
            segmentation=segmentation,
            clustering="OracleClustering",
            plda=PLDA.__new__(PLDA),
            embedding_exclude_overlap=True,
            embedding_batch_size=_MAX_LOCAL_SPEAKERS,
            segmentation_batch_size=8,
        )
    pipeline.klustering = "AgglomerativeClustering"
    pipeline.clustering = AgglomerativeClustering(metric="cosine")
    pipeline._embedding = load_embedding(embedding)
    pipeline._audio = Audio(sample_rate=pipeline._embedding.sample_rate, mono="downmix")
    pipeline._expects_num_speakers = False
    pipeline.instantiate(
        {
            "segmentation": {"min_duration_off": min_pause},
            "clustering": {
                "method": "average",
                "threshold": threshold,
                "min_cluster_size": min_cluster_size,
            },
        }
    )
    pipeline.to(torch.device(device))
    return pipeline
