"""Real drafts with their truth, as a corpus that `speechkit review simulate` takes.

Every second English and Spanish clip of the shared data is a recording: its draft by one engine
(`attributed`), a second transcript by another (`second`), and what was said (`reference`). What is
there is taken as it is: `speechkit models fetch whisper-tiny.en`, then `python -m
benchmarks drafts corpora/review-drafts`.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import replace

from benchmarks.fixtures.clips import Clip, clips, data_folder
from speechkit.audio.encode import write_audio
from speechkit.core.digest import digest_file, recording_id, segment_id
from speechkit.core.engines import SAMPLE_RATE, make_engine
from speechkit.core.stage import Resources
from speechkit.core.types import Context, Layer, Provenance, Segment
from speechkit.ingestion.recording import ingest_file
from speechkit.review.load_drafts import SECOND
from speechkit.review.queue import REFERENCE
from speechkit.storage.corpus import Corpus

FOLDER = Path("corpora/review-drafts")
DRAFT = "faster-whisper:base"
SECOND_ENGLISH = "faster-whisper:tiny.en"
EVERY = 2  # clip of each collection and language
LANGUAGES = ("en", "es")
SECOND_ELSE = "whisper:base"  # another decoder; there is no smaller model of many languages here


def main() -> None:
    """Make the corpus."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    print(f"{len(drafts(given.folder, given.threads).sessions())} recordings in {given.folder}")


def drafts(folder: Path = FOLDER, threads: int = 2) -> Corpus:
    """Return the corpus; what is missing in it is made."""
    corpus = Corpus.create(folder)
    spoken = [clip for clip in clips(data_folder(), every=EVERY) if clip.language in LANGUAGES]
    named = {_bring(corpus, clip): clip for clip in spoken}
    for layer, engine, languages in (
        ("attributed", DRAFT, LANGUAGES),
        (SECOND, SECOND_ENGLISH, ("en",)),
        (SECOND, SECOND_ELSE, LANGUAGES[1:]),
    ):
        chosen = {name: clip for name, clip in named.items() if clip.language in languages}
        left = {n: c for n, c in chosen.items() if layer not in corpus.session(n).layers}
        if left:
            with make_engine("transcriber", engine).open(Resources(threads=threads)) as transcribe:
                for name, clip in left.items():
                    written = transcribe(clip.samples, clip.language).segments
                    _write(corpus, name, layer, engine, written)
    return corpus


def _bring(corpus: Corpus, clip: Clip) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.wav"
        write_audio(path, clip.samples[None], SAMPLE_RATE, bits=16)
        name = recording_id(digest_file(path))
        if any(session.recording.id == name for session in corpus.sessions()):
            return name
        ingest_file(path, corpus, context=Context(languages=(clip.language,)))
    seconds = len(clip.samples) / SAMPLE_RATE
    said = Segment(id="", start=0.0, end=seconds, text=clip.text, language=clip.language)
    _write(corpus, name, REFERENCE, "people", [said])
    return name


def _write(corpus: Corpus, name: str, layer: str, engine: str, segments: Iterable[Segment]) -> None:
    items = tuple(replace(s, id=segment_id(name, n)) for n, s in enumerate(segments))
    made = Provenance(stage="benchmark", version="1", engine=engine)
    corpus.add_layer(
        name, Layer(name=layer, kind="segments", recording=name, items=items, provenance=made)
    )


if __name__ == "__main__":
    main()
