"""A run that is killed, shut out or out of room loses nothing and ends as if it never was."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
import toys

from speechkit.core.errors import BusyError, StoreError
from speechkit.governance.audit import verify_log
from speechkit.pipeline.executors.local import LocalExecutor
from speechkit.pipeline.runner import run
from speechkit.storage.files import append_line, scratch_prefix, sweep, write_bytes
from speechkit.storage.lock import locked

HERE = str(Path(__file__).parent)
NUM_RECORDINGS, KILLS = 40, 50
FEW = 12

# Loads everything once, then forks a run whenever it is told to, and says its process id.
NURSERY = """
import os, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
import toys
from speechkit.storage.corpus import Corpus
from speechkit.pipeline.executors.local import LocalExecutor
from speechkit.pipeline.runner import run
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        run(Corpus(Path(sys.argv[2])), toys.pipeline(seconds=0.001), LocalExecutor())
        os._exit(0)
    print(child, flush=True)
    print(os.waitpid(child, 0)[1], flush=True)
"""


def undisturbed(folder: Path, num_recordings: int = FEW) -> dict[str, bytes]:
    corpus = toys.make_corpus(folder / "corpus", num_recordings)
    run(corpus, toys.pipeline(), LocalExecutor())
    return toys.contents(corpus)


def test_fifty_kills_leave_the_bytes_of_an_undisturbed_run(tmp_path: Path) -> None:
    wanted = undisturbed(tmp_path / "a", NUM_RECORDINGS)
    corpus = toys.make_corpus(tmp_path / "b" / "corpus", NUM_RECORDINGS)
    nursery = subprocess.Popen(
        [sys.executable, "-c", NURSERY, HERE, corpus.root],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def begin() -> int:
        nursery.stdin.write("go\n")
        nursery.stdin.flush()
        return int(nursery.stdout.readline())

    rng = random.Random(7)
    killed = 0
    with nursery:
        for number in range(KILLS):
            child = begin()
            # Short at first: or all the work would be done before most of the kills.
            time.sleep(rng.uniform(0.0, 0.02 + 0.004 * number))
            with suppress(ProcessLookupError):  # it was done before
                os.kill(child, 9)
            killed += int(nursery.stdout.readline()) == 9
        begin()
        assert nursery.stdout.readline() == "0\n"
        nursery.stdin.close()
    # The others came when the work was done: how fast it is depends on the machine.
    assert killed >= KILLS // 5
    assert verify_log(corpus.root / "journal.jsonl") == ()
    assert toys.contents(corpus) == wanted


def test_what_killed_processes_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    prefix = scratch_prefix("redacting")
    dead = prefix.replace(f"-{os.getpid()}-", f"-{gone.pid}-")
    for name in (dead, prefix):
        (tmp_path / f"{name}x").mkdir()
        (tmp_path / f"{name}x" / "copy.flac").write_bytes(b"secret")
    old, elsewhere = tmp_path / ".writing-cafe0000-1-old", tmp_path / ".writing-cafe0000-1-new"
    for path in (old, elsewhere, tmp_path / "kept.json"):
        path.touch()
    os.utime(old, (1, 1))
    assert sweep(tmp_path) == 2
    assert {p.name for p in tmp_path.iterdir()} == {f"{prefix}x", elsewhere.name, "kept.json"}


def test_two_runs_on_one_corpus_exclude_each_other(tmp_path: Path) -> None:
    corpus = toys.make_corpus(tmp_path / "corpus", 2)
    before = toys.contents(corpus)
    with locked(corpus.root, "run"):
        code = (
            "import sys; sys.path.insert(0, sys.argv[1])\n"
            "import toys; from pathlib import Path\n"
            "from speechkit.storage.corpus import Corpus\n"
            "from speechkit.pipeline.executors.local import LocalExecutor\n"
            "from speechkit.pipeline.runner import run\n"
            "run(Corpus(Path(sys.argv[2])), toys.pipeline(), LocalExecutor())"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, HERE, corpus.root],
            capture_output=True,
            text=True,
            check=False,
        )
        assert "BusyError" in done.stderr
        assert f"in use by speechkit run, process {os.getpid()} on " in done.stderr
        with pytest.raises(BusyError), locked(corpus.root, "ingest"):
            pass
    assert toys.contents(corpus) == {**before, ".lock": b""}
    run(corpus, toys.pipeline(), LocalExecutor())


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time; from pathlib import Path; from speechkit.storage.lock import locked\n"
            "with locked(Path(sys.argv[1]), 'run'): print('held', flush=True); time.sleep(60)",
            tmp_path,
        ],
        stdout=subprocess.PIPE,
    )
    holder.stdout.readline()
    with pytest.raises(BusyError), locked(tmp_path, "run"):
        pass
    holder.kill()
    holder.wait()
    with locked(tmp_path, "run"):
        pass


def test_a_clock_that_steps_back_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = undisturbed(tmp_path / "a")
    steps = iter(range(10**9, 0, -(10**6)))
    monkeypatch.setattr(time, "time", lambda: float(next(steps)))
    assert undisturbed(tmp_path / "b") == wanted


@pytest.fixture
def small_disk(tmp_path: Path) -> Path:
    """A file system of 4 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_ends_the_run_with_a_clear_line_and_room_mends_it(
    small_disk: Path, tmp_path: Path
) -> None:
    wanted = undisturbed(tmp_path / "a")
    corpus = toys.make_corpus(small_disk / "corpus", FEW)
    ballast = small_disk / "ballast"
    free = os.statvfs(small_disk)
    ballast.write_bytes(bytes(free.f_bavail * free.f_bsize - 100_000))
    with pytest.raises(StoreError, match="No space left on device; free space"):
        run(corpus, toys.pipeline(), LocalExecutor())
    kept = [path for path in corpus.root.rglob("*.json") if "layers" in path.parts]
    assert 0 < len(kept) < 3 * FEW
    assert all(corpus.get_layer(path.stem) for path in kept)
    assert not list(corpus.root.rglob(".writing-*"))
    ballast.unlink()
    run(corpus, toys.pipeline(), LocalExecutor())
    assert toys.contents(corpus) == wanted


