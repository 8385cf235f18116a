"""The redact stage on real weights: names said in a real call, and in a made-up sentence, are gone;
and where masks are in the wrong place, the check says so. Nothing that is said is printed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from speechkit.audio.decode import read_audio, resample, to_mono
from speechkit.audio.encode import write_audio
from speechkit.audio.mask import FADE, Mask, masked_share, sample_spans
from speechkit.core.digest import canonical_json, digest_file
from speechkit.core.engines import SAMPLE_RATE, make_engine
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources, Task, Work
from speechkit.core.types import (
    Context,
    Identifier,
    Layer,
    PhiSpan,
    Provenance,
    RedactedCopy,
    Segment,
    Word,
)
from speechkit.core.verdicts import refusal_of
from speechkit.deidentification.audio.redact_stage import RedactOptions, RedactStage
from speechkit.ingestion.recording import ingest_file
from speechkit.storage.corpus import Corpus

pytestmark = pytest.mark.models

ONE_THREAD = Resources(threads=1)


def secrets(real_call: Path) -> list[tuple[str, Identifier]]:
    """The two names and the city of the call, from its reference: nothing is spelled out here."""
    lines = [line.split(" ", 5) for line in real_call.with_suffix(".stm").read_text().splitlines()]
    names = {line[2] for line in lines}
    words = [word.strip(".,?") for line in lines for word in line[5].split()]
    cities = {b for a, b in itertools.pairwise(words) if a == "from" and b.istitle()}
    assert len(names) == 2 and len(cities) == 1
    return [(n, Identifier.NAME) for n in sorted(names)] + [
        (c, Identifier.LOCATION) for c in sorted(cities)
    ]


def spans_of(segments: tuple[Segment, ...], said: list[tuple[str, Identifier]]) -> list[PhiSpan]:
    spans = []
    for segment in segments:
        for word, identifier in said:
            at = segment.text.find(word)
            while at >= 0:
                spans.append(
                    PhiSpan(
                        segment=segment.id,
                        start_char=at,
                        end_char=at + len(word),
                        identifier=identifier,
                    )
                )
                at = segment.text.find(word, at + 1)
    return spans


def transcribe_and_align(path: Path) -> tuple[Segment, ...]:
    samples, rate = read_audio(path)
    mono = resample(to_mono(samples)[None], rate, SAMPLE_RATE)[0]
    with make_engine("transcriber", "faster-whisper:base").open(ONE_THREAD) as transcribe:
        segments = transcribe(mono, "en").segments
    segments = tuple(
        msgspec.structs.replace(segment, id=f"s{index}") for index, segment in enumerate(segments)
    )
    with make_engine("aligner", "ctc").open(ONE_THREAD) as align:
        return align(mono, segments, "en")


@pytest.fixture(scope="module")
def call(real_call: Path) -> tuple[Segment, ...]:
    return transcribe_and_align(real_call)


@pytest.fixture(scope="module")
def work() -> Iterator[Work]:
    # Only what the test marks is to go: nobody looks for more in what the listeners write.
    with RedactStage(RedactOptions(detector="")).open(ONE_THREAD) as work:
        yield work


def task(folder: Path, audio: Path, segments: tuple[Segment, ...], spans: list[PhiSpan]) -> Task:
    corpus = Corpus.create(folder / "corpus")
    session = ingest_file(audio, corpus, context=Context(languages=("en",)))
    recording = session.recording

    def layer(name: str, kind: str, items: tuple) -> Layer:
        return Layer(
            name=name,
            kind=kind,
            recording=recording.id,
            items=items,
            provenance=Provenance(stage="test", version="1"),
        )

    return Task(
        recording=recording,
        audio_path=corpus.audio_path(recording),
        layers={
            "attributed": layer("attributed", "segments", segments),
            "phi": layer("phi", "phi", tuple(spans)),
        },
        workspace=corpus,
    )


def released(folder: Path) -> list[Path]:
    return [path for path in (folder / "corpus" / "redacted").rglob("*") if path.is_file()]


def shifted(segments: tuple[Segment, ...], by: float) -> tuple[Segment, ...]:
    """The same words, said to have been said `by` seconds later."""
    return tuple(
        msgspec.structs.replace(
            segment,
            start=segment.start + by,
            end=segment.end + by,
            words=tuple(
                msgspec.structs.replace(word, start=word.start + by, end=word.end + by)
                for word in segment.words
            ),
        )
        for segment in segments
    )


def test_names_and_city_of_the_real_call_are_gone(
    tmp_path: Path, real_call: Path, call: tuple[Segment, ...], work: Work
) -> None:
    said = secrets(real_call)
    spans = spans_of(call, said)
    assert {s.identifier for s in spans} == {Identifier.NAME, Identifier.LOCATION}
    job = task(tmp_path, real_call, call, spans)
    ((copy,),) = work([job])
    assert isinstance(copy, RedactedCopy)
    assert copy.verdict == "clean" and copy.heard == 0 and len(copy.checked_by) == 2

    text = canonical_json(copy.segments).decode().lower()
    assert not [1 for word, _ in said if word.lower() in text], "a removed word is in the text"
    path = job.workspace.root / copy.audio.uri
    assert released(tmp_path) == [path] and digest_file(path) == copy.audio.sha256
    assert not list((job.workspace.root / "vault").glob(".redacting-*"))

    before, rate = read_audio(real_call)
    after, rate_after = read_audio(path)
    assert (after.shape, rate_after) == (before.shape, rate)
    assert copy.audio.num_samples == before.shape[1]
    masks = [Mask(r.start, r.end, r.channel) for r in copy.redactions]
    outside = np.ones(before.shape[1], bool)
    for start, end in sample_spans(masks, 0, rate, before.shape[1]):
        assert not after[0, start:end].any()
        fade = round(FADE * rate)
        outside[max(0, start - fade) : end + fade] = False
    np.testing.assert_array_equal(after[0, outside], before[0, outside])
    # The four words last 2.4 s; masks with margins may take no more than a fifth of the call.
    share = masked_share(masks, 1, copy.audio.duration)
    assert 2.4 / 30 < share < 0.2
    # Where the reference has the names, nothing sounds.
    for line in real_call.with_suffix(".stm").read_text().splitlines():
        _, _, _, start, end, sentence = line.split(" ", 5)
        if any(word in sentence for word, _ in said):
            window = after[0, int(float(start) * rate) : int(float(end) * rate)]
            assert (window == 0).mean() > 0.1


def test_masks_two_seconds_off_fail_and_leave_nothing(
    tmp_path: Path, real_call: Path, call: tuple[Segment, ...]
) -> None:
    late = shifted(call, 2.0)
    options = RedactOptions(max_rounds=1, second_engine="", uncovered=False)
    with RedactStage(options).open(ONE_THREAD) as work:
        ((copy,),) = work([task(tmp_path, real_call, late, spans_of(late, secrets(real_call)))])
    assert isinstance(copy, RedactedCopy)
    assert copy.verdict == "failed" and copy.heard > 0
    assert copy.segments == () and copy.audio.uri == ""
    assert any(r.verdict == "failed" for r in copy.redactions)
    assert released(tmp_path) == []


def test_a_made_up_name_is_gone_and_is_heard_where_nothing_was_masked(
    tmp_path: Path, sentence: Path, work: Work
) -> None:
    segments = transcribe_and_align(sentence)
    said = [("Margaret Ellison", Identifier.NAME)]
    spans = spans_of(segments, said)
    assert len(spans) == 1
    ((copy,),) = work([task(tmp_path / "right", sentence, segments, spans)])
    assert isinstance(copy, RedactedCopy) and copy.verdict == "clean"
    assert "[NAME_1]" in " ".join(segment.text for segment in copy.segments)

    # The same name, said to be at the very beginning: what is masked there is not the name.
    words = (Word(text="Margaret", start=0.05, end=0.3), Word(text="Ellison", start=0.3, end=0.6))
    wrong = Segment(
        id="w",
        start=0.0,
        end=0.7,
        text="Margaret Ellison",
        language="en",
        words=words,
        labels=("aligned:ctc",),
    )
    options = RedactOptions(max_rounds=1, second_engine="", uncovered=False)
    with RedactStage(options).open(ONE_THREAD) as one_round:
        job = task(tmp_path / "wrong", sentence, (wrong,), spans_of((wrong,), said))
        ((copy,),) = one_round([job])
    assert isinstance(copy, RedactedCopy) and copy.verdict == "failed"
    assert released(tmp_path / "wrong") == []


def test_speech_nobody_wrote_down_is_muted_and_a_person_has_to_look(
    tmp_path: Path, sentence: Path, work: Work
) -> None:
    ((copy,),) = work([task(tmp_path, sentence, (), [])])
    assert isinstance(copy, RedactedCopy)
    assert {r.identifier for r in copy.redactions} == {Identifier.UNCERTAIN}
    masks = [Mask(r.start, r.end, r.channel) for r in copy.redactions]
    assert masked_share(masks, 1, copy.audio.duration) > 0.6
    # An empty transcript of a recording in which somebody speaks is never clean.
    assert copy.verdict == "doubtful" and not released(tmp_path)
    assert refusal_of(copy).startswith("no clean copy: speech without words at 0:0")


def test_audio_without_speech_is_left_alone(tmp_path: Path, work: Work) -> None:
    path = tmp_path / "noise.wav"
    noise = 0.003 * np.random.default_rng(1).standard_normal((2, 3 * 22050))
    write_audio(path, noise.astype(np.float32), 22050)
    ((copy,),) = work([task(tmp_path, path, (), [])])
    assert isinstance(copy, RedactedCopy)
    assert (copy.verdict, copy.redactions, copy.segments) == ("clean", (), ())
    assert (copy.audio.sample_rate, copy.audio.num_channels) == (22050, 2)
    before, after = read_audio(path)[0], read_audio(tmp_path / "corpus" / copy.audio.uri)[0]
    np.testing.assert_array_equal(before, after)


def test_options_that_make_no_sense_are_refused() -> None:
    with pytest.raises(UsageError, match="extra_margin"):
        RedactOptions(extra_margin=-1)
    with pytest.raises(UsageError, match="max_rounds"):
        RedactOptions(max_rounds=0)
    with pytest.raises(UsageError, match="would not be checked"):
        RedactStage(RedactOptions(check_engine="", second_engine=""))
    with pytest.raises(UsageError, match="did you mean"):
        RedactStage(RedactOptions(check_engine="faster-wisper:base"))


def test_a_draft_that_is_probably_wrong_proves_nothing(
    tmp_path: Path, real_call: Path, call: tuple[Segment, ...], work: Work
) -> None:
    unsure = tuple(msgspec.structs.replace(segment, confidence=0.6) for segment in call)
    given = task(tmp_path, real_call, unsure, spans_of(unsure, secrets(real_call)))
    ((copy,),) = work([given])
    assert (copy.verdict, copy.doubt) == ("doubtful", 0.4)
    assert not copy.segments and not released(tmp_path)
    with RedactStage(RedactOptions(max_doubt=0.5)).open(ONE_THREAD) as trusting:
        ((copy,),) = trusting([given])
    assert copy.verdict == "clean" and copy.segments and released(tmp_path)


def test_disguised_voices_say_the_same_and_masks_stay_silent(
    tmp_path: Path, real_call: Path, call: tuple[Segment, ...]
) -> None:
    given = task(tmp_path, real_call, call, spans_of(call, secrets(real_call)))
    with RedactStage(RedactOptions(disguise=True)).open(ONE_THREAD) as disguise:
        ((copy,),) = disguise([given])
    assert copy.verdict == "clean"
    before, rate = read_audio(real_call)
    after, _ = read_audio(given.workspace.root / copy.audio.uri)
    assert after.shape == before.shape
    for redaction in copy.redactions:
        assert not after[:, int(redaction.start * rate) + 1 : int(redaction.end * rate) - 1].any()
    assert not np.allclose(after, before, atol=0.05)
    with make_engine("transcriber", "faster-whisper:base").open(ONE_THREAD) as transcribe:
        heard = transcribe(resample(to_mono(after)[None], rate, SAMPLE_RATE)[0], "en").segments
    words = {word.strip(".,?!").lower() for segment in heard for word in segment.text.split()}
    kept = {word.strip(".,?!").lower() for s in copy.segments for word in s.text.split()}
    assert len(words & kept) > len(kept) / 2
