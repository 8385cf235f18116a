"""Both whisper engines on real clips, in one run: `python -m benchmarks transcribe`.

Prints the word error rate and CPU time of each and how far their texts differ; on how many of 30
clips without speech they write something; and how many words of clips get lost when they are
spliced into one long recording with gaps of 5–40 s, against each clip's transcription alone.
Words are compared after the benchmark room's normalization.
"""

from __future__ import annotations

import argparse
import time
from typing import NamedTuple

from benchmarks.fixtures.clips import Clip, clips, data_folder, gappy
from benchmarks.fixtures.nonspeech import clips as nonspeech
from speechkit.benchmark.errors import ErrorRate, count_words
from speechkit.benchmark.normalize import normalizer_for
from speechkit.core.engines import Transcribe, Transcript, make_engine
from speechkit.core.stage import Resources

ENGINES = ("faster-whisper:base", "whisper:base")


class Figures(NamedTuple):
    """What one engine did."""

    texts: dict[str, list[str]]
    errors: dict[str, ErrorRate]
    cpu: float
    hallucinated: list[str]
    gaps: ErrorRate


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=6, help="take every n-th clip")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    spoken = list(clips(data_folder(), every=given.every))
    seconds = sum(len(clip.samples) for clip in spoken) / 16_000
    print(f"{len(spoken)} clips, {seconds:.0f} s of speech\n")
    figures = {}
    for spec in ENGINES:
        with make_engine("transcriber", spec).open(Resources(threads=given.threads)) as transcribe:
            figures[spec] = measure(transcribe, spoken)
    for spec, found in figures.items():
        total = sum(found.errors.values(), ErrorRate.zero())
        share = " ".join(f"{code} {one.rate:.1%}" for code, one in sorted(found.errors.items()))
        print(f"{spec}: WER {total.rate:.1%} of {total.length} words ({share})")
        print(f"  CPU {found.cpu:.0f} s, {found.cpu / seconds:.2f} a second of speech")
        print(f"  text where nobody speaks: {len(found.hallucinated)} of 30 {found.hallucinated}")
        lost = found.gaps
        print(f"  in gaps: {lost.deletions} of {lost.length} words lost, {lost.insertions} added\n")
    first, second = (figures[spec] for spec in ENGINES)
    equal = sum(first.texts[name] == second.texts[name] for name in first.texts)
    apart = sum((count_words(first.texts[n], second.texts[n]) for n in first.texts), ErrorRate())
    print(f"equal text on {equal} of {len(spoken)} clips, {apart.rate:.1%} of words differ")
    print(f"CPU ratio {ENGINES[1]} / {ENGINES[0]}: {second.cpu / first.cpu:.2f}")


def measure(transcribe: Transcribe, spoken: list[Clip]) -> Figures:
    """Run one engine over everything."""
    transcribe(spoken[0].samples, spoken[0].language)  # the first call sets buffers up
    before = time.process_time()
    texts = {clip.name: words(transcribe(clip.samples, clip.language), clip) for clip in spoken}
    cpu = time.process_time() - before
    errors: dict[str, ErrorRate] = {}
    for clip in spoken:
        said = normalizer_for(clip.language).tokens(clip.text)
        counted = count_words(said, texts[clip.name])
        errors[clip.language] = errors.get(clip.language, ErrorRate.zero()) + counted
    hallucinated = [name for name, one in nonspeech() if transcribe(one, "en").segments]
    english = [clip for clip in spoken if clip.language == "en"][:12]
    laid, _ = gappy(english, seed=1)
    alone = [word for clip in english for word in texts[clip.name]]
    gaps = count_words(alone, words(transcribe(laid, "en"), english[0]))
    return Figures(texts, errors, cpu, hallucinated, gaps)


def words(heard: Transcript, clip: Clip) -> list[str]:
    """Return the normalized words of a transcript."""
    text = " ".join(segment.text for segment in heard.segments)
    return normalizer_for(clip.language).tokens(text)


if __name__ == "__main__":
    main()
