"""A folder of about 350 damaged and hostile files: each comes in or is a row; nothing else happens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import damaged
import pytest

CHILD = """
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_CPU, (300, 300))
from click.testing import CliRunner
from speechkit.cli.ingest import command
done = CliRunner().invoke(command, [sys.argv[1], "--corpus", sys.argv[2], "--json"])
# Not getrusage: its peak starts at that of the process that forked this one, all of pytest.
status = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
peak = int(status["VmHWM"].split()[0])
Path(sys.argv[3]).write_text(f"{done.exit_code} {peak // 1024}")
if done.exception and not isinstance(done.exception, SystemExit):
    raise done.exception
"""


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What became of all files, ingested in a process of their own."""
    root = tmp_path_factory.mktemp("damaged")
    made = damaged.make_all(root / "in")
    (root / "work").mkdir()
    before = tree(root / "in")
    # The noise that decoders make on stderr goes to a file: it may not fill a pipe.
    with (root / "stderr").open("wb") as stderr:
        done = subprocess.run(
            [sys.executable, "-c", CHILD, root / "in", root / "corpus", root / "said"],
            cwd=root / "work",
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            check=False,
            timeout=400,
        )
    code, peak = (root / "said").read_text().split() if done.returncode == 0 else ("", "0")
    lines = (root / "corpus" / "failures.jsonl").read_text().splitlines()
    return {
        "root": root,
        "made": made,
        "before": before,
        "returncode": done.returncode,
        "code": code,
        "peak": int(peak),
        "rows": [json.loads(line) for line in lines],
    }


def tree(folder: Path) -> dict[str, tuple[int, int, int]]:
    found = {}
    for path, folders, files in os.walk(folder):
        for name in (*folders, *files):
            stat = (Path(path) / name).lstat()
            found[f"{path}/{name}"] = (stat.st_mode, stat.st_size, stat.st_mtime_ns)
    return found


def test_the_process_lives_and_says_that_some_failed(ingested: dict[str, object]) -> None:
    assert (ingested["returncode"], ingested["code"]) == (0, "1")


def test_memory_stays_bounded(ingested: dict[str, object]) -> None:
    # 200 channels in one block, and 3 h of silence, among them; imports alone take about 100 MiB.
    assert 0 < ingested["peak"] < 500


def test_each_file_comes_in_or_is_one_row_with_the_reason(ingested: dict[str, object]) -> None:
    rows = ingested["rows"]
    named = [row["item"] for row in rows]
    assert len(named) == len(set(named))
    assert all(len(row["reason"]) > 10 for row in rows)
    assert not [row for row in rows if "SPEECHKIT_DEBUG" in row["reason"]]
    sessions = list((ingested["root"] / "corpus/vault/sessions").iterdir())
    # By convention names that begin with a dot are hidden, and left alone.
    visible = [name for name in ingested["made"] if not name.split(b"/")[1].startswith(b".")]
    assert len(ingested["made"]) > 300
    assert len(sessions) + len(rows) == len(visible)


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("strange/empty.wav", "empty"),
        ("strange/text.wav", "not a sound file"),
        ("strange/samples 1.wav", "too short, 1 samples"),
        ("strange/nan from 8000.wav", "not numbers"),
        ("strange/huge from 0.wav", "beyond full scale"),
        ("lying/rate 7.wav", "sample rate of 7 Hz"),
        ("special/pipe.wav", "pipe"),
        ("special/endless.wav", "link out of the folder"),
        ("special/loop.wav", "link out of the folder, or to nothing"),
        ("polyglots/archive.zip", "archive"),
        ("polyglots/archive as.zip.wav", "not a sound file"),
        ("polyglots/playlist.wav", "not a sound file"),
        ("polyglots/concat.wav", "not a sound file"),
    ],
)
def test_the_reason_fits(ingested: dict[str, object], item: str, reason: str) -> None:
    (row,) = [row for row in ingested["rows"] if row["item"] == item]
    assert reason in row["reason"]


def test_good_sound_under_evil_names_comes_in(ingested: dict[str, object]) -> None:
    bad = {row["item"] for row in ingested["rows"]}
    assert not [name for name in bad if name.startswith("names/")]
    assert "strange/3 h of silence.flac" not in bad


def test_nothing_is_touched_outside_the_corpus(ingested: dict[str, object]) -> None:
    root = ingested["root"]
    assert tree(root / "in") == ingested["before"]
    assert list((root / "work").iterdir()) == []
    assert {p.name for p in root.iterdir()} == {"in", "work", "corpus", "said", "stderr"}
    # Names of files may be names of patients: in the corpus only the private rows have them.
    for path in (root / "corpus").rglob("*"):
        assert "escaped" not in path.name
        assert not path.is_symlink()
