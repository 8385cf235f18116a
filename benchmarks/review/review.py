"""The review editor's figures: `python -m benchmarks review`, or `make bench-review`.

Editing under load with a server that is killed (SQLite, PostgreSQL), the review editor in Chromium with an
hour of recording, and what the queue finds; the exit code is 1 if a target is missed.
"""

from __future__ import annotations

import os
import subprocess
import sys

from benchmarks import ROOT

EDITS = "5000"


def main() -> None:
    """Run all of it, one after the other."""
    load = [sys.executable, "-m", "pytest", "-q", "tests/review/test_load.py", "-k", "on_"]
    env = {**os.environ, "SPEECHKIT_LOAD_EDITS": EDITS}
    codes = [
        subprocess.run([*load, "--timeout", "3600"], cwd=ROOT, env=env, check=False).returncode
    ]
    for name in ("editor", "queue"):
        command = [sys.executable, "-m", f"benchmarks.review.{name}"]
        codes.append(subprocess.run(command, cwd=ROOT, check=False).returncode)
    sys.exit(any(codes))


if __name__ == "__main__":
    main()
