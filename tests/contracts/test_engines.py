"""Every engine that is installed, from whatever package, keeps the contract of its kind."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, get_args

import pytest

from benchmarks.fixtures import recognizers, sherpa_recognizers
from benchmarks.fixtures.paid_server import PaidServer
from speechkit.core.engines import EngineKind, engine_info, engine_names
from speechkit.core.errors import MissingExtraError, ModelError
from speechkit.testing import ENGINE_CHECKS, Check, NotChecked, Opened, demand_engine, opened
from speechkit.testing.sounds import noise
from tests.nemo_stand_in import install_nemo

KINDS: tuple[EngineKind, ...] = get_args(EngineKind)
INSTALLED = [(kind, name) for kind in KINDS for name in engine_names(kind)]
PROMISES = [(kind, name, check) for kind, name in INSTALLED for check in ENGINE_CHECKS[kind]]
GREEDY = {"beam_size": "1"}  # what the contract asks does not hang on the beam, which takes minutes
OPTIONS = {"faster-whisper": GREEDY, "whisper": GREEDY}


def test_every_kind_has_a_contract_and_an_engine() -> None:
    assert set(ENGINE_CHECKS) == set(KINDS)
    assert {kind for kind, _ in INSTALLED} == set(KINDS)


@pytest.fixture(scope="module")
def stack() -> Iterator[ExitStack]:
    with ExitStack() as engines:
        yield engines


@pytest.fixture(scope="module")
def open_engines() -> dict[tuple[str, str], Opened[Any] | str]:
    """Engines that are open, or why they are not."""
    return {}


@pytest.mark.models
@pytest.mark.parametrize(
    ("kind", "name", "check"), PROMISES, ids=[f"{k}.{n}-{c.name}" for k, n, c in PROMISES]
)
def test_contract(
    kind: EngineKind,
    name: str,
    check: Check[Opened[Any]],
    stack: ExitStack,
    open_engines: dict[tuple[str, str], Opened[Any] | str],
) -> None:
    if engine_info(kind, name).needs_model:
        pytest.skip("it has no model of its own; it is checked with one below")
    if (kind, name) not in open_engines:
        try:
            engine = stack.enter_context(opened(kind, name, OPTIONS.get(name)))
            open_engines[kind, name] = engine
        except (MissingExtraError, ModelError) as error:
            open_engines[kind, name] = str(error)
    subject = open_engines[kind, name]
    if isinstance(subject, str):
        pytest.skip(subject)
    try:
        check(subject)
    except NotChecked as reason:
        pytest.skip(str(reason))


# ---- engines of which there is nothing to check without a model, a program or an address

CLASS = """
class Recognizer:
    def transcribe(self, samples, sample_rate, language):
        return [{"start": 0.0, "end": 0.2, "text": "good day"}]
"""
RESULT = '{"segments": [{"start": 0.0, "end": 0.2, "text": "good day"}]}'
Made = tuple[str, dict[str, str]]  # name with model, options
WHOLE = {"vad": "false"}  # noise is no speech


def command(folder: Path, monkeypatch: pytest.MonkeyPatch, server: PaidServer) -> Made:
    (folder / "tool.py").write_text("print('good day')")
    return f"command:{sys.executable} {folder / 'tool.py'} {{audio}}", {}


def python(folder: Path, monkeypatch: pytest.MonkeyPatch, server: PaidServer) -> Made:
    (folder / "a_recognizer.py").write_text(CLASS)
    monkeypatch.syspath_prepend(folder)
    return "python:a_recognizer:Recognizer", {}


def openai(folder: Path, monkeypatch: pytest.MonkeyPatch, server: PaidServer) -> Made:
    pytest.importorskip("httpx")
    return f"openai:{server.address}#m", {}


def results(folder: Path, monkeypatch: pytest.MonkeyPatch, server: PaidServer) -> Made:
    (folder / "rec-0123456789abcdef.json").write_text(RESULT)
    return f"results:{folder}", {}


def onnx_asr(folder: Path, monkeypatch: pytest.MonkeyPatch, server: PaidServer) -> Made:
    pytest.importorskip("onnx_asr")
    return f"onnx-asr:{recognizers.nemo_tdt(folder / 'model')}", WHOLE


def sherpa_onnx(folder: Path, monkeypatch: pytest.MonkeyPatch, server: PaidServer) -> Made:
    pytest.importorskip("sherpa_onnx")
    return f"sherpa-onnx:{sherpa_recognizers.sherpa_transducer(folder / 'model')}", WHOLE


def transformers(folder: Path, monkeypatch: pytest.MonkeyPatch, server: PaidServer) -> Made:
    pytest.importorskip("transformers")
    return f"transformers:{recognizers.wav2vec2(folder / 'model')}", WHOLE


def nemo(folder: Path, monkeypatch: pytest.MonkeyPatch, server: PaidServer) -> Made:
    return install_nemo(folder, monkeypatch), WHOLE


WITH_MODEL: dict[str, Callable[[Path, pytest.MonkeyPatch, PaidServer], Made]] = {
    "command": command,
    "nemo": nemo,
    "onnx-asr": onnx_asr,
    "openai": openai,
    "python": python,
    "results": results,
    "sherpa-onnx": sherpa_onnx,
    "transformers": transformers,
}


@pytest.fixture
def server() -> Iterator[PaidServer]:
    made = PaidServer().start()
    yield made
    made.shutdown()
    made.server_close()


def test_no_engine_of_ours_is_left_out() -> None:
    """All that a default model stands behind are checked above, all others below."""
    ours = [
        (point.name.partition(".")[0], point.name.partition(".")[2])
        for point in distribution("speechkit").entry_points
        if point.group == "speechkit.engines"
    ]
    assert set(ours) <= set(INSTALLED)
    others = {name for kind, name in ours if engine_info(kind, name).needs_model}  # type: ignore[arg-type]
    assert others == set(WITH_MODEL)


@pytest.mark.parametrize("name", WITH_MODEL)
def test_contract_with_a_model(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: PaidServer
) -> None:
    spec, options = WITH_MODEL[name](tmp_path, monkeypatch, server)
    demand_engine("transcriber", spec, options, speech=noise(2))
