"""What is not scored leaves both sides; faults of one recording are its own row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from speechkit.benchmark.regions import scored_regions, turns_within, words_within
from speechkit.benchmark.results import Scores
from speechkit.benchmark.score import score
from speechkit.benchmark.types import Hypothesis, Reference, ScoreOptions, System
from speechkit.cli.bench import command as bench
from speechkit.core.errors import InputError
from speechkit.core.types import Segment, Turn


def segment(start: float, end: float, text: str, speaker: str = "") -> Segment:
    return Segment(id="", start=start, end=end, text=text, speaker=speaker)


def scored(reference: Reference, hypothesis: Hypothesis, options: ScoreOptions) -> Scores:
    return score({"r": reference}, [System(name="s", hypotheses={"r": hypothesis})], options)


def test_words_are_where_their_middle_is() -> None:
    regions = scored_regions([(0.0, 4.0)], [(2.0, 3.0)])
    assert regions == ((0.0, 2.0), (3.0, 4.0))
    (kept,) = words_within([segment(0, 5, "one two three four five")], regions)
    assert kept.text == "one two four"
    assert words_within([segment(2, 3, "all of it")], regions) == ()
    untimed = segment(0, 0, "no times, stays")
    assert words_within([untimed], regions) == (untimed,)
    assert [
        (t.start, t.end) for t in turns_within([Turn(start=1, end=5, speaker="a")], regions)
    ] == [
        (1, 2.0),
        (3.0, 4.0),
    ]


@pytest.mark.parametrize(
    "region", ["ignore_time_segment_in_scoring", "IGNORE_TIME_SEGMENT_IN_SCORING"]
)
def test_a_region_that_is_not_scored_costs_nothing(tmp_path: Path, region: str) -> None:
    (tmp_path / "ref").mkdir()
    (tmp_path / "ref" / "v.stm").write_text(
        f"v 1 A 0 3 <o,f0,male> my knee hurts\nv 1 A 3 6 {region}\nv 1 A 6 8 since monday\n"
    )
    (tmp_path / "hyp").mkdir()
    words = [
        (0, "my"),
        (1, "knee"),
        (2, "hurts"),
        (4, "what"),
        (5, "ever"),
        (6, "since"),
        (7, "monday"),
    ]
    (tmp_path / "hyp" / "v.ctm").write_text(
        "".join(f"v 1 {start:.2f} 0.50 {word}\n" for start, word in words)
    )
    command = ["score", str(tmp_path / "ref"), str(tmp_path / "hyp"), "--language", "en"]
    found = CliRunner().invoke(bench, [*command, "--draws", "0", "--json"], catch_exceptions=False)
    assert '"wer":0.0' in found.stdout
    assert '"num_words":5' in found.stdout


def test_a_uem_file_bounds_words_and_turns(tmp_path: Path) -> None:
    reference = Reference(
        segments=(segment(0, 2, "a knee"), segment(8, 10, "that hurts")),
        turns=(Turn(start=0, end=2, speaker="x"), Turn(start=8, end=10, speaker="x")),
        scored=((0.0, 5.0),),
    )
    wrong = Hypothesis(
        segments=(segment(0, 2, "a knee"), segment(8, 10, "not so")),
        turns=(Turn(start=0, end=2, speaker="y"), Turn(start=6, end=7, speaker="z")),
    )
    row = scored(reference, wrong, ScoreOptions(language="en", draws=0)).systems[0]
    assert (row.wer, row.num_words) == (0.0, 2)
    assert row.der == 0.0


def test_empty_unsure_and_many_speakers_are_scored() -> None:
    reference = Reference(segments=(segment(0, 1, "it hurts <UNSURE></UNSURE> here"),))
    hypothesis = Hypothesis(segments=(segment(0, 1, "it hurts here"),))
    assert scored(reference, hypothesis, ScoreOptions(language="en")).systems[0].wer == 0.0
    crowd = tuple(segment(i, i + 1, "yes indeed", f"s{i}") for i in range(25))
    scores = scored(
        Reference(segments=crowd), Hypothesis(segments=crowd), ScoreOptions(meeting=True)
    )
    assert scores.systems[0].wer == 0.0
    assert scores.systems[0].tcpwer is None
    assert [(r.kind, r.recording) for r in scores.remarks] == [("meeting", "r")]


class _Broken(Mapping[str, Hypothesis]):
    def __getitem__(self, name: str) -> Hypothesis:
        if name == "bad":
            raise InputError("bad.vtt, line 3: no time")
        return Hypothesis(segments=(segment(0, 1, "it hurts"),))

    def __iter__(self) -> Iterator[str]:
        return iter(("bad", "good"))

    def __len__(self) -> int:
        return 2


def test_a_fault_of_one_recording_is_its_row() -> None:
    reference = Reference(segments=(segment(0, 1, "it hurts"),))
    scores = score({"bad": reference, "good": reference}, [System(name="s", hypotheses=_Broken())])
    assert scores.systems[0].wer == 0.0
    assert scores.systems[0].num_recordings == 1
    assert [(f.recording, f.reason) for f in scores.failures] == [
        ("bad", "bad.vtt, line 3: no time")
    ]


def test_another_script_and_identical_output_are_remarked() -> None:
    hindi, urdu = "मुझे बुखार है और सिर में दर्द है", "مجھے بخار ہے اور سر میں درد ہے"
    systems = [
        System(name=name, hypotheses={"r": Hypothesis(segments=(segment(0, 1, text),))})
        for name, text in (("deva", hindi), ("arab", urdu), ("copy", hindi))
    ]
    reference = Reference(segments=(segment(0, 1, hindi),), language="hi")
    scores = score({"r": reference}, systems)
    assert {(r.kind, r.system) for r in scores.remarks} == {
        ("script", "arab"),
        ("identical output", "deva"),
    }
    assert {row.system: row.rank for row in scores.systems} == {"copy": 1, "deva": 1, "arab": 3}
