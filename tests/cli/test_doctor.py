"""The checkup: what is missing is named with the command that brings it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from speechkit.cli.doctor import command
from speechkit.pipeline import machine
from speechkit.workflows import doctor


def call(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(command, list(map(str, arguments)))
    return done.exit_code, done.output


def findings(monkeypatch: pytest.MonkeyPatch, about: str) -> dict[str, dict[str, str]]:
    _, text = call("--json")
    return {row["name"]: row for row in json.loads(text)["findings"] if row["about"] == about}


@pytest.mark.models
def test_a_whole_machine_is_ready(tmp_path: Path) -> None:
    code, text = call("--corpus", tmp_path / "not made yet")
    assert code == 0, text
    assert "the default pipeline can run" in text
    assert not (tmp_path / "not made yet").exists()


def test_absent_weights_are_missing_and_say_how_to_get_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SPEECHKIT_CACHE", str(tmp_path))
    monkeypatch.setenv("SPEECHKIT_MODELS", "")
    code, text = call("--json")
    (whisper,) = [f for f in json.loads(text)["findings"] if f["name"] == "whisper-base"]
    if whisper["state"] == "ok":
        pytest.skip("an installed package carries these weights")
    assert code == 1
    assert whisper["needed"] and "speechkit models fetch whisper-base" in whisper["says"]


def test_an_absent_package_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        doctor.metadata,
        "requires",
        lambda _: ["absent-a>=1", "absent-b; extra == 'diarize'", "absent-c; extra == 'dev'"],
    )
    found = findings(monkeypatch, "package")
    assert found["absent-a"]["says"] == "pip install 'absent-a>=1'"
    assert found["absent-b"]["says"] == "pip install 'speechkit[diarize]'"
    assert found["absent-b"]["needed"] and "absent-c" not in found


def test_cores_are_told_whatever_the_environment_says_of_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doctor, "usable_cores", lambda: 8)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("MKL_NUM_THREADS", "64")  # a run sets both itself
    found = findings(monkeypatch, "threads")
    assert {name: row["says"] for name, row in found.items()} == {"cores": "8"}


def test_a_nearly_full_disk_and_a_network_folder_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(doctor, "free_disk", lambda _: 1 << 20)
    assert findings(monkeypatch, "disk")["corpus"]["state"] == "slow"
    monkeypatch.setattr(doctor, "free_disk", lambda _: 1 << 40)
    monkeypatch.setattr(doctor, "filesystem", lambda _: "nfs4")
    found = findings(monkeypatch, "disk")
    assert "over the network" in found["corpus"]["says"]
    assert found["temporary"]["state"] == "ok"


def test_a_container_has_its_share(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(machine, "_CGROUP", tmp_path)
    whole = machine.usable_memory()
    (tmp_path / "cpu.max").write_text("100000 100000\n")
    (tmp_path / "memory.max").write_text("1073741824\n")
    assert machine.usable_cores() == 1
    assert machine.usable_memory() == min(whole, 1 << 30)
    (tmp_path / "memory.max").write_text("max\n")
    assert machine.usable_memory() == whole


def test_engines_say_which_devices_they_can_use(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("faster_whisper")
    pytest.importorskip("hama")
    assert findings(monkeypatch, "transcriber")["faster-whisper"]["says"] == "runs on cpu, cuda"
    assert findings(monkeypatch, "aligner")["ctc"]["says"] == ""  # the processor only


def test_a_gpu_that_only_torch_can_use_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("ctranslate2")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "a card")
    monkeypatch.setattr(doctor.sys, "platform", "linux")
    monkeypatch.setattr(doctor, "_CUBLAS", "libcublas.so.that-is-not-here")
    found = {each.name: each for each in doctor._accelerator()}
    assert (found["cuda"].state, found["faster-whisper"].state) == ("ok", "slow")
    assert "or use whisper:" in found["faster-whisper"].says
    monkeypatch.setattr(doctor.ctypes, "CDLL", lambda _: None)
    assert {each.name: each.state for each in doctor._accelerator()}["faster-whisper"] == "ok"
