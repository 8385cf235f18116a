"""The toys of the fault tests, for the tests of executors; and an S3 server."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.postgres import postgresql  # noqa: F401  a fixture

TOYS = str(Path(__file__).parent.parent / "faults")
if TOYS not in sys.path:
    sys.path.insert(0, TOYS)


@pytest.fixture(scope="session")
def bucket() -> Iterator[Callable[[], str]]:
    """A function that makes an empty bucket on a server on this machine and returns its URL.

    The server is what the environment names, for processes that are started later as well.
    """
    pytest.importorskip("s3fs")
    server = pytest.importorskip("moto.server").ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    numbers = count()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "nobody",
            "AWS_SECRET_ACCESS_KEY": "nothing",
            "AWS_DEFAULT_REGION": "us-east-1",
        }.items():
            patch.setenv(name, value)
        import boto3

        def make() -> str:
            name = f"corpora-{next(numbers)}"
            boto3.client("s3").create_bucket(Bucket=name)
            return f"s3://{name}"

        yield make
    server.stop()
