"""The other examples of the handbook: found by their entry points, sound by contract, used.

Each is run in a process of its own, as what is installed is looked up once in each.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

HERE = Path(__file__).parent


def python(code: str, *arguments: str | Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def speechkit(*arguments: str | Path) -> str:
    return python("from speechkit.cli.main import main; main()", *arguments)


@pytest.mark.parametrize("path", sorted(HERE.glob("*/**/*.py")), ids=lambda path: path.parent.name)
def test_it_fits_on_a_page(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 40


def test_format(tmp_path: Path) -> None:
    python("from speechkit.testing import demand_format; demand_format('scribe')")
    path = tmp_path / "visit.scribe"
    path.write_text("00:01 Doctor> Good morning.\n\n01:02 Patient> It hurts.\nend of tape\n")
    code = (
        "import sys, pathlib; from speechkit.formats import read_transcripts; "
        "reading = read_transcripts(pathlib.Path(sys.argv[1])); "
        "print([(s.start, s.speaker, s.text) for s in reading.recordings['visit']]); "
        "print(*reading.notes)"
    )
    segments, notes = python(code, path).splitlines()
    assert segments == "[(1.0, 'Doctor', 'Good morning.'), (62.0, 'Patient', 'It hurts.')]"
    assert notes == "line 4: a line without a time and a speaker"


def test_recipe(tmp_path: Path) -> None:
    python("from speechkit.testing import demand_recipe; demand_recipe('ward_seven')")
    raw = tmp_path / "raw"
    raw.mkdir()
    for name in ("intake_doctor-f_Scots", "review_doctor-m_Irish", "broken"):
        soundfile.write(raw / f"{name}.wav", 0.1 * np.ones(8_000), 8_000)
        (raw / f"{name}.txt").write_text("Good morning.")
    code = (
        "import sys, pathlib; from speechkit.recipe import load_recipe; "
        "made = load_recipe('ward_seven').prepare(*map(pathlib.Path, sys.argv[1:]), {'site': '9'}); "
        "print(made.recordings, made.references, *made.notes); print(made.table.read_text())"
    )
    written = python(code, raw, tmp_path / "dest")
    assert written.startswith("2 2 broken.wav is left out")
    assert "Scots" in written and "Irish" in written and "9" in written


def test_recognizer() -> None:
    code = (
        "import speechkit; "
        "text = 'the next one is subject forty two and the subject is interesting, "
        "participant number K 17 took 42 tablets'; "
        "print(speechkit.deidentify_text(text, language='en').redacted)"
    )
    redacted = python(code)
    assert "forty two" not in redacted
    assert "17" not in redacted
    assert "subject is interesting" in redacted
    assert "42 tablets" in redacted


def test_language() -> None:
    code = (
        "from speechkit.testing import demand_normalizer; demand_normalizer('cy-spoken@1', 'cy'); "
        "from speechkit.benchmark.normalize import normalizer_for; "
        "tokens = normalizer_for('cy', 'cy-spoken').tokens; "
        "print(tokens('Mae’n oer, dw i’n oer!') == tokens('mae yn oer rydw i yn oer'), "
        "tokens('Mae’n oer'))"
    )
    assert python(code).strip() == "True ['mae', 'yn', 'oer']"


def test_stage(tmp_path: Path) -> None:
    code = """
import json, sys
from pathlib import Path
import numpy as np, soundfile
from example_stage import TidyOptions, TidyStage
from speechkit.core import Layer, Segment, Word
from speechkit.core.types import Provenance
from speechkit.ingestion.ingest import IngestOptions, ingest_folder
from speechkit.pipeline import LocalExecutor, run
from speechkit.pipeline.passing import PassOn
from speechkit.storage.corpus import Corpus

folder = Path(sys.argv[1])
(folder / "raw").mkdir()
soundfile.write(folder / "raw/a.wav", 0.1 * np.ones(16_000), 8_000)
corpus = Corpus.create(folder / "corpus")
ingest_folder(folder / "raw", corpus, IngestOptions())
(session,) = corpus.sessions()
name = session.recording.id
texts = ["Um,", "my", "knee", "uh", "hurts."]
words = tuple(Word(text=t, start=i / 4, end=i / 4 + 0.2) for i, t in enumerate(texts))
segment = Segment(id="s", start=0, end=1.2, text=" ".join(texts), language="en", words=words)
corpus.add_layer(name, Layer(name="corrected", kind="segments", recording=name, items=(segment,),
                             provenance=Provenance(stage="people", version="1")))
runs = []
for options in (TidyOptions(), TidyOptions(), TidyOptions(fillers=("um",))):
    report = run(corpus, [PassOn("corrected", "attributed"), TidyStage(options)], LocalExecutor())
    assert not report.failures
    (session,) = corpus.sessions()
    runs.append([report.stages[1].done, corpus.layer(session, "tidied").items[0].text])
print(json.dumps(runs))
"""
    runs = json.loads(python(code, tmp_path))
    assert [text for _, text in runs] == ["my knee hurts."] * 2 + ["my knee uh hurts."]
    assert [done for done, _ in runs] == [1, 0, 1]  # the second time it is there already
