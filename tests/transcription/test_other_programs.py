"""Recognizers that are programs, classes, or folders of what they wrote elsewhere."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from speechkit.core.engines import RecordedTranscriber, Transcript, make_engine
from speechkit.core.errors import InputError, UsageError
from speechkit.core.stage import Resources
from speechkit.core.types import Audio, Recording
from speechkit.testing import check_engine, demand_engine
from speechkit.transcription.external import CLIPPED

SPEECH = np.sin(np.arange(32_000) / 10).astype(np.float32)  # two seconds of something
SECRET = "Quixotina"

PROGRAM = """
import json, os, sys, time, wave
from pathlib import Path

how, path, language = sys.argv[1:]
with wave.open(path) as sound:
    assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (16000, 1, 2)
    seconds = sound.getnframes() / 16000
Path(__file__).with_suffix(".asked").open("a").write(f"{path} {language}\\n")
words = [{"word": "good", "start": 0.0, "end": seconds / 2, "probability": 0.9},
         {"word": "morning", "start": seconds / 2, "end": seconds, "probability": 0.5}]
segment = {"start": 0.0, "end": seconds, "text": "good morning", "words": words}
if how == "whisper":
    print(json.dumps({"language": "en", "segments": [segment]}))
elif how == "seglst":
    print(json.dumps([{"session_id": "a", "speaker": "1", "start_time": 0.0, "end_time": 1.0,
                       "words": "good morning"}]))
elif how == "text":
    print("good morning")
elif how == "beyond":
    print(json.dumps({"segments": [{**segment, "start": 90.0, "end": 99.0, "words": []}]}))
elif how == "broken":
    print('{"segments": [{"start": "Quixotina", "text": "Quixotina"}]}')
elif how == "fails":
    print("Quixotina", file=sys.stderr)
    sys.exit(3)
elif how == "latin":
    sys.stdout.buffer.write("se\\u00f1ora".encode("latin-1"))
elif how == "forever":
    if os.fork() == 0:
        Path(__file__).with_suffix(".child").write_text(str(os.getpid()))
    time.sleep(600)
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "recognizer.py"
    path.write_text(PROGRAM)
    return path


def spec(program: Path, how: str) -> str:
    return f"command:{sys.executable} {program} {how} {{audio}} {{language}}"


def heard(engine: str, language: str | None = "en", **options: str) -> Transcript:
    with make_engine("transcriber", engine, options).open(Resources()) as transcribe:
        return transcribe(SPEECH, language)


def test_a_program_keeps_the_contract(program: Path) -> None:
    results = check_engine("transcriber", spec(program, "whisper"), speech=SPEECH)
    assert not [each for each in results if each.problem or each.skipped]


@pytest.mark.parametrize("how", ["whisper", "seglst", "text"])
def test_what_a_program_prints(program: Path, how: str) -> None:
    transcript = heard(spec(program, how))
    assert [segment.text for segment in transcript.segments] == ["good morning"]
    (segment,) = transcript.segments
    assert transcript.language == segment.language == "en"
    assert (segment.start, segment.end) == (0.0, 1.0 if how == "seglst" else 2.0)
    assert segment.speaker == ("1" if how == "seglst" else "")
    assert [word.confidence for word in segment.words] == ([0.9, 0.5] if how == "whisper" else [])


def test_a_program_is_told_the_language_and_leaves_no_sound_behind(program: Path) -> None:
    for language in ("es", None):
        heard(spec(program, "text"), language)
    asked = [line.split() for line in program.with_suffix(".asked").read_text().splitlines()]
    assert [language for _, language in asked] == ["es", "auto"]
    assert not any(Path(path).exists() for path, _ in asked)


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("nothing", "printed nothing"),
        ("fails", "exit code 3"),
        ("latin", "not UTF-8"),
        ("broken", "not a time"),
    ],
)
def test_what_a_program_does_wrong_is_named_without_its_words(
    program: Path, how: str, reason: str
) -> None:
    with pytest.raises(InputError, match=reason) as error:
        heard(spec(program, how))
    assert SECRET not in str(error.value)


