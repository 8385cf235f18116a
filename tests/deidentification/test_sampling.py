"""A sample of segments says something about all, and sharpens the estimate of what is left."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from speechkit.cli.deidentify import command
from speechkit.core.errors import InputError, UsageError
from speechkit.core.types import (
    Audio,
    Discovery,
    Layer,
    Provenance,
    Recording,
    RedactedCopy,
    Segment,
    Session,
)
from speechkit.deidentification.report import lines, make_report
from speechkit.deidentification.sampling import (
    Outcome,
    draw_sample,
    outcome_of,
    read_sample,
    sample_size,
    sharpened,
    upper_bound,
    write_sample,
)
from speechkit.storage.corpus import Corpus

AUDIO = Audio(
    sha256="0" * 64, uri="u", sample_rate=100, num_samples=6000, num_channels=1, codec="c"
)
EVERY = 40


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """Two clean copies of 40 segments, each with 4 identifiers probably left, and a failed one."""
    corpus = Corpus.create(tmp_path / "clinic")
    for number, verdict in enumerate(("clean", "clean", "failed")):
        recording = Recording(id=f"rec-{number:016d}", audio=AUDIO)
        corpus.put_session(Session(recording=recording))
        segments = tuple(
            Segment(id=f"s{n}", start=n, end=n + 1, text="said", language="en")
            for n in range(EVERY)
        )
        copy = RedactedCopy(
            audio=AUDIO,
            segments=segments if verdict == "clean" else (),
            redactions=(),
            verdict=verdict,
            discovery=Discovery(verdict="within-limits", left=4.0, spread=2.0),
        )
        layer = Layer(
            name="redacted",
            kind="redacted",
            recording=recording.id,
            items=(copy,),
            provenance=Provenance(stage="test", version="1"),
        )
        corpus.add_layer(recording.id, layer)
    return corpus


def test_as_many_as_rule_the_rate_out() -> None:
    size = sample_size(0.01)
    assert upper_bound(0, size) <= 0.01 < upper_bound(0, size - 1)
    with pytest.raises(UsageError, match="between 0 and 1"):
        sample_size(0)


@pytest.mark.parametrize(
    # Clopper and Pearson's bounds as tables of them print: one-sided, 95 %.
    ("hits", "size", "bound"),
    [(0, 10, 0.2589), (1, 10, 0.3942), (2, 100, 0.0616), (10, 10, 1.0)],
)
def test_the_bound_is_the_exact_one(hits: int, size: int, bound: float) -> None:
    assert upper_bound(hits, size) == pytest.approx(bound, abs=2e-4)


def test_only_clean_copies_each_segment_once(corpus: Corpus) -> None:
    drawn = draw_sample(corpus, 0.05, seed=1)
    assert len(drawn) == sample_size(0.05) == len({(d.recording, d.segment) for d in drawn})
    assert "rec-0000000000000002" not in {one.recording for one in drawn}
    assert draw_sample(corpus, 0.05, seed=1) == drawn != draw_sample(corpus, 0.05, seed=2)
    assert len(draw_sample(corpus, 0.001)) == 2 * EVERY


def test_each_segment_is_as_likely_as_any_other(corpus: Corpus) -> None:
    times = [one.start for seed in range(200) for one in draw_sample(corpus, 0.5, seed)]
    assert len(times) == 200 * sample_size(0.5)
    assert sum(times) / len(times) == pytest.approx((EVERY - 1) / 2, abs=1.5)


def test_what_a_person_writes_down_is_read(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "sample.csv"
    write_sample(path, draw_sample(corpus, 0.05))
    rows = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([rows[0], f"{rows[1]}2", *(f"{r}0" for r in rows[2:-1]), rows[-1]]))
    made = outcome_of(read_sample(path))
    assert (made.segments, made.with_some, made.mentions) == (len(rows) - 2, 1, 2)
    assert made.not_looked_at == 1
    path.write_text("\n".join([rows[0], f"{rows[1]}many"]))
    with pytest.raises(InputError, match="line 2: identifiers_left is a number"):
        read_sample(path)
    path.write_text("id\n1\n")
    with pytest.raises(InputError, match="other columns"):
        read_sample(path)


def looked_at(segments: int, mentions: int) -> Outcome:
    return Outcome(
        segments=segments, with_some=mentions, mentions=mentions, upper=1, not_looked_at=0
    )


def test_a_sample_sharpens_the_estimate() -> None:
    before, low, high = sharpened(20.0, 2.0, looked_at(0, 0), 1_000)
    fewer, low_after, high_after = sharpened(20.0, 2.0, looked_at(300, 0), 1_000)
    assert fewer < 0.7 * before * 0.7  # nothing found: less than the share not looked at
    assert high_after < high and high_after - low_after < high - low
    more, *_ = sharpened(20.0, 2.0, looked_at(300, 30), 1_000)
    # 30 in 300 speak for 70 in the other 700, the estimate for 14: the sample weighs more.
    assert 35 < more < 70
    assert sharpened(20.0, 2.0, looked_at(1_000, 30), 1_000) == (0.0, 0, 0)


def test_the_report_says_what_is_left(corpus: Corpus, tmp_path: Path) -> None:
    made = make_report(corpus)
    assert made.left is not None and made.left.expected == 8.0
    assert made.left.low < 8 < made.left.high and made.left.segments == 2 * EVERY
    assert any("8.0, with 90 % from" in line for line in lines(made))
    path = tmp_path / "sample.csv"
    runner = CliRunner()
    done = runner.invoke(
        command, ["sample", str(corpus.root), "--rate", "0.05", "--output", str(path)]
    )
    assert done.exit_code == 0, done.output
    assert f"{sample_size(0.05)} segments of 2 recordings" in done.output
    rows = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([rows[0], *(f"{row}0" for row in rows[1:])]), "utf-8")
    told = runner.invoke(command, ["report", str(corpus.root), "--sample", str(path)])
    assert told.exit_code == 0, told.output
    assert "at most 4." in told.output or "at most 5.00%" in told.output
    again = runner.invoke(command, ["sample", str(corpus.root), "--output", str(path)])
    assert again.exit_code and isinstance(again.exception, InputError)
    assert path.read_text("utf-8").count("\n") == len(rows) - 1
