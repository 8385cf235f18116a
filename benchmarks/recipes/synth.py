"""Synthetic consultations beside what machines hear: `python -m benchmarks synth [MINUTES [DIR [RUN]]]`.

Makes MINUTES (120) of consultations in four languages. Of the first twelve, a language and a
condition each, it prints by language and by voice how far the phoneme aligner, which is given the
words but no times, is from the times that the voices told. Then it takes the first RUN (12) through
the whole pipeline, and prints word errors, diarization errors and identifiers removed. Beside the
figures on people's speech (`make bench-corpora`, `make bench-accents`) these say how real the
synthetic ones are. DIR (build/synth) keeps all: a second call only prints.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import soundfile
from numpy.typing import NDArray

import speechkit
from benchmarks import ROOT
from benchmarks.pipeline.corpora import percent
from speechkit.audio.decode import read_audio, resample
from speechkit.benchmark.phi import Mention, PhiCount, count_phi
from speechkit.core.digest import digest_file, recording_id
from speechkit.core.engines import SAMPLE_RATE, Align, make_engine
from speechkit.core.stage import Resources
from speechkit.core.types import Identifier, Segment, Word
from speechkit.recipe.discovery import load_recipe
from speechkit.recipe.prepared import Prepared
from speechkit.storage.corpus import Corpus
from speechkit.workflows.demo import redacted_copy
from speechkit.workflows.recipe_to_corpus import ingest_prepared

ALIGNED = RUN = 12  # consultations: four languages in turn, three conditions in turn


def main() -> None:
    """Make, align, run, score, print."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 120.0
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else ROOT / "build" / "synth")
    num_run = int(sys.argv[3]) if len(sys.argv) > 3 else RUN
    synth = load_recipe("synth").module
    made = folder / "made"
    if not (made / "table.csv").exists():
        synth.build(made, synth.Request(minutes=minutes))
    with (made / "table.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    names = [Path(row["audio"]).stem for row in rows]
    languages = Counter(row["language"] for row in rows)
    print(f"made {duration(made, names) / 3600:.2f} h: {dict(sorted(languages.items()))}")
    confirm(made, names[:ALIGNED], folder / "differences.json")
    realism(made, rows[:num_run], folder / "corpus")


def duration(made: Path, names: list[str]) -> float:
    """Return seconds of sound."""
    return sum(soundfile.info(made / f"{name}.wav").duration for name in names)


def confirm(made: Path, names: list[str], kept: Path) -> None:
    """Print how far the aligner's times are from the truth, by language and voice."""
    if not kept.exists():
        found = defaultdict(list)
        with make_engine("aligner", "ctc").open(Resources(threads=1)) as align:
            for name in names:
                for key, errors in differences(made, name, align):
                    found[key] += errors
        kept.write_text(json.dumps(found))
    rows = {
        tuple(key.split(" ", 1)): errors for key, errors in json.loads(kept.read_text()).items()
    }
    print("the aligner's times of words beside those of the voices, |difference| in ms")
    print(f"{'':<28}  words  start: median  90 %  end: median  90 %  both: median")
    for language in sorted({language for language, _ in rows}):
        own = {voice: errors for (one, voice), errors in sorted(rows.items()) if one == language}
        for voice, errors in own.items():
            show(f"  {language}  {voice}", errors)
        show(f"  {language}  all", [error for errors in own.values() for error in errors])
    show("  all", [error for errors in rows.values() for error in errors])


def show(title: str, errors: list[tuple[float, float]]) -> None:
    """Print a row: words have an error of their start and one of their end, in seconds."""
    each = np.array(errors) * 1000
    (start, start_most), (end, end_most) = np.percentile(each, (50, 90), axis=0).T
    print(
        f"{title:<28} {len(each):6} {start:14.0f} {start_most:5.0f} {end:12.0f} {end_most:5.0f} "
        f"{np.median(each):13.0f}"
    )


def differences(
    made: Path, name: str, align: Align
) -> Iterator[tuple[str, list[tuple[float, float]]]]:
    """Align one consultation; yield language and voice with the errors of words in seconds."""
    true, script, samples = read(made, name)
    found = align(samples, tuple(map(untimed, true)), script["language"])
    for line, heard in zip(true, found, strict=True):
        key = f"{script['language']} {script['voices'][line.speaker]}"
        pairs = zip(line.words, heard.words, strict=True)
        yield key, [(abs(a.start - b.start), abs(a.end - b.end)) for a, b in pairs]


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


def realism(made: Path, rows: list[dict[str, str]], corpus: Path) -> None:
    """Run the pipeline over some of them; print its errors by language and by condition."""
    table = made / f"table-{len(rows)}.csv"
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    prepared = Prepared(folder=made, table=table, recordings=len(rows), references=len(rows))
    ingest_prepared(prepared, Corpus(corpus))
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
    for title, count in identifiers(made, Corpus.open(corpus)).items():
        print(
            f"  {title:<18} identifiers removed {count.removed} of {count.removed + count.missed}, "
            f"look-alikes kept {count.kept} of {count.kept + count.lost}"
        )


def identifiers(made: Path, corpus: Corpus) -> dict[str, PhiCount]:
    """Count, by language and verdict of the copy, the marks that are gone from it."""
    by_id = {recording_id(digest_file(path)): path.stem for path in made.glob("*.wav")}
    counts: dict[str, PhiCount] = {}
    for session in corpus.sessions():
        name = by_id[session.recording.id]
        copy = redacted_copy(corpus, session)
        title = f"{session.recording.context.languages[0]} {copy.verdict}"
        count = count_phi(tuple(mentions(made, name)), copy)
        before = counts.get(title, PhiCount())
        counts[title] = PhiCount(
            **{
                field: getattr(before, field) + getattr(count, field)
                for field in PhiCount.__struct_fields__
            }
        )
    return dict(sorted(counts.items()))


def mentions(made: Path, name: str) -> Iterator[Mention]:
    """Yield what was marked in a consultation, with its time."""
    segments, _, _ = read(made, name)
    texts = {segment.id: segment.text for segment in segments}
    for kind in ("phi", "keep"):
        for line in (made / f"{name}.{kind}.jsonl").read_text().splitlines():
            mark = json.loads(line)
            yield Mention(
                text=texts[mark["segment"]][mark["start_char"] : mark["end_char"]],
                identifier=None if kind == "keep" else Identifier(mark["identifier"]),
                time=(mark["start"], mark["end"]),
            )


if __name__ == "__main__":
    main()