def test_a_program_that_does_not_end_is_ended_with_its_children(program: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(InputError, match="did not end within 2 s"):
        heard(spec(program, "forever"), timeout="2")
    assert time.monotonic() - begun < 60
    child = int(program.with_suffix(".child").read_text())
    time.sleep(0.2)
    state = Path(f"/proc/{child}/stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"


def test_times_beyond_the_sound_are_flagged(program: Path) -> None:
    (segment,) = heard(spec(program, "beyond")).segments
    assert (segment.start, segment.end, segment.labels) == (2.0, 2.0, (CLIPPED,))


def test_silence_is_not_sent(program: Path) -> None:
    with make_engine("transcriber", spec(program, "fails")).open(Resources()) as transcribe:
        assert transcribe(np.zeros(16_000, dtype=np.float32), "en").segments == ()


@pytest.mark.parametrize(
    ("engine", "problem"),
    [
        ("command:", "write {audio}"),
        ("command:python3 --in", "write {audio}"),
        ("command:no-such-program {audio}", "no program named 'no-such-program'"),
        ("command:mytool 'unclosed {audio}", "quotation"),
        ("python:", "write python:MODULE:CLASS"),
        ("python:no_such_module:Class", "cannot be imported"),
        ("python:json:Klass", "no class 'Klass'"),
        ("python:json:JSONDecoder", "no method transcribe"),
        ("results:", "no folder"),
        ("results:no/such/folder", "no folder"),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(engine: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        make_engine("transcriber", engine)


def test_the_program_is_part_of_what_is_cached(program: Path) -> None:
    before = make_engine("transcriber", spec(program, "text")).revision
    assert make_engine("transcriber", spec(program, "text")).revision == before
    program.write_text(PROGRAM + "\n# another version\n")
    assert make_engine("transcriber", spec(program, "text")).revision != before


CLASS = '''
class Recognizer:
    """Hears two words."""

    def __init__(self, answer="segments"):
        self.answer = answer

    def transcribe(self, samples, sample_rate, language):
        assert (samples.dtype, samples.ndim, sample_rate) == ("float32", 1, 16000)
        if self.answer == "text":
            return "good morning"
        if self.answer == "nonsense":
            return 7
        if self.answer == "raises":
            raise ValueError("Quixotina")
        seconds = len(samples) / sample_rate
        return [{"start": 0.0, "end": seconds, "text": "good morning", "speaker": "a"}]
'''


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = f"own_recognizer_{os.getpid()}"
    (tmp_path / f"{name}.py").write_text(CLASS)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, name, raising=False)
    return f"python:{name}:Recognizer"


def test_a_class_keeps_the_contract(module: str) -> None:
    results = check_engine("transcriber", module, speech=SPEECH)
    assert not [each for each in results if each.problem or each.skipped]


def test_what_a_class_returns(module: str) -> None:
    (segment,) = heard(module).segments
    assert (segment.text, segment.speaker, segment.end) == ("good morning", "a", 2.0)
    (segment,) = heard(module, answer="text").segments
    assert (segment.text, segment.start, segment.end) == ("good morning", 0.0, 2.0)


@pytest.mark.parametrize("answer", ["nonsense", "raises"])
def test_what_a_class_does_wrong_is_named_without_its_words(module: str, answer: str) -> None:
    with pytest.raises(InputError, match="python:own_recognizer") as error:
        heard(module, answer=answer)
    assert SECRET not in str(error.value)


def test_an_option_that_the_class_does_not_take(module: str) -> None:
    with pytest.raises(UsageError, match="anser"):
        make_engine("transcriber", module, {"anser": "text"})


def recording(name: str) -> Recording:
    audio = Audio(
        sha256="0" * 64,
        uri="x.wav",
        codec="pcm_s16le",
        sample_rate=16_000,
        num_samples=32_000,
        num_channels=1,
    )
    return Recording(id=name, audio=audio)


def test_results_of_elsewhere_are_found_by_recording(tmp_path: Path) -> None:
    segment = {"start": 0.5, "end": 1.5, "text": "good morning"}
    (tmp_path / "rec-1.json").write_text(json.dumps({"language": "en", "segments": [segment]}))
    (tmp_path / "rec-2.txt").write_text("good morning\n")
    (tmp_path / "notes.pdf").write_text("no transcript")
    engine = make_engine("transcriber", f"results:{tmp_path}")
    assert isinstance(engine, RecordedTranscriber)
    for name, times in (("rec-1", (0.5, 1.5)), ("rec-2", (0.0, 2.0))):
        (found,) = engine.recall(recording(name), None).segments
        assert (found.text, (found.start, found.end)) == ("good morning", times)
    with pytest.raises(InputError, match="no file named rec-3"):
        engine.recall(recording("rec-3"), None)
    before = engine.revision
    (tmp_path / "rec-2.txt").write_text("good evening\n")
    assert make_engine("transcriber", f"results:{tmp_path}").revision != before


def test_two_files_for_one_recording_are_refused(tmp_path: Path) -> None:
    for suffix in ("txt", "vtt"):
        (tmp_path / f"rec-1.{suffix}").write_text("good morning")
    with pytest.raises(UsageError, match="one name"):
        make_engine("transcriber", f"results:{tmp_path}")


def test_results_are_checked_by_what_they_hold(tmp_path: Path) -> None:
    (tmp_path / "rec-1.json").write_text('{"segments": [{"start": 0, "end": 1, "text": "good"}]}')
    demand_engine("transcriber", f"results:{tmp_path}")
    (tmp_path / "rec-2.json").write_text("{broken")
    broken = [each.problem for each in check_engine("transcriber", f"results:{tmp_path}")]
    assert any("rec-2.json" in problem for problem in broken)
