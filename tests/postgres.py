"""A PostgreSQL server for tests that need one."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def postgresql() -> Iterator[str]:
    """A server of Debian's package on a port of its own; it refuses to run as root."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if not folders:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    user = {"user": "postgres"} if os.geteuid() == 0 else {}
    place = Path(tempfile.mkdtemp(prefix="speechkit-pg-"))
    try:
        if user:
            shutil.chown(place, "postgres")
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **user}
        data, port = place / "data", free_port()
        subprocess.run(
            [folders[0] / "initdb", "-D", data, "-U", "desk", "-A", "trust", "-E", "UTF8"],
            check=True, cwd=place, **quiet,
        )  # fmt: skip
        server = subprocess.Popen(
            [folders[0] / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", place],
            cwd=place, **quiet,
        )  # fmt: skip
        ready = [folders[0] / "pg_isready", "-h", "127.0.0.1", "-p", str(port)]
        while subprocess.run(ready, check=False, **quiet).returncode:
            assert server.poll() is None, "PostgreSQL ended"
            time.sleep(0.05)
        yield f"postgresql+psycopg://desk@127.0.0.1:{port}/postgres"
        server.send_signal(signal.SIGQUIT)
        server.wait()
    finally:
        shutil.rmtree(place, ignore_errors=True)
