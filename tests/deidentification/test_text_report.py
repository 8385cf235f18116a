"""The report counts what layers say, and never shows a word."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from speechkit.cli.deidentify import command
from speechkit.core.errors import InputError, UsageError
from speechkit.core.types import (
    Audio,
    Context,
    Identifier,
    Layer,
    Participant,
    PhiSpan,
    Provenance,
    Recording,
    RedactedCopy,
    Redaction,
    Segment,
    Session,
)
from speechkit.deidentification.report import Agreement, agreement, k_anonymity, lines, make_report
from speechkit.storage.corpus import Corpus

MADE = Provenance(stage="test", version="1")
AUDIO = Audio(
    sha256="0" * 64, uri="u", sample_rate=100, num_samples=6000, num_channels=1, codec="c"
)
NAME = "Hedda Brandvold"


def recording(number, *people, site="A") -> Recording:
    return Recording(
        id=f"rec-{number:016d}", audio=AUDIO, participants=people, context=Context(site=site)
    )


def patient(id_, **known) -> Participant:
    return Participant(id=id_, role="patient", **known)


def span(start, end, detector="names", identifier=Identifier.NAME, segment="s") -> PhiSpan:
    return PhiSpan(
        segment=segment, start_char=start, end_char=end, identifier=identifier, detector=detector
    )


def put(corpus, of, name, kind, *items) -> None:
    made = Layer(name=name, kind=kind, recording=of.id, items=items, provenance=MADE)
    corpus.add_layer(of.id, made)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    corpus = Corpus.create(tmp_path / "clinic")
    for number in (1, 2, 3):
        corpus.put_session(Session(recording=recording(number, patient(f"p{number}", sex="f"))))
    one, two, _ = (session.recording for session in corpus.sessions())
    text = Segment(id="s", start=0, end=9, text=f"I am {NAME}, 5 mg", language="en")
    put(corpus, one, "attributed", "segments", text)
    put(corpus, one, "phi", "phi", span(5, 20), span(22, 26, "numbers", Identifier.MRN))
    put(corpus, one, "corrected", "segments", text)
    put(
        corpus, one, "corrected_phi", "phi",
        span(5, 20), span(22, 26, "rejected", Identifier.MRN), span(0, 1, "person"),
    )  # fmt: skip
    masks = (
        Redaction(start=1.0, end=2.5, identifier=Identifier.NAME, verdict="clean"),
        Redaction(start=4.0, end=4.25, identifier=Identifier.MRN, verdict="clean"),
    )
    clean = RedactedCopy(
        audio=AUDIO, segments=(), redactions=masks, verdict="clean", checked_by=("ear:1",)
    )
    put(corpus, one, "redacted", "redacted", clean)
    failed = RedactedCopy(
        audio=AUDIO, segments=(), redactions=(), verdict="failed", rounds=3, heard=2
    )
    put(corpus, two, "redacted", "redacted", failed)
    return corpus


def test_counts_by_identifier_detector_verdict_and_people(corpus: Corpus) -> None:
    made = make_report(corpus)
    ids = [session.recording.id for session in corpus.sessions()]
    assert made.spans == {"MRN": 1, "NAME": 1}
    assert made.detectors == {"names": 1, "numbers": 1}
    assert made.seconds_masked == {"MRN": 0.25, "NAME": 1.5}
    assert (made.verdicts, made.rounds) == ({"clean": 1, "failed": 1}, {1: 1, 3: 1})
    assert (made.failed, made.not_redacted) == ((ids[1],), (ids[2],))
    assert (made.heard_again, made.checked_by) == (2, ("ear:1",))
    assert made.people == Agreement(both=1, only_first=1, only_second=1)
    assert made.looked_at == (ids[0],)
    assert set(made.not_looked_at) == {ids[1], ids[2]}


def test_agreement_counts_spans_that_touch() -> None:
    one = [span(0, 4), span(10, 12)]
    other = [span(3, 6, identifier=Identifier.ORG), span(0, 4, segment="t")]
    assert agreement(one, other) == Agreement(both=1, only_first=1, only_second=1)
    assert agreement([], []).share == 1.0


def test_k_is_the_smallest_group_of_patients_not_of_recordings() -> None:
    people = [patient("a", sex="f"), patient("b", sex="f"), patient("c", sex="m")]
    sessions = [Session(recording=recording(n, person)) for n, person in enumerate(people)]
    sessions.append(Session(recording=recording(9, people[0])))  # the same patient again
    doctor = Participant(id="d", role="doctor", sex="x")
    sessions.append(Session(recording=recording(10, doctor)))
    risk = k_anonymity(sessions)
    assert (risk.patients, risk.groups, risk.k, risk.unique, risk.small) == (3, 2, 1, 1, 3)
    apart = [Session(recording=recording(1, people[0])), Session(recording=recording(2, people[1]))]
    assert k_anonymity(apart).k == 2
    moved = [*apart[:1], Session(recording=recording(2, people[1], site="B"))]
    assert k_anonymity(moved).k == 1
    assert k_anonymity([]).k == 0


def test_the_command_prints_counts_and_never_a_word(corpus: Corpus) -> None:
    runner = CliRunner()
    plain = runner.invoke(command, ["report", str(corpus.root)], catch_exceptions=False)
    as_json = runner.invoke(command, ["report", str(corpus.root), "--json"], catch_exceptions=False)
    assert (plain.exit_code, as_json.exit_code) == (0, 0)
    assert "k = 3" in plain.output
    assert json.loads(as_json.output)["spans"] == {"MRN": 1, "NAME": 1}
    for word in (*NAME.split(), "5 mg"):
        assert word not in plain.output + as_json.output + repr(make_report(corpus))


def test_another_detector_is_compared_where_it_has_a_model(corpus: Corpus) -> None:
    class English:
        spec, revision, options = "english", "1", {}

        @contextmanager
        def open(self, resources):
            yield self.detect

        def detect(self, segments, language):
            if language != "en":
                raise UsageError("no model")
            return (span(5, 9), span(0, 1))

    two = corpus.sessions()[1].recording
    put(
        corpus,
        two,
        "attributed",
        "segments",
        Segment(id="s", start=0, end=1, text="no", language="es"),
    )
    put(corpus, two, "phi", "phi", span(0, 2))
    made = make_report(corpus, English())
    assert made.second == Agreement(both=1, only_first=1, only_second=1)
    assert made.not_compared == 1
    assert "  not compared: 1 in languages that it has no model for" in lines(made)


def test_an_empty_corpus_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no recording"):
        make_report(Corpus.create(tmp_path / "new"))


def test_lines_say_none_where_there_is_none(tmp_path: Path) -> None:
    corpus = Corpus.create(tmp_path / "one")
    corpus.put_session(Session(recording=recording(1)))
    shown = "\n".join(lines(make_report(corpus)))
    assert "k = 0" in shown
    assert "by detector: none" in shown
