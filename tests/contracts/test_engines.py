"""Every engine that is installed, from whatever package, keeps the contract of its kind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, get_args

import pytest

from speechkit.core.engines import EngineKind, engine_info, engine_names
from speechkit.core.errors import MissingExtraError, ModelError
from speechkit.testing import ENGINE_CHECKS, Check, NotChecked, Opened, opened

pytestmark = pytest.mark.models

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
        pytest.skip("it has no model of its own; tests of its room open it with one")
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
