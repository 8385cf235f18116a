"""Both whisper engines on real clips, in one run: `python -m benchmarks transcribe`.

Prints the word error rate and CPU time of each and how far their texts differ; on how many of 30
clips without speech they write something; and how many words of clips get lost when they are
spliced into one long recording with gaps of 5–40 s, against each clip's transcription alone.
Words are compared after the benchmark room's normalization.

With `--lost`: speech that got no words and is decoded again, on clips spliced like a conversation
(pauses of 0.3–2.5 s), on meetings and on a real call: how much there is, what comes back, what it
costs.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.fixtures.clips import Clip, clips, data_folder, gappy, real_call
from benchmarks.fixtures.nonspeech import clips as nonspeech
from speechkit.audio.read import read_resampled
from speechkit.benchmark.errors import ErrorRate, count_words
from speechkit.benchmark.normalize import normalizer_for
from speechkit.core.engines import SAMPLE_RATE, Transcribe, Transcript, make_engine
from speechkit.core.stage import Resources
from speechkit.transcription.lost_speech import AGAIN, find_lost_speech

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
    parser.add_argument("--lost", action="store_true", help="only what is decoded again")
    given = parser.parse_args()
    if given.lost:
        print_lost(given.threads)
        return
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
        print(
            f"  text where there is no speech: {len(found.hallucinated)} of 30 {found.hallucinated}"
        )
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


def print_lost(threads: int) -> None:
    """Print, for each sound, what was lost and what a second decoding brought back."""
    resources = Resources(threads=threads)
    engines = [
        make_engine("transcriber", ENGINES[0], {"decode_again": flag}) for flag in ("false", "true")
    ]
    voice = make_engine("voice-detector", "silero", {"threshold": "0.35", "pad": "0"})
    total = Lost()
    with ExitStack() as stack:
        once, again = (stack.enter_context(each.open(resources)) for each in engines)
        detect = stack.enter_context(voice.open(resources))
        once(np.ones(SAMPLE_RATE, dtype=np.float32), "en")  # sets buffers up
        for name, samples, language, text in conversations():
            begun = time.process_time()
            first = once(samples, language)
            middle = time.process_time()
            second = again(samples, language)
            back = [each for each in second.segments if AGAIN in each.labels]
            passages = find_lost_speech(detect(samples), first.segments)
            row = Lost(
                passages=len(passages),
                seconds=sum(end - start for start, end in passages),
                words=sum(len(each.words) for each in back),
                cpu=middle - begun,
                more=time.process_time() - middle - (middle - begun),
            )
            total = Lost(*(a + b for a, b in zip(total, row, strict=True)))
            print(
                f"{name}: {len(samples) / SAMPLE_RATE:.0f} s, {row.describe()}{wer(text, language, first, second)}"
            )
    print(f"all: {total.describe()}")


class Lost(NamedTuple):
    """Passages of speech without words, their seconds, words that came back, CPU seconds."""

    passages: int = 0
    seconds: float = 0.0
    words: int = 0
    cpu: float = 0.0
    more: float = 0.0

    def describe(self) -> str:
        """Return a line."""
        return (
            f"{self.passages} passages of {self.seconds:.1f} s without words, {self.words} words "
            f"came back, {self.more / max(self.cpu, 0.1):+.1%} CPU"
        )


def wer(text: str, language: str, *transcripts: Transcript) -> str:
    """Return the word errors of each transcript, where the text is known."""
    if not text:
        return ""
    tokens = normalizer_for(language).tokens
    rates = [
        count_words(tokens(text), tokens(" ".join(each.text for each in heard.segments)))
        for heard in transcripts
    ]
    return "; lost words {} → {}, WER {} → {}".format(
        *(each.deletions for each in rates), *(f"{each.rate:.1%}" for each in rates)
    )


def conversations() -> Iterator[tuple[str, NDArray[np.float32], str, str]]:
    """Yield name, samples, language and text (empty: not known) of longer sounds."""
    yield "real call", read_resampled(real_call(), SAMPLE_RATE, mono=True)[0], "en", ""
    folder = data_folder()
    spoken = list(clips(folder))
    for language in sorted({clip.language for clip in spoken}):
        own = [clip for clip in spoken if clip.language == language][:20]
        laid, _ = gappy(own, seed=1, low=0.3, high=2.5)
        yield f"{len(own)} clips, {language}", laid, language, " ".join(clip.text for clip in own)
    for path in sorted((folder / "ami_diar_30s").glob("*.wav")):
        yield f"meeting {path.stem}", read_resampled(path, SAMPLE_RATE, mono=True)[0], "en", ""


def words(heard: Transcript, clip: Clip) -> list[str]:
    """Return the normalized words of a transcript."""
    text = " ".join(segment.text for segment in heard.segments)
    return normalizer_for(clip.language).tokens(text)


if __name__ == "__main__":
    main()
