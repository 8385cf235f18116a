"""`speechkit serve`: the local pipeline for programs that speak OpenAI's transcription API."""

from __future__ import annotations

import os
import secrets
import socket

import click
import uvicorn

from speechkit.cli.options import option, options
from speechkit.cli.pairs import parse_pairs
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources
from speechkit.review.server.patience import PatientProtocol
from speechkit.review.server.settings import LOOPBACK
from speechkit.workflows.transcription_http import HttpOptions, transcription_app
from speechkit.workflows.transcription_service import ServiceOptions, open_service

TOKEN = "SPEECHKIT_SERVE_TOKEN"  # noqa: S105 (the name of a variable)
_SHORTEST = 16  # characters of a token that somebody chose


@click.command()
@options("--engine", "--set", "--language", "--device", "--threads")
@click.option(
    "--model", default="", help="What clients call the model; without it, the engine's name."
)
@option("--policy", meaning="What redact=true takes out: the name of a policy, or a .toml file.")
@option("--host", meaning="Address to listen at, on this machine.")
@option("--port", default=8766)
@option("--json", meaning="Print address and token as JSON once it listens.")
def command(
    engine: str,
    settings: tuple[str, ...],
    language: str,
    device: str,
    threads: int,
    model: str,
    policy: str,
    host: str,
    port: int,
    as_json: bool,
) -> None:
    """Serve /v1/audio/transcriptions on this machine, for editors and tools that speak it.

    Formats: json, verbose_json, diarized_json, text, srt, vtt; redact=true puts tags in the place of
    identifiers. Requests name a token: that of the environment variable SPEECHKIT_SERVE_TOKEN, else a new
    one, which is printed.
    """
    if host not in LOOPBACK:
        raise UsageError(
            f"--host {host}: it listens on this machine only ({', '.join(LOOPBACK[:3])})"
        )
    token = os.environ.get(TOKEN, "")
    if token and len(token) < _SHORTEST:
        raise UsageError(f"{TOKEN} has fewer than {_SHORTEST} characters; choose a longer one")
    made = token or secrets.token_urlsafe(24)
    service_options = ServiceOptions(
        engine=engine, engine_options=parse_pairs(settings), language=language, policy=policy
    )
    with (
        open_service(service_options, Resources(device=device, threads=threads)) as service,
        _listener(host, port) as listener,
    ):
        app = transcription_app(service, HttpOptions(token=made, model=model or engine))
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{listener.getsockname()[1]}/v1"
        if as_json:
            click.echo(f'{{"address": "{address}", "token": "{made}"}}')
        else:
            click.echo(f"transcription is at {address}", err=True)
            if not token:
                click.echo(f"token: {made}", err=True)
        config = uvicorn.Config(
            app,
            access_log=False,
            log_level="warning",
            server_header=False,
            http=PatientProtocol,
            timeout_graceful_shutdown=3,
            lifespan="off",
        )
        uvicorn.Server(config).run(sockets=[listener])


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host.strip("[]"), port))
    except OSError as error:
        listener.close()
        raise UsageError(f"cannot listen on {host}:{port}: {error.strerror}; try --port") from error
    return listener
