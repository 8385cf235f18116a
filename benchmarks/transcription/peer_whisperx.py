"""whisperX's side of `benchmarks.transcription.end_to_end`: a file of its own, run by the Python that has whisperX.

A JSON object comes in on stdin (files, folders of weights, threads), one goes out on stdout. The
weights are speechkit's: Whisper, the segmentation network and the speaker embedding. Its diarization
pipeline is pyannote's own, with the settings of speaker-diarization-3.1; the embedding is given only
the sound of the speaker it is asked about, which is less work than pyannote's own would be.
"""

from __future__ import annotations

import json
import sys
from functools import partial
from importlib.metadata import version
from typing import Any

import numpy as np
import torch
import whisperx
from pyannote.audio import Audio, Model
from pyannote.audio.core.plda import PLDA
from pyannote.audio.pipelines import SpeakerDiarization
from pyannote.audio.pipelines.clustering import AgglomerativeClustering

from benchmarks.fixtures.stopwatch import Stopwatch
from speechkit.diarization.embeddings import Embedding, load_embedding

# https://huggingface.co/pyannote/speaker-diarization-3.1/blob/main/config.yaml
CLUSTERING = {"threshold": 0.7045654963945799, "method": "centroid", "min_cluster_size": 12}


class Masked:
    """speechkit's embedding as pyannote asks for it: a batch of sounds and of masks over frames."""

    def __init__(self, embedding: Embedding) -> None:
        self._embedding = embedding

    def __getattr__(self, name: str) -> Any:
        return getattr(self._embedding, name)

    def __call__(self, waveforms: torch.Tensor, masks: torch.Tensor) -> np.ndarray:
        vectors = []
        for (sound,), mask in zip(waveforms, masks, strict=True):
            edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.numpy() > 0.5, [0]])))
            scale = len(sound) / len(mask)
            parts = [
                sound[round(a * scale) : round(b * scale)] for a, b in edges.reshape(-1, 2).tolist()
            ]
            vectors.append(self._embedding.of(parts))
        return np.stack(vectors)


def diarizer(segmentation: str) -> Any:
    """Return whisperX's diarization over pyannote's own pipeline with local weights."""
    pipeline: Any = SpeakerDiarization(
        segmentation=Model.from_pretrained(segmentation),
        clustering="OracleClustering",  # with any other it would load an embedding from the hub
        plda=PLDA.__new__(PLDA),
        segmentation_batch_size=8,
    )
    pipeline.instantiate({"segmentation": {"min_duration_off": 0.0}})
    pipeline.klustering = "AgglomerativeClustering"
    pipeline.clustering = AgglomerativeClustering(metric="cosine").instantiate(CLUSTERING)
    pipeline._embedding = Masked(load_embedding("campplus"))
    pipeline._audio = Audio(sample_rate=16_000, mono="downmix")
    pipeline._expects_num_speakers = False
    pipeline.embedding_exclude_overlap = True
    wrapped = whisperx.diarize.DiarizationPipeline.__new__(whisperx.diarize.DiarizationPipeline)
    wrapped.model = pipeline
    return wrapped


def aligner() -> tuple[Any, Any] | None:
    """Return whisperX's aligner for English, or None where its weights cannot be had."""
    try:
        model, metadata = whisperx.load_align_model("en", "cpu")
    except Exception as error:
        print(f"whisperX's aligner: {type(error).__name__}", file=sys.stderr)
        return None
    return model, metadata


def main() -> None:
    asked = json.load(sys.stdin)
    answers, sys.stdout = sys.stdout, sys.stderr  # whisperX prints
    torch.set_num_threads(asked["threads"])
    whisper = whisperx.load_model(
        asked["whisper"],
        "cpu",
        compute_type="int8",
        language="en",
        threads=asked["threads"],
        vad_method="pyannote",
    )
    diarize, align = diarizer(asked["segmentation"]), aligner()
    timed = Stopwatch()
    heard = []
    for path in asked["files"]:
        samples = np.load(path)
        result = timed("transcribe", partial(whisper.transcribe, batch_size=8), samples)
        if align is not None:
            result = timed("align", whisperx.align, result["segments"], *align, samples, "cpu")
        turns = timed("diarize", diarize, samples)
        result = whisperx.assign_word_speakers(turns, result)
        heard.append(
            [(s.get("speaker", ""), s["text"].strip()) for s in result["segments"]]
            if align is None
            else [
                (word.get("speaker", ""), word["word"])
                for segment in result["segments"]
                for word in segment["words"]
            ]
        )
    about = {"version": version("whisperx"), "aligned": align is not None}
    json.dump({**about, "heard": heard, "spent": timed.spent}, answers)


main()
