"""What masking takes from a real call, and whether what was removed is heard again.

    python -m benchmarks redact

On the call that `pyannote.audio` carries: the two speakers' names and the city, taken from its
reference, are removed; then the stage's two listeners transcribe the masked audio. For comparison
the masks are put seven seconds later, and left out: the listeners must hear what is there then.
"""

from __future__ import annotations

from contextlib import ExitStack
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import get_args

import msgspec

from speechkit.audio.decode import read_audio, resample, to_mono
from speechkit.audio.mask import Mask, Method, mask, masked_share
from speechkit.core.engines import SAMPLE_RATE, make_engine
from speechkit.core.stage import Resources
from speechkit.core.time import duration
from speechkit.core.types import Identifier, PhiSpan, Segment
from speechkit.deidentification.audio.masked_words import covered_words, kept_words
from speechkit.deidentification.audio.placement import PlaceOptions, redactions
from speechkit.deidentification.audio.redact import Findings, find
from speechkit.deidentification.audio.redact_options import RedactOptions
from speechkit.deidentification.audio.untranscribed import uncovered
from speechkit.deidentification.check.comparison import listen
from speechkit.deidentification.check.leak_check import heard_again
from speechkit.deidentification.check.relisten import relisten

RESOURCES = Resources(threads=1)
OPTIONS = RedactOptions()


def main() -> None:
    """Print both tables."""
    path = Path(str(files("pyannote.audio") / "sample/sample.wav"))
    samples, rate = read_audio(path)
    mono = resample(to_mono(samples)[None], rate, SAMPLE_RATE)[0]
    seconds = samples.shape[1] / rate
    with make_engine("transcriber", OPTIONS.check_engine).open(RESOURCES) as transcribe:
        draft = transcribe(mono, "en").segments
    numbered = [msgspec.structs.replace(s, id=f"s{i}") for i, s in enumerate(draft)]
    with make_engine("aligner", "ctc").open(RESOURCES) as align:
        segments = align(mono, numbered, "en")
    with make_engine("voice-detector", OPTIONS.voice_detector).open(RESOURCES) as voice:
        speech = voice(mono)
    findings = find(segments, _spans(segments, path), [(speech, None)], "en", OPTIONS.placing)

    masked = redactions([p.request for p in findings.placed], seconds, OPTIONS.placing)
    words = duration((p.start, p.end) for p in findings.placed)
    muted = duration((m.start, m.end) for m in masked)
    print(f"call: {seconds:.1f} s, speech: {duration(speech):.1f} s")
    print(f"removed: {len(findings.placed)} mentions, words {words:.2f} s, masks {muted:.2f} s")
    lost = covered_words(segments, findings.spans, masked)
    num_words = sum(len(s.words) for s in segments)
    kept = len(kept_words(segments, (*findings.spans, *lost)))
    innocent = num_words - len(findings.placed) - kept
    print(f"innocent words under the masks: {innocent} of {num_words}")
    for margin in (0.0, 0.1, 0.25, 0.5):
        options = msgspec.structs.replace(OPTIONS.placing, cover_margin=margin)
        left = duration(uncovered(speech, segments, options))
        print(f"muted as uncovered speech, cover_margin {margin:.2f}: {left:.2f} s")
    print()
    _listen(samples, rate, segments, findings, OPTIONS.placing)


def _listen(
    samples: object, rate: int, segments: tuple[Segment, ...], findings: Findings, how: PlaceOptions
) -> None:
    """Print how many of the removed mentions each listener hears."""
    seconds = samples.shape[1] / rate  # type: ignore[attr-defined]
    masked = redactions([p.request for p in findings.placed], seconds, how)
    right = [Mask(m.start, m.end, m.channel) for m in masked]
    late = [Mask(m.start + 7, m.end + 7, m.channel) for m in right]
    cases: list[tuple[str, Method, list[Mask]]] = [("no masks", "silence", [])]
    cases += [(f"{m}, 7 s late", m, late) for m in get_args(Method)]
    cases += [(m, m, right) for m in get_args(Method)]
    spans = (*findings.spans, *covered_words(segments, findings.spans, masked))
    kept = listen(kept_words(segments, spans), "en")
    print(f"{'mentions heard again':24}{'check':>8}{'second':>8}{'both':>8}{'muted':>9}")
    with ExitStack() as stack:
        ears = [
            stack.enter_context(make_engine("transcriber", spec, options).open(RESOURCES))
            for spec, options in OPTIONS.listeners
        ]
        for name, method, masks in cases:
            changed = mask(samples, rate, masks, method)  # type: ignore[arg-type]
            places = []
            for ear in ears:
                sound = resample(to_mono(changed)[None], rate, SAMPLE_RATE)[0]
                tokens = relisten({None: sound}, [ear], "en").tokens("en")
                found = heard_again(findings.removed, tokens, kept, "en")
                places.append({item.place for item in found})
            counts = [*map(len, places), len(set.union(*places))]
            share = masked_share(masks, 1, seconds)
            print(f"{name:24}{counts[0]:8}{counts[1]:8}{counts[2]:8}{share:9.1%}")


def _spans(segments: tuple[Segment, ...], path: Path) -> list[PhiSpan]:
    """The names of the speakers, and the city one comes from, where they are written."""
    lines = [line.split(" ", 5) for line in path.with_suffix(".stm").read_text().splitlines()]
    words = [word.strip(".,?") for line in lines for word in line[5].split()]
    wanted = {line[2]: Identifier.NAME for line in lines}
    wanted |= {b: Identifier.LOCATION for a, b in pairwise(words) if a == "from" and b.istitle()}
    return [
        PhiSpan(segment=segment.id, start_char=at, end_char=at + len(word), identifier=identifier)
        for segment in segments
        for word, identifier in wanted.items()
        for at in range(len(segment.text))
        if segment.text.startswith(word, at)
    ]


if __name__ == "__main__":
    main()