def test_a_file_size_limit_is_as_a_full_disk(tmp_path: Path) -> None:
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from speechkit.storage.files import write_bytes\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "write_bytes(Path(sys.argv[1]), bytes(5000))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "x"], capture_output=True, text=True, check=False
    )
    assert "StoreError" in done.stderr and "File too large" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_journal_line_that_a_full_disk_cut_stays_alone(small_disk: Path) -> None:
    journal = small_disk / "journal.jsonl"
    append_line(journal, b'{"n":1}')
    free = os.statvfs(small_disk)
    (small_disk / "ballast").write_bytes(bytes(free.f_bavail * free.f_bsize))
    with pytest.raises(StoreError, match="No space left"):
        append_line(journal, b"x" * 10_000)
    (small_disk / "ballast").unlink()
    append_line(journal, b'{"n":2}')
    lines = journal.read_bytes().splitlines()
    assert (lines[0], lines[-1], len(lines)) == (b'{"n":1}', b'{"n":2}', 3)


def as_nobody(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run as a user who may not write everywhere, where the tests run as root."""
    become = "import os\nif os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
    return subprocess.run(
        [
            *(
                sys.executable,
                "-c",
                "import fcntl, toys, speechkit.pipeline.executors.local, speechkit.pipeline.runner\n"
                + become
                + code,
            ),
            *map(str, arguments),
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": HERE, "HOME": "/nonexistent"},
        cwd="/",
    )


RUN = (
    "import sys; from pathlib import Path\n"
    "from speechkit.storage.corpus import Corpus\n"
    "from speechkit.core.errors import SpeechkitError\n"
    "from speechkit.pipeline.runner import run\n"
    "from speechkit.pipeline.executors.local import LocalExecutor\n"
    "try: run(Corpus(Path(sys.argv[1])), toys.pipeline(), LocalExecutor())\n"
    "except SpeechkitError as error: sys.exit(f'{type(error).__name__}: {error}')\n"
)


def give_away(folder: Path) -> None:
    """Let the user of `as_nobody` own the corpus, and reach it."""
    if os.getuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, 65534, 65534)
    for path in folder.parents:
        if path.stat().st_uid == os.getuid() and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o011)


def test_lost_permissions_and_read_only_folders_are_told_and_harm_nothing(tmp_path: Path) -> None:
    wanted = undisturbed(tmp_path / "a")
    corpus = toys.make_corpus(tmp_path / "b" / "corpus", FEW)
    give_away(corpus.root)
    corpus.root.chmod(0o500)  # read-only from the beginning
    done = as_nobody(RUN, corpus.root)
    assert done.stderr.startswith(f"StoreError: cannot write in {corpus.root}: Permission denied")
    corpus.root.chmod(0o700)
    (corpus.root / "vault" / "sessions").chmod(0o500)  # lost on the way
    done = as_nobody(RUN, corpus.root)
    assert done.stderr.startswith("StoreError: cannot write"), done.stderr
    assert "Permission denied; free space or check permissions" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    (corpus.root / "vault" / "sessions").chmod(0o700)
    assert as_nobody(RUN, corpus.root).returncode == 0
    assert toys.contents(corpus) == wanted


def test_a_damaged_layer_fails_its_recording_alone(tmp_path: Path) -> None:
    corpus = toys.make_corpus(tmp_path / "corpus", 3)
    run(corpus, toys.pipeline()[:1], LocalExecutor())
    digest = corpus.sessions()[1].layers["turns"]
    path = corpus.root / "vault" / "layers" / "sha256" / digest[:2] / f"{digest}.json"
    path.write_bytes(path.read_bytes()[:-9])
    report = run(corpus, toys.pipeline(), LocalExecutor())
    (row,) = report.failures
    assert row.item == corpus.sessions()[1].recording.id
    assert f"altered; delete {path} and run again" in row.reason
    path.unlink()
    assert not run(corpus, toys.pipeline(), LocalExecutor()).failures


def test_writing_leaves_the_old_file_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_bytes(tmp_path / "x", b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError):
        write_bytes(tmp_path / "x", b"new")
    assert (tmp_path / "x").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1
