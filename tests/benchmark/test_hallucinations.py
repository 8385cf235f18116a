"""What was made up and left out, with times; who said it; who is in the corpus."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from speechkit.benchmark.hallucinations import is_loop
from speechkit.benchmark.inputs.targets import read_targets
from speechkit.benchmark.results import Scores
from speechkit.benchmark.score import score
from speechkit.benchmark.types import Hypothesis, Reference, ScoreOptions, System
from speechkit.core.errors import InputError
from speechkit.core.types import Segment, Word

TURNS = (
    ("doctor", 0.0, 4.0, "good morning what brings you in today then"),
    ("patient", 5.0, 9.0, "i have had a terrible headache since last monday"),
    ("doctor", 20.0, 22.0, "have you taken anything for it"),
    ("patient", 23.0, 24.0, "just paracetamol"),
)


def segments(rows: Sequence[tuple[str, float, float, str]]) -> tuple[Segment, ...]:
    return tuple(Segment(id="", speaker=w, start=a, end=b, text=t) for w, a, b, t in rows)


def scored(rows: Sequence[tuple[str, float, float, str]], **options: object) -> Scores:
    reference = Reference(segments=segments(TURNS))
    system = System(name="s", hypotheses={"r": Hypothesis(segments=segments(rows))})
    return score({"r": reference}, [system], ScoreOptions(**options))  # type: ignore[arg-type]


def kinds(scores: Scores) -> list[tuple[str, float | None, float | None]]:
    return [(p.kind, p.start, p.end) for p in scores.passages]


def test_nothing_happens_in_a_perfect_transcript() -> None:
    scores = scored(TURNS)
    assert scores.passages == ()
    assert scores.systems[0].passages == {}
    assert scores.systems[0].role_accuracy == 1.0


def test_text_where_nobody_speaks_is_listed_with_its_times() -> None:
    made_up = ("patient", 12.0, 15.0, "thanks for watching")
    assert kinds(scored([*TURNS[:2], made_up, *TURNS[2:]])) == [("no speech", 12.0, 15.0)]
    # Half a second beside speech is within what times are worth.
    near = ("patient", 9.3, 9.9, "so")
    assert kinds(scored([*TURNS[:2], near, *TURNS[2:]])) == []


def test_loops_and_made_up_passages() -> None:
    loop = ("patient", 24.0, 30.0, "thank you very much " * 5)
    scores = scored([*TURNS, loop])
    assert ("loop", 24.0, 30.0) in kinds(scores)
    other = "the cat sat down upon the very old mat and slept"
    scores = scored([*TURNS, ("patient", 24.0, 30.0, other)], contexts=True)
    found = next(p for p in scores.passages if p.kind == "invented")
    assert (found.num_words, found.text) == (11, other)
    assert all(p.text == "" for p in scored([*TURNS, loop]).passages)


def test_a_lost_turn_has_the_times_of_the_turn() -> None:
    scores = scored([TURNS[0], TURNS[2], TURNS[3]])
    assert kinds(scores) == [("turn lost", 5.0, 9.0)]
    counts = scores.systems[0].passages["turn lost"]
    assert (counts.passages, counts.words) == (1, 9)
    # Two words are a backchannel, and no turn to speak of.
    assert kinds(scored(TURNS[:3])) == []


def test_omissions_without_any_time_are_still_listed() -> None:
    words = "a b c d e f g h i j k l m n o p q r s t".split()
    reference = Reference(segments=(Segment(id="", start=0, end=0, text=" ".join(words)),))
    wrote = Segment(id="", start=0, end=0, text=" ".join(words[:4] + words[14:]))
    system = System(name="s", hypotheses={"r": Hypothesis(segments=(wrote,))})
    options = ScoreOptions(normalizer="basic")
    (found,) = score({"r": reference}, [system], options).passages
    assert (found.kind, found.num_words, found.start) == ("omitted", 10, None)


def test_words_have_better_times_than_segments() -> None:
    words = tuple(Word(text="yes", start=10.0 + i, end=10.5 + i) for i in range(3))
    wrote = Segment(id="", start=2.0, end=13.0, text="yes yes yes", words=words)
    reference = Reference(segments=segments(TURNS))
    system = System(name="s", hypotheses={"r": Hypothesis(segments=(wrote,))})
    ledger = score({"r": reference}, [system]).passages
    assert ("no speech", 10.0, 12.5) in [(p.kind, p.start, p.end) for p in ledger]


@pytest.mark.parametrize(
    ("text", "loop"),
    [
        ("you you you you you you you you", True),
        ("thank you for watching " * 4, True),
        ("one two three four five six seven eight nine", False),
        ("it hurts here and it hurts there and it hurts now", False),
    ],
)
def test_what_a_loop_is(text: str, loop: bool) -> None:
    assert is_loop(text.split()) == loop


def test_short_turns_are_looked_for_in_the_text() -> None:
    quick = (*TURNS[:3], ("patient", 23.0, 23.5, "yes"), ("doctor", 24.0, 24.9, "ok thank you"))
    reference = Reference(segments=segments(quick))
    wrote = (*TURNS[:3], ("x", 24.0, 25.0, "ok thank him"))
    system = System(name="s", hypotheses={"r": Hypothesis(segments=segments(wrote))})
    row = score({"r": reference}, [system]).systems[0]
    assert row.backchannel_recall == 0.5  # "yes" is gone, two of three words are enough
    assert scored(TURNS).systems[0].backchannel_recall is None


def test_roles_are_compared_word_by_word() -> None:
    swapped = [("patient", *TURNS[0][1:]), TURNS[1], TURNS[2], TURNS[3]]
    # 8 of the 25 words went to the wrong role.
    assert scored(swapped).systems[0].role_accuracy == pytest.approx(17 / 25)
    unknown = [("S1", *turn[1:]) for turn in TURNS]
    assert scored(unknown).systems[0].role_accuracy is None


def test_coverage_counts_people_and_names_those_who_are_missing(tmp_path: Path) -> None:
    file = tmp_path / "targets.csv"
    file.write_text("field,value,share\naccent,Scottish,50%\naccent,Welsh,0.25\n")
    references = {
        name: Reference(segments=segments(TURNS), fields={"accent": accent, "participant": who})
        for name, accent, who in (("a", "Scottish", "p1"), ("b", "Scottish", "p1"), ("c", "", "p2"))
    }
    hypothesis = Hypothesis(segments=segments(TURNS))
    system = System(name="s", hypotheses=dict.fromkeys(references, hypothesis))
    rows = score(references, [system], targets=read_targets(file)).coverage
    found = {row.value: row for row in rows}
    assert (found["Scottish"].num_people, found["Scottish"].num_recordings) == (1, 2)
    assert found["Scottish"].reached == 1.0
    assert (found["Welsh"].num_people, found["Welsh"].reached) == (0, 0.0)
    assert found["(not given)"].num_people == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("accent,share\nx,1\n", "needs the columns"),
        ("field,value,share\na,b,two\n", "line 2: a share"),
        ("field,value,share\na,b,0.7\na,c,0.7\n", "add up to more than 1"),
    ],
)
def test_bad_targets_say_where(text: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "targets.csv"
    file.write_text(text)
    with pytest.raises(InputError, match=reason):
        read_targets(file)


def test_meeting_figures_are_meetevals_own() -> None:
    wer = pytest.importorskip("meeteval.wer")
    from meeteval.io.seglst import SegLST

    late = [TURNS[0], ("doctor", 15.0, 19.0, TURNS[1][3]), *TURNS[2:]]
    row = scored(late, meeting=True, normalizer="basic").systems[0]

    def sides(rows: Sequence[tuple[str, float, float, str]]) -> SegLST:
        return SegLST(
            [
                {"session_id": "r", "speaker": w, "words": t, "start_time": a, "end_time": b}
                for w, a, b, t in rows
            ]
        )

    tcp = wer.time_constrained_minimum_permutation_word_error_rate
    expected = tcp(sides(TURNS), sides(late), collar=5.0)
    assert row.tcpwer == pytest.approx(expected.error_rate, abs=1e-6)
    expected = wer.orc_word_error_rate(sides(TURNS), sides(late))
    assert row.orcwer == pytest.approx(expected.error_rate, abs=1e-6)
    # Said by the wrong person and ten seconds late: it counts in one, and not in the other.
    assert row.tcpwer > row.orcwer == 0
    assert scored(late).systems[0].tcpwer is None
