"""Made-up consultations beside what machines hear: `python -m benchmarks.synth [MINUTES] [DIR]`.

Makes MINUTES (120) of consultations in four languages and prints, by language and by voice, how far
the phoneme aligner, which is given the words but no times, is from the times that the voices told.
Then takes twelve of them, a language and a condition each, through the whole pipeline, and prints
word errors, diarization errors and identifiers removed: beside the figures on people's speech
(`make bench-corpora`, `make bench-accents`) they say how real the made-up ones are. DIR
(build/synth) keeps all: a second call only prints.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

import speechkit
from benchmarks.corpora import ROOT, percent
from speechkit.audio.decode import read_audio, resample
from speechkit.benchmark.phi import Mention, PhiCount, count_phi
from speechkit.core.corpus import Corpus
from speechkit.core.digest import digest_file, recording_id
from speechkit.core.engines import SAMPLE_RATE, Align, make_engine
from speechkit.core.stage import Resources
from speechkit.core.types import Identifier, Segment, Word
from speechkit.pipeline.demo import redacted_copy
from speechkit.pipeline.recipes import load_recipe

SAMPLE = 12  # consultations of the pipeline: four languages in turn, three conditions in turn
NARROW = {"widen": "false"}  # where the model hears a sound, without the half of a gap


def main() -> None:
    """Make, align, run, score, print."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 120.0
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else ROOT / "build" / "synth")
    synth = load_recipe("synth")
    if not (folder / "made" / "table.csv").exists():
        synth.build(folder / "made", synth.Request(minutes=minutes))
    if not (folder / "sample" / "table.csv").exists():
        synth.build(folder / "sample", synth.Request(count=SAMPLE))
    confirm(folder / "made", folder / "differences.json")
    realism(folder / "sample", folder / "corpus")


def confirm(made: Path, kept: Path) -> None:
    """Print how far the aligner's times are from the truth, by language and voice."""
    if not kept.exists():
        found = defaultdict(list)
        with make_engine("aligner", "ctc", NARROW).open(Resources(threads=1)) as align:
            for path in sorted(made.glob("*.script.json")):
                for key, errors in differences(made, path.name.partition(".")[0], align):
                    found[key] += errors
        kept.write_text(json.dumps(found))
    rows = {
        tuple(key.split(" ", 1)): errors for key, errors in json.loads(kept.read_text()).items()
    }
    print("the aligner's times of words beside those of the voices")
    for language in sorted({language for language, _ in rows}):
        for (own, voice), errors in sorted(rows.items()):
            if own == language:
                show(f"  {language}  {voice}", errors)
        show(
            f"  {language}  all",
            [e for (own, _), es in rows.items() if own == language for e in es],
        )
    show("  all", [error for errors in rows.values() for error in errors])


def show(title: str, errors: list[float]) -> None:
    """Print a row; each word has two errors, of its start and of its end."""
    median, most = np.percentile(errors, (50, 90)) * 1000
    print(f"{title:<28} {len(errors) // 2:6} words  median {median:4.0f} ms  90 % {most:5.0f} ms")


def differences(made: Path, name: str, align: Align) -> Iterator[tuple[str, list[float]]]:
    """Align one consultation; yield language and voice with the errors in seconds."""
    true, script, samples = read(made, name)
    found = align(samples, tuple(map(untimed, true)), script["language"])
    for line, heard in zip(true, found, strict=True):
        pairs = list(zip(line.words, heard.words, strict=True))
        voice = script["voices"][line.speaker]
        yield (
            f"{script['language']} {voice}",
            [abs(a.start - b.start) for a, b in pairs] + [abs(a.end - b.end) for a, b in pairs],
        )


def read(made: Path, name: str) -> tuple[tuple[Segment, ...], dict, NDArray[np.float32]]:
    """Return the truth, what was asked for, and mono samples at 16 kHz."""
    reference = json.loads((made / "references" / f"{name}.json").read_text())
    segments = msgspec.convert(reference["segments"], tuple[Segment, ...])
    samples, rate = read_audio(made / f"{name}.wav")
    mono = resample(samples.sum(axis=0, keepdims=True), rate, SAMPLE_RATE)[0]
    return segments, json.loads((made / f"{name}.script.json").read_text()), mono


def untimed(line: Segment) -> Segment:
    """Spread the words evenly over their sentence: what an aligner is given."""
    step = (line.end - line.start) / len(line.words)
    words = tuple(
        Word(text=word.text, start=line.start + n * step, end=line.start + (n + 1) * step)
        for n, word in enumerate(line.words)
    )
    return msgspec.structs.replace(line, words=words)


def realism(sample: Path, corpus: Path) -> None:
    """Run the pipeline over a sample; print its errors by language and by condition."""
    speechkit.ingest(sample, corpus, metadata=sample / "table.csv")
    report = speechkit.run(corpus)
    print(
        f"{report.recordings} consultations through the pipeline, {len(report.failures)} failures"
    )
    layers = f"{corpus}#reference", [f"{corpus}#attributed"]
    scores = speechkit.score(*layers, by=("language", "device"), draws=0)
    for cell in scores.slices:
        value = " ".join(cell.values.values())
        print(
            f"  {value:<18} {cell.num_words:5} words  WER {percent(cell.wer)}  DER {percent(cell.der)}"
        )
    removed = identifiers(sample, Corpus.open(corpus))
    for title, count in removed.items():
        print(
            f"  {title:<18} identifiers removed {count.removed} of {count.removed + count.missed}, "
            f"look-alikes kept {count.kept} of {count.kept + count.lost}"
        )


def identifiers(sample: Path, corpus: Corpus) -> dict[str, PhiCount]:
    """Count, by language, the marks that are gone from the redacted copies, and the verdicts."""
    by_id = {recording_id(digest_file(path)): path.stem for path in sample.glob("*.wav")}
    counts: dict[str, PhiCount] = {}
    for session in corpus.sessions():
        name = by_id[session.recording.id]
        language = session.recording.context.languages[0]
        count = count_phi(tuple(mentions(sample, name)), redacted_copy(corpus, session))
        before = counts.get(language, PhiCount())
        counts[language] = PhiCount(
            **{
                field: getattr(before, field) + getattr(count, field)
                for field in PhiCount.__struct_fields__
            }
        )
    return dict(sorted(counts.items()))


def mentions(sample: Path, name: str) -> Iterator[Mention]:
    """Yield what was marked in a consultation, with its time."""
    segments, _, _ = read(sample, name)
    texts = {segment.id: segment.text for segment in segments}
    for kind in ("phi", "keep"):
        for line in (sample / f"{name}.{kind}.jsonl").read_text().splitlines():
            mark = json.loads(line)
            yield Mention(
                text=texts[mark["segment"]][mark["start_char"] : mark["end_char"]],
                identifier=None if kind == "keep" else Identifier(mark["identifier"]),
                time=(mark["start"], mark["end"]),
            )


if __name__ == "__main__":
    main()
