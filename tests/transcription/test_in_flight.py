"""Recordings in flight at a paid server: all done, none billed twice, none over the budget."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile

from benchmarks.fixtures.paid_server import PaidServer
from speechkit.core.errors import UsageError
from speechkit.core.stage import cache_key
from speechkit.governance import ConsentRegister
from speechkit.governance.consent import ConsentRecord
from speechkit.ingestion.ingest import IngestOptions, ingest_folder
from speechkit.pipeline.executors.local import LocalExecutor
from speechkit.pipeline.runner import RunReport, run
from speechkit.storage.corpus import Corpus
from speechkit.transcription import TranscribeOptions, TranscribeStage
from speechkit.transcription.server import ServerEngine

pytest.importorskip("httpx")

ROOT = Path(__file__).parent.parent.parent


def corpus_of(num: int, folder: Path, consent: str = "") -> Corpus:
    (folder / "in").mkdir()
    for number in range(num):
        noise = np.random.default_rng(number).normal(0, 0.1, 6_000)
        soundfile.write(folder / "in" / f"{number:04}.wav", noise, 16_000)
    corpus = Corpus(folder / "corpus")
    ingest_folder(folder / "in", corpus, IngestOptions(consent=consent))
    return corpus


@pytest.fixture
def server() -> Iterator[PaidServer]:
    made = PaidServer().start()
    yield made
    made.shutdown()
    made.server_close()


def stage_of(server: PaidServer, **options: str) -> TranscribeStage:
    given = {"in_flight": "16", "wait": "0.01", "retries": "8", "max_failures": "50", **options}
    return TranscribeStage(
        TranscribeOptions(
            engine=f"openai:{server.address}#m",
            engine_options=given,
            language="en",
            voice_detector="",
        )
    )


def transcribe(corpus: Corpus, stage: TranscribeStage) -> RunReport:
    return run(corpus, [stage], LocalExecutor(apart=True))


def test_sixty_four_recordings_with_a_fifth_of_requests_failing(
    server: PaidServer, tmp_path: Path
) -> None:
    corpus = corpus_of(64, tmp_path)
    server.failing, server.delay = 0.2, 0.3
    report = transcribe(corpus, stage_of(server))
    assert not report.failures
    assert report.stages[0].done == 64
    assert 8 < server.most_busy <= 16
    assert (len(server.bill), max(server.bill.values())) == (64, 1)
    assert server.requests > 64
    before = server.requests
    # More patience is no reason to pay again.
    again = transcribe(corpus, stage_of(server, retries="2", in_flight="4", timeout="9"))
    assert (again.stages[0].cached, server.requests) == (64, before)


SCRIPT = """
import signal
import sys
from pathlib import Path
from speechkit.pipeline.executors.local import LocalExecutor
from speechkit.pipeline.runner import run
from speechkit.storage.corpus import Corpus
from speechkit.transcription import TranscribeOptions, TranscribeStage
# Ignored where pytest runs in the background; a terminal would not.
signal.signal(signal.SIGINT, signal.default_int_handler)
corpus, address = sys.argv[1:]
options = {"in_flight": "16", "wait": "0.01"}
stage = TranscribeStage(TranscribeOptions(engine=f"openai:{address}#m", engine_options=options,
                                          language="en", voice_detector=""))
