"""What an engine ran on: the libraries that do the work, the processor, the threads."""

from __future__ import annotations

import sys
from importlib import metadata

import pytest

from speechkit.core.engines import make_engine
from speechkit.core.stage import Resources
from speechkit.core.version import VERSION
from speechkit.pipeline import processor_name, usable_cores
from speechkit.workflows.run_setup import run_setup


def test_versions_are_those_of_the_engine_and_of_what_it_needs() -> None:
    pytest.importorskip("faster_whisper")
    engine = make_engine("transcriber", "faster-whisper:base")
    setup = run_setup(engine, Resources(threads=3))
    assert (setup.engine, setup.device, setup.threads) == ("faster-whisper:base", "cpu", 3)
    assert setup.revision == engine.revision
    assert setup.versions["faster-whisper"] == metadata.version("faster-whisper")
    assert setup.versions["ctranslate2"] == metadata.version("ctranslate2")
    assert setup.versions["speechkit"] == VERSION


def test_a_program_has_no_packages() -> None:
    setup = run_setup(
        make_engine("transcriber", f"command:{sys.executable} {{audio}}"), Resources()
    )
    assert set(setup.versions) == {"python", "speechkit"}
    assert setup.threads == usable_cores()
    assert setup.processor == processor_name()


def test_a_card_that_is_not_here_has_no_name() -> None:
    assert processor_name("cuda:99") == ""
