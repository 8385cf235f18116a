"""Runs the application with uvicorn: one process, no access log (addresses name tasks)."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import click
import uvicorn

from speechkit.core.errors import UsageError
from speechkit.review.server.forwarded import LastHop
from speechkit.review.server.patience import PatientProtocol
from speechkit.review.server.security import App


def serve_app(
    app: App,
    host: str,
    port: int,
    *,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
    proxy: str = "",
) -> None:
    """Serve until stopped; port 0 takes a free one. The address goes to standard error.

    `proxy`: addresses of a proxy, with commas, whose X-Forwarded-For is believed, for its last hop;
    none if empty.

    Raises:
        UsageError: if the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        raise UsageError(f"cannot listen on {host}:{port}: {error.strerror}; try --port") from error
    scheme = "https" if tls_cert else "http"
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"the review editor is at {scheme}://{shown}:{listener.getsockname()[1]}/", err=True)
    application: Any = LastHop(app, tuple(proxy.split(","))) if proxy else app
    config = uvicorn.Config(
        application,
        access_log=False,
        log_level="warning",
        server_header=False,
        http=PatientProtocol,
        proxy_headers=False,
        ssl_certfile=tls_cert,
        ssl_keyfile=tls_key,
        timeout_graceful_shutdown=3,
        lifespan="off",
    )
    uvicorn.Server(config).run(sockets=[listener])
