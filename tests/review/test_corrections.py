"""What a person corrects and marks is what a release carries, however often the pipeline runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner

from speechkit.audio.decode import read_audio
from speechkit.audio.encode import write_audio
from speechkit.cli.main import cli
from speechkit.core.types import Context
from speechkit.ingestion.recording import ingest_file
from speechkit.pipeline.executors.local import LocalExecutor
from speechkit.pipeline.pipelines import default_pipeline
from speechkit.pipeline.runner import run
from speechkit.storage.corpus import Corpus

pytestmark = pytest.mark.models

SECONDS = 14.3


@pytest.fixture
def corpus(tmp_path: Path, real_call: Path) -> Corpus:
    """A real call's first sentences, run through all stages."""
    samples, rate = read_audio(real_call)
    write_audio(tmp_path / "call.wav", samples[:, : int(SECONDS * rate)], rate, bits=16)
    made = Corpus.create(tmp_path / "corpus")
    ingest_file(tmp_path / "call.wav", made, context=Context(languages=("en",)))
    assert not pipeline(made).failures
    return made


def pipeline(corpus: Corpus) -> Any:
    return run(corpus, default_pipeline(), LocalExecutor())


def command(*words: Any, code: int = 0) -> str:
    result = CliRunner().invoke(cli, [str(word) for word in words])
    assert result.exit_code == code, (result.output, result.exception)
    return result.stdout


def test_corrections_reach_the_release(
    corpus: Corpus, client: Any, task: str, tmp_path: Path
) -> None:
    tess = client("tess")
    epoch = tess.lease(task)
    lines = tess.task(task)["lines"]

    def edit(number: int, kind: str, **more: Any) -> None:
        asked = {
            "op_id": f"op-{kind}-{number}", "kind": kind, "lease_epoch": epoch,
            "segment": lines[number]["id"], "base_rev": lines[number]["rev"], **more,
        }  # fmt: skip
        answer = tess.post(f"/api/tasks/{task}/operations", json=asked)
        assert answer.status_code == 200, answer.text
        changed = {line["id"]: line for line in answer.json()["lines"]}
        known = [line["id"] for line in lines]
        lines[:] = [changed.get(line["id"], line) for line in lines]
        lines.extend(line for name, line in changed.items() if name not in known)

    # The engine heard "a deep this is dying in New Jersey" at the end of its only line.
    cut = lines[0]["text"].index("Okay")
    edit(0, "split", at=cut, new="n-1")
    edit(1, "text", text="Okay. I thought you know, I heard a beep. This is Diane in New Jersey.")
    start = lines[1]["text"].index("beep")
    edit(1, "mark", start=start, end=start + 4, identifier="OTHER_ID")  # which nobody could guess
    edit(1, "accept")
    beep, diane = (
        next(w for w in lines[1]["words"] if w["text"].startswith(said))
        for said in ("beep", "Diane")
    )
    speakers = {line["speaker"]: {"name": "x", "role": "other"} for line in lines}
    answer = tess.put(f"/api/tasks/{task}/speakers", json={"epoch": epoch, "speakers": speakers})
    assert answer.status_code == 200
    assert tess.post(f"/api/tasks/{task}/submit", json={"epoch": epoch}).status_code == 200

    # Once exported, the machine's copy may not leave any more; a run makes it anew, once.
    command("review", "export", corpus.root)
    release = tmp_path / "out" / "corpus"
    words = ("release", "create", corpus.root, "--output", tmp_path / "out", "--version")
    command(*words, "1.0.0", code=1)
    assert not (release / "1.0.0").exists()
    command("review", "export", corpus.root, "--redact")
    assert [stage.stage for stage in pipeline(corpus).stages if stage.done] == []
    command(*words, "1.1.0")

    rows = [json.loads(x) for x in (release / "1.1.0" / "segments.jsonl").read_text().splitlines()]
    assert {row["review"] for row in rows} == {"corrected", "draft"}
    (seen,) = (row for row in rows if row["review"] == "corrected")
    # What the person marked is gone, and what is found in the text as they wrote it.
    assert seen["text"].startswith("Okay. I thought you know")
    assert "[OTHER_ID_1]" in seen["text"] and "[NAME_1]" in seen["text"]
    assert not any(word in seen["text"] for word in ("beep", "deep", "Diane", "dying"))
    assert {row["role"] for row in rows} == {"other"}
    (path,) = release.glob("audio/**/*.flac")
    samples, rate = read_audio(path)
    for word in (beep, diane):
        mute = samples[:, int(word["start"] * rate) : int(word["end"] * rate)]
        assert mute.size and not mute.any()
    spoken = lines[1]["words"][0]
    assert np.abs(samples[:, int(spoken["start"] * rate) :][:, : rate // 2]).max() > 0.01

    # Somebody said that it is no identifier after all: the same words may be heard again.
    again = corpus.layer(corpus.sessions()[0], "corrected_phi")
    assert again is not None
    rejected = tuple(msgspec.structs.replace(span, score=0.0) for span in again.items)
    corpus.add_layer(again.recording, msgspec.structs.replace(again, items=rejected))
    assert {s.stage: s.done for s in pipeline(corpus).stages}["redact"] == 1
    copy = corpus.layer(corpus.sessions()[0], "redacted")
    assert copy is not None
    assert any("beep" in segment.text for segment in copy.items[0].segments)
