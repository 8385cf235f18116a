"""Scoring as a whole: sums by hand, slices by speaker, missing, workers, compare."""

from __future__ import annotations

import msgspec
import pytest

from speechkit.benchmark.compare import compare
from speechkit.benchmark.matching import match_names
from speechkit.benchmark.results import Scores
from speechkit.benchmark.score import score
from speechkit.benchmark.types import Hypothesis, Reference, ScoreOptions, System
from speechkit.core.errors import UsageError
from speechkit.core.types import Segment, Turn


def segment(text: str, start: float = 0.0, speaker: str = "", length: float = 1.0) -> Segment:
    return Segment(id="", start=start, end=start + length, text=text, speaker=speaker)


def said(text: str, **more: object) -> Reference:
    return Reference(segments=(segment(text),), **more)  # type: ignore[arg-type]


def system(name: str, **texts: str) -> System:
    return System(
        name=name, hypotheses={k: Hypothesis(segments=(segment(v),)) for k, v in texts.items()}
    )


def test_corpus_rate_is_the_sum_not_the_mean() -> None:
    references = {"a": said("a b c d e f g h"), "b": said("yes")}
    scores = score(references, [system("s", a="a b c d e f g h", b="no")])
    row = scores.systems[0]
    assert row.wer == pytest.approx(1 / 9, abs=1e-6)
    assert row.mean_recording_wer == pytest.approx(0.5)
    assert (row.substitutions, row.deletions, row.insertions, row.num_words) == (1, 0, 0, 9)
    assert row.normalizer == "en@3"


def test_missing_refuses_unless_allowed_and_then_is_listed() -> None:
    references = {"a": said("x"), "b": said("y")}
    systems = [system("s", a="x", c="z")]
    with pytest.raises(UsageError, match=r"s lacks 1 of 2: b; .*--allow-missing"):
        score(references, systems)
    scores = score(references, systems, ScoreOptions(allow_missing=True))
    assert [(m.system, m.recording) for m in scores.missing] == [("s", "b")]
    assert [(m.system, m.recording) for m in scores.extra] == [("s", "c")]
    assert scores.systems[0].num_recordings == 1
    with pytest.raises(UsageError, match="none of its 1 recordings"):
        score(references, [system("s", z="x")], ScoreOptions(allow_missing=True))


def test_errors_go_to_who_spoke() -> None:
    reference = Reference(
        segments=(
            segment("any pain", 0, "d"),
            segment("no none at all", 1, "p"),
            segment("good", 2, "d"),
        ),
        speakers={"d": {"role": "doctor", "accent": "A"}, "p": {"role": "patient", "accent": "B"}},
        fields={"device": "phone"},
    )
    hypothesis = {"r": Hypothesis(segments=(segment("any pains no at all good indeed"),))}
    scores = score(
        {"r": reference},
        [System(name="s", hypotheses=hypothesis)],
        ScoreOptions(by=("role", "device", "accent*role"), min_cell=1),
    )
    cells = {tuple(c.values.values()): c for c in scores.slices}
    # doctor: "pain" wrong and one word too many, of 3; patient: "none" gone, of 4
    assert cells[("doctor",)].wer == pytest.approx(2 / 3, abs=1e-6)
    assert cells[("patient",)].wer == pytest.approx(1 / 4)
    assert cells[("phone",)].num_words == 7
    assert cells[("A", "doctor")].num_words == 3
    gap = next(gap for gap in scores.gaps if gap.by == "role")
    assert (gap.worst, gap.best) == ("doctor", "patient")
    assert gap.gap == pytest.approx(2 / 3 - 1 / 4, abs=1e-5)
    assert gap.ratio == pytest.approx(8 / 3, abs=1e-3)


def test_how_a_reference_is_cut_does_not_change_its_rate() -> None:
    whole = said("twenty one mg")
    cut = Reference(segments=(segment("twenty", 0, "d"), segment("one mg", 1, "p")))
    systems = [system("s", r="21 mg")]
    assert score({"r": whole}, systems).systems[0].wer == 0
    scores = score({"r": cut}, systems)
    assert scores.systems[0].wer == 0
    assert scores.recordings[0].words == 2


