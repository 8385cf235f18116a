"""Looks a machine over: what is installed, which weights verify, what will be slow and why."""

from __future__ import annotations

import ctypes
import platform
import re
import sys
import tempfile
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from speechkit.core.engines import EngineInfo, EngineKind, engine_names, make_engine
from speechkit.core.errors import MissingExtraError, ModelError, SpeechkitError
from speechkit.core.version import VERSION
from speechkit.pipeline.machine import (
    filesystem,
    free_disk,
    is_network,
    usable_cores,
    usable_memory,
)
from speechkit.storage import models

GIB = 1 << 30
_CUBLAS = "libcublas.so.12"
_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)(?:\[([^\]]+)\])?([^;]*)(?:;(.*))?$")
_NEEDED = ("", "diarize", "transcribe", "deidentify")  # extras of the default pipeline

State = Literal["ok", "slow", "missing"]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing looked at. `about`: package, model, …; `needed`: the default pipeline needs it."""

    about: str
    name: str
    state: State
    says: str = ""
    needed: bool = False


class Checkup(msgspec.Struct, frozen=True, kw_only=True):
    """All that was found; `ready` says that the default pipeline can run."""

    version: str
    python: str
    platform: str
    cores: int
    memory: int
    ready: bool
    findings: tuple[Finding, ...]


def examine(corpus: Path) -> Checkup:
    """Look at packages, engines, weights, disk (where `corpus` lies or would lie), processors."""
    findings = (
        *_packages(),
        *_engines(),
        *_weights(),
        *_disk(corpus),
        Finding(about="threads", name="cores", state="ok", says=str(usable_cores())),
        *_memory(usable_memory()),
        *_accelerator(),
    )
    return Checkup(
        version=VERSION,
        python=platform.python_version(),
        platform=f"{platform.system()} {platform.machine()}",
        cores=usable_cores(),
        memory=usable_memory(),
        ready=not any(found.needed and found.state == "missing" for found in findings),
        findings=findings,
    )


def _packages() -> list[Finding]:
    """Every package that some extra of speechkit asks for, once, under the first that does."""
    try:
        requirements = metadata.requires("speechkit") or []
    except metadata.PackageNotFoundError:
        return [
            Finding(
                about="package",
                name="speechkit",
                state="missing",
                says="runs from its source; install it, or it finds no engines: pip install -e .",
                needed=True,
            )
        ]
    found: dict[str, Finding] = {}
    for requirement in requirements:
        match = _REQUIREMENT.match(requirement)
        if match is None or match[1] == "speechkit":
            continue
        extra = _extra(match[4] or "")
        if extra in ("dev", "all") or match[1] in found:
            continue
        found[match[1]] = _package(match[1], match[3].strip(), extra)
    return list(found.values())


def _package(name: str, wanted: str, extra: str) -> Finding:
    needed = extra in _NEEDED or extra == "torch"
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        says = f"pip install 'speechkit[{extra}]'" if extra else f"pip install '{name}{wanted}'"
        return Finding(about="package", name=name, state="missing", says=says, needed=needed)
    return Finding(about="package", name=name, state="ok", says=version, needed=needed)


def _extra(marker: str) -> str:
    match = re.search(r"extra\s*==\s*['\"]([^'\"]+)", marker)
    return match[1] if match else ""


def _engines() -> list[Finding]:
    found = []
    for kind in get_args(EngineKind):
        for name in engine_names(kind):
            state: State = "ok"
            says = ""
            try:
                says = _runs_on(make_engine(kind, name))
            except MissingExtraError as error:
                state, says = "missing", str(error)
            except SpeechkitError:
                pass  # there, but wants a model named
            found.append(Finding(about=kind, name=name, state=state, says=says))
    return found


def _runs_on(engine: Any) -> str:
    """Say which devices an engine can use, where it can use more than the processor."""
    info = getattr(engine, "info", None)
    devices = info.devices if isinstance(info, EngineInfo) else ()
    return f"runs on {', '.join(devices)}" if set(devices) - {"cpu"} else ""


def _weights() -> list[Finding]:
    found = []
    for model in models.known_models().values():
        state: State = "ok"
        says = f"verified, {model.licence}"
        try:
            models.resolve(model.name)
        except ModelError as error:
            state, says = "missing", str(error)
        found.append(
            Finding(about="model", name=model.name, state=state, says=says, needed=model.default)
        )
    return found


def _disk(corpus: Path) -> list[Finding]:
    found = []
    places = {"corpus": corpus, "models": models.cache_folder(), "temporary": _temporary()}
    for name, path in places.items():
        free = free_disk(path)
        kind = filesystem(path)
        says = f"{free / GIB:.1f} GiB free{f', {kind}' if kind else ''}: {path}"
        state: State = "ok"
        if free < GIB:
            state, says = "slow", f"{says}; nearly full: a run stops where it cannot write"
        elif is_network(kind) and name == "corpus":
            state = "slow"
            says = f"{says}; over the network: each layer is a small file, written and synced"
        found.append(Finding(about="disk", name=name, state=state, says=says))
    return found


def _temporary() -> Path:
    return Path(tempfile.gettempdir())


def _memory(memory: int) -> list[Finding]:
    if not memory:
        return []
    says = f"{memory / GIB:.1f} GiB"
    if memory < 4 * GIB:
        return [
            Finding(
                about="memory",
                name="memory",
                state="slow",
                says=f"{says}; the models of the default pipeline want about 2 GiB a worker",
            )
        ]
    return [Finding(about="memory", name="memory", state="ok", says=says)]


def _accelerator() -> list[Finding]:
    try:
        import torch
    except ModuleNotFoundError:
        return []
    if torch.cuda.is_available():
        names = [torch.cuda.get_device_name(n) for n in range(torch.cuda.device_count())]
        says = f"{', '.join(names)}; use it with --device cuda"
        return [Finding(about="device", name="cuda", state="ok", says=says), *_ctranslate2()]
    says = "no GPU that torch can use: models run on the processor"
    found = [Finding(about="device", name="cuda", state="slow", says=says)]
    flags = _processor_flags()
    if flags and "avx2" not in flags:
        says = "the processor has no AVX2: whisper in 8 bits runs without its fast path"
        found.append(Finding(about="device", name="processor", state="slow", says=says))
    return found


def _ctranslate2() -> list[Finding]:
    """Say why faster-whisper cannot use a GPU that torch can: each brings or wants its own CUDA."""
    if find_spec("ctranslate2") is None or sys.platform != "linux":
        return []
    try:
        ctypes.CDLL(_CUBLAS)
    except OSError:
        says = (
            f"CTranslate2 needs CUDA 12 and {_CUBLAS} is not found: install nvidia-cublas-cu12 and "
            "nvidia-cudnn-cu12 and put their folders on LD_LIBRARY_PATH, or use whisper:, on torch"
        )
        return [Finding(about="device", name="faster-whisper", state="slow", says=says)]
    return [Finding(about="device", name="faster-whisper", state="ok", says="finds CUDA 12")]


def _processor_flags() -> frozenset[str]:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return frozenset()
    match = re.search(r"^flags\s*:(.*)$", text, re.MULTILINE)
    return frozenset(match[1].split()) if match else frozenset()