run(Corpus(Path(corpus)), [stage], LocalExecutor())
"""


@pytest.mark.parametrize(
    ("how", "failing"),
    [(signal.SIGKILL, 0.2), (signal.SIGKILL, 0), (signal.SIGTERM, 0), (signal.SIGINT, 0)],
)
def test_what_was_killed_goes_on_without_paying_twice(
    how: signal.Signals, failing: float, server: PaidServer, tmp_path: Path
) -> None:
    """Also where a fifth of the requests fails: before the kill, and after it."""
    corpus = corpus_of(64, tmp_path)
    server.delay, server.failing = 1.0, failing
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(corpus.root), server.address],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    deadline = time.monotonic() + 60
    while sum(server.bill.values()) < 20 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(how)
    process.wait(60)
    while server.busy and time.monotonic() < deadline + 60:
        time.sleep(0.01)  # what was on its way is answered, and billed
    assert 20 <= len(server.bill) < 64
    report = transcribe(corpus, stage_of(server))
    assert not report.failures
    assert report.stages[0].done + report.stages[0].cached == 64
    assert server.most_busy <= 16
    assert (len(server.bill), max(server.bill.values())) == (64, 1)
    if failing:
        assert server.requests > 64
    if how is not signal.SIGKILL:
        # Ended gently, what was on its way was waited for: nothing at all is sent twice.
        assert server.requests == 64


def test_threads_take_their_time_together(server: PaidServer, tmp_path: Path) -> None:
    corpus = corpus_of(96, tmp_path)
    server.delay = 0.25
    begun = time.monotonic()
    assert not transcribe(corpus, stage_of(server)).failures
    assert time.monotonic() - begun < 96 * 0.25 / 4  # one by one it takes 24 s


def test_a_budget_is_kept_and_the_rest_said(server: PaidServer, tmp_path: Path) -> None:
    corpus = corpus_of(8, tmp_path)
    # 0.375 s at 16 dollars a minute are 0.1 dollars: five of eight are paid for.
    report = transcribe(corpus, stage_of(server, price="16", max_cost="0.5"))
    assert sum(server.bill.values()) == 5
    assert len(report.failures) == 3
    assert all("raise --max-cost" in row.reason for row in report.failures)
    with pytest.raises(UsageError, match="price of this model is not known"):
        stage_of(server, max_cost="1")


def test_a_failed_request_costs_nothing(server: PaidServer, tmp_path: Path) -> None:
    corpus = corpus_of(8, tmp_path)
    server.failing = 0.3
    report = transcribe(corpus, stage_of(server, price="16", max_cost="0.8"))
    assert not report.failures


def away(server: PaidServer, **options: str) -> TranscribeStage:
    """The stage, its server taken for one on another machine."""
    stage = stage_of(server, **options)
    engine = stage._engine
    engine.info = msgspec.structs.replace(engine.info, leaves_this_machine=True)  # type: ignore[misc]
    return stage


def test_nothing_raw_leaves_without_a_consent_that_permits_it(
    server: PaidServer, tmp_path: Path
) -> None:
    corpus = corpus_of(2, tmp_path, consent="c1")
    report = transcribe(corpus, away(server))
    assert [row.reason.partition(": ")[2] for row in report.failures] == [
        "consent: no consent is on record"
    ] * 2
    assert server.requests == 0
    register = ConsentRegister(corpus.root)
    register.put(ConsentRecord(id="c1", status="active", purposes=("research",)))
    report = transcribe(corpus, away(server, purpose="quality"))
    assert all("does not permit the purpose" in row.reason for row in report.failures)
    assert server.requests == 0
    assert not transcribe(corpus, away(server)).failures
    journal = (corpus.root / "journal.jsonl").read_text()
    sent = [line for line in journal.splitlines() if '"event":"sent"' in line]
    assert len(sent) == 2
    assert server.address in sent[0]


def test_another_machine_needs_the_permission_and_https() -> None:
    with pytest.raises(UsageError, match="--leaves-this-machine"):
        ServerEngine("https://api.example.org/v1#m")
    with pytest.raises(UsageError, match="only https"):
        ServerEngine("http://api.example.org/v1#m", {"leaves_this_machine": "true"})
    engine = ServerEngine("https://api.openai.com/v1#whisper-1", {"leaves_this_machine": "true"})
    assert engine.info.leaves_this_machine
    assert engine.info.price == 0.006


def test_how_a_server_is_asked_is_no_part_of_the_key(server: PaidServer, tmp_path: Path) -> None:
    (session,) = corpus_of(1, tmp_path).sessions()
    keys = {
        cache_key(stage_of(server, **options), session)
        for options in ({}, {"retries": "1"}, {"price": "1", "max_cost": "5"}, {"timeout": "3"})
    }
    assert len(keys) == 1
    assert cache_key(stage_of(server, prompt="metformin"), session) not in keys
