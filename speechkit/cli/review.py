"""`speechkit review`: the review editor, and what comes out of it."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import click
import msgspec
from sqlalchemy import select

from speechkit.cli import review_care, review_work
from speechkit.cli.options import AS_JSON, PATH, option
from speechkit.cli.review_options import CORPUS, DATABASE, opened, show
from speechkit.cli.review_users import users
from speechkit.core.digest import digest_of
from speechkit.core.errors import UsageError
from speechkit.core.stage import Resources
from speechkit.governance.audit import LOG, verify_log
from speechkit.pipeline.corrections import clinical_weights, redact_corrected
from speechkit.pipeline.pipelines import default_pipeline
from speechkit.review.audit import Checkpoints, checkpoints, findings
from speechkit.review.export import Exported, export_corrections
from speechkit.review.load_drafts import LoadOptions, create_tasks
from speechkit.review.schema import User
from speechkit.storage.corpus import Corpus


@click.group()
def command() -> None:
    """The review editor: people turn drafts into truth, in the browser."""


@command.command()
@CORPUS
@option("--host")
@option("--port")
@DATABASE
@click.option("--tls-cert", type=PATH, metavar="FILE", help="Certificate for TLS (PEM).")
@click.option("--tls-key", type=PATH, metavar="FILE", help="Key of the certificate (PEM).")
@option(
    "--name",
    parameter="names",
    repeated=True,
    metavar="HOSTNAME",
    meaning="Serve the editor under this name; without it, under those of the certificate.",
)
@click.option(
    "--behind-proxy",
    metavar="HOSTNAME",
    help="Trust a proxy that serves the editor as https://HOSTNAME.",
)
@click.option(
    "--trust-forwarded-for",
    is_flag=True,
    help="Take addresses of clients from the proxy's X-Forwarded-For: its last entry.",
)
@click.option(
    "--auto-accept",
    default=0.0,
    type=click.FloatRange(0, 1),
    help="Accept lines of which a smaller share of words is expected to be wrong, and mark them.",
)
@click.option("--oidc-issuer", metavar="URL", help="OpenID provider at which people log in.")
@click.option(
    "--oidc-client",
    default="",
    metavar="ID",
    help="Client id of the review editor at the OpenID provider.",
)
@click.option(
    "--oidc-secret-file", type=PATH, metavar="FILE", help="File with the secret of the client."
)
@click.option(
    "--oidc-claim",
    default="preferred_username",
    show_default=True,
    help="Claim of the provider that is the name of an account here.",
)
@click.option("--no-passwords", is_flag=True, help="Let people log in at the OpenID provider only.")
@option("--needs")
@click.option(
    "--requests-per-second",
    default=60.0,
    show_default=True,
    type=click.FloatRange(min=1),
    help="Limit of requests per second from one address; a proxy counts as one address.",
)
def serve(
    corpus_path: Path,
    host: str,
    port: int,
    database: str | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    names: tuple[str, ...],
    behind_proxy: str | None,
    trust_forwarded_for: bool,
    auto_accept: float,
    oidc_issuer: str | None,
    oidc_client: str,
    oidc_secret_file: Path | None,
    oidc_claim: str,
    no_passwords: bool,
    needs: str,
    requests_per_second: float,
) -> None:
    """Serve the review editor of CORPUS to browsers.

    Beyond this machine it is served over TLS only: with --tls-cert and --tls-key, or by a proxy.
    """
    from speechkit.review.server.app import make_app
    from speechkit.review.server.names import names_of_certificate
    from speechkit.review.server.serve import serve_app
    from speechkit.review.server.settings import LOOPBACK, OidcOptions, Settings
    from speechkit.review.sound import prepare

    if (tls_cert is None) != (tls_key is None):
        raise UsageError("--tls-cert and --tls-key go together")
    https = tls_cert is not None or behind_proxy is not None
    if host not in LOOPBACK and not https:
        raise UsageError(
            f"--host {host} would send patients' words over the network in the clear; give "
            "--tls-cert and --tls-key, or --behind-proxy HOSTNAME"
        )
    if host not in LOOPBACK and tls_cert is None:
        raise UsageError(
            f"--host {host} without --tls-cert listens in the clear on the network; a proxy on this "
            "machine reaches 127.0.0.1"
        )
    if trust_forwarded_for and behind_proxy is None:
        raise UsageError("--trust-forwarded-for goes with --behind-proxy HOSTNAME")
    if no_passwords and oidc_issuer is None:
        raise UsageError("--no-passwords goes with --oidc-issuer; otherwise nobody could log in")
    oidc = None
    if oidc_issuer is not None:
        if not oidc_client or oidc_secret_file is None:
            raise UsageError("--oidc-issuer goes with --oidc-client and --oidc-secret-file")
        secret = _read_secret(oidc_secret_file)
        oidc = OidcOptions(
            issuer=oidc_issuer, client_id=oidc_client, client_secret=secret, claim=oidc_claim
        )
    if tls_cert is not None and not names:
        names = names_of_certificate(tls_cert)
    public = tuple(name.lower() for name in (*names, *([behind_proxy] if behind_proxy else [])))
    hosts = (*LOOPBACK, host.lower(), *public)
    with opened(corpus_path, database) as (corpus, store):
        options = LoadOptions(auto_accept=auto_accept, needs=needs, weigh=clinical_weights)
        new, total = create_tasks(corpus, store, options)
        with store.read() as db:
            num_users = len(db.scalars(select(User.id).where(User.disabled.is_(False))).all())
        click.echo(f"{total} drafts, {new} of them new; {num_users} users", err=True)
        if not total:
            click.echo(f"make drafts with: speechkit run {corpus_path}", err=True)
        if not num_users:
            click.echo(
                f"there is no account yet: speechkit review users add {corpus_path} NAME "
                f"--role transcriber{' --database URL, as here' if database else ''}",
                err=True,
            )
        settings = Settings(
            https=https,
            hosts=hosts,
            public=public,
            site=digest_of(str(corpus.root.resolve()))[:8],
            passwords=not no_passwords,
            requests_per_second=requests_per_second,
            burst=int(4 * requests_per_second),
            oidc=oidc,
        )
        app = make_app(corpus, store, settings)
        threading.Thread(target=prepare, args=(corpus,), daemon=True).start()
        proxy = "127.0.0.1,::1" if trust_forwarded_for else ""
        with Checkpoints(store, corpus):
            serve_app(app, host, port, tls_cert=tls_cert, tls_key=tls_key, proxy=proxy)


@command.command("export")
@CORPUS
@click.option(
    "--layer",
    type=click.Choice(["corrected", "reference"]),
    default="corrected",
    show_default=True,
    help="Layer of the corpus to write.",
)
@click.option("--unfinished", is_flag=True, help="Export passes that were not handed over as well.")
@click.option("--redact", is_flag=True, help="Make the redacted copies again from the corrections.")
@option("--threads")
@DATABASE
@AS_JSON
def export_layers(
    corpus_path: Path,
    layer: str,
    unfinished: bool,
    redact: bool,
    threads: int,
    database: str | None,
    as_json: bool,
) -> None:
    """Write what people corrected into CORPUS, as new layers.

    `corrected`: passes that were handed over. `reference`: approved or adjudicated ones.
    With --redact, releases carry the corrected text; the exit code is 1 if a check fails.
    """
    if redact and layer != "corrected":
        raise UsageError("--redact goes with --layer corrected")
    with opened(corpus_path, database) as (corpus, store):
        found = export_corrections(corpus, store, layer, unfinished=unfinished)  # type: ignore[arg-type]
        show([msgspec.to_builtins(one) for one in found], as_json=as_json)
        reasons = _redact(corpus, found, threads) if redact else {}
    for name, reason in reasons.items():
        click.echo(f"{name}: {reason}", err=True)
    if reasons:
        sys.exit(1)


@command.command()
@CORPUS
@DATABASE
def audit(corpus_path: Path, database: str | None) -> None:
    """Check the audit log's chain, the journal's own, and one against the other."""
    with opened(corpus_path, database) as (corpus, store), store.read() as db:
        wrong = findings(db, checkpoints(corpus))
        wrong += [
            f"{one.file}, line {one.line}: {one.reason}" for one in verify_log(corpus.root / LOG)
        ]
    for line in wrong:
        click.echo(line)
    click.echo(f"audit log: {f'{len(wrong)} wrong' if wrong else 'whole'}", err=True)
    if wrong:
        sys.exit(1)


def _read_secret(path: Path) -> str:
    """Return the only line of a file."""
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {getattr(error, 'strerror', error)}") from error


def _redact(corpus: Corpus, found: tuple[Exported, ...], threads: int) -> dict[str, str]:
    return redact_corrected(
        corpus,
        [one.recording for one in found],
        default_pipeline()[-1],
        Resources(threads=threads),
        lambda name: click.echo(f"redacted {name}", err=True),
    )


for _each in (
    users,
    review_work.show_queue,
    review_work.simulate_orders,
    review_work.assign,
    review_work.plant_lines,
    review_work.agreement,
    review_work.show_quality,
    review_care.load_drafts,
    review_care.backup_database,
    review_care.restore_database,
    review_care.close_project,
    review_care.open_project,
    review_care.reopen_tasks,
    review_care.show_report,
):
    command.add_command(_each)