def test_small_cells_are_shown_but_make_no_gap() -> None:
    references = {
        "a": said("x y", fields={"accent": "A"}),
        "b": said("x " * 60, fields={"accent": "B"}),
        "c": said("x " * 60),
        "d": said("x " * 60, fields={"accent": "D"}),
    }
    scores = score(
        references,
        [system("s", a="", b="x " * 60, c="", d="x " * 30)],
        ScoreOptions(by=("accent",)),
    )
    cells = {c.values["accent"]: c for c in scores.slices}
    assert cells["A"].small
    assert not cells["B"].small
    assert (scores.gaps[0].best, scores.gaps[0].worst) == (
        "B",
        "D",
    )  # who is not described is no group


def test_unknown_field_says_what_there_is() -> None:
    references = {"a": said("x", fields={"accent": "A"})}
    with pytest.raises(UsageError, match="did you mean accent"):
        score(references, [system("s", a="x")], ScoreOptions(by=("acent",)))


def test_speakers_and_turns_give_cpwer_and_der() -> None:
    reference = Reference(
        segments=(segment("hello there", 0, "d", 2.0), segment("hi", 2, "p", 2.0)), duration=4.0
    )
    right = Hypothesis(segments=(segment("hello there", 0, "1", 2.0), segment("hi", 2, "0", 2.0)))
    swapped = Hypothesis(
        segments=(segment("hello", 0, "1", 2.0), segment("there hi", 2, "0", 2.0)),
        turns=(Turn(start=0, end=3, speaker="x"), Turn(start=3, end=4, speaker="y")),
    )
    scores = score(
        {"r": reference},
        [
            System(name="right", hypotheses={"r": right}),
            System(name="swapped", hypotheses={"r": swapped}),
            system("text", r="hello there hi"),
        ],
    )
    rows = {row.system: row for row in scores.systems}
    assert (rows["right"].cpwer, rows["right"].der) == (0, 0)
    assert rows["swapped"].wer == 0
    assert rows["swapped"].cpwer == pytest.approx(2 / 3, abs=1e-6)
    assert rows["swapped"].der == pytest.approx(1 / 4)
    assert rows["text"].cpwer is None
    assert rows["text"].der is None


def many(number: int) -> tuple[dict[str, Reference], list[System]]:
    references = {f"r{i:02d}": said("a b c d e f g h i j") for i in range(number)}
    good = system("good", **dict.fromkeys(references, "a b c d e f g h i j"))
    bad = system("bad", **dict.fromkeys(references, "a b c d e f x x x"))
    return references, [bad, good]


def test_workers_do_not_change_the_bytes() -> None:
    references, systems = many(12)
    one = score(references, systems, workers=1)
    two = score(references, systems, workers=2)
    assert msgspec.json.encode(one) == msgspec.json.encode(two)
    assert [row.system for row in one.systems] == ["good", "bad"]
    assert one.systems[0].rank_interval == (1, 1)
    assert one.pairs[0].p_value == 0.0


def test_result_travels_as_json_and_compares() -> None:
    references, systems = many(12)
    scores = score(references, systems)
    back = msgspec.json.decode(msgspec.json.encode(scores), type=Scores)
    assert back == scores
    good = score(references, systems[1:])
    bad = score(references, systems[:1])
    assert not compare(good, good)[0].worse
    assert compare(good, bad)[0].worse
    assert not compare(bad, good)[0].worse
    with pytest.raises(UsageError, match="different normalizers"):
        compare(good, score(references, systems[1:], ScoreOptions(normalizer="basic")))


def test_speakers_read_by_one_each_are_the_clusters() -> None:
    references = {
        f"r{i}": said("a b c", speakers={"": {"participant": f"p{i % 3}", "accent": "X"}})
        for i in range(9)
    }
    scores = score(references, [system("s", **dict.fromkeys(references, "a b"))])
    assert (scores.clustered_by, scores.num_clusters) == ("participant", 3)


@pytest.mark.parametrize(
    ("references", "hypotheses", "expected"),
    [
        (["a", "b"], ["a"], {"a": "a"}),
        (["d1_c1_pure_text", "d1_c2_pure_text"], ["d1_c1_conv"], {"d1_c1_conv": "d1_c1_pure_text"}),
        (["c1_t", "c10_t"], ["c10_x"], {"c10_x": "c10_t"}),
        (["c1_t", "c2_t"], ["c1_x", "c1_y"], {"c1_x": "c1_x", "c1_y": "c1_y"}),
        (["c1"], ["zz"], {"zz": "zz"}),
    ],
)
def test_names_match(references: list[str], hypotheses: list[str], expected: dict) -> None:
    assert match_names(references, hypotheses) == expected
